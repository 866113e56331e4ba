#pragma once
/// What the subcommands of `vagus data` share.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/command.h"
#include "lab/base/numbers.h"
#include "lab/store/store.h"

namespace vagus::cli::data {

struct Options {
  std::string what;  ///< path, set or SET:RECORDING
  lab::AddOptions add;
  std::string reason, author, time, parent, track, output, version, plugin;
  std::vector<std::string> files;  ///< of `label apply`: the recording and its CSV, or what reviewers saved
  std::size_t cases = 100;
  double agreeing = 0.3, stretch_s = 0;
  std::optional<std::uint64_t> seed;
  bool json = false, known = false, identifiers = false;
};

/// One JSON value on a line of its own.
void print(const lab::Json& json);
/// "mitdb:1*" -> set and pattern; a set alone is all of it.
std::pair<std::string, std::string> split(const std::string& text);

/// `vagus data list` and `vagus data show`; both return the exit code.
int list(const Options& options);
int show(const Options& options);

/// `vagus data label export` and `vagus data label apply`.
void declare_labels(CLI::App& app, const std::shared_ptr<Options>& options, Action& action);

}  // namespace vagus::cli::data
