#include "lab/failures/ecg_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "device/dsp/biquad.h"
#include "lab/base/error.h"
#include "lab/failures/error_table.h"

namespace vagus::lab {
namespace {

constexpr float noise_corner_hz = 30;
constexpr double beat_reach_s = 0.08, noise_reach_s = 1, wander_reach_s = 3, mean_s = 0.8;

float root(double square) { return static_cast<float>(std::sqrt(std::max(square, 0.0))); }

}  // namespace

EcgMeasures::EcgMeasures(const Channel& channel, const std::vector<double>& beats_s)
    : time_(channel.time), rate_hz_(channel.time.rate_hz), rows_(channel.samples.size()) {
  const auto to_mv = conversion(channel.unit, Unit::mv);
  if (!to_mv) throw Error("the channel " + channel.name + " is no voltage");
  if (rate_hz_ < 100) throw Error("the channel " + channel.name + " is below 100 Hz");
  wave_.resize(rows_);
  known_.resize(rows_);
  channel.samples.read(0, std::span<float>(wave_));
  float last = 0;
  for (std::size_t i = 0; i < rows_; ++i) {
    known_[i] = !std::isnan(wave_[i]);
    if (known_[i]) last = static_cast<float>(static_cast<double>(wave_[i]) * to_mv->factor + to_mv->offset);
    wave_[i] = last;
  }
  std::vector<bool> counts = known_;
  const auto reach = static_cast<std::size_t>(beat_reach_s * rate_hz_);
  for (const double t_s : beats_s) {
    const std::size_t at = row(t_s);
    for (std::size_t i = at - std::min(at, reach); i < std::min(rows_, at + reach + 1); ++i) counts[i] = false;
  }
  noise_squares_.assign(rows_ + 1, 0);
  mean_sum_.assign(rows_ + 1, 0);
  mean_squares_.assign(rows_ + 1, 0);
  between_beats_.assign(rows_ + 1, 0);
  mean_.resize(rows_);
  dsp::Biquad<float> filter(dsp::highpass(noise_corner_hz, static_cast<float>(rate_hz_)).value());
  if (rows_ > 0) filter.settle(wave_[0]);
  std::vector<double> sum(rows_ + 1, 0);
  for (std::size_t i = 0; i < rows_; ++i) {
    sum[i + 1] = sum[i] + static_cast<double>(wave_[i]);
    const auto high = static_cast<double>(filter.push(wave_[i]));
    noise_squares_[i + 1] = noise_squares_[i] + (counts[i] ? high * high : 0);
    between_beats_[i + 1] = between_beats_[i] + (counts[i] ? 1 : 0);
  }
  const auto half = static_cast<std::size_t>(mean_s * rate_hz_ / 2);
  for (std::size_t i = 0; i < rows_; ++i) {
    const std::size_t from = i - std::min(i, half), to = std::min(rows_, i + half + 1);
    mean_[i] = static_cast<float>((sum[to] - sum[from]) / static_cast<double>(to - from));
    const auto mean = static_cast<double>(mean_[i]);
    mean_sum_[i + 1] = mean_sum_[i] + mean;
    mean_squares_[i + 1] = mean_squares_[i] + mean * mean;
  }
}

std::size_t EcgMeasures::row(double t_s) const {
  const auto& stretches = time_.stretches;
  auto at =
      std::partition_point(stretches.begin(), stretches.end(), [&](const Stretch& s) { return s.t_start_s <= t_s; });
  if (at != stretches.begin()) --at;
  if (at == stretches.end()) return 0;
  const auto in = static_cast<std::int64_t>(std::llround((t_s - at->t_start_s) * at->rate_hz));
  const std::int64_t most = std::max<std::int64_t>(static_cast<std::int64_t>(rows_) - 1, 0);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(
      at->first_row + std::clamp<std::int64_t>(in, 0, std::max<std::int64_t>(at->rows - 1, 0)), 0, most));
}

float EcgMeasures::peak_to_peak_mv(double from_s, double to_s) const {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  if (rows_ == 0) return unknown_value;
  for (std::size_t i = row(from_s), end = row(to_s); i <= end; ++i) {
    if (!known_[i]) continue;
    low = std::min(low, wave_[i]);
    high = std::max(high, wave_[i]);
  }
  return high >= low ? high - low : unknown_value;
}

float EcgMeasures::amplitude_mv(double t_s) const {
  const float amplitude = peak_to_peak_mv(t_s - 0.06, t_s + 0.06);
  // Some forty values of noise lie 4.4 standard deviations apart.
  return 4.4F * muscle_noise_mv(t_s) > amplitude / 2 ? unknown_value : amplitude;
}

float EcgMeasures::muscle_noise_mv(double t_s) const {
  if (rows_ == 0) return unknown_value;
  const std::size_t from = row(t_s - noise_reach_s), to = row(t_s + noise_reach_s);
  const std::uint32_t n = between_beats_[to] - between_beats_[from];
  if (static_cast<double>(n) < 0.2 * rate_hz_) return unknown_value;
  return root((noise_squares_[to] - noise_squares_[from]) / n);
}

float EcgMeasures::baseline_wander_mv(double t_s) const {
  if (rows_ == 0) return unknown_value;
  const std::size_t from = row(t_s - wander_reach_s), to = row(t_s + wander_reach_s);
  if (to < from + 2) return unknown_value;
  const auto n = static_cast<double>(to - from);
  const double mean = (mean_sum_[to] - mean_sum_[from]) / n;
  return root((mean_squares_[to] - mean_squares_[from]) / n - mean * mean);
}

float EcgMeasures::baseline_shift_mv(double t_s) const {
  if (rows_ == 0) return unknown_value;
  const auto apart = static_cast<std::size_t>(mean_s * rate_hz_), each = static_cast<std::size_t>(0.05 * rate_hz_);
  float most = 0;
  for (std::size_t i = row(t_s - mean_s), end = row(t_s + mean_s); i + apart <= end; i += each)
    most = std::max(most, std::abs(mean_[i + apart] - mean_[i]));
  return most;
}

}  // namespace vagus::lab
