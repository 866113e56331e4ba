#pragma once
/// Every detector vagus ships. Adding one adds a line here; the lab, the program and the conformance kit follow.
#include "device/base/type_list.h"
#include "device/health/beats.h"
#include "device/health/quality.h"

namespace vagus {

using Registry = TypeList<health::BeatDetector,  //
                          health::QualityMeter>;

}  // namespace vagus
