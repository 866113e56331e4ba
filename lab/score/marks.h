#pragma once
/// Annotations to be scored, from wherever they are kept.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab {

/// Annotations with what is known of the clock and the recording they belong to.
struct Marks {
  std::vector<Annotation> annotations;  ///< in order of tick, WFDB labels
  double tick_hz = 0;                   ///< 0: ticks are samples of the recording
  double record_hz = 0;                 ///< rate of the recording; 0: nothing says
  double duration_s = -1;               ///< of the recording; < 0: nothing says
  std::string shown;                    ///< where they are from, for messages
  std::map<std::string, std::int64_t> repairs;
};

/// Reads what `text` names (as `locate` has it):
/// - a WFDB annotation file; clock and length from the header NAME.hea beside it, if there is one;
/// - a WFDB header: its annotations NAME.atr;
/// - a CSV of events with a column t_s (t_ms, t_us, t_ns, t_start_s) or sample, and perhaps label (or class, symbol),
///   t_end_s, subtype, kind, track. A row without a label is a beat N; "unreadable" (as label or kind) an unreadable
///   stretch; rows of other kinds are left out; of several tracks the beats' is taken ("atr", else "beats", else all);
/// - a CSV recording: the labels NAME.ann.csv beside it.
/// Throws Error naming file and row.
Marks read_marks(const std::string& text);

/// A recording's own labels: track `track`, or "atr", else "beats", else its only one. Throws Error where it has none.
Marks marks_of(const Recording& recording, const std::string& track = {});

}  // namespace vagus::lab
