#pragma once
/// How readable a lead is, second by second. One implementation, used by the quality meter and by the beat detector.
#include <cstdint>

#include "device/base/convert.h"
#include "device/health/logistic.h"

namespace vagus::health {

/// Why a second of ECG cannot be read; `good` where it can.
enum class EcgReason : std::uint8_t {
  good,
  noise,      ///< beats would be missed or invented
  flat,       ///< no wave of 5 microvolts in it
  saturated,  ///< held at the top or bottom of its range
  lead_off,   ///< flat, far from zero: an open input at its rail
  no_signal,  ///< more than a fifth of the samples were missing
};
inline constexpr const char* ecg_reasons[] = {"good", "noise", "flat", "saturated", "lead_off", "no_signal"};

/// One second, judged.
struct EcgSecond {
  float quality = 0;  ///< calibrated probability that the beats in this second are found without error
  EcgReason reason = EcgReason::good;
};

/// Gathers one second of the 125 Hz wave and its QRS envelope, and judges it against the last three.
/// Noise is told by what the envelope does between beats: its least values in blocks of 200 ms, against its greatest.
class EcgSeconds {
 public:
  static constexpr int block = 25;  ///< samples of 125 Hz that are taken together
  static constexpr int length = 5 * block;

  /// Takes the `count` samples of 125 Hz that end with sample `last`, at most a block of them, from the wave and its
  /// envelope (see QrsEnvelope); true when a second is full. Less than a block is the end of the signal.
  template <class Wave>
  [[gnu::noinline]] bool push(const Wave& from, std::int32_t last, int count) {
    std::int32_t top = top_, bottom = bottom_, before = before_, run = run_, sum = sum_, greatest = greatest_,
                 least = INT32_MAX;
    std::uint32_t total = from.total(last - count);
    for (std::int32_t n = last - count + 1; n <= last; ++n) {
      const std::int32_t envelope = from.envelope(n);
      sum += envelope >> 5;
      if (envelope > greatest) greatest = envelope;
      if (envelope < least) least = envelope;
      const std::uint32_t next = from.total(n);
      const auto y = static_cast<std::int32_t>(next - total);
      total = next;
      if (y > top) top = y;
      if (y < bottom) bottom = y;
      if (y != before) {
        before = y;
        run = 0;
      } else if (++run >= stuck_run) {
        stuck(y);
      }
    }
    top_ = top, bottom_ = bottom, before_ = before, run_ = run, sum_ = sum, greatest_ = greatest;
    n_ += count;
    if (count < block) return false;
    least_sum_ += least >> 3;
    return n_ >= length;
  }
  bool any() const { return n_ > 0; }

  /// Judges the second gathered (or the part of one) and starts the next. `missing`: share of samples missing.
  EcgSecond judge(float missing) {
    const float high = static_cast<float>(max_of(greatest_, max_of(past_[0], past_[1])));
    const float least = static_cast<float>(least_sum_) * (8.0F * block / static_cast<float>(n_));
    const float mean = static_cast<float>(sum_) * (32.0F / static_cast<float>(n_));
    EcgSecond s;
    const float logit = offset + per_least * least / (least + high + 1.0F) + per_mean * mean / (mean + high + 1.0F);
    s.quality = logistic(logit, 8.0F);
    s.reason = reason(missing, s.quality);
    if (s.reason != EcgReason::good && s.reason != EcgReason::noise) s.quality = min(s.quality, broken);
    past_[1] = past_[0];
    past_[0] = greatest_;
    clear();
    return s;
  }
  /// Samples were lost.
  void restart() {
    past_[0] = past_[1] = 0;
    clear();
  }

 private:
  static constexpr int stuck_run = 2;             ///< 24 ms without the least change
  static constexpr std::int32_t flat_range = 20;  ///< 5 microvolts
  static constexpr std::int32_t rail = 4000;      ///< 1 mV
  static constexpr float offset = 6.96F, per_least = -12.7F, per_mean = -13.8F;
  static constexpr float readable = 0.5F;
  static constexpr float broken = 0.05F;

  static std::int32_t max_of(std::int32_t a, std::int32_t b) { return a > b ? a : b; }
  void stuck(std::int32_t y) {
    ++stuck_;
    if (y > stuck_top_) stuck_top_ = y;
    if (y < stuck_bottom_) stuck_bottom_ = y;
  }
  EcgReason reason(float missing, float quality) const {
    if (missing > 0.2F) return EcgReason::no_signal;
    const std::int32_t range = top_ - bottom_;
    if (range < flat_range) return top_ > rail || bottom_ < -rail ? EcgReason::lead_off : EcgReason::flat;
    if (stuck_ > stuck_run && range > rail && (stuck_top_ >= top_ || stuck_bottom_ <= bottom_))
      return EcgReason::saturated;
    return quality < readable ? EcgReason::noise : EcgReason::good;
  }
  void clear() {
    top_ = stuck_top_ = INT32_MIN;
    bottom_ = stuck_bottom_ = INT32_MAX;
    sum_ = least_sum_ = greatest_ = stuck_ = n_ = 0;
  }

  std::int32_t top_ = INT32_MIN, bottom_ = INT32_MAX;
  std::int32_t before_ = INT32_MIN, run_ = 0;
  std::int32_t stuck_ = 0, stuck_top_ = INT32_MIN, stuck_bottom_ = INT32_MAX;
  std::int32_t sum_ = 0, greatest_ = 0, least_sum_ = 0;
  std::int32_t n_ = 0;
  std::int32_t past_[2] = {};
};

}  // namespace vagus::health
