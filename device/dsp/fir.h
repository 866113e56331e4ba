#pragma once
/// Finite impulse response filters and their design by windowed sinc.
#include <cstdint>

#include "device/base/result.h"
#include "device/dsp/corner.h"
#include "device/dsp/kernels.h"

namespace vagus::dsp {

enum class Window : std::uint8_t { rectangular, hann, hamming, blackman, kaiser };

namespace detail {

/// Modified Bessel function of the first kind, order 0, by its series; below 1e-6 relative for 0 <= x <= 20.
inline float bessel_i0(float x) {
  const float quarter = 0.25F * x * x;
  float term = 1.0F;
  float sum = 1.0F;
  for (int k = 1; k < 60 && term > 1e-9F * sum; ++k) {
    term *= quarter / static_cast<float>(k * k);
    sum += term;
  }
  return sum;
}

/// sin(pi x) / (pi x)
inline float sinc(float x) {
  if (abs(x) < 1e-4F) return 1.0F;
  const float angle = math::pi * x;
  return math::sin(angle) / angle;
}

}  // namespace detail

/// A window's value at `x` in [-1, 1] (0 the middle, +-1 the ends), symmetric. `beta` shapes the Kaiser window only.
inline float window_value(Window window, float x, float beta = 6.0F) {
  const float angle = math::pi * x;
  switch (window) {
    case Window::rectangular:
      return 1.0F;
    case Window::hann:
      return 0.5F + 0.5F * math::cos(angle);
    case Window::hamming:
      return 0.54F + 0.46F * math::cos(angle);
    case Window::blackman:
      return 0.42F + 0.5F * math::cos(angle) + 0.08F * math::cos(2.0F * angle);
    case Window::kaiser: {
      const float rest = (1.0F - x) * (1.0F + x);
      return detail::bessel_i0(beta * math::sqrt(rest > 0.0F ? rest : 0.0F)) / detail::bessel_i0(beta);
    }
  }
  return 1.0F;
}

/// A filter of up to `MaxTaps` taps: y[n] = sum over k of tap[k] * x[n - k]. Group delay (taps - 1) / 2 samples where
/// the taps are symmetric. Samples before the first are 0. Input finite; a NaN is gone `taps` samples later.
template <class T = float, std::uint32_t MaxTaps = 64>
class Fir {
  static_assert(MaxTaps > 0);

 public:
  /// Refuses `capacity_exceeded` unless 1 <= count <= MaxTaps.
  static Result<Fir> make(const float* taps, std::uint32_t count) {
    if (count < 1 || count > MaxTaps) return Errc::capacity_exceeded;
    Fir fir;
    fir.count_ = count;
    // Oldest sample first, as they lie in the history.
    for (std::uint32_t k = 0; k < count; ++k) fir.tap_[count - 1 - k] = taps[k];
    return fir;
  }
  std::uint32_t taps() const { return count_; }
  void reset() {
    for (T& x : past_) x = T{};
    at_ = 0;
  }

  T push(const T& x) {
    // Written twice, so that the last `count_` samples always lie in one piece.
    past_[at_] = past_[at_ + count_] = x;
    at_ = at_ + 1 == count_ ? 0 : at_ + 1;
    return dot(past_ + at_);
  }
  /// The same samples as `push` gives one by one, y[0..n), at a third of the cost or less. x and y do not overlap.
  void push(const T* x, T* y, std::uint32_t n) {
    if (n < count_) {
      for (std::uint32_t i = 0; i < n; ++i) y[i] = push(x[i]);
      return;
    }
    // The first outputs also need the past: it goes to the front, and the first new samples behind it.
    for (std::uint32_t i = 0; at_ != 0 && i < count_; ++i) past_[i] = past_[at_ + i];
    for (std::uint32_t i = 0; i < count_; ++i) past_[count_ + i] = x[i];
    filter(past_ + 1, y, count_);
    filter(x + 1, y + count_, n - count_);
    at_ = 0;
    for (std::uint32_t i = 0; i < count_; ++i) past_[i] = past_[count_ + i] = x[n - count_ + i];
  }

 private:
  T dot(const T* from) const {
    T sum{};
    for (std::uint32_t k = 0; k < count_; ++k) sum = fused(tap_[k], from[k], sum);
    return sum;
  }
  void filter(const T* from, T* y, std::uint32_t n) const {
    std::uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
      for (std::uint32_t w = 0; w < 8; ++w) y[i + w] = T{};
      detail::correlate_8(y + i, tap_, from + i, count_);
    }
    for (; i < n; ++i) y[i] = dot(from + i);
  }

  float tap_[MaxTaps]{};
  T past_[2 * MaxTaps]{};
  std::uint32_t count_ = 1;
  std::uint32_t at_ = 0;
};

/// Fills `taps[0..count)` with a linear-phase low-pass, -6 dB at `corner_hz`, gain 1 at 0 Hz.
/// Refuses `corner_out_of_range` unless 0 < corner < rate / 2.
/// Source: A. Oppenheim and R. Schafer, Discrete-Time Signal Processing, 3rd ed., section 7.5.
inline Errc design_lowpass(float* taps, std::uint32_t count, float corner_hz, float rate_hz,
                           Window window = Window::hamming, float beta = 6.0F) {
  const Errc error = detail::check_corner(corner_hz, rate_hz);
  if (error != Errc::ok) return error;
  if (count < 1) return Errc::capacity_exceeded;
  const float share = 2.0F * (corner_hz / rate_hz);
  const float middle = 0.5F * static_cast<float>(count - 1);
  float sum = 0.0F;
  for (std::uint32_t k = 0; k < count; ++k) {
    const float x = static_cast<float>(k) - middle;
    taps[k] = share * detail::sinc(share * x) * window_value(window, middle > 0.0F ? x / middle : 0.0F, beta);
    sum += taps[k];
  }
  for (std::uint32_t k = 0; k < count; ++k) taps[k] = taps[k] / sum;
  return Errc::ok;
}

/// As `design_lowpass`; gain 1 at half the rate. Refuses `field_out_of_range` where `count` is even (its gain there
/// would be 0).
inline Errc design_highpass(float* taps, std::uint32_t count, float corner_hz, float rate_hz,
                            Window window = Window::hamming, float beta = 6.0F) {
  const Errc error = detail::check_corner(corner_hz, rate_hz);
  if (error != Errc::ok) return error;
  if (count % 2 == 0) return Errc::field_out_of_range;
  const float share = 2.0F * (corner_hz / rate_hz);
  const float middle = 0.5F * static_cast<float>(count - 1);
  float sum = 0.0F;
  for (std::uint32_t k = 0; k < count; ++k) {
    const float x = static_cast<float>(k) - middle;
    const float ideal = (k == count / 2 ? 1.0F : 0.0F) - share * detail::sinc(share * x);
    taps[k] = ideal * window_value(window, middle > 0.0F ? x / middle : 0.0F, beta);
    sum += (k + count / 2) % 2 == 0 ? taps[k] : -taps[k];
  }
  for (std::uint32_t k = 0; k < count; ++k) taps[k] = taps[k] / sum;
  return Errc::ok;
}

/// As `design_lowpass`, -6 dB at both corners; gain 1 half-way between them.
inline Errc design_bandpass(float* taps, std::uint32_t count, float low_hz, float high_hz, float rate_hz,
                            Window window = Window::hamming, float beta = 6.0F) {
  const Errc error = detail::check_corner(high_hz, rate_hz);
  if (error != Errc::ok) return error;
  if (!is_finite(low_hz) || !(low_hz > 0.0F) || !(low_hz < high_hz)) return Errc::corner_out_of_range;
  if (count < 1) return Errc::capacity_exceeded;
  const float low = 2.0F * (low_hz / rate_hz);
  const float high = 2.0F * (high_hz / rate_hz);
  const float middle = 0.5F * static_cast<float>(count - 1);
  const float centre = math::pi * 0.5F * (low + high);
  float sum = 0.0F;
  for (std::uint32_t k = 0; k < count; ++k) {
    const float x = static_cast<float>(k) - middle;
    const float ideal = high * detail::sinc(high * x) - low * detail::sinc(low * x);
    taps[k] = ideal * window_value(window, middle > 0.0F ? x / middle : 0.0F, beta);
    sum += taps[k] * math::cos(centre * x);
  }
  for (std::uint32_t k = 0; k < count; ++k) taps[k] = taps[k] / sum;
  return Errc::ok;
}

}  // namespace vagus::dsp
