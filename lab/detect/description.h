#pragma once
/// What a detector declares about itself, as data.
#include "lab/base/numbers.h"
#include "lab/detect/detector.h"

namespace vagus::lab {

/// A setting's value as JSON: a flag as true or false, a label by its name.
Json setting_json(const FieldInfo& field, double value);

/// The object of `vagus detectors NAME --json`.
Json description(const DetectorInfo& info);

}  // namespace vagus::lab
