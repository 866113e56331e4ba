#pragma once
/// What operating points are made from: every moment that a detector weighed, with its score, and what it would be if
/// it were reported.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lab/score/events.h"

namespace vagus::lab::operating {

/// What a subject gave: the denominators of every figure, the same at each threshold.
struct Exposure {
  double worn_days = 0;       ///< continuous wear
  double activity_hours = 0;  ///< staged daily activity
  std::int64_t events = 0;    ///< falls, beats ...
  std::int64_t fall_trials = 0, activity_trials = 0;
  Exposure& operator+=(const Exposure& other);
};

/// One weighed moment. `event` and `trial` count from the beginning of its recording until it stands in a cohort.
struct Moment {
  double t_s = 0;  ///< of the decision
  float score = 0;
  float latency_s = 0;      ///< after the event's true impact; NaN where unknown
  std::int32_t event = -1;  ///< found if this is reported; -1: it would be a false alarm
  std::int32_t trial = -1;  ///< in which it lies; -1: in none
  EventPlace place = EventPlace::wear;
};

struct CohortEvent {
  std::uint32_t subject = 0;
  std::int32_t trial = -1;
  bool timed = false;  ///< its true impact is known, so its latency counts
};
struct CohortTrial {
  std::uint32_t subject = 0;
  bool fall = false;
};
/// Its part of the cohort's moments, which are in order of time.
struct CohortRecording {
  std::uint32_t subject = 0;
  std::uint32_t first_moment = 0, moments = 0;
};

/// People with their recordings. Grows by `add` in any number of threads' own cohorts and `append` in one order: the
/// result depends on that order alone.
class Cohort {
 public:
  /// A recording of `subject`. `candidates` are all that were weighed, reported or not, with their scores. Throws Error
  /// for a candidate without a finite score, or past 2^31 moments, events or trials.
  void add(const std::string& subject, const EventMatcher& matcher, std::span<const EventDetection> candidates);
  /// The same of anything else that is found or not, with `moments` already attributed: beats, windows, trials.
  void add(const std::string& subject, const Exposure& exposure, std::vector<Moment> moments,
           std::span<const CohortEvent> events, std::span<const CohortTrial> trials = {});
  void append(const Cohort& other);

  std::span<const std::string> subjects() const { return subjects_; }  ///< in the order they came
  std::span<const Exposure> exposures() const { return exposures_; }   ///< one a subject
  std::span<const Moment> moments() const { return moments_; }
  std::span<const CohortEvent> events() const { return events_; }
  std::span<const CohortTrial> trials() const { return trials_; }
  std::span<const CohortRecording> recordings() const { return recordings_; }
  Exposure total() const;
  /// Those subjects for which `keep` is true: a side of a split, a slice.
  Cohort part(const std::vector<bool>& keep) const;

 private:
  std::uint32_t subject_index(const std::string& subject);
  std::vector<std::string> subjects_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<Exposure> exposures_;
  std::vector<Moment> moments_;
  std::vector<CohortEvent> events_;
  std::vector<CohortTrial> trials_;
  std::vector<CohortRecording> recordings_;
};

/// Throws Error ("leak: ...") naming the first subject that both cohorts have.
void refuse_shared_subjects(const Cohort& train, const Cohort& test);

}  // namespace vagus::lab::operating
