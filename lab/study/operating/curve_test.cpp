#include "lab/study/operating/curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/study/operating/cohort_for_test.h"

namespace vagus::lab::operating {
namespace {

/// What the protocol says of everything with a score of `threshold` or more.
EventCounts scored_again(const std::vector<Day>& days, double threshold, const std::string& subject = {}) {
  EventCounts sum;
  for (const Day& day : days) {
    if (!subject.empty() && day.subject != subject) continue;
    EventTest test{day.candidates, {}};
    std::erase_if(test.detections,
                  [&](const EventDetection& c) { return static_cast<float>(c.score) < static_cast<float>(threshold); });
    sum += score_events(day.reference, test);
  }
  return sum;
}

void expect_same(float curve, double protocol) {
  if (std::isinf(protocol)) {
    EXPECT_TRUE(std::isinf(curve));
  } else {
    EXPECT_FLOAT_EQ(curve, static_cast<float>(protocol));
  }
}

TEST(OperatingCurve, EveryPointIsWhatScoringAgainAtThatThresholdGives) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const std::vector<Day> days = days_for_test(6, seed, 60);
    const OperatingCurve curve(cohort_for_test(days));
    ASSERT_GT(curve.points().size(), 30u);
    for (const OperatingPoint& point : curve.points()) {
      const EventCounts again = scored_again(days, static_cast<double>(point.threshold));
      EXPECT_EQ(point.detected, again.detected);
      EXPECT_EQ(point.wear_alarms, again.wear_alarms);
      EXPECT_EQ(point.activity_alarms, again.activity_alarms);
      EXPECT_EQ(point.tally().alarms(), again.false_alarms);
      EXPECT_EQ(point.trials_detected, again.trial_sensitivity().hits);
      EXPECT_EQ(curve.total().activity_trials - point.trials_alarmed, again.specificity().hits);
      EXPECT_DOUBLE_EQ(value_of(Figure::alarms_per_day, point.tally(), curve.total()), again.alarms_per_day());
      EXPECT_DOUBLE_EQ(value_of(Figure::alarms_per_hour, point.tally(), curve.total()), again.alarms_per_hour());
      expect_same(point.latency_median_s, again.latency_s(0.5));
      expect_same(point.latency_p90_s, again.latency_s(0.9));
    }
  }
}

TEST(OperatingCurve, SubjectsSumsAreThoseOfTheirOwnDays) {
  const std::vector<Day> days = days_for_test(5, 4, 50);
  const Cohort cohort = cohort_for_test(days);
  const OperatingCurve curve(cohort);
  for (const double threshold : {0.95, 0.8, 0.33, 0.0}) {
    const std::vector<Tally> tallies = curve.subjects_at(threshold);
    for (std::size_t s = 0; s < tallies.size(); ++s) {
      const EventCounts own = scored_again(days, threshold, cohort.subjects()[s]);
      EXPECT_EQ(tallies[s].detected, own.detected);
      EXPECT_EQ(tallies[s].wear_alarms, own.wear_alarms);
      EXPECT_EQ(tallies[s].trials_alarmed, own.specificity().of - own.specificity().hits);
    }
  }
}

TEST(OperatingCurve, SensitivityAndAlarmsOnlyGrowAsTheThresholdFalls) {
  const OperatingCurve curve(cohort_for_test(days_for_test(20, 5)));
  for (std::size_t k = 1; k < curve.points().size(); ++k) {
    const OperatingPoint &before = curve.points()[k - 1], &point = curve.points()[k];
    EXPECT_LT(point.threshold, before.threshold);
    EXPECT_GE(point.detected, before.detected);
    EXPECT_GE(point.tally().alarms(), before.tally().alarms());
    EXPECT_GE(point.trials_detected, before.trials_detected);
    EXPECT_FALSE(point.latency_median_s > before.latency_median_s);
  }
}

TEST(OperatingCurve, WhatTheGateNeverPassedIsMissedAtEveryThreshold) {
  std::vector<Day> days = days_for_test(10, 6);
  std::int64_t weighed = 0, all = 0;
  for (const Day& day : days) {
    const EventCounts counts = score_events(day.reference, {day.candidates, {}});
    weighed += counts.detected;
    all += counts.detected + counts.missed;
  }
  const OperatingCurve curve(cohort_for_test(days));
  ASSERT_LT(weighed, all);
  EXPECT_EQ(curve.ceiling().weighed, weighed);
  EXPECT_EQ(curve.ceiling().of, all);
  EXPECT_DOUBLE_EQ(curve.value(Figure::sensitivity, -1e9), curve.ceiling().sensitivity());
  EXPECT_TRUE(std::isinf(curve.points().back().latency_p90_s));  // 15 % are never found
}

TEST(OperatingCurve, TheOrderOfRecordingsAndCohortsAppendedDoNotMatter) {
  std::vector<Day> days = days_for_test(8, 7, 40);
  const OperatingCurve forth(cohort_for_test(days));
  Cohort parts;
  for (std::size_t i = days.size(); i-- > 0;) parts.append(cohort_for_test({days[i]}));
  const OperatingCurve back(parts);
  ASSERT_EQ(forth.points().size(), back.points().size());
  for (std::size_t k = 0; k < forth.points().size(); ++k) {
    EXPECT_EQ(forth.points()[k].threshold, back.points()[k].threshold);
    EXPECT_EQ(forth.points()[k].tally(), back.points()[k].tally());
    EXPECT_EQ(forth.points()[k].latency_median_s, back.points()[k].latency_median_s);
  }
}

TEST(OperatingCurve, APartOfTheCohortIsThoseSubjectsAlone) {
  const std::vector<Day> days = days_for_test(6, 8, 50);
  const Cohort cohort = cohort_for_test(days);
  const Cohort part = cohort.part({false, true, false, true, true, false});
  std::vector<Day> own;
  for (const Day& day : days)
    if (day.subject == cohort.subjects()[1] || day.subject == cohort.subjects()[3] ||
        day.subject == cohort.subjects()[4])
      own.push_back(day);
  const OperatingCurve a(part), b(cohort_for_test(own));
  ASSERT_EQ(a.points().size(), b.points().size());
  for (std::size_t k = 0; k < a.points().size(); ++k) EXPECT_EQ(a.points()[k].tally(), b.points()[k].tally());
  EXPECT_EQ(a.total().worn_days, b.total().worn_days);
}

TEST(OperatingCurve, ThresholdsToDrawReachFromTheFirstPointToTheLastAndGoDown) {
  const OperatingCurve curve(cohort_for_test(days_for_test(30, 9)));
  const std::vector<double> some = curve.thresholds(25);
  EXPECT_LE(some.size(), 25u);
  EXPECT_GE(some.size(), 15u);
  EXPECT_EQ(some.front(), static_cast<double>(curve.points().front().threshold));
  EXPECT_EQ(some.back(), static_cast<double>(curve.points().back().threshold));
  EXPECT_TRUE(std::is_sorted(some.rbegin(), some.rend()));
}

TEST(OperatingCurve, AboveTheHighestScoreNothingIsReported) {
  const OperatingCurve curve(cohort_for_test(days_for_test(4, 10)));
  EXPECT_EQ(curve.at(2).tally(), Tally{});
  EXPECT_TRUE(std::isinf(curve.at(2).latency_median_s));
}

TEST(OperatingCurve, ACandidateWithoutAScoreIsRefused) {
  Cohort cohort;
  EventReference reference;
  reference.worn = {{0, 86400}};
  const std::vector<EventDetection> none = {{5, unknown_s, unknown_s}};
  EXPECT_THROW(cohort.add("s1", EventMatcher(reference, EventRule::fall), none), Error);
}

/// Every pair of a fall and an activity, by each trial's highest score.
double roc_by_pairs(const std::vector<Day>& days) {
  std::vector<double> falls, activities;
  for (const Day& day : days) {
    const EventMatcher matcher(day.reference, EventRule::fall);
    std::vector<double> best(day.reference.trials.size(), -1);
    for (const EventDetection& c : day.candidates) {
      const Attribution what = matcher(c);
      if (what.trial < 0) continue;
      double& b = best[static_cast<std::size_t>(what.trial)];
      const bool fall = day.reference.trials[static_cast<std::size_t>(what.trial)].fall;
      if (fall == (what.event >= 0)) b = std::max(b, static_cast<double>(static_cast<float>(c.score)));
    }
    for (std::size_t k = 0; k < best.size(); ++k)
      (day.reference.trials[k].fall ? falls : activities).push_back(best[k]);
  }
  double wins = 0;
  for (const double f : falls)
    for (const double a : activities) wins += f > a ? 1 : f == a ? 0.5 : 0;
  return wins / static_cast<double>(falls.size() * activities.size());
}

TEST(TrialCurve, ItsAreaIsTheShareOfPairsInTheRightOrder) {
  const std::vector<Day> days = days_for_test(12, 11, 30);
  const TrialCurve trials = trial_curve(OperatingCurve(cohort_for_test(days)));
  EXPECT_NEAR(trials.roc_area, roc_by_pairs(days), 1e-12);
  EXPECT_GT(trials.average_precision, 0.5);
  EXPECT_GT(trials.equal_error_rate, 0);
  EXPECT_LT(trials.equal_error_rate, 0.3);
}

TEST(TrialCurve, ContinuousWearHasNone) {
  std::vector<Day> days = days_for_test(3, 12);
  std::erase_if(days, [](const Day& day) { return !day.reference.trials.empty(); });
  EXPECT_THROW((void)trial_curve(OperatingCurve(cohort_for_test(days))), UsageError);
}

TEST(Figures, AreFoundByName) {
  EXPECT_EQ(figure_named("events.alarms_per_day"), Figure::alarms_per_day);
  for (const Figure f : {Figure::sensitivity, Figure::predictivity, Figure::trial_predictivity})
    EXPECT_EQ(figure_named(name(f)), f);
  EXPECT_THROW((void)figure_named("events.sensitivty"), UsageError);
}

}  // namespace
}  // namespace vagus::lab::operating
