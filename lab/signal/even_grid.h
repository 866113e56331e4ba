#pragma once
/// From stamps to an even grid with gaps: the front end that stands before every detector, at the desk and on the
/// watch.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lab/signal/time_axis.h"

namespace vagus::lab {

/// Stamps put in order and cut into even stretches.
struct Grid {
  TimeAxis time;                        ///< over the rows that were kept, on the clock of the stamps; knows `kept_rows`
  std::vector<std::int64_t> kept_rows;  ///< input row of each kept row, in order of time; empty if all stay in place
  std::map<std::string, std::int64_t>
      repairs;  ///< "out of order stamps", "duplicated stamps", "unreadable stamps" -> how many
};

/// Puts irregular stamps (seconds, NaN where unreadable) on an even grid by the rule of OUTPUTS: a gap is longer than 5
/// nominal (median) intervals and 0.25 s; within a stretch the k-th sample is placed at start + k / rate, the stretch's
/// true mean rate (of a stretch of one row the nominal rate). A rate that is round within the resolution of the stamps
/// is that round rate, so that 360 Hz written in milliseconds is 360 Hz.
///
/// - Bursts (most steps near 0): the nominal interval is the median over 32 steps. Equal stamps by the packet: each
///   packet's rows are spread over the time to the next.
/// - Rows whose stamp runs backwards are put where their stamp belongs if there is room; a stretch that repeats time
///   already covered is dropped; a row that is in place but wrongly stamped stays where it is.
/// - Repeated stamps in an otherwise even recording: the repetition is dropped; elsewhere the rows keep their order.
/// - Rows without a readable stamp stay in their place.
/// Throws Error if no rate can be found: fewer than two readable stamps, all equal, or over half of them unreadable.
/// Linear in the rows while stamps are in order. Source: OUTPUTS, "Time".
Grid even_grid(std::span<const double> stamps_s);

/// The interval a gap has to exceed, for a nominal interval: 5 of them and 0.25 s.
constexpr double gap_threshold_s(double nominal_interval_s) {
  return 5 * nominal_interval_s > 0.25 ? 5 * nominal_interval_s : 0.25;
}

}  // namespace vagus::lab
