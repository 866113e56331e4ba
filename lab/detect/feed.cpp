#include "lab/detect/feed.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace vagus::lab {
namespace {

constexpr double bridged_at_most_s = 0.1;
constexpr std::size_t block = 4096;

bool all_finite(const float* values, std::size_t count) {
  // Exponent bits all set means not finite; or-ing a compare over a block vectorises where isfinite does not.
  unsigned bad = 0;
  for (std::size_t i = 0; i < count; ++i)
    bad |= static_cast<unsigned>(!(std::abs(values[i]) <= std::numeric_limits<float>::max()));
  return bad == 0;
}

}  // namespace

Feed::Feed(Instance& instance, std::vector<bool> required, Listener listener)
    : instance_(instance),
      required_(std::move(required)),
      listener_(std::move(listener)),
      waiting_(required_.size()),
      last_(required_.size()) {}

void Feed::begin_stretch(std::int64_t first_row, double t_start_s, double rate_hz) {
  missing_ += static_cast<std::int64_t>(waiting_.front().size());
  for (auto& column : waiting_) column.clear();
  open_ = false;
  stretch_row_ = next_row_ = first_row;
  stretch_t_s_ = t_start_s;
  rate_hz_ = rate_hz;
}

bool Feed::complete(std::span<const float* const> columns, std::size_t row) const {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (required_[c] && !std::isfinite(columns[c][row])) return false;
  }
  return true;
}

void Feed::start_segment(std::int64_t row) {
  const double t = stretch_t_s_ + static_cast<double>(row - stretch_row_) / rate_hz_;
  if (!segments_.empty()) {
    const double lost_s = std::max(0.0, t - end_time_of(pushed_));
    instance_.gap(Duration::from_us(static_cast<std::int64_t>(std::llround(std::min(lost_s, 9e12) * 1e6))));
    ++gaps_;
  }
  instance_.begin(t, rate_hz_);
  segments_.push_back({pushed_, row, t, rate_hz_});
  open_ = true;
}

void Feed::push(std::span<const float* const> columns, std::size_t first, std::size_t count) {
  std::vector<const float*> shifted(columns.size());
  while (count > 0) {
    const std::size_t now = std::min(count, block);
    for (std::size_t c = 0; c < columns.size(); ++c) shifted[c] = columns[c] == nullptr ? nullptr : columns[c] + first;
    instance_.push(shifted, now, listener_);
    pushed_ += static_cast<std::int64_t>(now);
    next_row_ += static_cast<std::int64_t>(now);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (shifted[c] != nullptr) last_[c] = shifted[c][now - 1];
    }
    first += now;
    count -= now;
  }
}

void Feed::bridge(std::span<const float* const> columns, std::size_t row) {
  const std::size_t n = waiting_.front().size();
  std::vector<const float*> filled(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<float>& column = waiting_[c];
    filled[c] = columns[c] == nullptr ? nullptr : column.data();
    if (!required_[c]) continue;
    // From each finite value to the next, a straight line.
    std::size_t i = 0;
    float from = last_[c];
    std::ptrdiff_t from_at = -1;
    while (i < n) {
      if (std::isfinite(column[i])) {
        from = column[i];
        from_at = static_cast<std::ptrdiff_t>(i++);
        continue;
      }
      std::size_t to_at = i;
      while (to_at < n && !std::isfinite(column[to_at])) ++to_at;
      const float to = to_at < n ? column[to_at] : columns[c][row];
      const auto steps = static_cast<float>(static_cast<std::ptrdiff_t>(to_at) - from_at);
      for (; i < to_at; ++i, ++bridged_) {
        column[i] = from + (to - from) * (static_cast<float>(static_cast<std::ptrdiff_t>(i) - from_at) / steps);
      }
    }
  }
  next_row_ -= static_cast<std::int64_t>(n);
  push(filled, 0, n);
  for (auto& column : waiting_) column.clear();
}

void Feed::rows(std::span<const float* const> columns, std::size_t count) {
  std::size_t at = 0;
  while (at < count) {
    const std::size_t look = std::min(count - at, block);
    bool clean = true;
    for (std::size_t c = 0; c < columns.size() && clean; ++c)
      clean = !required_[c] || all_finite(columns[c] + at, look);
    if (clean && waiting_.front().empty()) {
      if (!open_) start_segment(next_row_);
      push(columns, at, look);
      at += look;
      continue;
    }
    for (const std::size_t end = at + look; at < end; ++at) {
      if (complete(columns, at)) {
        if (!open_) {
          missing_ += static_cast<std::int64_t>(waiting_.front().size());
          for (auto& column : waiting_) column.clear();
          start_segment(next_row_);
        }
        if (!waiting_.front().empty()) bridge(columns, at);
        push(columns, at, 1);
        continue;
      }
      ++next_row_;
      if (!open_) {
        ++missing_;
        continue;
      }
      for (std::size_t c = 0; c < columns.size(); ++c) {
        waiting_[c].push_back(columns[c] == nullptr ? std::numeric_limits<float>::quiet_NaN() : columns[c][at]);
      }
      const std::size_t n = waiting_.front().size();
      if (n > 1 && static_cast<double>(n) / rate_hz_ > bridged_at_most_s * (1 + 1e-9)) {
        missing_ += static_cast<std::int64_t>(n);
        for (auto& column : waiting_) column.clear();
        open_ = false;
      }
    }
  }
}

void Feed::finish() {
  missing_ += static_cast<std::int64_t>(waiting_.front().size());
  for (auto& column : waiting_) column.clear();
  instance_.finish(listener_);
}

const Feed::Segment& Feed::segment_of(std::int64_t sample) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), sample,
                                      [](std::int64_t s, const Segment& segment) { return s < segment.first_sample; });
  return after == segments_.begin() ? segments_.front() : *(after - 1);
}

std::int64_t Feed::row_of(std::int64_t sample) const {
  if (segments_.empty()) return 0;
  const Segment& segment = segment_of(sample);
  return segment.first_row + (sample - segment.first_sample);
}

double Feed::time_of(std::int64_t sample) const {
  if (segments_.empty()) return 0;
  const Segment& segment = segment_of(sample);
  return segment.t_start_s + static_cast<double>(sample - segment.first_sample) / segment.rate_hz;
}

double Feed::end_time_of(std::int64_t sample) const {
  if (segments_.empty()) return 0;
  const Segment& segment = segment_of(sample - 1);
  return segment.t_start_s + static_cast<double>(sample - segment.first_sample) / segment.rate_hz;
}

bool Feed::gap_between(std::int64_t first_sample, std::int64_t second_sample) const {
  return !segments_.empty() && &segment_of(first_sample) != &segment_of(second_sample);
}

}  // namespace vagus::lab
