#include "lab/failures/movement.h"

#include <algorithm>
#include <cmath>

#include "lab/failures/error_table.h"
#include "lab/study/event_wave.h"

namespace vagus::lab {
namespace {

constexpr double shortest_known_s = 0.5;

}  // namespace

std::vector<double> breaks_of(const Channel& channel) {
  std::vector<double> times;
  const auto& stretches = channel.time.stretches;
  for (std::size_t i = 1; i < stretches.size(); ++i) {
    times.push_back(stretches[i - 1].time_of(stretches[i - 1].first_row + stretches[i - 1].rows));
    times.push_back(stretches[i].t_start_s);
  }
  bool missing = false;
  for (std::int64_t row = 0; row < channel.time.rows(); ++row) {
    const bool now = channel.samples.missing(static_cast<std::size_t>(row));
    if (now != missing) times.push_back(channel.time.time_of(row));
    missing = now;
  }
  std::sort(times.begin(), times.end());
  return times;
}

Movement::Movement(const Recording& recording) {
  for (const Channel& channel : recording.channels) {
    const auto breaks = breaks_of(channel);
    breaks_s_.insert(breaks_s_.end(), breaks.begin(), breaks.end());
  }
  std::sort(breaks_s_.begin(), breaks_s_.end());
  const auto axes = acceleration_axes(recording);
  if (axes.empty()) return;
  time_ = axes.front()->time;
  const auto to_g = *conversion(axes.front()->unit, Unit::g);
  magnitude_g_.assign(axes.front()->samples.size(), 0);
  std::vector<float> values(magnitude_g_.size());
  for (const Channel* axis : axes) {
    axis->samples.read(0, std::span<float>(values));
    for (std::size_t i = 0; i < values.size(); ++i) magnitude_g_[i] += values[i] * values[i];
  }
  for (float& value : magnitude_g_) value = std::sqrt(value) * static_cast<float>(to_g.factor);
}

Movement::Rows Movement::rows_in(double from_s, double to_s) const {
  Rows rows{magnitude_g_.size(), 0};
  for (const Stretch& stretch : time_.stretches) {
    const auto row = [&](double t_s) {
      const double k = std::ceil((t_s - stretch.t_start_s) * stretch.rate_hz);
      return stretch.first_row + static_cast<std::int64_t>(std::clamp(k, 0.0, static_cast<double>(stretch.rows)));
    };
    const auto first = static_cast<std::size_t>(row(from_s)), last = static_cast<std::size_t>(row(to_s));
    if (first >= last) continue;
    rows.first = std::min(rows.first, first);
    rows.last = std::max(rows.last, last);
  }
  return rows;
}

float Movement::deviation_g(double from_s, double to_s) const {
  const Rows rows = rows_in(from_s, to_s);
  double sum = 0, squares = 0, known = 0;
  for (std::size_t i = rows.first; i < rows.last; ++i) {
    if (std::isnan(magnitude_g_[i])) continue;
    const auto value = static_cast<double>(magnitude_g_[i]) - 1;
    sum += value, squares += value * value, known += 1;
  }
  if (!(known >= std::max(2.0, shortest_known_s * time_.rate_hz))) return unknown_value;
  return static_cast<float>(std::sqrt(std::max(0.0, squares / known - sum / known * (sum / known))));
}

float Movement::greatest_g(double from_s, double to_s) const {
  const Rows rows = rows_in(from_s, to_s);
  float greatest = unknown_value;
  for (std::size_t i = rows.first; i < rows.last; ++i)
    if (!std::isnan(magnitude_g_[i])) greatest = std::fmax(greatest, magnitude_g_[i]);
  return greatest;
}

bool Movement::breaks_in(double from_s, double to_s) const {
  const auto next = std::lower_bound(breaks_s_.begin(), breaks_s_.end(), from_s);
  return next != breaks_s_.end() && *next <= to_s;
}

}  // namespace vagus::lab
