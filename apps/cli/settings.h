#pragma once
/// Configuration of a detector from the command line.
#include <string>
#include <vector>

#include "lab/detect/detector.h"

namespace vagus::cli {

/// From `--config FILE.toml` (keys at the top, or in a table named like the detector) and `--set key=value`, which
/// wins. Unknown keys are usage errors; a file that cannot be read is bad input.
lab::Config read_settings(const lab::DetectorInfo& detector, const std::string& file,
                          const std::vector<std::string>& settings);

/// "a,b,c" -> its parts; "" -> none.
std::vector<std::string> split_names(const std::string& text);

}  // namespace vagus::cli
