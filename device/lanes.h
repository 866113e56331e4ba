#pragma once
/// Which detectors run over several recordings side by side on a host. Not for the wrist: a watch has one wearer.
#include "device/health/beat_lanes.h"
#include "device/health/quality_lanes.h"

namespace vagus {

/// The type that runs `D` in lanes, each with `D`'s own bits; void where none was written.
template <class D>
struct LanesOf {
  using type = void;
};
template <>
struct LanesOf<health::BeatDetector> {
  using type = health::BeatLanes<8>;
};
template <>
struct LanesOf<health::QualityMeter> {
  using type = health::QualityLanes<8>;
};

}  // namespace vagus
