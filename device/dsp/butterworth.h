#pragma once
/// Butterworth filters of any order as cascades of second-order sections.
/// Source: A. Oppenheim and R. Schafer, Discrete-Time Signal Processing, 3rd ed., sections 7.2 and B.1: the analogue
/// prototype's poles, the bilinear transform with its corners pre-warped.
#include "device/dsp/biquad.h"

namespace vagus::dsp {

namespace detail {

inline float butterworth_q(std::uint32_t order, std::uint32_t pair) {
  const float angle = math::pi * static_cast<float>(2 * pair + 1) / static_cast<float>(2 * order);
  return 0.5F / math::sin(angle);
}

struct Complex {
  float re, im;
};
/// The root with a non-negative real part; `im` keeps its sign.
inline Complex complex_root(Complex z) {
  const float size = math::sqrt(z.re * z.re + z.im * z.im);
  // The half sum that does not cancel, then the other part from the product.
  const float big = math::sqrt(0.5F * (size + abs(z.re)));
  const float small = big > 0.0F ? 0.5F * abs(z.im) / big : 0.0F;
  const float re = z.re >= 0.0F ? big : small;
  const float im = z.re >= 0.0F ? small : big;
  return {re, z.im < 0.0F ? -im : im};
}

/// A section with zeros at 0 Hz and half the rate, and the digital poles of the analogue pair s, conj(s) (rad per
/// sample, pre-warped: z = (2 + s) / (2 - s)); gain 1 at the angle w.
inline BiquadCoefficients bandpass_section(Complex s, float cos_w, float sin_w) {
  const float below = (2.0F - s.re) * (2.0F - s.re) + s.im * s.im;
  const float norm = s.re * s.re + s.im * s.im;
  const float a1 = -2.0F * (4.0F - norm) / below;
  const float a2 = ((2.0F + s.re) * (2.0F + s.re) + s.im * s.im) / below;
  // |1 + a1 z^-1 + a2 z^-2| / |1 - z^-2| at z = e^jw, both divided by z^-1
  const float re = (1.0F + a2) * cos_w + a1;
  const float im = (1.0F - a2) * sin_w;
  const float gain = math::sqrt(re * re + im * im) / (2.0F * sin_w);
  return {gain, 0.0F, -gain, a1, a2};
}

template <bool High, class T, std::uint32_t MaxSections>
inline Result<Cascade<T, MaxSections>> butterworth_one_corner(std::uint32_t order, float corner_hz, float rate_hz) {
  const Errc error = check_corner(corner_hz, rate_hz);
  if (error != Errc::ok) return error;
  if (order < 1) return Errc::field_out_of_range;
  if ((order + 1) / 2 > MaxSections) return Errc::capacity_exceeded;
  Cascade<T, MaxSections> cascade;
  if (order % 2 == 1) {
    const float k = math::tan(math::pi * (corner_hz / rate_hz));
    const float a1 = (k - 1.0F) / (k + 1.0F);
    const float b = High ? (1.0F - a1) * 0.5F : (1.0F + a1) * 0.5F;
    cascade.add({b, High ? -b : b, 0.0F, a1, 0.0F});
  }
  for (std::uint32_t pair = order / 2; pair-- > 0;) {  // the lowest Q first: the least overshoot inside
    const float q = butterworth_q(order, pair);
    const auto section = High ? highpass(corner_hz, rate_hz, q) : lowpass(corner_hz, rate_hz, q);
    cascade.add(section.value());
  }
  return cascade;
}

}  // namespace detail

/// Order 1 to 2 * MaxSections, -3 dB at `corner_hz`. Refuses `corner_out_of_range`, `capacity_exceeded`.
template <class T = float, std::uint32_t MaxSections = 4>
inline Result<Cascade<T, MaxSections>> butterworth_lowpass(std::uint32_t order, float corner_hz, float rate_hz) {
  return detail::butterworth_one_corner<false, T, MaxSections>(order, corner_hz, rate_hz);
}
template <class T = float, std::uint32_t MaxSections = 4>
inline Result<Cascade<T, MaxSections>> butterworth_highpass(std::uint32_t order, float corner_hz, float rate_hz) {
  return detail::butterworth_one_corner<true, T, MaxSections>(order, corner_hz, rate_hz);
}

/// Band-pass made from a prototype of `order` (1 to MaxSections), so of order 2 * order: -3 dB at both corners.
/// Refuses `corner_out_of_range` also where low >= high.
template <class T = float, std::uint32_t MaxSections = 4>
inline Result<Cascade<T, MaxSections>> butterworth_bandpass(std::uint32_t order, float low_hz, float high_hz,
                                                            float rate_hz) {
  const Errc error = detail::check_corner(high_hz, rate_hz);
  if (error != Errc::ok) return error;
  if (!is_finite(low_hz) || !(low_hz > 0.0F) || !(low_hz < high_hz)) return Errc::corner_out_of_range;
  if (order < 1) return Errc::field_out_of_range;
  if (order > MaxSections) return Errc::capacity_exceeded;
  const float low = 2.0F * math::tan(math::pi * (low_hz / rate_hz));
  const float high = 2.0F * math::tan(math::pi * (high_hz / rate_hz));
  const float width = high - low;
  const float centre = math::sqrt(low * high);
  const float w = 2.0F * math::atan2(centre, 2.0F);
  const float cos_w = math::cos(w);
  const float sin_w = math::sin(w);
  Cascade<T, MaxSections> cascade;
  // A prototype pole p becomes the roots of s^2 - p width s + centre^2; of each conjugate set one section a root.
  for (std::uint32_t k = 0; k < (order + 1) / 2; ++k) {
    const float angle = math::pi * static_cast<float>(2 * k + 1) / static_cast<float>(2 * order);
    const bool real = 2 * k + 1 == order;
    const float re = real ? -1.0F : -math::sin(angle);
    const float im = real ? 0.0F : math::cos(angle);
    const detail::Complex half = {0.5F * width * re, 0.5F * width * im};
    const detail::Complex inner = {half.re * half.re - half.im * half.im - centre * centre, 2.0F * half.re * half.im};
    const detail::Complex root = detail::complex_root(inner);
    if (real && inner.re >= 0.0F) {
      // Two real poles s1, s2 = half +- root in one section.
      const float s1 = half.re + root.re;
      const float s2 = half.re - root.re;
      const float p1 = (2.0F + s1) / (2.0F - s1);
      const float p2 = (2.0F + s2) / (2.0F - s2);
      const float a1 = -(p1 + p2);
      const float a2 = p1 * p2;
      const float up = (1.0F + a2) * cos_w + a1;
      const float across = (1.0F - a2) * sin_w;
      const float gain = math::sqrt(up * up + across * across) / (2.0F * sin_w);
      cascade.add({gain, 0.0F, -gain, a1, a2});
      continue;
    }
    cascade.add(detail::bandpass_section({half.re + root.re, half.im + root.im}, cos_w, sin_w));
    if (!real) cascade.add(detail::bandpass_section({half.re - root.re, half.im - root.im}, cos_w, sin_w));
  }
  return cascade;
}

}  // namespace vagus::dsp
