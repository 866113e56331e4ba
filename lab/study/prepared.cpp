#include "lab/study/prepared.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_taps = 4096, most_held_bytes = std::size_t{512} << 20U;

/// Modified Bessel function of the first kind, order 0, by its series.
double bessel_0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 60; ++k) {
    term *= (x / 2 / k) * (x / 2 / k);
    sum += term;
  }
  return sum;
}

/// A windowed sinc between the corner and 1.2 of it. Source: Kaiser 1974; beta and length for 80 dB.
std::vector<double> lowpass_taps(double corner_hz, double rate_hz, const std::string& where) {
  constexpr double down_db = 80, beta = 0.1102 * (down_db - 8.7);
  const double width = 0.2 * corner_hz / rate_hz, middle = 1.1 * corner_hz / rate_hz;
  const auto half = static_cast<std::ptrdiff_t>(std::ceil((down_db - 7.95) / (2.285 * 2 * M_PI * width) / 2));
  if (static_cast<std::size_t>(2 * half + 1) > most_taps)
    throw Error("the low-pass is too low for the rate of " + std::to_string(rate_hz) + " Hz", where, "resample first");
  std::vector<double> taps;
  double sum = 0;
  for (std::ptrdiff_t k = -half; k <= half; ++k) {
    const double x = static_cast<double>(k), place = x / static_cast<double>(half);
    const double sinc = k == 0 ? 2 * middle : std::sin(2 * M_PI * middle * x) / (M_PI * x);
    taps.push_back(sinc * bessel_0(beta * std::sqrt(std::max(0.0, 1 - place * place))) / bessel_0(beta));
    sum += taps.back();
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

/// A run without a gap; its ends are held.
void filter_run(std::span<float> run, const std::vector<double>& taps) {
  const auto half = static_cast<std::ptrdiff_t>(taps.size() / 2), size = static_cast<std::ptrdiff_t>(run.size());
  std::vector<float> padded;
  padded.insert(padded.end(), static_cast<std::size_t>(half), run.front());
  padded.insert(padded.end(), run.begin(), run.end());
  padded.insert(padded.end(), static_cast<std::size_t>(half), run.back());
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    double sum = 0;
    const float* from = padded.data() + i;
    for (std::size_t k = 0; k < taps.size(); ++k) sum += taps[k] * static_cast<double>(from[k]);
    run[static_cast<std::size_t>(i)] = static_cast<float>(sum);
  }
}

void lowpass(Channel& channel, double corner_hz, const std::string& recording) {
  std::vector<float> values(channel.samples.size());
  channel.samples.read(0, values);
  bool changed = false;
  for (const Stretch& stretch : channel.time.stretches) {
    if (stretch.rate_hz < 2.4 * corner_hz) continue;
    const auto taps = lowpass_taps(corner_hz, stretch.rate_hz, recording + " channel " + channel.name);
    const auto all =
        std::span(values).subspan(static_cast<std::size_t>(stretch.first_row), static_cast<std::size_t>(stretch.rows));
    for (std::size_t i = 0; i < all.size();) {
      std::size_t end = i;
      while (end < all.size() && std::isfinite(all[end])) ++end;
      if (end > i) filter_run(all.subspan(i, end - i), taps);
      i = std::max(end, i + 1);
    }
    changed = true;
  }
  if (changed) channel.samples = Samples(std::move(values));
}

void cut(Channel& channel, double length_s) {
  TimeAxis time = channel.time;
  time.stretches.clear();
  std::int64_t rows = 0;
  for (Stretch stretch : channel.time.stretches) {
    const double left = std::ceil((length_s - stretch.t_start_s) * stretch.rate_hz - 1e-9);
    stretch.rows = std::min(stretch.rows, static_cast<std::int64_t>(std::max(left, 0.0)));
    if (stretch.rows == 0) break;
    rows = stretch.first_row + stretch.rows;
    time.stretches.push_back(stretch);
  }
  std::visit([&](auto& values) { values.resize(static_cast<std::size_t>(rows)); }, channel.samples.storage());
  channel.time = std::move(time);
}

std::size_t bytes_of(const Recording& recording) {
  std::size_t bytes = 0;
  for (const Channel& channel : recording.channels)
    bytes +=
        std::visit([](const auto& values) { return values.size() * sizeof(values[0]); }, channel.samples.storage());
  return bytes;
}

}  // namespace

Recording prepared(Recording recording, const DataSpec& data) {
  for (Channel& channel : recording.channels) {
    if (data.length_s > 0) cut(channel, data.length_s);
    if (data.lowpass_hz > 0) lowpass(channel, data.lowpass_hz, recording.name);
  }
  return recording;
}

PreparedSource::PreparedSource(std::unique_ptr<Source> inner, DataSpec data)
    : SourceOver(*inner), owned_(std::move(inner)), data_(std::move(data)), items_(owned_->items()) {
  for (StudyItem& item : items_) {
    if (data_.length_s > 0) item.duration_s = std::min(item.duration_s, data_.length_s);
  }
}

Recording HeldSource::load(const StudyItem& item) const {
  {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(item.id());
    if (found != held_.end()) {
      Recording recording = std::move(found->second);
      bytes_ -= bytes_of(recording);
      held_.erase(found);
      return recording;
    }
  }
  return inner().load(item);
}

void HeldSource::hold(const StudyItem& item, Recording recording) const {
  const std::size_t bytes = bytes_of(recording);
  const std::lock_guard lock(mutex_);
  if (bytes_ + bytes > most_held_bytes) return;
  if (held_.emplace(item.id(), std::move(recording)).second) bytes_ += bytes;
}

}  // namespace vagus::lab
