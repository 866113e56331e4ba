#include "lab/signal/even_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double farthest_s = 1e11;        // 3,000 years: farther from the median, a stamp is no time
constexpr std::size_t most_taken = 65536;  // a median of so many intervals is as good as that of all
constexpr double most_hz = 1e9;            // stamps are told apart by nanoseconds
constexpr double slack_s = 1e-9;           // what adding doubles costs

struct Rows {
  std::vector<double> stamp;
  std::vector<std::int64_t> row;  // empty while every row is in place
};

double median(std::vector<double>& values) {
  // Of an even number the lower one: of two intervals the longer may be a gap.
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Median of (stamp[i + width] - stamp[i]) / width over positive ones; 0 if there is none.
double median_interval(std::span<const double> stamp, std::size_t width) {
  if (stamp.size() <= width) return 0;
  const std::size_t last = stamp.size() - width;
  const std::size_t step = std::max<std::size_t>(1, last / most_taken);
  std::vector<double> intervals;
  intervals.reserve(last / step + 1);
  for (std::size_t i = 0; i < last; i += step) {
    const double interval = stamp[i + width] - stamp[i];
    if (interval > 0) intervals.push_back(interval / static_cast<double>(width));
  }
  return intervals.empty() ? 0 : median(intervals);
}

double nominal_interval(std::span<const double> stamp) {
  const double plain = median_interval(stamp, 1);
  const double smooth = median_interval(stamp, std::min<std::size_t>(32, (stamp.size() - 1) / 2));
  return smooth > 2 * plain ? smooth : plain;
}

/// Marks a longest non-decreasing subsequence of the readable stamps.
std::vector<bool> in_order(std::span<const double> stamp) {
  std::vector<std::size_t> tails;  // row that ends the best run of each length
  std::vector<std::size_t> before(stamp.size(), stamp.size());
  for (std::size_t i = 0; i < stamp.size(); ++i) {
    if (std::isnan(stamp[i])) continue;
    const auto at = std::upper_bound(tails.begin(), tails.end(), stamp[i],
                                     [&](double value, std::size_t row) { return value < stamp[row]; });
    if (at != tails.begin()) before[i] = *(at - 1);
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<bool> marked(stamp.size(), false);
  for (std::size_t row = tails.empty() ? stamp.size() : tails.back(); row < stamp.size(); row = before[row]) {
    marked[row] = true;
  }
  return marked;
}

/// Fills unreadable stamps from their neighbours: evenly between them, or at nominal steps where that would hide a gap.
void fill_unreadable(std::vector<double>& stamp, double nominal) {
  const std::size_t n = stamp.size();
  for (std::size_t first = 0; first < n; ++first) {
    if (!std::isnan(stamp[first])) continue;
    std::size_t end = first;
    while (end < n && std::isnan(stamp[end])) ++end;
    const auto count = static_cast<double>(end - first);
    for (std::size_t k = first; k < end; ++k) {
      const auto steps = static_cast<double>(k - first + 1);
      if (first == 0) {
        stamp[k] = stamp[end] - (count - steps + 1) * nominal;
      } else {
        const double room = end < n ? (stamp[end] - stamp[first - 1]) / (count + 1) : nominal;
        stamp[k] = stamp[first - 1] + steps * (room > 1.5 * nominal ? nominal : room);
      }
    }
    first = end;
  }
}

/// Puts rows that run backwards where they belong, or drops what covers time already covered.
void mend_order(Rows& rows, double nominal, Grid& grid) {
  std::vector<double>& stamp = rows.stamp;
  const std::size_t n = stamp.size();
  const std::vector<bool> good = in_order(stamp);
  std::vector<double> ordered;
  for (std::size_t i = 0; i < n; ++i) {
    if (good[i]) ordered.push_back(stamp[i]);
  }
  const double threshold = gap_threshold_s(nominal);
  std::vector<bool> dropped(n, false);
  std::int64_t& count = grid.repairs["out of order stamps"];
  for (std::size_t first = 0; first < n; ++first) {
    if (good[first] || std::isnan(stamp[first])) continue;
    std::size_t end = first;
    while (end < n && !good[end] && !std::isnan(stamp[end])) ++end;
    const auto [low, high] = std::minmax_element(stamp.begin() + static_cast<std::ptrdiff_t>(first),
                                                 stamp.begin() + static_cast<std::ptrdiff_t>(end));
    const std::size_t length = end - first;
    count += static_cast<std::int64_t>(length);
    const auto from = std::lower_bound(ordered.begin(), ordered.end(), *low);
    const auto to = std::upper_bound(ordered.begin(), ordered.end(), *high);
    const auto covered = static_cast<std::size_t>(to - from);
    const bool outside = *low < ordered.front() - threshold || *high > ordered.back() + threshold;
    // Room in the time line beside the place where the stamps say the rows belong.
    const double around = from == ordered.begin() || to == ordered.end() ? nominal : *to - *(from - 1);
    const bool fits_there = !outside && 2 * covered < length && around > 1.25 * nominal;
    const bool at_edge = first == 0 || end == n || !good[first - 1] || !good[end];
    const double here = at_edge ? 0 : stamp[end] - stamp[first - 1];
    const bool fits_here = at_edge ? outside : here > (static_cast<double>(length) + 0.5) * nominal;
    const bool stays = fits_here && (!fits_there || length == 1);
    for (std::size_t i = first; i < end; ++i) {
      if (stays) {
        stamp[i] = nan;
      } else {
        dropped[i] = outside || 2 * covered >= length;
      }
    }
    first = end - 1;
  }
  if (count == 0) grid.repairs.erase("out of order stamps");
  fill_unreadable(stamp, nominal);
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < n; ++i) {
    if (!dropped[i]) order.push_back(static_cast<std::int64_t>(i));
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return stamp[static_cast<std::size_t>(a)] < stamp[static_cast<std::size_t>(b)];
  });
  Rows sorted;
  sorted.stamp.reserve(order.size());
  for (const std::int64_t i : order) sorted.stamp.push_back(stamp[static_cast<std::size_t>(i)]);
  sorted.row = std::move(order);
  rows = std::move(sorted);
}

/// Drops rows that repeat the stamp before them, if the recording is otherwise even and there is no room for them.
void mend_repeats(Rows& rows, double nominal, std::int64_t repeats, Grid& grid) {
  grid.repairs["duplicated stamps"] = repeats;
  const std::vector<double>& stamp = rows.stamp;
  const std::size_t n = stamp.size();
  std::size_t even = 0;
  for (std::size_t i = 1; i < n; ++i) {
    const double interval = stamp[i] - stamp[i - 1];
    if (interval > 0.75 * nominal && interval < 1.25 * nominal) ++even;
  }
  if (10 * even < 9 * (n - 1 - static_cast<std::size_t>(repeats))) return;
  Rows kept;
  for (std::size_t i = 0; i < n; ++i) {
    const bool repeated = i > 0 && stamp[i] == stamp[i - 1];
    const bool room = i + 1 < n && stamp[i + 1] - stamp[i] > 1.5 * nominal;
    if (repeated && !room) continue;
    kept.stamp.push_back(stamp[i]);
    kept.row.push_back(rows.row.empty() ? static_cast<std::int64_t>(i) : rows.row[i]);
  }
  rows = std::move(kept);
}

/// Packets: most rows repeat the stamp before them. Each packet's rows are spread over the time to the next one.
void spread_packets(std::vector<double>& stamp) {
  const std::size_t n = stamp.size();
  std::vector<double> heads;
  std::vector<std::size_t> first_rows;
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0 && stamp[i] == stamp[i - 1]) continue;
    heads.push_back(stamp[i]);
    first_rows.push_back(i);
  }
  if (heads.size() < 2) return;
  const double usual = median_interval(heads, 1);
  first_rows.push_back(n);
  for (std::size_t p = 0; p < heads.size(); ++p) {
    const double until_next = p + 1 < heads.size() ? heads[p + 1] - heads[p] : usual;
    const double room = until_next > 1.5 * usual ? usual : until_next;
    const auto count = static_cast<double>(first_rows[p + 1] - first_rows[p]);
    for (std::size_t i = first_rows[p]; i < first_rows[p + 1]; ++i) {
      stamp[i] = heads[p] + room * static_cast<double>(i - first_rows[p]) / count;
    }
  }
}

/// The step the stamps are written in: a power of ten from 1 s to 1 ns.
double resolution(std::span<const double> stamp) {
  const std::size_t step = std::max<std::size_t>(1, stamp.size() / 1000);
  double unit = 1;
  for (int digits = 0; digits < 9; ++digits, unit /= 10) {
    const double per_unit = std::pow(10.0, digits);
    bool whole = true;
    for (std::size_t i = 0; i < stamp.size() && whole; i += step) {
      const double scaled = (stamp[i] - stamp[0]) * per_unit;
      whole = std::abs(scaled - std::round(scaled)) < 1e-3;
    }
    if (whole) return unit;
  }
  return 1e-9;
}

/// The round rate nearest to intervals / span if the stamps cannot tell it from that; else intervals / span.
double mean_rate(double intervals, double span, double step) {
  const double rate = intervals / span;
  for (const double per_hz : {1.0, 2.0, 5.0, 10.0, 8.0}) {
    const double rounded = std::round(rate * per_hz) / per_hz;
    if (rounded > 0 && std::abs(intervals / rounded - span) <= step * 1.001) return rounded;
  }
  const double period = std::round(1 / rate);
  if (rate < 1 && std::abs(intervals * period - span) <= step * 1.001) return 1 / period;
  return rate;
}

/// Cuts ordered stamps at gaps and lays each stretch on its mean rate.
TimeAxis cut(std::span<const double> stamp, double nominal, double step) {
  TimeAxis axis;
  const double threshold = gap_threshold_s(nominal) + slack_s;
  double weighted = 0;
  for (std::size_t first = 0; first < stamp.size();) {
    std::size_t end = first + 1;
    while (end < stamp.size() && stamp[end] - stamp[end - 1] <= threshold) ++end;
    Stretch stretch;
    stretch.first_row = static_cast<std::int64_t>(first);
    stretch.rows = static_cast<std::int64_t>(end - first);
    stretch.t_start_s = stamp[first];
    const double span = stamp[end - 1] - stamp[first];
    if (span > 0) {
      stretch.rate_hz = mean_rate(static_cast<double>(stretch.rows - 1), span, step);
    } else {
      // One row, or rows of one stamp: at the nominal rate, or faster where they would reach into the next stretch.
      const double room = end < stamp.size() ? stamp[end] - stamp[first] : std::numeric_limits<double>::infinity();
      stretch.rate_hz = std::max(mean_rate(1, nominal, 0), static_cast<double>(stretch.rows) / room);
    }
    if (!(stretch.rate_hz < most_hz)) throw Error("the times are too close together to be a rate");
    for (std::size_t i = first; i < end; ++i) {
      const double displaced = std::abs(stretch.time_of(static_cast<std::int64_t>(i)) - stamp[i]);
      axis.jitter_ms = std::max(axis.jitter_ms, 1000 * displaced);
    }
    weighted += stretch.rate_hz * static_cast<double>(stretch.rows);
    axis.stretches.push_back(stretch);
    first = end;
  }
  const bool one_rate = std::all_of(axis.stretches.begin(), axis.stretches.end(),
                                    [&](const Stretch& s) { return s.rate_hz == axis.stretches.front().rate_hz; });
  axis.rate_hz = one_rate ? axis.stretches.front().rate_hz : weighted / static_cast<double>(stamp.size());
  if (axis.jitter_ms < 1e-5) axis.jitter_ms = 0;  // 10 ns: the rounding of doubles
  return axis;
}

}  // namespace

Grid even_grid(std::span<const double> stamps_s) {
  Grid grid;
  Rows rows;
  rows.stamp.assign(stamps_s.begin(), stamps_s.end());
  std::vector<double>& stamp = rows.stamp;

  std::vector<double> readable;
  for (std::size_t i = 0, step = std::max<std::size_t>(1, stamp.size() / most_taken); i < stamp.size(); i += step) {
    if (std::isfinite(stamp[i])) readable.push_back(stamp[i]);
  }
  const double middle = readable.empty() ? 0 : median(readable);
  std::size_t unreadable = 0;
  bool ordered = true;
  std::size_t repeats = 0;
  double before = -std::numeric_limits<double>::infinity();
  for (double& s : stamp) {
    if (!std::isfinite(s) || std::abs(s - middle) > farthest_s) {
      s = nan;
      ++unreadable;
      continue;
    }
    ordered = ordered && s >= before;
    repeats += s == before ? 1 : 0;
    before = s;
  }
  const std::size_t n = stamp.size();
  if (n - unreadable < 2) {
    throw Error(n == 1 ? "one row: no rate can be found"
                       : "fewer than two rows with a readable time: no rate can be found");
  }
  if (2 * unreadable > n) throw Error("more than half of the times cannot be read");
  if (repeats + 1 + unreadable >= n) throw Error("all times are equal: no rate can be found");
  if (unreadable > 0) grid.repairs["unreadable stamps"] = static_cast<std::int64_t>(unreadable);

  const bool packets = 2 * repeats > n - unreadable;
  if (packets && ordered && unreadable == 0) spread_packets(stamp);
  double nominal = nominal_interval(stamp);
  if (!(nominal > 0)) throw Error("the times run backwards throughout: no rate can be found");
  if (!ordered) {
    mend_order(rows, nominal, grid);
    nominal = nominal_interval(rows.stamp);
    repeats = 0;
    for (std::size_t i = 1; i < rows.stamp.size(); ++i) repeats += rows.stamp[i] == rows.stamp[i - 1] ? 1 : 0;
  } else if (unreadable > 0) {
    fill_unreadable(rows.stamp, nominal);
  }
  if (repeats > 0 && !packets) mend_repeats(rows, nominal, static_cast<std::int64_t>(repeats), grid);
  if (rows.stamp.size() < 2 || !(rows.stamp.back() > rows.stamp.front())) {
    throw Error("the times are in no order in which a rate could be found");
  }
  grid.time = cut(rows.stamp, nominal, resolution(rows.stamp));
  bool in_place = rows.row.size() == n;
  for (std::size_t i = 0; in_place && i < n; ++i) in_place = rows.row[i] == static_cast<std::int64_t>(i);
  if (!rows.row.empty() && !in_place) grid.kept_rows = std::move(rows.row);
  grid.time.input_rows = InputRows::of(grid.kept_rows);
  return grid;
}

}  // namespace vagus::lab
