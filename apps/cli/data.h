#pragma once
/// What the subcommands of `vagus data` share.
#include <string>
#include <utility>

#include "lab/base/numbers.h"
#include "lab/store/store.h"

namespace vagus::cli::data {

struct Options {
  std::string what;  ///< path, set or SET:RECORDING
  lab::AddOptions add;
  std::string reason, author, time, parent, track, file, output, version;
  bool json = false, known = false, identifiers = false;
};

/// One JSON value on a line of its own.
void print(const lab::Json& json);
/// "mitdb:1*" -> set and pattern; a set alone is all of it.
std::pair<std::string, std::string> split(const std::string& text);

/// `vagus data list` and `vagus data show`; both return the exit code.
int list(const Options& options);
int show(const Options& options);

}  // namespace vagus::cli::data
