#pragma once
/// Recordings for the tests of the store: every kind of sample, gaps, missing samples, tracks; all from a seed.
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab::synthetic {

/// An ECG-like integer channel: a slow wave, a spike a second, noise.
inline Channel ecg(std::size_t rows, double rate_hz, std::uint64_t seed, const std::string& name = "MLII") {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0, 4);
  std::vector<std::int16_t> values(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    const double spike = 250 * std::exp(-std::pow((t - std::floor(t) - 0.5) / 0.02, 2));
    values[i] = static_cast<std::int16_t>(std::lround(1024 + 60 * std::sin(t) + spike + noise(random)));
  }
  Channel channel;
  channel.name = name;
  channel.quantity = Quantity::ecg;
  channel.unit = Unit::mv;
  channel.placement = Placement::chest;
  channel.samples = Samples(std::move(values), 200, 1024);
  channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(rows));
  channel.resolution_bits = 11;
  channel.adc_zero = 1024;
  channel.saturates_low = -5.12;
  channel.saturates_high = 5.115;
  return channel;
}

inline Track beats(double tick_hz, std::int64_t count) {
  Track track{"atr", tick_hz, {Layer{}}};
  for (std::int64_t i = 0; i < count; ++i) {
    const auto tick = static_cast<std::int64_t>((static_cast<double>(i) + 0.5) * tick_hz);
    track.layers[0].annotations.push_back(
        {tick, tick, i % 10 == 9 ? "V" : "N", i == 0 ? "(N\ttab\\" : "", i == 3 ? 1 : 0, 0, 0});
  }
  return track;
}

/// A recording of a lead and one channel of every other storage, the last with a gap.
inline Recording recording(const std::string& name, std::uint64_t seed, std::size_t rows = 20000) {
  Recording of;
  of.name = name;
  of.subject = "subject " + name;
  of.session = "1";
  of.start = Start{1'300'000'000'123'456 + static_cast<std::int64_t>(seed), 60, true};
  of.channels.push_back(ecg(rows, 250, seed));
  std::mt19937_64 random(seed + 1);
  std::uniform_real_distribution<double> uniform(-8, 8);
  std::vector<float> floats(rows / 5);
  for (float& value : floats) value = static_cast<float>(uniform(random));
  if (!floats.empty()) floats[floats.size() / 2] = std::numeric_limits<float>::quiet_NaN();
  std::vector<double> doubles(rows / 250 + 1);
  for (double& value : doubles) value = uniform(random);
  std::vector<std::int32_t> integers(rows / 3);
  for (std::size_t i = 0; i < integers.size(); ++i) integers[i] = static_cast<std::int32_t>(i * 1000);
  if (!integers.empty()) integers[0] = std::numeric_limits<std::int32_t>::min();
  const auto add = [&](const std::string& channel_name, Quantity quantity, Unit unit, Samples samples, TimeAxis time) {
    Channel channel;
    channel.name = channel_name;
    channel.quantity = quantity;
    channel.unit = unit;
    channel.placement = Placement::wrist;
    channel.samples = std::move(samples);
    channel.time = std::move(time);
    of.channels.push_back(std::move(channel));
  };
  const auto float_rows = static_cast<std::int64_t>(floats.size());
  const auto integer_rows = static_cast<std::int64_t>(integers.size());
  const auto double_rows = static_cast<std::int64_t>(doubles.size());
  add("acc_x", Quantity::acc_x, Unit::g, Samples(std::move(floats)), TimeAxis::even(50, float_rows, 0.25));
  add("a/b", Quantity::other, Unit::none, Samples(std::move(integers), 1000, 5),
      TimeAxis::even(250.0 / 3, integer_rows));
  TimeAxis gapped;
  const std::int64_t half = double_rows / 2;
  if (half > 0) gapped.stretches.push_back({0, half, 0, 1});
  gapped.stretches.push_back({half, double_rows - half, static_cast<double>(half) + 7.5, 1});
  gapped.rate_hz = 1;
  gapped.jitter_ms = 3.25;
  gapped.input_rows = InputRows({{1, 3}, {2, 1}, {half, half + 2}});
  add("baro", Quantity::baro, Unit::hpa, Samples(std::move(doubles)), gapped);
  of.tracks.push_back(beats(250, static_cast<std::int64_t>(rows) / 250));
  of.attributes = {{"age", "69"}, {"sex", "M"}, {"device", "synthetic"}};
  of.identifiers = {{"name", "Doe, J"}, {"comment 1", "Aldomet"}};
  of.repairs = {{"short rows", 2}};
  return of;
}

}  // namespace vagus::lab::synthetic
