#pragma once
/// Every detector vagus ships. Adding one adds a line here; the lab, the program and the conformance kit follow.
#include "device/health/beats.h"
#include "device/health/quality.h"

namespace vagus {

template <class... Detectors>
struct TypeList {};

using Registry = TypeList<health::BeatDetector,  //
                          health::QualityMeter>;

}  // namespace vagus
