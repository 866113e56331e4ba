#include "lab/signal/time_axis.h"

#include <algorithm>

namespace vagus::lab {

TimeAxis TimeAxis::even(double rate_hz, std::int64_t rows, double t_start_s) {
  TimeAxis axis;
  axis.rate_hz = rate_hz;
  if (rows > 0) axis.stretches.push_back({0, rows, t_start_s, rate_hz});
  return axis;
}

TimeAxis TimeAxis::shifted(double by_s) const {
  TimeAxis axis = *this;
  for (Stretch& stretch : axis.stretches) stretch.t_start_s += by_s;
  return axis;
}

double TimeAxis::duration_s() const {
  if (stretches.empty()) return 0;
  const Stretch& last = stretches.back();
  return last.time_of(last.first_row + last.rows) - stretches.front().t_start_s;
}

const Stretch& TimeAxis::stretch_of(std::int64_t row) const {
  auto after = std::upper_bound(stretches.begin(), stretches.end(), row,
                                [](std::int64_t r, const Stretch& s) { return r < s.first_row; });
  return after == stretches.begin() ? *after : *(after - 1);
}

double TimeAxis::time_of(std::int64_t row) const { return stretch_of(row).time_of(row); }

}  // namespace vagus::lab
