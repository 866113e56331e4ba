#include "lab/study/operating/choice.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/base/error.h"
#include "lab/study/operating/cohort_for_test.h"

namespace vagus::lab::operating {
namespace {

sim::EventCohortSpec fallers() {
  sim::EventCohortSpec spec;
  spec.subjects = 120;
  spec.days = 5;
  spec.events_per_day = 0.5;
  spec.candidates_per_day = 10;
  spec.candidate_shape = 1;
  spec.separation = 5;
  spec.gate_missed = 0.02;
  return spec;
}

/// Subjects [first, first + count) of a cohort.
Cohort people(const sim::EventCohortSpec& spec, std::uint64_t seed, std::int64_t first, std::int64_t count) {
  Cohort cohort;
  for (std::int64_t s = first; s < first + count; ++s)
    for (std::int64_t d = 0; d < spec.days; ++d) {
      const sim::SimulatedDay day = sim::simulated_day(spec, seed, s, d);
      cohort.add(day.subject, EventMatcher(day.reference, EventRule::fall), day.candidates);
    }
  return cohort;
}

std::vector<FigureRequirement> wanted(double sensitivity, double alarms_per_day) {
  return {{Figure::sensitivity, {Direction::at_least, sensitivity, 0.95}},
          {Figure::alarms_per_day, {Direction::at_most, alarms_per_day, 0.95}}};
}

ChoiceOptions quick() {
  ChoiceOptions options;
  options.thresholds = 60;
  options.resamples = 400;
  return options;
}

TEST(Choice, MeetsWhatIsAskedOnTheTrainingSubjectsAndIsJudgedOnOthers) {
  sim::EventCohortSpec spec = fallers();
  spec.subjects = 400;
  const auto asked = wanted(0.85, 1.5);
  const Judged judged = choose_and_judge(people(spec, 1, 0, 200), people(spec, 1, 200, 200), asked, quick());
  EXPECT_TRUE(judged.choice.met) << judged.choice.why;
  for (const JudgedFigure& figure : judged.choice.train) EXPECT_EQ(figure.judgement.verdict, Verdict::met);
  ASSERT_EQ(judged.test.size(), 2u);
  EXPECT_EQ(judged.verdict, Verdict::met);
  EXPECT_GT(sim::true_sensitivity(spec, judged.choice.threshold), 0.85);
  EXPECT_LT(sim::true_alarms_per_day(spec, judged.choice.threshold), 1.5);
}

TEST(Choice, NeverUsesTestData) {
  const sim::EventCohortSpec spec = fallers();
  sim::EventCohortSpec other = spec;
  other.separation = 0;  // a detector that knows nothing, on people with ten times the alarms
  other.candidates_per_day = 100;
  const auto asked = wanted(0.85, 1.5);
  const Cohort train = people(spec, 2, 0, 40);
  const Judged a = choose_and_judge(train, people(spec, 2, 40, 40), asked, quick());
  const Judged b = choose_and_judge(train, people(other, 9, 40, 40), asked, quick());
  EXPECT_EQ(a.choice.threshold, b.choice.threshold);
  EXPECT_EQ(a.choice.train[0].judgement.estimate.interval, b.choice.train[0].judgement.estimate.interval);
  EXPECT_EQ(b.verdict, Verdict::not_met);
}

TEST(Choice, ASubjectOnBothSidesIsRefused) {
  const sim::EventCohortSpec spec = fallers();
  try {
    (void)choose_and_judge(people(spec, 3, 0, 20), people(spec, 3, 19, 20), wanted(0.8, 2), quick());
    FAIL() << "s0020 is on both sides";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("leak: subject s0020", 0), 0u) << error.what();
  }
}

TEST(Choice, WhatTheGateMakesImpossibleIsSaid) {
  sim::EventCohortSpec spec = fallers();
  spec.gate_missed = 0.3;
  const OperatingCurve train(people(spec, 4, 0, 60));
  const Choice choice = choose(train, wanted(0.9, 1000), quick());
  EXPECT_FALSE(choice.met);
  EXPECT_EQ(choice.feasible, 0u);
  EXPECT_NE(choice.why.find("gate"), std::string::npos) << choice.why;
}

TEST(Choice, PreferencesOrderTheThresholdsThatMeetAll) {
  const OperatingCurve train(people(fallers(), 5, 0, 100));
  ChoiceOptions options = quick();
  const auto asked = wanted(0.8, 3);
  const double margin = choose(train, asked, options).threshold;
  options.prefer = Prefer::sensitivity;
  const double low = choose(train, asked, options).threshold;
  options.prefer = Prefer::fewest_alarms;
  const double high = choose(train, asked, options).threshold;
  EXPECT_LT(low, high);
  EXPECT_LE(low, margin);
  EXPECT_LE(margin, high);
}

TEST(Choice, DoesNotDependOnTheNumberOfCores) {
  const OperatingCurve train(people(fallers(), 6, 0, 30));
  ChoiceOptions one = quick(), three = quick();
  one.threads = 1;
  three.threads = 3;
  const Choice a = choose(train, wanted(0.8, 3), one), b = choose(train, wanted(0.8, 3), three);
  EXPECT_EQ(a.threshold, b.threshold);
  EXPECT_EQ(a.feasible, b.feasible);
}

/// Over many cohorts the band at a fixed threshold holds the planted truth about as often as it says: of 300, shares in
/// 299 (never narrower than exact) and rates in 274. Rates of 60 people of gamma shape 1 are hard for any bootstrap:
/// a verdict is for lab/stats, by `Measure`.
TEST(Choice, BandsCoverThePlantedTruth) {
  sim::EventCohortSpec spec = fallers();
  spec.subjects = 60;
  spec.days = 3;
  const double threshold = 0.7;
  const Figure figures[] = {Figure::sensitivity, Figure::alarms_per_day};
  constexpr int cohorts = 300;
  int sensitivity = 0, alarms = 0;
  for (int c = 0; c < cohorts; ++c) {
    const OperatingCurve curve(people(spec, 1000 + static_cast<std::uint64_t>(c), 0, spec.subjects));
    BandOptions options;
    options.resamples = 400;
    const auto band = bands(curve, std::span(&threshold, 1), figures, options);
    const auto holds = [](const Interval& i, double truth) { return i.low <= truth && truth <= i.high; };
    sensitivity += holds(band[0].at[0].interval, sim::true_sensitivity(spec, threshold)) ? 1 : 0;
    alarms += holds(band[1].at[0].interval, sim::true_alarms_per_day(spec, threshold)) ? 1 : 0;
  }
  RecordProperty("sensitivity_covered", sensitivity);
  RecordProperty("alarms_covered", alarms);
  EXPECT_GE(sensitivity, cohorts * 92 / 100);
  EXPECT_GE(alarms, cohorts * 91 / 100);
}

TEST(Choice, AnswersOnlyWhereThereIsSomethingToAsk) {
  const OperatingCurve train(people(fallers(), 7, 0, 10));
  EXPECT_THROW((void)choose(train, {}, quick()), UsageError);
  EXPECT_THROW((void)choose(OperatingCurve(Cohort{}), wanted(0.8, 3), quick()), UsageError);
}

}  // namespace
}  // namespace vagus::lab::operating
