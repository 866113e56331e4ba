#pragma once
/// When each row of a channel was taken: stretches of even samples with gaps between them.
#include <cstdint>
#include <span>
#include <vector>

#include "lab/signal/input_rows.h"

namespace vagus::lab {

/// A run of rows without a gap. Row `first_row + k` is at `t_start_s + k / rate_hz`.
struct Stretch {
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  double t_start_s = 0;  ///< seconds since the recording's start
  double rate_hz = 0;    ///< the stretch's true mean rate
  double time_of(std::int64_t row) const { return t_start_s + static_cast<double>(row - first_row) / rate_hz; }
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// The time axis of a channel: at least one stretch if there is a row, in order of row and of time.
struct TimeAxis {
  std::vector<Stretch> stretches;
  double rate_hz = 0;  ///< the rate found: of one stretch its own, of several the mean weighted by rows
  double jitter_ms =
      0;  ///< the largest displacement of a sample when irregular stamps were put on the even grid; 0 if even
  InputRows input_rows;  ///< what each row was in the input

  /// `rows` even samples from `t_start_s` on.
  static TimeAxis even(double rate_hz, std::int64_t rows, double t_start_s = 0);
  /// The same axis, `by_s` later.
  TimeAxis shifted(double by_s) const;
  std::int64_t rows() const { return stretches.empty() ? 0 : stretches.back().first_row + stretches.back().rows; }
  std::int64_t gaps() const { return stretches.empty() ? 0 : static_cast<std::int64_t>(stretches.size()) - 1; }
  /// From the first row's time to one sample interval after the last row, in seconds.
  double duration_s() const;
  const Stretch& stretch_of(std::int64_t row) const;
  /// Time of a row in seconds since the recording's start; `row` in [0, rows()].
  double time_of(std::int64_t row) const;
  friend bool operator==(const TimeAxis&, const TimeAxis&) = default;
};

}  // namespace vagus::lab
