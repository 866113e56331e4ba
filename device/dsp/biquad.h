#pragma once
/// Second-order sections, their designs, and cascades of them.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "device/dsp/corner.h"
#include "device/dsp/kernels.h"

namespace vagus::dsp {

/// y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2].
struct BiquadCoefficients {
  float b0 = 1, b1 = 0, b2 = 0;
  float a1 = 0, a2 = 0;
};

namespace detail {

/// One sample through one section, direct form II transposed.
template <class T>
inline T section(const BiquadCoefficients& c, const T& x, T& s1, T& s2) {
  const T y = fused(c.b0, x, s1);
  // The output enters last, so that only two fused operations lie between one sample and the next.
  s1 = fused(-c.a1, y, fused(c.b1, x, s2));
  s2 = fused(-c.a2, y, c.b2 * x);
  return y;
}
template <class T>
inline T settled_section(const BiquadCoefficients& c, const T& x, T& s1, T& s2) {
  const T y = x * ((c.b0 + c.b1 + c.b2) / (1.0F + c.a1 + c.a2));
  s2 = fused(-c.a2, y, c.b2 * x);
  s1 = fused(-c.a1, y, fused(c.b1, x, s2));
  return y;
}

}  // namespace detail

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

  T push(const T& x) { return detail::section(c, x, s1, s2); }
  void reset() { s1 = s2 = T{}; }
  /// The state of a section that has seen `x` for ever; returns what it then gives. Poles inside the unit circle.
  T settle(const T& x) { return detail::settled_section(c, x, s1, s2); }
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
  BiquadCoefficients c[MaxSections];
  T s1[MaxSections]{};
  T s2[MaxSections]{};
  std::uint32_t sections = 0;

  /// False, and nothing done, where it is full.
  bool add(const BiquadCoefficients& coefficients) {
    if (sections == MaxSections) return false;
    c[sections] = coefficients;
    s1[sections] = s2[sections] = T{};
    ++sections;
    return true;
  }
  T push(const T& x) {
    if constexpr (MaxSections == 4) {
      if (sections == 4) return push_through_4(x);
    }
    T y = x;
    for (std::uint32_t i = 0; i < sections; ++i) y = detail::section(c[i], y, s1[i], s2[i]);
    return y;
  }
  /// The same samples as `push` gives one by one, y[0..n), at less than half the cost on a wrist. y may be x.
  void push(const T* x, T* y, std::uint32_t n) {
    const T* in = x;
    std::uint32_t i = 0;
    for (; i + 2 <= sections; i += 2, in = y) through<2>(i, in, y, n);
    if (i < sections) {
      through<1>(i, in, y, n);
      in = y;
    }
    for (std::uint32_t k = 0; in != y && k < n; ++k) y[k] = in[k];
  }
  void reset() {
    for (std::uint32_t i = 0; i < sections; ++i) s1[i] = s2[i] = T{};
  }
  /// As `Biquad::settle`, through every section.
  T settle(const T& x) {
    T y = x;
    for (std::uint32_t i = 0; i < sections; ++i) y = detail::settled_section(c[i], y, s1[i], s2[i]);
    return y;
  }

 private:
  T push_through_4(const T& x) {
#if VAGUS_DSP_ASSEMBLY
    if constexpr (std::is_same_v<T, float>) return detail::four_sections(&c[0].b0, x);
#endif
    T y = detail::section(c[0], x, s1[0], s2[0]);
    y = detail::section(c[1], y, s1[1], s2[1]);
    y = detail::section(c[2], y, s1[2], s2[2]);
    return detail::section(c[3], y, s1[3], s2[3]);
  }
  template <std::uint32_t Together>
  void through(std::uint32_t first, const T* x, T* y, std::uint32_t n) {
    // Copies, so that they stay in registers.
    const BiquadCoefficients one = c[first];
    T one_s1 = s1[first];
    T one_s2 = s2[first];
    const BiquadCoefficients two = c[first + Together - 1];
    T two_s1 = s1[first + Together - 1];
    T two_s2 = s2[first + Together - 1];
#if VAGUS_DSP_ASSEMBLY
    if constexpr (Together == 2 && std::is_same_v<T, float>) {
      if (const std::uint32_t turns = n / 5; turns > 0) {
        detail::TwoStates state{one_s1, one_s2, two_s1, two_s2};
        detail::two_sections_by_5(&c[first].b0, state, x, y, turns);
        one_s1 = state.a1;
        one_s2 = state.a2;
        two_s1 = state.b1;
        two_s2 = state.b2;
        x += std::size_t{5} * turns;
        y += std::size_t{5} * turns;
        n -= 5 * turns;
      }
    }
#endif
    for (std::uint32_t k = 0; k < n; ++k) {
      const T between = detail::section(one, x[k], one_s1, one_s2);
      y[k] = Together == 2 ? detail::section(two, between, two_s1, two_s2) : between;
    }
    s1[first] = one_s1;
    s2[first] = one_s2;
    if constexpr (Together == 2) {
      s1[first + 1] = two_s1;
      s2[first + 1] = two_s2;
    }
  }
};

}  // namespace vagus::dsp
