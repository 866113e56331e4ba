#pragma once
/// From the QRS envelope to candidates: every hump of the QRS envelope, with what can be measured on it alone.
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

/// A hump of the QRS envelope.
struct Hump {
  static constexpr int delay = 32;       ///< samples of 125 Hz from a hump's centre until it is known
  static constexpr int separation = 12;  ///< humps nearer than this (96 ms) to a greater one are parts of it
  std::int32_t centre = 0;               ///< in samples of 125 Hz
  std::int32_t height = 0;
};

/// Finds the humps of the envelope, each `Hump::delay` samples after its centre.
class HumpFinder {
 public:
  /// The envelope is looked at this many samples back, so that what follows a hump is there to be measured.
  static constexpr int behind = Hump::delay - envelope_lag - Hump::separation;

  /// Looks at the samples [n, end) of 125 Hz; `wave` gives `envelope(n)`. Returns the first that completes a hump,
  /// which `hump` then names, or `end`.
  template <class Wave>
  std::int32_t find(const Wave& wave, std::int32_t n, std::int32_t end) {
    std::int32_t before = before_, best = best_, best_at = best_at_;
    for (; n < end; ++n) {
      const std::int32_t at = n - behind, envelope = wave.envelope(at);
      const bool rising = envelope > before;
      before = envelope;
      if (rising && envelope > best) {
        best = envelope;
        best_at = at;
      } else if (at - best_at >= Hump::separation) {
        hump_ = {best_at - envelope_lag, best};
        best = 0;
        best_at = none;
        break;
      }
    }
    before_ = before, best_ = best, best_at_ = best_at;
    return n;
  }
  const Hump& hump() const { return hump_; }
  /// Goes on from where something else looked: the envelope of the last sample, the hump begun (`best` 0: none).
  void take(std::int32_t before, std::int32_t best, std::int32_t best_at) {
    before_ = before, best_ = best, best_at_ = best_at;
  }
  void restart() { *this = HumpFinder{}; }
  void rebase(std::int32_t by) {
    if (best_at_ != none) best_at_ -= by;
  }

  static constexpr std::int32_t none = 1 << 30;  ///< no hump is begun: beyond any sample

 private:
  std::int32_t before_ = 0;
  std::int32_t best_ = 0;
  std::int32_t best_at_ = none;
  Hump hump_{};
};

/// Measures humps.
class HumpMeasure {
 public:
  /// Fills in the rest of a candidate whose time and height are known. `Wave` gives `total(n)` and `envelope(n)` of the
  /// samples 20 before to 32 after it (see QrsEnvelope).
  template <class Wave>
  [[gnu::noinline]] static void measure(const Wave& from, BeatCandidate& c) {
    using detail::magnitude;
    using detail::share;
    const std::int32_t e0 = c.time + envelope_lag;

    const auto height = static_cast<std::int32_t>(c.height);
    std::int32_t before = 0, after = 0, low = height;
    for (std::int32_t k = 14; k < 30; k += 2) {
      const std::int32_t e = from.envelope(e0 - k);
      before += e >> 3;
      low = e < low ? e : low;
    }
    std::int32_t low_after = height;
    for (std::int32_t k = 10; k <= 24; k += 2) {
      const std::int32_t e = from.envelope(e0 + k);
      after += e >> 3;
      low_after = e < low_after ? e : low_after;
    }

    // The running total and the wave round the hump, straight: t[i] and w[i] are those of the sample i after its
    // centre.
    std::uint32_t totals[2 * reach + 5];
    for (std::int32_t i = 0; i < 2 * reach + 5; ++i) totals[i] = from.total(c.time - reach - 3 + i);
    const std::uint32_t* const t = totals + reach + 3;
    std::int32_t wave[2 * reach + 1];
    for (std::int32_t i = 0; i < 2 * reach + 1; ++i) wave[i] = whole(totals[i + 3] - totals[i + 2]);
    const std::int32_t* const w = wave + reach;

    // The wavelets centred on each sample.
    std::int32_t bump_max = 0, bump_at = 0, edge_max = 0, strength_sum = 0, strength_max = 0, edge_sum = 0;
    for (std::int32_t i = -10; i <= 10; ++i) {
      const std::int32_t edge = edge_at(t + i);
      const std::int32_t b = magnitude(bump_at_sample(t + i)), d = magnitude(edge);
      if (b > bump_max && i >= -8 && i <= 8) {
        bump_max = b;
        bump_at = i;
      }
      edge_sum += edge;
      edge_max = d > edge_max ? d : edge_max;
      strength_sum += b + d;
      strength_max = b + d > strength_max ? b + d : strength_max;
    }
    const std::int32_t bump_sign = bump_max > 0 && bump_at_sample(t + bump_at) < 0 ? -1 : 1;
    // The wave itself.
    std::int32_t top = w[-8], bottom = top, rough = 0, travel = 0, rise = top - w[-9];
    for (std::int32_t i = -8; i <= 8; ++i) {
      const std::int32_t y = w[i], next = w[i + 1] - y;
      top = y > top ? y : top;
      bottom = y < bottom ? y : bottom;
      rough += magnitude(rise - next);
      travel += magnitude(rise);
      rise = next;
    }
    const std::int32_t left = whole(t[-10] - t[-14]) / 4;
    const std::int32_t right = whole(t[13] - t[9]) / 4;
    const auto range = static_cast<float>(top - bottom);
    // 64 ms wavelets, of means over eight samples.
    std::int32_t slow_bump = 0, slow_edge = 0;
    for (std::int32_t i = -4; i <= 4; i += 2) {
      const std::uint32_t* const m = t + i;
      const std::int32_t a = whole(m[-5] - m[-13]) / 2, b = whole(m[3] - m[-5]) / 2, d = whole(m[11] - m[3]) / 2;
      const std::int32_t e = whole(m[-1] - m[-9]) / 2, f = whole(m[7] - m[-1]) / 2;
      const std::int32_t sb = magnitude(2 * b - a - d), se = magnitude(f - e);
      slow_bump = sb > slow_bump ? sb : slow_bump;
      slow_edge = se > slow_edge ? se : slow_edge;
    }
    c.shape[0] = share(c.height, static_cast<float>(before));
    c.shape[1] = share(c.height, static_cast<float>(after));
    c.shape[2] = share(c.height, static_cast<float>(low));
    c.shape[3] = share(c.height, static_cast<float>(low_after));
    c.shape[4] = share(static_cast<float>(bump_max), static_cast<float>(edge_max));
    c.shape[5] = share(static_cast<float>(magnitude(right - left)), range);
    c.shape[6] = share(static_cast<float>(rough), static_cast<float>(travel));
    c.shape[7] = share(static_cast<float>(strength_max) * 8, static_cast<float>(strength_sum));
    c.shape[8] = share(static_cast<float>(slow_bump), static_cast<float>(bump_max));
    c.shape[9] = share(static_cast<float>(slow_edge), static_cast<float>(bump_max));
    c.shape[10] = share(static_cast<float>(travel), range);
    c.shape[11] = share(static_cast<float>(magnitude(edge_sum)), static_cast<float>(bump_max));

    locate(c, w, bump_at, bump_sign);
    cut(c, w, whole(t[snippet_end - 1] - t[snippet_end - 1 - c.snippet_length]));
  }

 private:
  static constexpr int reach = 14;  ///< samples either side of a hump that are measured
  static constexpr int snippet_end = BeatCandidate::snippet_length / 2;

  static std::int32_t whole(std::uint32_t v) { return static_cast<std::int32_t>(v); }
  /// The wavelets of QrsEnvelope centred on a sample, from the running total there.
  static std::int32_t bump_at_sample(const std::uint32_t* t) {
    const std::uint32_t rise = t[1] - t[-3];
    return whole(rise + rise + rise + t[-7] - t[5]);
  }
  static std::int32_t edge_at(const std::uint32_t* t) { return whole(t[3] + t[-5] - t[-1] - t[-1]); }

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

  /// `sum`: of the wave over the snippet.
  static void cut(BeatCandidate& c, const std::int32_t* w, std::int32_t sum) {
    w -= snippet_end;
    const std::int32_t mean = sum / c.snippet_length;
    std::int32_t largest = 1;
    for (std::int32_t i = 0; i < c.snippet_length; ++i) {
      const std::int32_t d = detail::magnitude(w[i] - mean);
      largest = d > largest ? d : largest;
    }
    const float scale = 127.0F / static_cast<float>(largest);
    for (std::int32_t i = 0; i < c.snippet_length; ++i)
      c.snippet[i] = static_cast<std::int8_t>(static_cast<float>(w[i] - mean) * scale);
  }
};

}  // namespace vagus::health
