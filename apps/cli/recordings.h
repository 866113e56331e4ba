#pragma once
/// What a person names on the command line, as recordings.
#include <functional>
#include <string>
#include <vector>

#include "lab/formats/read.h"

namespace vagus::cli {

/// One recording to be read, and what to call it.
struct Source {
  std::string shown;  ///< "100.hea", "mitdb:100"
  std::function<lab::Recording()> read;
  bool stored = false;  ///< in the store, not a file
};

/// FILE, ARCHIVE::inner/path, or SET:RECORDING of the store, where a pattern may name several. Throws Error where
/// nothing matches.
std::vector<Source> sources_of(const std::string& text, const lab::ReadOptions& options = {});

}  // namespace vagus::cli
