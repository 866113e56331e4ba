#pragma once
/// Second-order sections, their designs, and cascades of them.
#include <cstdint>

#include "device/dsp/corner.h"
#include "device/dsp/pack.h"

namespace vagus::dsp {

/// y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2].
struct BiquadCoefficients {
  float b0 = 1, b1 = 0, b2 = 0;
  float a1 = 0, a2 = 0;
};

/// Second-order IIR section, direct form II transposed.
/// Two samples of state; one sample in, one out. Against SciPy in double a Butterworth low-pass differs by 1e-6 of the
/// rms at corner = rate / 6, 1e-4 at rate / 70, 1e-3 at rate / 500 (tests/oracles/dsp_oracle.py). Input finite: an
/// infinity or NaN stays in the state until `reset`.
template <class T = float>
struct Biquad {
  BiquadCoefficients c;
  T s1{};
  T s2{};

  Biquad() = default;
  explicit Biquad(const BiquadCoefficients& coefficients) : c(coefficients) {}

  T push(const T& x) {
    const T y = fused(c.b0, x, s1);
    // The output enters last, so that only two fused operations lie between one sample and the next.
    s1 = fused(-c.a1, y, fused(c.b1, x, s2));
    s2 = fused(-c.a2, y, c.b2 * x);
    return y;
  }
  void reset() { s1 = s2 = T{}; }
  /// The state of a section that has seen `x` for ever; returns what it then gives. Poles inside the unit circle.
  T settle(const T& x) {
    const T y = x * ((c.b0 + c.b1 + c.b2) / (1.0F + c.a1 + c.a2));
    s2 = fused(-c.a2, y, c.b2 * x);
    s1 = fused(-c.a1, y, fused(c.b1, x, s2));
    return y;
  }
};

namespace detail {

struct Poles {
  Errc error;
  float a1, a2;
};
/// Source: R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients: a0 = 1 + alpha, a1 = -2 cos
/// w, a2 = 1 - alpha, alpha = sin w / 2Q.
inline Poles cookbook(float corner_hz, float rate_hz, float q) {
  const Errc error = check_corner(corner_hz, rate_hz);
  if (error != Errc::ok) return {error, 0, 0};
  if (!is_finite(q) || !(q > 0.0F)) return {Errc::field_out_of_range, 0, 0};
  const float w = math::two_pi * (corner_hz / rate_hz);
  const float alpha = math::sin(w) / (2.0F * q);
  return {Errc::ok, -2.0F * math::cos(w) / (1.0F + alpha), (1.0F - alpha) / (1.0F + alpha)};
}

}  // namespace detail

// The numerators are written in terms of the rounded a1 and a2 (identities of the cookbook's), so that the gain at the
// frequency each design is normalised at is 1 within 2e-5 however low the corner. The corner itself moves by up to 0.1
// % near rate / 1000, because a1 near -2 has no finer float. Each refuses `corner_out_of_range` unless 0 < corner <
// rate / 2, and `field_out_of_range` unless q > 0.

/// -3 dB at `corner_hz` where q = 0.70710678 (Butterworth); gain 1 at 0 Hz, 12 dB per octave.
inline Result<BiquadCoefficients> lowpass(float corner_hz, float rate_hz, float q = 0.707106781F) {
  const detail::Poles p = detail::cookbook(corner_hz, rate_hz, q);
  if (p.error != Errc::ok) return p.error;
  const float b = ((1.0F + p.a1) + p.a2) * 0.25F;
  return BiquadCoefficients{b, 2.0F * b, b, p.a1, p.a2};
}
/// As `lowpass`, mirrored: gain 1 at half the rate, 0 at 0 Hz.
inline Result<BiquadCoefficients> highpass(float corner_hz, float rate_hz, float q = 0.707106781F) {
  const detail::Poles p = detail::cookbook(corner_hz, rate_hz, q);
  if (p.error != Errc::ok) return p.error;
  const float b = ((1.0F - p.a1) + p.a2) * 0.25F;
  return BiquadCoefficients{b, -2.0F * b, b, p.a1, p.a2};
}
/// Gain 1 at `centre_hz`, 0 at 0 Hz and at half the rate; width at -3 dB about centre_hz / q.
inline Result<BiquadCoefficients> bandpass(float centre_hz, float rate_hz, float q) {
  const detail::Poles p = detail::cookbook(centre_hz, rate_hz, q);
  if (p.error != Errc::ok) return p.error;
  const float b = (1.0F - p.a2) * 0.5F;
  return BiquadCoefficients{b, 0.0F, -b, p.a1, p.a2};
}
/// Gain 0 at `centre_hz`, 1 at 0 Hz and at half the rate; width at -3 dB about centre_hz / q. For mains hum q = 30.
inline Result<BiquadCoefficients> notch(float centre_hz, float rate_hz, float q) {
  const detail::Poles p = detail::cookbook(centre_hz, rate_hz, q);
  if (p.error != Errc::ok) return p.error;
  const float b = (1.0F + p.a2) * 0.5F;
  return BiquadCoefficients{b, p.a1, b, p.a1, p.a2};
}

/// Up to `MaxSections` sections, one after the other.
template <class T = float, std::uint32_t MaxSections = 4>
struct Cascade {
  Biquad<T> section[MaxSections];
  std::uint32_t sections = 0;

  /// False, and nothing done, where it is full.
  bool add(const BiquadCoefficients& c) {
    if (sections == MaxSections) return false;
    section[sections++] = Biquad<T>(c);
    return true;
  }
  T push(const T& x) {
    T y = x;
    for (std::uint32_t i = 0; i < sections; ++i) y = section[i].push(y);
    return y;
  }
  void reset() {
    for (std::uint32_t i = 0; i < sections; ++i) section[i].reset();
  }
  /// As `Biquad::settle`, through every section.
  T settle(const T& x) {
    T y = x;
    for (std::uint32_t i = 0; i < sections; ++i) y = section[i].settle(y);
    return y;
  }
};

}  // namespace vagus::dsp
