#pragma once
/// From stamps to an even grid with gaps: the front end that stands before every detector, at the desk and on the watch.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lab/signal/time_axis.h"

namespace vagus::lab {

/// Stamps put in order and cut into even stretches.
struct Grid {
  TimeAxis time;                        ///< over the rows that were kept
  std::vector<std::int64_t> kept_rows;  ///< input row of each kept row; empty if all were kept in place
  std::map<std::string, std::int64_t> repairs;  ///< "out of order stamps", "duplicated stamps", "unreadable stamps" -> how many
};

/// Puts irregular stamps (seconds, NaN where unreadable) on an even grid by the rule of OUTPUTS: a gap is longer than 5
/// nominal (median) intervals and 0.25 s; within a stretch the k-th sample is placed at start + k / rate, the stretch's
/// true mean rate. Bursty stamps (most steps near 0) are handled: the median is of the intervals after smoothing bursts.
/// Throws Error if no rate can be found.
Grid even_grid(std::span<const double> stamps_s);

}  // namespace vagus::lab
