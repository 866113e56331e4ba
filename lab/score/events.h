#pragma once
/// Protocol `events`: falls and crashes found, missed and raised without one, in staged trials and continuous wear.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/score/ec57.h"
#include "lab/score/moments.h"

namespace vagus::lab {

/// Where a detection counts for an event.
/// fall: from 1 s before its onset to 10 s after its end; of a trial whose fall has no known onset, the trial.
/// crash: from 1 s before the first impact to 5 s after the end.
enum class EventRule : std::uint8_t { fall, crash };
std::string_view name(EventRule rule);

/// A fall or crash that happened. Times are NaN where unknown: the onset of a fall outside trials is then taken as the
/// impact, and the end as the later of the two.
struct ReferenceEvent {
  double onset_s = unknown_s, impact_s = unknown_s, end_s = unknown_s;
  std::string type;
};
/// A staged stretch in which somebody fell as told, or did a daily activity.
struct ReferenceTrial {
  TimeSpan at;
  std::string type;
  bool fall = false;
};
struct EventReference {
  std::vector<ReferenceEvent> events;
  std::vector<ReferenceTrial> trials;  ///< no two overlap; a fall trial without an event has one of unknown times
  std::vector<TimeSpan> activity;      ///< staged daily activity outside trials; what a trial covers is the trial's
  std::vector<TimeSpan> worn;          ///< continuous wear, less what is staged
  double duration_s = -1;              ///< < 0: nothing says
};

/// What a detector reported.
struct EventDetection {
  double t_s = 0;                 ///< of the decision
  double t_impact_s = unknown_s;  ///< of the impact it saw; NaN: none told
  double score = unknown_s;
  double moment_s() const { return std::isnan(t_impact_s) ? t_s : t_impact_s; }
};
struct EventTest {
  std::vector<EventDetection> detections;
  std::vector<TimeSpan> unreadable;
};

/// Where an alarm is counted. Only wear gives a rate per day, only daily activities a rate per hour.
enum class EventPlace : std::uint8_t { wear, activity, fall_trial, elsewhere };

/// What one detection is, whatever else was detected: hence the same at every threshold.
struct Attribution {
  std::int32_t event = -1;  ///< the one whose impact is nearest among those whose window holds it; -1: a false alarm
  std::int32_t trial = -1;  ///< in which its moment lies
  EventPlace place = EventPlace::elsewhere;
  double latency_s = unknown_s;  ///< of the decision after the true impact; NaN where either is unknown
};

/// An event's window under a rule, and the trial it belongs to.
struct EventWindow {
  TimeSpan at;
  std::int32_t trial = -1;
};

/// The reference made ready for many detections.
class EventMatcher {
 public:
  /// Sorts nothing: indices are those of `reference`, where fall trials without an event append one. Throws Error for
  /// overlapping trials, an event without any time outside trials, and times out of order.
  EventMatcher(EventReference reference, EventRule rule);
  Attribution operator()(const EventDetection& detection) const;
  const EventReference& reference() const { return reference_; }
  std::span<const EventWindow> windows() const { return windows_; }
  EventRule rule() const { return rule_; }
  /// The index of the trial that holds a moment, or -1.
  std::int32_t trial_at(double t_s) const;

 private:
  EventReference reference_;
  EventRule rule_;
  std::vector<EventWindow> windows_;
  std::vector<std::int32_t> by_start_;  ///< windows in order of their start
  std::vector<std::int32_t> trials_;    ///< trials in order of their start
  double longest_s_ = 0;
};

/// One event and what became of it.
struct EventOutcome {
  std::string type;
  double impact_s = unknown_s;
  bool detected = false;
  double t_s = unknown_s;        ///< of the first decision; NaN if missed
  double latency_s = unknown_s;  ///< NaN if missed, or where the impact is unknown
  double moment_s = unknown_s;   ///< the impact, else the onset or end, else where its trial begins
  std::size_t event = 0;         ///< its index in the matcher's reference
};

/// What one recording's comparison counted, or the sum over several.
struct EventCounts {
  std::int64_t detected = 0, missed = 0;
  std::int64_t false_alarms = 0;       ///< wherever they were
  std::int64_t repeated = 0;           ///< further detections of an event: neither found nor false
  std::int64_t missed_unreadable = 0;  ///< of the missed, those whose impact (else onset) was in an unreadable stretch
  std::map<std::string, Share> fall_trials;      ///< by type: those with every fall found
  std::map<std::string, Share> activity_trials;  ///< by type: those without an alarm
  std::int64_t quiet_unreadable = 0;             ///< of the quiet activity trials, those unreadable for half or more
  std::map<std::string, Share> event_types;      ///< found by type, trials or not
  std::int64_t activity_alarms = 0, wear_alarms = 0, fall_trial_alarms = 0;
  double activity_s = 0, worn_s = 0, fall_trial_s = 0;
  double unreadable_s = 0, worn_unreadable_s = 0;
  std::vector<double> latencies_s;       ///< of the detected whose impact is known, in no order
  std::int64_t timed = 0;                ///< events whose impact is known, found or not
  std::int64_t latency_unknown = 0;      ///< detected, but nobody knows when the impact was
  std::vector<EventOutcome> events;      ///< of one recording, dropped in a sum
  std::vector<EventDetection> false_at;  ///< likewise

  Share sensitivity() const { return {detected, detected + missed}; }
  /// Events in unreadable stretches left out, where they were missed.
  Share sensitivity_readable() const { return {detected, detected + missed - missed_unreadable}; }
  Share trial_sensitivity() const;
  Share specificity() const;
  /// Quiet trials that were unreadable counted as wrong.
  Share specificity_unreadable_wrong() const;
  double alarms_per_hour() const;          ///< of staged daily activity; NaN without any
  double alarms_per_day() const;           ///< of continuous wear; NaN without any
  double alarms_per_readable_day() const;  ///< of the wear that was readable
  /// The latency that a share of all events with a known impact is found within, misses being never: +infinity if they
  /// are not. NaN without events. `share` in (0, 1].
  double latency_s(double share) const;

  EventCounts& operator+=(const EventCounts& other);
  Json json() const;
};

struct EventOptions {
  EventRule rule = EventRule::fall;
  double from_s = 0, to_s = -1;  ///< events, trials, wear and alarms outside are left out; < 0: the end
};

/// Counts detections against what happened. A detection of an event that is left out is left out with it. Where the
/// reference has neither trials nor activity nor wear, its whole duration (if known) is staged activity.
EventCounts score_events(const EventReference& reference, const EventTest& test, const EventOptions& options = {});
EventCounts score_events(const EventMatcher& matcher, const EventTest& test, const EventOptions& options = {});

/// Whether rows of a kind are events of the reference: event, fall, crash, none at all.
bool is_event_kind(std::string_view kind);
/// Rows of kind fall_trial and activity_trial (label: type), activity, worn and not_worn, impact (a moment within an
/// event), and event, fall, crash or no kind at all (an event: t_start_s its onset, t_impact_s, t_end_s, label its
/// type; a moment without t_end_s and t_impact_s is an impact). Rows of other kinds are left out. Throws Error for a
/// stretch without an end.
EventReference event_reference(const MarkedTable& table);
/// Rows without a kind or of kind event, fall, crash are detections (t_s, t_impact_s, score), of kind unreadable
/// stretches; others are left out.
EventTest event_test(const MarkedTable& table);

/// The same for a person, figures with their exact binomial intervals.
std::string events_text(const EventCounts& counts, const std::string& reference, const std::string& test,
                        const EventOptions& options);

}  // namespace vagus::lab
