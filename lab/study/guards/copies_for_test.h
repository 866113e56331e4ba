#pragma once
/// Signals to be told apart or known again, and what people do to a recording before they share it under another name.
#include <cmath>
#include <string>
#include <vector>

#include "lab/signal/recording.h"
#include "lab/simulate/cohort.h"
#include "lab/stats/distributions.h"

namespace vagus::lab::guards {

inline Recording of_values(std::vector<float> values, double rate_hz, const std::string& name = "made") {
  Recording recording;
  recording.name = name;
  Channel channel;
  channel.name = "x";
  channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(values.size()));
  channel.samples = Samples(std::move(values));
  recording.channels.push_back(std::move(channel));
  return recording;
}

/// Member `index` of a simulated ECG cohort.
inline Recording simulated_ecg(std::uint64_t seed, std::int64_t index, double duration_s) {
  CohortSpec cohort;
  cohort.subjects = 100'000;
  cohort.duration_s = duration_s;
  return simulate_member(cohort, seed, index);
}

/// What is done to a copy, in this order.
struct Alteration {
  double from_s = 0, to_s = 1e9;  ///< the excerpt
  double rate_hz = 0;             ///< 0: as it is; else by straight lines between samples
  double gain = 1, offset = 0;
  double noise = 0;  ///< standard deviation, in rms of the signal
  double step = 0;   ///< rounding, in rms of the signal
};

/// The first channel of a recording, altered.
inline Recording altered(const Recording& recording, const Alteration& how, std::uint64_t seed = 1) {
  const Channel& channel = recording.channels.front();
  const double from_hz = channel.time.rate_hz, to_hz = how.rate_hz > 0 ? how.rate_hz : from_hz;
  const double end_s = std::min(how.to_s, static_cast<double>(channel.samples.size() - 1) / from_hz);
  std::vector<double> values;
  for (std::int64_t k = 0;; ++k) {
    const double place = (how.from_s + static_cast<double>(k) / to_hz) * from_hz;
    if (place > end_s * from_hz) break;
    const auto below = std::min(static_cast<std::size_t>(place), channel.samples.size() - 2);
    const double low = channel.samples.at(below), high = channel.samples.at(below + 1);
    values.push_back(low + (place - static_cast<double>(below)) * (high - low));
  }
  double mean = 0, square = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) square += (v - mean) * (v - mean) / static_cast<double>(values.size());
  const double rms = std::sqrt(square);
  SplitMix random(seed);
  std::vector<float> out;
  for (double v : values) {
    v += how.noise * rms * draw_normal(random);
    if (how.step > 0) v = std::round(v / (how.step * rms)) * how.step * rms;
    out.push_back(static_cast<float>(how.gain * v + how.offset));
  }
  return of_values(std::move(out), to_hz, recording.name + " altered");
}

}  // namespace vagus::lab::guards
