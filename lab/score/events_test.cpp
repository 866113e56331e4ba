#include "lab/score/events.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

ReferenceEvent fall_at(double onset_s, double impact_s, double end_s, const char* type = "F01") {
  return {onset_s, impact_s, end_s, type};
}
EventTest detections(std::initializer_list<double> times_s) {
  EventTest test;
  for (const double t : times_s) test.detections.push_back({t, unknown_s, unknown_s});
  return test;
}
EventReference worn_day(std::vector<ReferenceEvent> events) {
  EventReference reference;
  reference.events = std::move(events);
  reference.worn = {{0, 86400}};
  return reference;
}

TEST(Events, AFallCountsFromOneSecondBeforeItsOnsetToTenAfterItsEnd) {
  const EventReference reference = worn_day({fall_at(100, 101, 102)});
  for (const double t : {99., 101., 112.}) EXPECT_EQ(score_events(reference, detections({t})).detected, 1) << t;
  for (const double t : {98.999, 112.001}) {
    const EventCounts counts = score_events(reference, detections({t}));
    EXPECT_EQ(counts.detected, 0) << t;
    EXPECT_EQ(counts.missed, 1);
    EXPECT_EQ(counts.wear_alarms, 1);
  }
}

TEST(Events, ACrashCountsFromOneSecondBeforeTheFirstImpactToFiveAfterTheEnd) {
  EventOptions options;
  options.rule = EventRule::crash;
  const EventReference reference = worn_day({fall_at(90, 101, 102, "front")});
  EXPECT_EQ(score_events(reference, detections({100}), options).detected, 1);
  EXPECT_EQ(score_events(reference, detections({107}), options).detected, 1);
  EXPECT_EQ(score_events(reference, detections({99.9}), options).detected, 0);
  EXPECT_EQ(score_events(reference, detections({107.1}), options).false_alarms, 1);
}

TEST(Events, ADetectionIsPlacedByItsImpactAndItsLatencyByItsDecision) {
  EventTest test;
  test.detections = {{140, 101.5, 3}};  // decided long after the window, about an impact in it
  const EventCounts counts = score_events(worn_day({fall_at(100, 101, 102)}), test);
  EXPECT_EQ(counts.detected, 1);
  EXPECT_EQ(counts.false_alarms, 0);
  EXPECT_DOUBLE_EQ(counts.latency_s(1), 39);
}

TEST(Events, SeveralDetectionsOfAFallCountOnceAndTheFirstDecisionIsItsLatency) {
  const EventCounts counts = score_events(worn_day({fall_at(100, 101, 102)}), detections({108, 104, 111}));
  EXPECT_EQ(counts.detected, 1);
  EXPECT_EQ(counts.repeated, 2);
  EXPECT_EQ(counts.false_alarms, 0);
  EXPECT_DOUBLE_EQ(counts.latency_s(0.5), 3);
}

TEST(Events, ADetectionInTwoWindowsBelongsToTheNearerImpactAndIsNoSecondOne) {
  const EventReference reference = worn_day({fall_at(100, 101, 102, "first"), fall_at(106, 107, 108, "second")});
  const EventCounts counts = score_events(reference, detections({106.5}));
  EXPECT_EQ(counts.event_types.at("second").hits, 1);
  EXPECT_EQ(counts.event_types.at("first").hits, 0);
  EXPECT_EQ(counts.missed, 1);
  const EventCounts both = score_events(reference, detections({106.5, 102}));
  EXPECT_EQ(both.detected, 2);
}

TEST(Events, WhereNoOnsetIsKnownAnyDetectionInTheTrialCounts) {
  EventReference reference;
  reference.trials = {{{0, 15}, "F01", true}, {{15, 30}, "F02", true}};
  reference.events = {{unknown_s, 6, unknown_s, "F02"}};  // its impact is known, in the first trial
  const EventCounts counts = score_events(reference, detections({14.5, 29}));
  EXPECT_EQ(counts.detected, 2);
  EXPECT_EQ(counts.latency_unknown, 1);
  EXPECT_DOUBLE_EQ(counts.latency_s(1), 8.5);
  EXPECT_EQ(counts.fall_trials.at("F01").hits, 1);
}

TEST(Events, ATrialWithAKnownOnsetDoesNotTakeAnAlarmFarFromTheFall) {
  EventReference reference;
  reference.trials = {{{0, 60}, "F01", true}};
  reference.events = {fall_at(40, 41, 42)};
  const EventCounts counts = score_events(reference, detections({5}));
  EXPECT_EQ(counts.missed, 1);
  EXPECT_EQ(counts.fall_trial_alarms, 1);
  EXPECT_EQ(counts.activity_alarms, 0);
  EXPECT_EQ(counts.trial_sensitivity().hits, 0);
}

TEST(Events, StagedTimeGivesRatesPerHourAndOnlyWearRatesPerDay) {
  EventReference reference;
  reference.trials = {{{0, 1800}, "D01", false}, {{1800, 3600}, "D02", false}};
  const EventCounts counts = score_events(reference, detections({100, 200}));
  EXPECT_DOUBLE_EQ(counts.alarms_per_hour(), 2);
  EXPECT_TRUE(std::isnan(counts.alarms_per_day()));
  EXPECT_EQ(counts.activity_trials.at("D01").hits, 0);
  EXPECT_EQ(counts.activity_trials.at("D02").hits, 1);
  EXPECT_EQ(counts.specificity().of, 2);
  const EventCounts wear = score_events(worn_day({}), detections({100, 200}));
  EXPECT_DOUBLE_EQ(wear.alarms_per_day(), 2);
  EXPECT_TRUE(std::isnan(wear.alarms_per_hour()));
}

TEST(Events, WearLessTrialsAndTimeNotWornIsWhatRatesAreOf) {
  EventReference reference = worn_day({});
  reference.trials = {{{3600, 7200}, "D01", false}};
  const EventCounts counts = score_events(reference, detections({4000, 50000}));
  EXPECT_DOUBLE_EQ(counts.worn_s, 82800);
  EXPECT_EQ(counts.wear_alarms, 1);
  EXPECT_EQ(counts.activity_alarms, 1);
}

TEST(Events, LatencyIsOverAllEventsWithMissesAsNever) {
  const EventReference reference =
      worn_day({fall_at(100, 101, 102), fall_at(200, 201, 202), fall_at(300, 301, 302), fall_at(400, 401, 402)});
  const EventCounts counts = score_events(reference, detections({102, 203, 304}));
  EXPECT_DOUBLE_EQ(counts.latency_s(0.25), 1);
  EXPECT_DOUBLE_EQ(counts.latency_s(0.5), 2);
  EXPECT_DOUBLE_EQ(counts.latency_s(0.75), 3);
  EXPECT_TRUE(std::isinf(counts.latency_s(0.9)));
  EXPECT_TRUE(counts.json()["latency_p90_s"].is_null());
}

TEST(Events, WhatIsUnreadableIsAMissAndIsAlsoLeftOut) {
  EventReference reference;
  reference.trials = {{{0, 60}, "F01", true}, {{60, 120}, "D01", false}, {{120, 180}, "D02", false}};
  reference.events = {fall_at(30, 31, 32)};
  EventTest test;
  test.unreadable = {{20, 40}, {60, 95}, {120, 140}};
  const EventCounts counts = score_events(reference, test);
  EXPECT_DOUBLE_EQ(counts.sensitivity().value(), 0);
  EXPECT_EQ(counts.sensitivity_readable().of, 0);
  EXPECT_EQ(counts.specificity().hits, 2);
  EXPECT_EQ(counts.specificity_unreadable_wrong().hits, 1);  // D02 was readable for most of it
  EXPECT_DOUBLE_EQ(counts.unreadable_s, 75);
}

TEST(Events, OutsideTheScoredPartNothingCountsAndNeitherDoTheDetectionsOfWhatIsOutside) {
  EventOptions options;
  options.from_s = 1000;
  options.to_s = 44200;
  const EventReference reference = worn_day({fall_at(995, 996, 998), fall_at(5000, 5001, 5002)});
  const EventCounts counts = score_events(reference, detections({500, 1003, 5001, 50000}), options);
  EXPECT_EQ(counts.detected, 1);
  EXPECT_EQ(counts.missed, 0);
  EXPECT_EQ(counts.false_alarms, 0);  // the one at 1003 s belongs to the fall at 996 s
  EXPECT_DOUBLE_EQ(counts.worn_s, 43200);
}

TEST(Events, ASumIsWhatItsPartsCount) {
  const EventReference a = worn_day({fall_at(100, 101, 102)}), b = worn_day({fall_at(300, 301, 302, "F02")});
  EventCounts sum = score_events(a, detections({103, 5000}));
  sum += score_events(b, detections({6000}));
  EXPECT_EQ(sum.detected, 1);
  EXPECT_EQ(sum.missed, 1);
  EXPECT_DOUBLE_EQ(sum.alarms_per_day(), 1);
  EXPECT_EQ(sum.event_types.size(), 2u);
  EXPECT_TRUE(std::isinf(sum.latency_s(1)));
}

TEST(Events, AReferenceThatContradictsItselfIsRefused) {
  EventReference reference;
  reference.trials = {{{0, 20}, "D01", false}, {{10, 30}, "D02", false}};
  EXPECT_THROW(score_events(reference, {}), Error);
  EXPECT_THROW(score_events(worn_day({fall_at(100, 99, 102)}), {}), Error);
  EXPECT_THROW(score_events(worn_day({{}}), {}), Error);
  EventOptions options;
  options.from_s = 10;
  options.to_s = 5;
  EXPECT_THROW(score_events(worn_day({}), {}, options), UsageError);
}

TEST(Events, TablesSayTrialsWearImpactsAndWhatWasUnreadable) {
  MarkedTable table;
  table.rows = {
      {0, 86400, unknown_s, unknown_s, "worn", ""},         {100, 103, unknown_s, unknown_s, "fall", "forward"},
      {101, unknown_s, unknown_s, unknown_s, "impact", ""}, {500, unknown_s, unknown_s, unknown_s, "", "trip"},
      {1000, 1600, unknown_s, unknown_s, "not_worn", ""},   {2000, 2060, unknown_s, unknown_s, "activity_trial", "D01"},
      {7, unknown_s, unknown_s, unknown_s, "atr", "N"}};
  const EventReference reference = event_reference(table);
  ASSERT_EQ(reference.events.size(), 2u);
  EXPECT_DOUBLE_EQ(reference.events[0].impact_s, 101);
  EXPECT_DOUBLE_EQ(reference.events[0].onset_s, 100);
  EXPECT_DOUBLE_EQ(reference.events[1].impact_s, 500);
  EXPECT_TRUE(std::isnan(reference.events[1].onset_s));
  ASSERT_EQ(reference.trials.size(), 1u);
  EXPECT_DOUBLE_EQ(total_s(reference.worn), 85800);

  MarkedTable answers;
  answers.rows = {{110, unknown_s, 101.5, 0.9, "", ""},
                  {200, unknown_s, 199, 0.3, "candidate", ""},
                  {700, 760, unknown_s, unknown_s, "unreadable", "motion"}};
  const EventTest test = event_test(answers);
  ASSERT_EQ(test.detections.size(), 1u);
  EXPECT_DOUBLE_EQ(test.detections[0].moment_s(), 101.5);
  ASSERT_EQ(test.unreadable.size(), 1u);
}

}  // namespace
}  // namespace vagus::lab
