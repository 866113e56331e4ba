#include "lab/study/guards/file_properties.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "device/dsp/spectrum.h"
#include "lab/study/packed.h"

namespace vagus::lab::guards {
namespace {

constexpr std::uint32_t points = 128;
using Spectrum = dsp::Welch<points>;
constexpr double edge_db = 15, floor_db = 60;
/// No more of a recording is looked at: what its file is does not change in it.
constexpr std::size_t most_values = 1U << 16U;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double mean_of(const std::vector<double>& values, std::size_t from, std::size_t to) {
  return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(from),
                         values.begin() + static_cast<std::ptrdiff_t>(to), 0.0) /
         static_cast<double>(to - from);
}

/// The mean density in each bin, in dB, lifted to the floor.
std::vector<double> levels_db(const Spectrum& spectrum) {
  std::vector<double> levels;
  for (std::uint32_t k = 1; k < Spectrum::bins - 1; ++k)
    levels.push_back(10 * std::log10(std::max(static_cast<double>(spectrum.density(k)), 1e-30)));
  const double top = *std::max_element(levels.begin(), levels.end());
  for (double& level : levels) level = std::max(level, top - floor_db);
  return levels;
}

std::int64_t as_integers_step(const Samples& samples) {
  std::int64_t step = 0, first = 0;
  bool any = false;
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < std::min(values.size(), most_values); ++i) {
          if (samples.missing(i)) continue;
          const auto value = static_cast<std::int64_t>(values[i]);
          if (!any) first = value;
          any = true;
          step = std::gcd(step, value - first);
        }
      },
      samples.storage());
  return step;
}

double as_reals_step(const Samples& samples) {
  std::vector<double> values;
  for (std::size_t i = 0; i < std::min(samples.size(), most_values); ++i) {
    const double value = samples.at(i);
    if (std::isfinite(value)) values.push_back(value);
  }
  if (values.size() < 2) return 0;
  std::sort(values.begin(), values.end());
  const double range = values.back() - values.front();
  double step = range;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double difference = values[i] - values[i - 1];
    if (difference > 1e-6 * range) step = std::min(step, difference);
  }
  if (!(step > 0) || range / step > 1e5) return 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double multiple = (values[i] - values[i - 1]) / step;
    if (std::abs(multiple - std::round(multiple)) > 1e-2) return 0;
  }
  return step;
}

}  // namespace

double bandwidth_hz(const Channel& channel) {
  const double rate_hz = channel.time.rate_hz;
  const auto made = Spectrum::make(static_cast<float>(rate_hz));
  if (!made) return unknown;
  const auto spectrum = std::make_unique<Spectrum>(made.value());
  std::vector<float> values(std::min(channel.samples.size(), most_values));
  channel.samples.read(0, values);
  std::size_t used = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) {
      spectrum->gap();
      continue;
    }
    spectrum->push(value);
    ++used;
  }
  if (used < 2 * std::size_t{points} || !(spectrum->density(points / 8) > 0)) return unknown;
  const std::vector<double> levels = levels_db(*spectrum);
  // Level k is bin k + 1. From the edge upwards everything is down, and nothing more falls.
  double best = edge_db;
  double edge = static_cast<double>(points) / 2;
  for (std::size_t k = 6; k < levels.size(); ++k) {
    const std::size_t near = std::max<std::size_t>(2, k / 5);
    if (k + 2 * near > levels.size()) break;
    const double below = mean_of(levels, k - near, k), above = mean_of(levels, k + near, k + 2 * near);
    const double all_above = mean_of(levels, k + near, levels.size());
    const double drop = std::min(below - above, below - all_above);
    if (drop <= best) continue;
    best = drop;
    edge = static_cast<double>(k) + static_cast<double>(near) / 2 + 1;
  }
  return edge * rate_hz / points;
}

double quantisation_of(const Channel& channel) {
  const Samples& samples = channel.samples;
  if (!samples.is_integer()) return as_reals_step(samples);
  return static_cast<double>(as_integers_step(samples)) / std::abs(samples.gain());
}

FileProperties file_properties(const Recording& recording, std::size_t channel) {
  FileProperties out;
  out.length_s = recording.duration_s();
  out.channels = static_cast<double>(recording.channels.size());
  out.start_h = unknown;
  if (recording.start) {
    constexpr std::int64_t day_us = 86'400'000'000;
    const std::int64_t zone_us =
        recording.start->utc ? std::int64_t{60'000'000} * recording.start->zone_minutes.value_or(0) : 0;
    const std::int64_t of_day = ((recording.start->us + zone_us) % day_us + day_us) % day_us;
    out.start_h = static_cast<double>(of_day) / 3.6e9;
  }
  for (const char* part : {"device", "sensor_part", "hardware_revision", "firmware_revision"}) {
    const auto found = recording.attributes.find(part);
    if (found != recording.attributes.end()) out.device += (out.device.empty() ? "" : ", ") + found->second;
  }
  if (channel >= recording.channels.size()) {
    out.true_rate_hz = out.bandwidth_hz = out.quantisation = out.gaps = unknown;
    return out;
  }
  const Channel& read = recording.channels[channel];
  out.true_rate_hz = read.time.rate_hz;
  out.gaps = static_cast<double>(read.time.gaps());
  out.bandwidth_hz = bandwidth_hz(read);
  out.quantisation = quantisation_of(read);
  return out;
}

std::string pack(const FileProperties& properties) {
  Packer out;
  for (const double one : {properties.true_rate_hz, properties.bandwidth_hz, properties.length_s,
                           properties.quantisation, properties.channels, properties.gaps, properties.start_h})
    out.number(one);
  out.text(properties.device);
  return out.take();
}

std::optional<FileProperties> unpack_file_properties(std::string_view bytes) {
  Unpacker in(bytes);
  FileProperties properties;
  for (double* one : {&properties.true_rate_hz, &properties.bandwidth_hz, &properties.length_s,
                      &properties.quantisation, &properties.channels, &properties.gaps, &properties.start_h})
    *one = in.number<double>();
  properties.device = in.text();
  if (!in.whole()) return std::nullopt;
  return properties;
}

}  // namespace vagus::lab::guards
