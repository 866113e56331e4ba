#pragma once
/// How readable a lead is, second by second. One implementation, used by the quality meter and by the beat detector.
#include <cstdint>

#include "device/base/convert.h"
#include "device/health/ecg_front_end.h"
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

/// What is gathered over a second of the 125 Hz wave and its envelope.
template <class Lanes>
struct EcgSums {
  using Int = typename Lanes::Int;
  static constexpr int stuck_run = 2;  ///< 24 ms without the least change

  Int top = Int{} + INT32_MIN, bottom = Int{} + INT32_MAX;
  Int before = Int{} + INT32_MIN, run{};
  Int stuck{}, stuck_top = Int{} + INT32_MIN, stuck_bottom = Int{} + INT32_MAX;
  Int sum{}, greatest{}, least_sum{};

  /// Takes the `count` samples of 125 Hz that end with sample `last`; those of a whole block give their least envelope.
  template <class Wave>
  void push(const Wave& from, std::int32_t last, int count, bool whole_block) {
    EcgSums s = *this;
    Int least = Int{} + INT32_MAX;
    auto total = from.total(last - count);
    for (std::int32_t n = last - count + 1; n <= last; ++n) {
      const Int envelope = from.envelope(n);
      s.sum = s.sum + (envelope >> 5);
      s.greatest = envelope > s.greatest ? envelope : s.greatest;
      least = envelope < least ? envelope : least;
      const auto next = from.total(n);
      const Int y = Lanes::whole(next - total);
      total = next;
      s.top = y > s.top ? y : s.top;
      s.bottom = y < s.bottom ? y : s.bottom;
      const typename Lanes::Mask same = y == s.before;
      s.before = y;
      if (Lanes::any(same)) {
        s.run = same ? s.run + 1 : Int{};
        s.stick(y);
      } else {
        s.run = Int{};
      }
    }
    if (whole_block) s.least_sum = s.least_sum + (least >> 3);
    *this = s;
  }
  void clear() {
    const Int last = before, standing = run;
    *this = EcgSums{};
    before = last;
    run = standing;
  }
  /// One of several lanes, to go on by itself.
  EcgSums<OneLane> lane(int i) const {
    EcgSums<OneLane> out;
    out.top = top[i], out.bottom = bottom[i], out.before = before[i], out.run = run[i], out.stuck = stuck[i];
    out.stuck_top = stuck_top[i], out.stuck_bottom = stuck_bottom[i];
    out.sum = sum[i], out.greatest = greatest[i], out.least_sum = least_sum[i];
    return out;
  }

 private:
  void stick(const Int& y) {
    const typename Lanes::Mask stands = run >= stuck_run;
    if (!Lanes::any(stands)) return;
    stuck = stands ? stuck + 1 : stuck;
    stuck_top = stands && y > stuck_top ? y : stuck_top;
    stuck_bottom = stands && y < stuck_bottom ? y : stuck_bottom;
  }
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
    sums_.push(from, last, count, count == block);
    n_ += count;
    return n_ >= length;
  }
  /// Takes over what was gathered elsewhere from `count` samples.
  void take(const EcgSums<OneLane>& sums, int count) {
    sums_ = sums;
    n_ = count;
  }
  bool any() const { return n_ > 0; }

  /// What the second gathered so far is judged by: how far the envelope falls between beats, its mean, and its greatest
  /// of the last three seconds.
  struct Measures {
    float least;
    float mean;
    float high;
  };
  Measures measures() const {
    return {.least = static_cast<float>(sums_.least_sum) * (8.0F * block / static_cast<float>(n_)),
            .mean = static_cast<float>(sums_.sum) * (32.0F / static_cast<float>(n_)),
            .high = static_cast<float>(max_of(sums_.greatest, max_of(past_[0], past_[1])))};
  }

  /// Judges the second gathered (or the part of one) and starts the next. `missing`: share of samples missing.
  EcgSecond judge(float missing) {
    EcgSecond s;
    const auto [least, mean, high] = measures();
    const float logit = offset + per_least * least / (least + high + 1.0F) + per_mean * mean / (mean + high + 1.0F);
    s.quality = logistic(logit, 8.0F);
    s.reason = reason(missing, s.quality);
    if (s.reason != EcgReason::good && s.reason != EcgReason::noise) s.quality = min(s.quality, broken);
    past_[1] = past_[0];
    past_[0] = sums_.greatest;
    clear();
    return s;
  }
  /// Samples were lost.
  void restart() {
    past_[0] = past_[1] = 0;
    clear();
  }

 private:
  static constexpr std::int32_t flat_range = 20;  ///< 5 microvolts
  static constexpr std::int32_t rail = 4000;      ///< 1 mV
  static constexpr float offset = 6.96F, per_least = -12.7F, per_mean = -13.8F;
  static constexpr float readable = 0.5F;
  static constexpr float broken = 0.05F;

  static std::int32_t max_of(std::int32_t a, std::int32_t b) { return a > b ? a : b; }
  EcgReason reason(float missing, float quality) const {
    if (missing > 0.2F) return EcgReason::no_signal;
    const std::int32_t range = sums_.top - sums_.bottom;
    if (range < flat_range) return sums_.top > rail || sums_.bottom < -rail ? EcgReason::lead_off : EcgReason::flat;
    if (sums_.stuck > EcgSums<OneLane>::stuck_run && range > rail &&
        (sums_.stuck_top >= sums_.top || sums_.stuck_bottom <= sums_.bottom))
      return EcgReason::saturated;
    return quality < readable ? EcgReason::noise : EcgReason::good;
  }
  void clear() {
    sums_.clear();
    n_ = 0;
  }

  EcgSums<OneLane> sums_{};
  std::int32_t n_ = 0;
  std::int32_t past_[2] = {};
};

}  // namespace vagus::health
