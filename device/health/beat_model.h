#pragma once
/// What was learned: the network that scores a candidate, how likely intervals are, and the calibration of the answer.
///
/// Learned on the DS1 records of MIT-BIH (EC57's training half, without 201), both leads, as they are and with
/// simulated noise, gain changes, pauses, pacing spikes, other rates and either polarity.
#include <cstdint>

#include "device/base/math.h"
#include "device/health/beat_intervals.h"
#include "device/health/beat_weights.h"

namespace vagus::health {

struct BeatModel : BeatWeights, BeatIntervals {
  /// The log odds that a candidate with these features is a beat. Eight hidden units at a time, by name, so that every
  /// compiler keeps them in registers.
  static float logit(const float* features) {
    static_assert(hidden % 8 == 0);
    using math::fused;
    float sum = out_bias;
    for (int first = 0; first < hidden; first += 8) {
      const float* const start = bias + first;
      float a = start[0], b = start[1], c = start[2], d = start[3], e = start[4], f = start[5], g = start[6],
            h = start[7];
      for (int k = 0; k < inputs; ++k) {
        const float* const w = weight[k] + first;
        const float x = features[k];
        a = fused(w[0], x, a), b = fused(w[1], x, b), c = fused(w[2], x, c), d = fused(w[3], x, d);
        e = fused(w[4], x, e), f = fused(w[5], x, f), g = fused(w[6], x, g), h = fused(w[7], x, h);
      }
      const float unit[] = {a, b, c, d, e, f, g, h};
      for (int j = 0; j < 8; ++j) sum = fused(unit[j] > 0 ? unit[j] : 0.0F, out[first + j], sum);
    }
    return sum;
  }

  /// The probability that a reported beat is right, from its posterior: straight lines between points found on DS1 as
  /// it is and in simulated noise.
  static float calibrated(float posterior) {
    constexpr int last = static_cast<int>(sizeof known / sizeof known[0]) - 1;
    if (posterior <= known[0].posterior) return known[0].right;
    for (int i = 1; i <= last; ++i) {
      if (posterior > known[i].posterior) continue;
      const Point &a = known[i - 1], &b = known[i];
      return a.right + (posterior - a.posterior) * ((b.right - a.right) / (b.posterior - a.posterior));
    }
    return known[last].right;
  }

 private:
  struct Point {
    float posterior, right;
  };
  static constexpr Point known[] = {{0.0F, 0.0F},   {0.15F, 0.285F}, {0.25F, 0.370F}, {0.35F, 0.435F},
                                    {0.5F, 0.530F}, {0.6F, 0.622F},  {0.7F, 0.708F},  {0.8F, 0.771F},
                                    {0.9F, 0.868F}, {0.95F, 0.894F}, {0.98F, 0.947F}, {0.995F, 0.991F},
                                    {1.0F, 0.9999F}};
};

}  // namespace vagus::health
