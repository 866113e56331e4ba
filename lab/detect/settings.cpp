#include "lab/detect/settings.h"

#include <algorithm>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab {

double setting_value(const DetectorInfo& detector, const std::string& key, const std::string& text) {
  for (const FieldInfo& field : detector.config) {
    if (field.name != key) continue;
    if (field.kind == FieldInfo::Kind::flag && (text == "true" || text == "false")) return text == "true" ? 1 : 0;
    const auto label = std::find(field.labels.begin(), field.labels.end(), text);
    if (label != field.labels.end()) return static_cast<double>(label - field.labels.begin());
  }
  double value = 0;
  if (!parse_double(text, value)) {
    check_config(detector, key, 0);  // an unknown key is the nearer error
    throw UsageError("\"" + key + "\" is \"" + text + "\", which is not a number");
  }
  return value;
}

}  // namespace vagus::lab
