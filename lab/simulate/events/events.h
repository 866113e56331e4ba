#pragma once
/// Simulated event streams with exact truth: people whose alarms and falls cluster, a detector's scores for what was
/// and what was not an event, a gate that lets some events never be weighed. No waveform.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/score/events.h"

namespace vagus::lab::sim {

/// A cohort in continuous wear, and its detector. Scores are 1 / (1 + exp(-z)), z normal: of false candidates around 0,
/// of events around `separation`, each person's shifted by an offset of their own.
struct EventCohortSpec {
  std::int64_t subjects = 200;     ///< up to 10,000,000
  std::int64_t days = 14;          ///< a person, each a recording; up to 1,000,000
  double worn_hours = 20;          ///< of each day, from its beginning; above 0, at most 24
  double candidates_per_day = 20;  ///< false ones, over people, a day of 24 h worn
  double candidate_shape = 0.5;    ///< gamma shape of people's own rates about that mean: small is uneven; 0.05 to 100
  double events_per_day = 0.02;    ///< over people, a day of 24 h worn
  double event_shape = 0.5;
  double separation = 3;      ///< of events' scores, in standard deviations of false ones
  double event_sd = 1;        ///< of events' scores, in the same
  double person_sd = 0.5;     ///< of people's offsets
  double gate_missed = 0.05;  ///< share of events that never become a candidate
  double repeat_share = 0.2;  ///< events with a second, lower and later candidate
  double latency_mean_s = 4;  ///< of the decision after the impact: exponential
  double watch_factor = 1;    ///< false candidates of watches against others, with the mean over all kept
  double watch_share = 0.5;
};

/// One day of one person.
struct SimulatedDay {
  std::string recording, subject;  ///< "s0007-d03", "s0007"
  EventReference reference;
  std::vector<EventDetection> candidates;  ///< all that were weighed, in order of time
  std::int64_t gate_missed = 0;
};

/// Who somebody is; depends on (seed, subject) alone.
struct SimulatedPerson {
  std::string name;
  std::map<std::string, std::string>
      attributes;  ///< simulated, age (18 to 92), sex, device (watch, pendant), placement
  double candidates_per_day = 0, events_per_day = 0, offset = 0;
};

/// The name of a person's recording of a day: "s0007-d03".
std::string day_name(const std::string& person, std::int64_t day);
/// Throws UsageError for a setting out of range or an index outside the cohort. A day depends on (seed, subject, day)
/// alone: from any thread, in any order.
SimulatedPerson simulated_person(const EventCohortSpec& spec, std::uint64_t seed, std::int64_t subject);
SimulatedDay simulated_day(const EventCohortSpec& spec, std::uint64_t seed, std::int64_t subject, std::int64_t day);

/// The truth at a threshold in (0, 1), over all people that could be drawn: what an interval should cover. False
/// candidates within an event's window (some 14 s an event) are not in it.
double true_sensitivity(const EventCohortSpec& spec, double threshold);
double true_alarms_per_day(const EventCohortSpec& spec, double threshold);

/// Staged trials of one person: falls of `fall_types` and daily activities of `activity_types`, once each, 15 s long,
/// onsets and impacts known. Types of a higher number are harder: a fall's mean score lies lower, an activity's higher.
struct TrialSpec {
  std::int64_t subjects = 40;
  int fall_types = 5, activity_types = 10;
  double separation = 3, person_sd = 0.5, gate_missed = 0.02;
  double activity_candidates = 0.7;  ///< share of activity trials with a candidate
};
SimulatedDay simulated_trials(const TrialSpec& spec, std::uint64_t seed, std::int64_t subject);

}  // namespace vagus::lab::sim
