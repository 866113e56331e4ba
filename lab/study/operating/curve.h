#pragma once
/// Every operating point of a score, in one pass over the scores from the highest down.
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lab/stats/bootstrap.h"
#include "lab/study/operating/cohort.h"

namespace vagus::lab::operating {

/// What is counted at a threshold: the numerators.
struct Tally {
  std::int64_t detected = 0;
  std::int64_t wear_alarms = 0, activity_alarms = 0, other_alarms = 0;
  std::int64_t trials_detected = 0;  ///< fall trials with every fall found
  std::int64_t trials_alarmed = 0;   ///< activity trials with a false alarm
  std::int64_t alarms() const { return wear_alarms + activity_alarms + other_alarms; }
  Tally& operator+=(const Tally& other);
  friend bool operator==(const Tally&, const Tally&) = default;
};

enum class Figure : std::uint8_t {
  sensitivity,         ///< events found of events; what no gate passed is missed
  predictivity,        ///< events found of those and all false alarms
  alarms_per_day,      ///< of continuous wear
  alarms_per_hour,     ///< of staged daily activity
  trial_sensitivity,   ///< fall trials found
  trial_specificity,   ///< activity trials without an alarm
  trial_predictivity,  ///< fall trials of all trials that alarmed, at the trials' own mix
};
/// "events.sensitivity" ... as a specification names it; `figure_named` throws UsageError with the nearest name.
std::string_view name(Figure figure);
Figure figure_named(std::string_view name);
/// Successes in trials, of which an exact interval can be given; else a rate.
bool is_share(Figure figure);
bool more_is_better(Figure figure);
/// One subject's numerator and denominator.
Cluster cluster_of(Figure figure, const Tally& tally, const Exposure& exposure);
/// The figure over all; NaN where its denominator is 0.
double value_of(Figure figure, const Tally& tally, const Exposure& exposure);

/// One operating point: everything with a score of `threshold` or more is reported.
struct OperatingPoint {
  float threshold = 0;
  std::uint32_t detected = 0, wear_alarms = 0, activity_alarms = 0, other_alarms = 0;
  std::uint32_t trials_detected = 0, trials_alarmed = 0;
  float latency_median_s = 0;  ///< over all events whose impact is known, misses being never: infinity; NaN without any
  float latency_p90_s = 0;
  Tally tally() const;
};

/// How much a gate before the score ever let through.
struct Ceiling {
  std::int64_t weighed = 0, of = 0;  ///< events with a candidate, and events
  std::int64_t trials_weighed = 0, trials_of = 0;
  double sensitivity() const;  ///< that no threshold can exceed; NaN without events
};

/// Sorted once; any threshold's sums by subject can then be had. Costs 17 bytes a moment and 36 a distinct score.
class OperatingCurve {
 public:
  /// `cohort` is read now and not kept. The curve does not depend on the order of recordings or the number of threads.
  explicit OperatingCurve(const Cohort& cohort);

  /// One a distinct score, the highest first. Below the last one nothing changes; above the first nothing is reported.
  std::span<const OperatingPoint> points() const { return points_; }
  /// What a threshold of `threshold` gives, whether a score equals it or not.
  OperatingPoint at(double threshold) const;
  /// Each subject's counts at that threshold, in the cohort's order of subjects.
  std::vector<Tally> subjects_at(double threshold) const;
  std::vector<Cluster> clusters_at(Figure figure, double threshold) const;
  /// Calls `each(k, tallies)` at each of some thresholds, which must not increase: one pass for all of them.
  template <class Each>
  void walk(std::span<const double> thresholds, Each&& each) const;
  /// At most `count` of the thresholds, so that neighbours differ as little as may be in sensitivity and in the
  /// logarithm of the number of alarms; the first, the last and those of each gain in between as far as they fit.
  std::vector<double> thresholds(std::size_t count) const;

  const Exposure& total() const { return total_; }
  std::span<const Exposure> exposures() const { return exposures_; }
  const Ceiling& ceiling() const { return ceiling_; }
  double value(Figure figure, double threshold) const { return value_of(figure, at(threshold).tally(), total_); }

 private:
  enum class Gain : std::uint8_t { detected, wear, activity, other, trial_detected, trial_alarmed };
  struct Step {
    std::uint32_t subject;
    Gain gain;
  };
  class Builder;
  static void take(const Step& step, Tally& tally);
  std::size_t steps_at(double threshold) const;
  std::vector<Step> steps_;          // what each moment adds, highest score first
  std::vector<std::uint32_t> ends_;  // steps taken at each point
  std::vector<OperatingPoint> points_;
  std::vector<Exposure> exposures_;
  Exposure total_;
  Ceiling ceiling_;
  std::int64_t timed_events_ = 0;
};

template <class Each>
void OperatingCurve::walk(std::span<const double> thresholds, Each&& each) const {
  std::vector<Tally> tallies(exposures_.size());
  std::size_t step = 0;
  for (std::size_t k = 0; k < thresholds.size(); ++k) {
    for (const std::size_t end = steps_at(thresholds[k]); step < end; ++step)
      take(steps_[step], tallies[steps_[step].subject]);
    each(k, std::span<const Tally>(tallies));
  }
}

/// Trials as detection-error and precision-recall curves have them.
struct TrialPoint {
  double threshold = 0;
  double miss_rate = 0, false_positive_rate = 0;        ///< of fall trials, of activity trials
  double miss_deviate = 0, false_positive_deviate = 0;  ///< normal deviates, the axes of a DET plot; of 0 and 1 the
                                                        ///< deviate of half a trial
  double precision = 0;                                 ///< NaN where nothing alarmed
};
struct TrialCurve {
  std::vector<TrialPoint> points;  ///< one a distinct score at which a trial changes, the highest first
  double equal_error_rate = 0;     ///< where misses and false positives are as frequent, between points linearly
  double average_precision = 0;    ///< sum of precision by gain in recall
  double roc_area = 0;             ///< of trials; a trial never weighed is below all others
};
/// Throws UsageError without fall trials or without activity trials: continuous wear has no true negatives.
TrialCurve trial_curve(const OperatingCurve& curve);

}  // namespace vagus::lab::operating
