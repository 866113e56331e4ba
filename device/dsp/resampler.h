#pragma once
/// From one even grid to another: a streaming polyphase filter for any ratio of rates.
#include <cstdint>

#include "device/base/result.h"
#include "device/dsp/fir.h"

namespace vagus::dsp {

/// Two rates as the ratio of two whole numbers in lowest terms: out / in = up / down.
struct Ratio {
  std::uint32_t up;
  std::uint32_t down;
};

/// Rates to the nearest 1/1000 Hz: 360 -> 250 is 25 / 36. Refuses `rate_out_of_range` unless 0.001 <= rate <= 100,000
/// Hz.
inline Result<Ratio> rate_ratio(float in_hz, float out_hz) {
  const auto fits = [](float rate) { return rate >= 0.001F && rate <= 100000.0F; };
  if (!fits(in_hz) || !fits(out_hz)) return Errc::rate_out_of_range;
  // Whole hertz and thousandths apart, because a float holds 100,000.000 to 1/128 only.
  const auto thousandths = [](float rate) {
    const auto whole = static_cast<std::uint32_t>(to_i32(rate));
    return whole * 1000U + static_cast<std::uint32_t>(round_to_i32((rate - static_cast<float>(whole)) * 1000.0F));
  };
  const std::uint32_t in = thousandths(in_hz);
  const std::uint32_t out = thousandths(out_hz);
  std::uint32_t a = in;
  std::uint32_t b = out;
  while (b != 0) {
    const std::uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return Ratio{out / a, in / a};
}

/// How sharp, and at what cost. Refused outside the ranges.
struct ResamplerDesign {
  float zeros = 6.0F;  ///< crossings of the sinc to each side, 2 to 64: sharper against longer and slower
  float band = 0.9F;   ///< corner (-6 dB) over half the lower rate, 0.1 to 1
  float beta = 6.0F;   ///< Kaiser window, 0 to 14: 6 holds the stop band at about -63 dB
};

/// Output k stands at input position k * down / up (in samples, counted from the first pushed), computed in whole
/// numbers: however long it runs, nothing drifts. A windowed sinc (Kaiser), its corner at `band` of half the lower
/// rate.
///
/// Up to `MaxPhases` phases are stored, `MaxTaps` taps each (4 * MaxTaps * (MaxPhases + 1) bytes). A ratio whose `up`
/// is larger is done by linear interpolation between the two nearest stored phases: with 32 phases it adds an error of
/// -71 dB to white noise (resampler_test).
/// Latency: `delay()` input samples, half the taps. Memory and time per output are bounded by the template's numbers.
/// The taps' length at the lower rate is `zeros` crossings to each side, or what MaxTaps allows; below 2, refused.
template <class T = float, std::uint32_t MaxTaps = 48, std::uint32_t MaxPhases = 32>
class Resampler {
  static_assert(MaxTaps >= 4 && MaxTaps % 2 == 0 && MaxPhases >= 2 && MaxPhases <= 64);
  static constexpr std::uint32_t largest = 0xFFFFFFFFU / 64U;  // phase * phases stays within 32 bits

 public:
  /// Refuses `rate_out_of_range` where up or down is 0 or above 67,108,863; `field_out_of_range` for the design;
  /// `capacity_exceeded` where MaxTaps is too short for the ratio.
  static Result<Resampler> make(Ratio ratio, const ResamplerDesign& design = {}) {
    if (ratio.up < 1 || ratio.down < 1 || ratio.up > largest || ratio.down > largest) return Errc::rate_out_of_range;
    if (!(design.zeros >= 2.0F && design.zeros <= 64.0F && design.band >= 0.1F && design.band <= 1.0F &&
          design.beta >= 0.0F && design.beta <= 14.0F)) {
      return Errc::field_out_of_range;
    }
    Resampler r;
    r.ratio_ = ratio;
    r.whole_ = ratio.down / ratio.up;
    r.part_ = ratio.down % ratio.up;
    r.share_ = 1.0F / static_cast<float>(ratio.up);
    // The corner, over half the input rate.
    const float shrink = ratio.up < ratio.down ? static_cast<float>(ratio.up) / static_cast<float>(ratio.down) : 1.0F;
    const float corner = design.band * shrink;
    float half = design.zeros / corner;
    constexpr std::uint32_t longest = MaxTaps / 2;
    half = vagus::min(half, static_cast<float>(longest));
    if (half * corner < 2.0F) return Errc::capacity_exceeded;
    const auto whole = static_cast<std::uint32_t>(floor_to_i32(half));
    r.half_ = static_cast<float>(whole) < half ? whole + 1 : whole;
    r.wait_ = r.half_;
    r.phases_ = ratio.up <= MaxPhases ? ratio.up : MaxPhases;
    // Phase p is for an output p / phases after an input sample. The row after the last is the first, a sample on:
    // interpolation then needs no wrap.
    for (std::uint32_t p = 0; p <= r.phases_; ++p) {
      const float fraction = static_cast<float>(p) / static_cast<float>(r.phases_);
      float* row = r.tap_[p];
      float sum = 0.0F;
      for (std::uint32_t k = 0; k < 2 * r.half_; ++k) {
        // Tap k weighs the input at (k + 1 - half) samples from the one at or before the output.
        const float x = static_cast<float>(k + 1) - static_cast<float>(r.half_) - fraction;
        const float inside = x / half;
        row[k] =
            abs(inside) <= 1.0F ? detail::sinc(corner * x) * window_value(Window::kaiser, inside, design.beta) : 0.0F;
        sum += row[k];
      }
      // Each phase by itself has gain 1 at 0 Hz: a constant stays a constant, without a ripple at the phase rate.
      for (std::uint32_t k = 0; k < 2 * r.half_; ++k) row[k] = row[k] / sum;
    }
    return r;
  }

  /// Input samples from an output's own position to the push that gives it, at most.
  std::uint32_t delay() const { return half_; }
  Ratio ratio() const { return ratio_; }

  /// Takes one input sample; calls `emit(T)` for every output that it completes (0, 1 or more).
  template <class Emit>
  void push(const T& x, Emit&& emit) {
    const std::uint32_t taps = 2 * half_;
    past_[at_] = past_[at_ + taps] = x;
    at_ = at_ + 1 == taps ? 0 : at_ + 1;
    // The next output lies `wait_` whole samples and phase_ / up after the sample that is `half_` behind the newest.
    if (wait_ > 0) {
      --wait_;
      return;
    }
    while (wait_ == 0) {
      emit(interpolate(past_ + at_));
      phase_ += part_;
      wait_ = whole_;
      if (phase_ >= ratio_.up) {
        phase_ -= ratio_.up;
        ++wait_;
      }
    }
    --wait_;
  }

  /// The output that still lies inside the input: as if the last sample went on for `delay()` samples.
  template <class Emit>
  void finish(Emit&& emit) {
    const std::uint32_t taps = 2 * half_;
    const T last = past_[at_ == 0 ? taps - 1 : at_ - 1];
    for (std::uint32_t i = 0; i < half_; ++i) push(last, emit);
  }

  /// The state of a stream that was `x` until now: no step at the start. Positions begin anew.
  void reset(const T& x = T{}) {
    for (T& old : past_) old = x;
    at_ = 0;
    phase_ = 0;
    wait_ = half_;
  }

 private:
  Resampler() = default;

  T interpolate(const T* from) const {
    if (ratio_.up == phases_) return dot(tap_[phase_], from);
    const std::uint32_t scaled = phase_ * phases_;
    const std::uint32_t row = scaled / ratio_.up;
    const std::uint32_t rest = scaled - row * ratio_.up;
    const float share = static_cast<float>(rest) * share_;
    const T low = dot(tap_[row], from);
    const T high = dot(tap_[row + 1], from);
    return fused(share, high - low, low);
  }
  T dot(const float* row, const T* from) const {
    const auto sum = detail::half_sums(row, from, 2 * half_);
    return sum.even + sum.odd;
  }

  float tap_[MaxPhases + 1][MaxTaps]{};
  T past_[2 * MaxTaps]{};
  Ratio ratio_{1, 1};
  std::uint32_t whole_ = 1;  ///< input samples from an output to the next, and the rest of that in 1 / up
  std::uint32_t part_ = 0;
  float share_ = 1.0F;
  std::uint32_t half_ = 1;
  std::uint32_t phases_ = 1;
  std::uint32_t at_ = 0;
  std::uint32_t phase_ = 0;
  std::uint32_t wait_ = 0;
};

}  // namespace vagus::dsp
