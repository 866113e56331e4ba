#pragma once
/// Moments and stretches with labels, as the protocols `events` and `windows` read them.
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "lab/formats/volume.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// [start_s, end_s) of a recording.
struct TimeSpan {
  double start_s = 0, end_s = 0;
  double length_s() const { return end_s > start_s ? end_s - start_s : 0; }
  bool holds(double t_s) const { return start_s <= t_s && t_s < end_s; }
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};
/// Seconds that two stretches share.
double shared_s(const TimeSpan& a, const TimeSpan& b);
/// In order, without overlap; what is empty is left out. Throws Error for a bound that is not finite.
std::vector<TimeSpan> joined(std::vector<TimeSpan> stretches);
/// The parts of `from` (joined) that no stretch of `what` (joined) covers.
std::vector<TimeSpan> without(const std::vector<TimeSpan>& from, const std::vector<TimeSpan>& what);
double total_s(const std::vector<TimeSpan>& stretches);

inline constexpr double unknown_s = std::numeric_limits<double>::quiet_NaN();

/// One row: a moment, or a stretch where `end_s` is known. A column that is not there or empty is NaN or "".
struct MarkedRow {
  double start_s = unknown_s, end_s = unknown_s, impact_s = unknown_s, score = unknown_s;
  std::string kind;  ///< "fall_trial", "worn", "unreadable" ...; from column `kind`, else `track` without a plural s
  std::string label;
};

struct MarkedTable {
  std::vector<MarkedRow> rows;  ///< in order of start; "unknown" starts last
  double duration_s = -1;       ///< of the recording; < 0: nothing says
  std::string shown;            ///< where they are from, for messages
  std::map<std::string, std::int64_t> repairs;
};

/// Reads what `text` names: a CSV of events with a column t_start_s or t_s (t_ms, t_us, t_ns) and perhaps t_end_s,
/// t_impact_s, label (class, type), score (quality), kind, track; or a CSV recording, for the NAME.ann.csv beside it.
/// Throws Error naming file and row.
MarkedTable read_table(const std::string& text);
MarkedTable read_table_at(const Location& where);

/// The kind of the rows of a track: its name without a plural s.
std::string kind_of(std::string track);

/// All tracks of a recording as rows, each track's name the kind.
MarkedTable table_of(const Recording& recording);

}  // namespace vagus::lab
