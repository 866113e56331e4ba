#pragma once
/// What every filter design refuses.
#include "device/base/convert.h"
#include "device/base/result.h"

namespace vagus::dsp::detail {

/// `rate_out_of_range` unless the rate is positive and finite, `corner_out_of_range` unless 0 < corner < rate / 2.
constexpr Errc check_corner(float corner_hz, float rate_hz) {
  if (!is_finite(rate_hz) || !(rate_hz > 0.0F)) return Errc::rate_out_of_range;
  if (!is_finite(corner_hz) || !(corner_hz > 0.0F) || !(2.0F * corner_hz < rate_hz)) return Errc::corner_out_of_range;
  return Errc::ok;
}

}  // namespace vagus::dsp::detail
