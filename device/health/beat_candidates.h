#pragma once
/// From the 125 Hz wave to candidates: every hump of the QRS envelope, with what can be measured on it alone.
#include <cstdint>

#include "device/health/ecg_front_end.h"

namespace vagus::health {

/// What is measured on a hump of the envelope. Ratios lie in 0..1 whatever the gain of the recording.
struct BeatCandidate {
  static constexpr int shape_count = 12;
  static constexpr int snippet_length = 28;  ///< 224 ms at 125 Hz
  std::int32_t time = 0;                     ///< centre of the hump, in samples of 125 Hz
  float peak_offset = 0;                     ///< from `time` to the main deflection, in samples of 125 Hz
  float height = 0;                          ///< envelope at the hump
  std::uint16_t shape[shape_count] = {};     ///< see `measure`; 65535 is one
  std::int8_t snippet[snippet_length] = {};  ///< the wave round `time`, centred and scaled to +-127
  std::int8_t polarity = 1;                  ///< sign of the main deflection
};

namespace detail {
constexpr std::int32_t magnitude(std::int32_t v) { return v < 0 ? -v : v; }
constexpr std::uint16_t share(float part, float rest) {
  return static_cast<std::uint16_t>(static_cast<std::int32_t>(65535.0F * part / (part + rest + 1.0F)));
}
}  // namespace detail

/// Finds the humps of |bump| + |edge| summed over 48 ms and measures them.
/// Input: the wave at 125 Hz in quarter microvolts. A candidate comes 32 samples (256 ms) after its centre.
class CandidateFinder {
 public:
  static constexpr int delay = 32;       ///< samples of 125 Hz from a hump's centre to its candidate
  static constexpr int separation = 12;  ///< humps nearer than this (96 ms) to a greater one are parts of it

  /// Takes one sample of 125 Hz; true where a candidate is complete, which `measure` then fills in.
  bool push(std::int32_t y, float floor) {
    wave_.push(y);
    ++now_;
    const std::int32_t strength = detail::magnitude(wave_.bump) + detail::magnitude(wave_.edge);
    envelope_sum_ += strength - strengths_[phase_];
    strengths_[phase_] = strength;
    phase_ = phase_ == window - 1 ? 0 : phase_ + 1;
    const std::int32_t slot = now_ & (history - 1);
    // The hump is looked for `post` samples back, so that what follows it can be measured too.
    envelope_[slot] = envelope_sum_;
    const std::int32_t seen = envelope_[(now_ - post) & (history - 1)];
    const std::int32_t seen_before = envelope_[(now_ - post - 1) & (history - 1)];
    if (seen > seen_before && seen > best_) {
      best_ = seen;
      best_at_ = now_ - post;
      return false;
    }
    if (best_ == 0 || now_ - post - best_at_ < separation) return false;
    const bool good = static_cast<float>(best_) > floor;
    centre_ = best_at_ - centre_lag;
    height_ = best_;
    best_ = 0;
    after_ = envelope_sum_;
    return good;
  }
  /// Starts from a constant `y`: no candidates come from the start itself.
  void restart(std::int32_t y) {
    for (int i = 0; i < history; ++i) push(y, 0);
    best_ = 0;
  }
  /// Moves the clock back by `by`, a multiple of the history, so that it never overflows.
  void rebase(std::int32_t by) {
    now_ -= by;
    best_at_ -= by;
    centre_ -= by;
  }
  std::int32_t now() const { return now_; }
  std::int32_t envelope() const { return envelope_sum_; }
  const QrsWavelets<std::int32_t>& wave() const { return wave_; }

  /// Of the candidate that `push` just announced: where its hump is centred, how high it is, and the highest since.
  std::int32_t centre() const { return centre_; }
  float height() const { return static_cast<float>(height_); }
  float after() const { return static_cast<float>(after_); }

  /// Fills in the candidate that `push` just announced.
  BeatCandidate measure() const {
    using detail::magnitude;
    using detail::share;
    BeatCandidate c;
    c.time = centre_;
    c.height = static_cast<float>(height_);
    const std::int32_t e0 = centre_ + centre_lag;

    std::int32_t before = 0, after = 0, low = height_;
    for (std::int32_t k = 14; k < 30; k += 2) {
      const std::int32_t e = envelope_at(e0 - k);
      before += e >> 3;
      low = e < low ? e : low;
    }
    std::int32_t low_after = height_;
    for (std::int32_t k = 10; k <= 24; k += 2) {
      const std::int32_t e = envelope_at(e0 + k > now_ ? now_ : e0 + k);
      after += e >> 3;
      low_after = e < low_after ? e : low_after;
    }

    // Straight copies of the rings round the hump: wave[i + reach] is the sample i after the centre.
    std::int32_t wave[2 * reach + 1], sums[2 * reach + 1];
    for (std::int32_t i = 0; i < 2 * reach + 1; ++i) {
      wave[i] = wave_at(centre_ - reach + i);
      sums[i] = sum_at(centre_ - reach + 1 + i);
    }
    const std::int32_t* const w = wave + reach;
    const std::int32_t* const u = sums + reach - 1;

    // Wavelets at the hump, recomputed from the sums: bump and edge centred on sample i use sums up to i + 5.
    std::int32_t bump_max = 0, bump_at = 0, bump_sign = 1, edge_max = 0, strength_sum = 0, strength_max = 0,
                 edge_sum = 0;
    for (std::int32_t i = -10; i <= 10; ++i) {
      const std::int32_t* const m = u + i + 5;
      const std::int32_t bump = m[-4] * 2 - m[0] - m[-8];
      const std::int32_t edge = m[-2] - m[-6];
      const std::int32_t b = magnitude(bump), d = magnitude(edge);
      if (i >= -8 && i <= 8 && b > bump_max) {
        bump_max = b;
        bump_at = i;
        bump_sign = bump < 0 ? -1 : 1;
      }
      edge_sum += edge;
      edge_max = d > edge_max ? d : edge_max;
      strength_sum += b + d;
      strength_max = b + d > strength_max ? b + d : strength_max;
    }
    // The wave itself.
    std::int32_t top = w[-8], bottom = top, rough = 0, travel = 0;
    for (std::int32_t i = -8; i <= 8; ++i) {
      const std::int32_t y = w[i], l = w[i - 1], r = w[i + 1];
      top = y > top ? y : top;
      bottom = y < bottom ? y : bottom;
      rough += magnitude(2 * y - l - r);
      travel += magnitude(y - l);
    }
    const std::int32_t left = u[-10] / 4;
    const std::int32_t right = u[13] / 4;
    const auto range = static_cast<float>(top - bottom);
    // 64 ms wavelets.
    std::int32_t slow_bump = 0, slow_edge = 0;
    for (std::int32_t i = -4; i <= 4; i += 2) {
      // Means of eight samples from those of four.
      const std::int32_t* const m = u + i + 3;
      const std::int32_t a = (m[-12] + m[-8]) / 2, b = (m[-4] + m[0]) / 2, d = (m[4] + m[8]) / 2;
      const std::int32_t e = (m[-8] + m[-4]) / 2, f = (m[0] + m[4]) / 2;
      const std::int32_t sb = magnitude(2 * b - a - d), se = magnitude(f - e);
      slow_bump = sb > slow_bump ? sb : slow_bump;
      slow_edge = se > slow_edge ? se : slow_edge;
    }
    const auto height = c.height;
    c.shape[0] = share(height, static_cast<float>(before));
    c.shape[1] = share(height, static_cast<float>(after));
    c.shape[2] = share(height, static_cast<float>(low));
    c.shape[3] = share(height, static_cast<float>(low_after));
    c.shape[4] = share(static_cast<float>(bump_max), static_cast<float>(edge_max));
    c.shape[5] = share(static_cast<float>(magnitude(right - left)), range);
    c.shape[6] = share(static_cast<float>(rough), static_cast<float>(travel));
    c.shape[7] = share(static_cast<float>(strength_max) * 8, static_cast<float>(strength_sum));
    c.shape[8] = share(static_cast<float>(slow_bump), static_cast<float>(bump_max));
    c.shape[9] = share(static_cast<float>(slow_edge), static_cast<float>(bump_max));
    c.shape[10] = share(static_cast<float>(travel), range);
    c.shape[11] = share(static_cast<float>(magnitude(edge_sum)), static_cast<float>(bump_max));

    locate(c, w, bump_at, bump_sign);
    cut(c, w);
    return c;
  }

  static constexpr int centre_lag = 8;  ///< the newest envelope value is centred this many samples back

 private:
  static constexpr int window = 6;    ///< 48 ms
  static constexpr int history = 64;  ///< 512 ms
  static constexpr int reach = 14;    ///< samples either side of a hump that are measured
  static constexpr int post = delay - centre_lag - separation;

  std::int32_t envelope_at(std::int32_t n) const { return envelope_[n & (history - 1)]; }
  std::int32_t wave_at(std::int32_t n) const { return wave_.y[n & (wave_.memory - 1)]; }
  std::int32_t sum_at(std::int32_t n) const { return wave_.sums[n & (wave_.memory - 1)]; }

  /// The main deflection: the extremum of the wave, smoothed over three samples, next to the strongest bump.
  static void locate(BeatCandidate& c, const std::int32_t* w, std::int32_t bump_at, std::int32_t sign) {
    std::int32_t at = bump_at, best = -(1 << 30);
    for (std::int32_t i = bump_at - 3; i <= bump_at + 3; ++i) {
      const std::int32_t v = smooth(w + i) * sign;
      if (v > best) {
        best = v;
        at = i;
      }
    }
    const auto l = static_cast<float>(smooth(w + at - 1) * sign), m = static_cast<float>(best),
               r = static_cast<float>(smooth(w + at + 1) * sign);
    const float curve = 2 * m - l - r;
    const float shift = curve > 0 ? 0.5F * (r - l) / curve : 0;
    c.peak_offset = static_cast<float>(at) + (shift > 1 ? 1.0F : shift < -1 ? -1.0F : shift);
    c.polarity = static_cast<std::int8_t>(sign);
  }
  static std::int32_t smooth(const std::int32_t* w) { return w[-1] + 2 * w[0] + w[1]; }

  static void cut(BeatCandidate& c, const std::int32_t* w) {
    w -= c.snippet_length / 2;
    std::int32_t sum = 0, largest = 1;
    for (std::int32_t i = 0; i < c.snippet_length; ++i) sum += w[i];
    const std::int32_t mean = sum / c.snippet_length;
    for (std::int32_t i = 0; i < c.snippet_length; ++i) {
      const std::int32_t d = detail::magnitude(w[i] - mean);
      largest = d > largest ? d : largest;
    }
    const float scale = 127.0F / static_cast<float>(largest);
    for (std::int32_t i = 0; i < c.snippet_length; ++i)
      c.snippet[i] = static_cast<std::int8_t>(static_cast<float>(w[i] - mean) * scale);
  }

  QrsWavelets<std::int32_t> wave_{};
  std::int32_t envelope_[history] = {};
  std::int32_t strengths_[window] = {};
  std::int32_t envelope_sum_ = 0;
  std::int32_t phase_ = 0;
  std::int32_t now_ = 0;
  std::int32_t best_ = 0;
  std::int32_t best_at_ = 0;
  std::int32_t centre_ = 0;
  std::int32_t height_ = 0;
  std::int32_t after_ = 0;
};

}  // namespace vagus::health
