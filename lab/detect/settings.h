#pragma once
/// Settings of a detector as people write them.
#include <string>

#include "lab/detect/detector.h"

namespace vagus::lab {

/// The value that `text` gives the setting `key`: a number, "true" or "false" for a flag, a label by its name. Ranges
/// are judged by `check_config`. Throws UsageError for an unknown key or what is no number.
double setting_value(const DetectorInfo& detector, const std::string& key, const std::string& text);

}  // namespace vagus::lab
