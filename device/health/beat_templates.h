#pragma once
/// Running pictures of the kinds of beat that this lead shows.
#include <cstdint>

#include "device/health/beat_candidates.h"

namespace vagus::health {

/// Up to three kinds of beat, each an average over the last eight or so of its kind. Whole numbers throughout.
class BeatTemplates {
 public:
  static constexpr int count = 3;
  /// Squared correlations, 0 (or against) to 1.
  struct Likeness {
    float best = 0;          ///< with the kind it is most like
    float commonest = 0;     ///< with the commonest kind
    std::int32_t kind = -1;  ///< the kind it is most like; -1: none
  };

  Likeness compare(const BeatCandidate& c) const {
    Likeness like;
    const Windows w = windows(c);
    std::int32_t most = 0;
    for (int t = 0; t < count; ++t) {
      if (kinds_[t].weight == 0) continue;
      const float r = correlate(c, w, kinds_[t]);
      if (r > like.best) {
        like.best = r;
        like.kind = t;
      }
      if (kinds_[t].weight > most) {
        most = kinds_[t].weight;
        like.commonest = r;
      }
    }
    return like;
  }

  /// Takes in a beat, with what `compare` said of it.
  void learn(const BeatCandidate& c, const Likeness& like) {
    for (Kind& k : kinds_) k.weight -= k.weight >> 5;
    if (like.best > alike) {
      Kind& k = kinds_[like.kind];
      k.weight += one_beat;
      for (int i = 0; i < length; ++i)
        k.wave[i] = static_cast<std::int16_t>(k.wave[i] + ((fine * c.snippet[i] - k.wave[i]) >> 3));
      measure(k);
      return;
    }
    int into = 0;
    for (int t = 1; t < count; ++t)
      if (kinds_[t].weight < kinds_[into].weight) into = t;
    Kind& k = kinds_[into];
    k.weight = one_beat;
    for (int i = 0; i < length; ++i) k.wave[i] = static_cast<std::int16_t>(fine * c.snippet[i]);
    measure(k);
  }

 private:
  static constexpr int length = BeatCandidate::snippet_length;
  static constexpr int shifts = 2;                   ///< samples a candidate may lie off, either way
  static constexpr int width = length - 2 * shifts;  ///< what is compared: 192 ms
  static constexpr int fine = 8;                     ///< steps of a template in one of a snippet
  static constexpr std::int32_t one_beat = 1 << 10;
  static constexpr float alike = 0.7F;
  static constexpr float per_width = 1.0F / width;

  struct Kind {
    std::int16_t wave[length] = {};
    std::int32_t sum = 0;
    float variance = 0;
    std::int32_t weight = 0;  ///< decaying count of its beats; 0: free
  };
  /// Sum and variance of a candidate's wave under each shift.
  struct Windows {
    std::int32_t sum[2 * shifts + 1];
    float variance[2 * shifts + 1];
  };

  static Windows windows(const BeatCandidate& c) {
    Windows w;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled in below
    std::int32_t s = 0, q = 0;
    for (int i = 0; i < width; ++i) {
      s += c.snippet[i];
      q += c.snippet[i] * c.snippet[i];
    }
    for (int k = 0;; ++k) {
      const auto sum = static_cast<float>(s);
      w.sum[k] = s;
      w.variance[k] = static_cast<float>(q) - sum * sum * per_width;
      if (k == 2 * shifts) return w;
      const std::int32_t in = c.snippet[width + k], out = c.snippet[k];
      s += in - out;
      q += in * in - out * out;
    }
  }
  static float correlate(const BeatCandidate& c, const Windows& w, const Kind& k) {
    static_assert(shifts == 2 && width % 4 == 0);
    // All shifts at once, by name, so that every compiler keeps their sums in registers.
    std::int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0;
    std::int32_t s0 = c.snippet[0], s1 = c.snippet[1], s2 = c.snippet[2], s3 = c.snippet[3];
#pragma GCC unroll 4
    for (int i = 0; i < width; ++i) {
      const std::int32_t y = k.wave[i + shifts], s4 = c.snippet[i + 4];
      sum0 += s0 * y, sum1 += s1 * y, sum2 += s2 * y, sum3 += s3 * y, sum4 += s4 * y;
      s0 = s1, s1 = s2, s2 = s3, s3 = s4;
    }
    const std::int32_t sums[] = {sum0, sum1, sum2, sum3, sum4};
    float best = 0;
    for (int shift = 0; shift <= 2 * shifts; ++shift) {
      const float cov =
          static_cast<float>(sums[shift]) - static_cast<float>(w.sum[shift]) * static_cast<float>(k.sum) * per_width;
      if (cov <= 0) continue;
      const float r = cov * cov / (w.variance[shift] * k.variance + 1.0F);
      best = r > best ? r : best;
    }
    return best;
  }
  static void measure(Kind& k) {
    std::int32_t s = 0, q = 0;
    for (int i = 0; i < width; ++i) {
      const std::int32_t v = k.wave[i + shifts];
      s += v;
      q += v * v;
    }
    const auto sum = static_cast<float>(s);
    k.sum = s;
    k.variance = static_cast<float>(q) - sum * sum * per_width;
  }

  Kind kinds_[count] = {};
};

}  // namespace vagus::health
