#pragma once
/// What a person names, on a command line or in a notebook, as recordings.
#include <functional>
#include <string>
#include <vector>

#include "lab/formats/read.h"

namespace vagus::lab {

/// One recording to be read, and what to call it.
struct NamedRecording {
  std::string shown;  ///< "100.hea", "mitdb:100"
  std::function<Recording()> read;
  bool stored = false;  ///< in the store, not a file
};

/// FILE, ARCHIVE::inner/path, or SET:RECORDING of the store, where a pattern may name several. Throws Error where
/// nothing matches.
std::vector<NamedRecording> named_recordings(const std::string& text, const ReadOptions& options = {});

}  // namespace vagus::lab
