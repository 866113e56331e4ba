#pragma once
/// Simulated cohorts for the tests of this folder.
#include <vector>

#include "lab/simulate/events/events.h"
#include "lab/study/operating/cohort.h"

namespace vagus::lab::operating {

struct Day {
  std::string subject;
  EventReference reference;
  std::vector<EventDetection> candidates;
};

/// Days of wear and one set of trials a person; scores rounded to 1 / `levels`, so that many are equal.
inline std::vector<Day> days_for_test(std::int64_t subjects, std::uint64_t seed, double levels = 1000) {
  sim::EventCohortSpec spec;
  spec.subjects = subjects;
  spec.days = 3;
  spec.candidates_per_day = 8;
  spec.events_per_day = 1.5;
  spec.gate_missed = 0.15;
  spec.repeat_share = 0.5;
  sim::TrialSpec trials;
  trials.subjects = subjects;
  trials.gate_missed = 0.1;
  std::vector<Day> days;
  const auto keep = [&](sim::SimulatedDay day) {
    for (EventDetection& c : day.candidates) c.score = static_cast<double>(static_cast<int>(c.score * levels)) / levels;
    days.push_back({day.subject, std::move(day.reference), std::move(day.candidates)});
  };
  for (std::int64_t s = 0; s < subjects; ++s) {
    for (std::int64_t d = 0; d < spec.days; ++d) keep(sim::simulated_day(spec, seed, s, d));
    keep(sim::simulated_trials(trials, seed, s));
  }
  return days;
}

inline Cohort cohort_for_test(const std::vector<Day>& days) {
  Cohort cohort;
  for (const Day& day : days) cohort.add(day.subject, EventMatcher(day.reference, EventRule::fall), day.candidates);
  return cohort;
}

}  // namespace vagus::lab::operating
