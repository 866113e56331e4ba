#pragma once
/// What a detector thought of its errors, and what it got right: protocols events and windows.
#include <optional>
#include <vector>

#include "lab/failures/exemplars.h"

namespace vagus::lab {

/// One recording of protocol events.
class EventScores {
 public:
  EventScores(const StudyResult& result, const RecordResult& record);
  /// Score and threshold: of a missed event the best of what was weighed in its window, of a false alarm its own. The
  /// threshold is that of the rule that decided; of events that were stored with no rule it is not known.
  void explain(Exemplar& one) const;
  /// Moments of the events that were found, in order.
  std::vector<double> found() const;

 private:
  const EventRecord& events_;
  EventMatcher matcher_;
  std::optional<double> threshold_;
};

/// Middles of the windows that were answered rightly, in order of time.
std::vector<double> right_windows(const WindowCounts& windows);

}  // namespace vagus::lab
