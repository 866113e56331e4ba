#pragma once
/// The example's own registry. A detector of the product has its line in device/registry.h:
///   using Registry = TypeList<health::BeatDetector, ..., examples::TapDetector>;
#include "device/base/type_list.h"
#include "examples/new_detector/taps.h"

namespace vagus::examples {

using Registry = TypeList<TapDetector>;

}  // namespace vagus::examples
