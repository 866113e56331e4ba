#include "lab/detect/adapter.h"

#include <algorithm>
#include <cmath>

namespace vagus::lab {
namespace {

std::string range_of(const FieldInfo& field) {
  std::string text = shortest(field.low) + " to " + shortest(field.high);
  if (!field.unit.empty()) text += " " + field.unit;
  return text;
}

}  // namespace

void check_config(const DetectorInfo& detector, const std::string& key, double value) {
  const auto field =
      std::find_if(detector.config.begin(), detector.config.end(), [&](const FieldInfo& f) { return f.name == key; });
  if (field == detector.config.end()) {
    std::vector<std::string> known;
    for (const FieldInfo& f : detector.config) known.push_back(f.name);
    const std::string near = nearest(key, known);
    throw UsageError(std::string(detector.contract->name) + " has no configuration key \"" + key + "\"",
                     near.empty() ? "`vagus detectors " + std::string(detector.contract->name) + "` lists them"
                                  : "did you mean \"" + near + "\"?");
  }
  const bool whole = field->kind == FieldInfo::Kind::number || value == std::floor(value);
  if (!(value >= field->low && value <= field->high) || !whole) {
    throw UsageError("\"" + key + "\" is " + shortest(value) + ", and must be " + (whole ? "" : "a whole number ") +
                     range_of(*field));
  }
}

}  // namespace vagus::lab
