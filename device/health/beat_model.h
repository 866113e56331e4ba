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
  /// The log odds that a candidate with these features is a beat.
  static float logit(const float* f) {
    float h[hidden];
    for (int j = 0; j < hidden; ++j) h[j] = bias[j];
    for (int k = 0; k < inputs; ++k)
      for (int j = 0; j < hidden; ++j) h[j] = math::fused(weight[k][j], f[k], h[j]);
    float sum = out_bias;
    for (int j = 0; j < hidden; ++j) sum = math::fused(h[j] > 0 ? h[j] : 0.0F, out[j], sum);
    return sum;
  }
  static float calibrated(float posterior) { return posterior < 1.0F ? posterior : 1.0F; }
};

}  // namespace vagus::health
