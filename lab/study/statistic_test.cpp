#include "lab/study/statistic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

Count count(const char* recording, const char* subject, std::int64_t tp, std::int64_t fn, std::int64_t fp) {
  Count one;
  one.recording = recording;
  one.subject = subject;
  one.tp = one.whole_tp = one.wrong_tp = one.whole_wrong_tp = tp;
  one.fn = one.whole_fn = one.wrong_fn = one.whole_wrong_fn = fn;
  one.fp = one.whole_fp = fp;
  one.duration_s = 100;
  return one;
}

/// Two recordings of one subject, one of another.
const std::vector<Count> three{count("a1", "a", 90, 10, 0), count("a2", "a", 100, 0, 100), count("b1", "b", 300, 0, 0)};

double value(const char* name) { return figure(statistic(name), three, 0.95).estimate.value; }

TEST(Statistic, GrossCountsBeatsAverageCountsSubjects) {
  EXPECT_DOUBLE_EQ(value("ec57.sensitivity_gross"), 490.0 / 500);
  EXPECT_DOUBLE_EQ(value("ec57.sensitivity_average"), (190.0 / 200 + 1) / 2);
  EXPECT_DOUBLE_EQ(value("ec57.positive_predictivity_gross"), 490.0 / 590);
}

TEST(Statistic, TheWorstSubjectHasAllItsRecordingsAndTheWorstRecordingItsOwn) {
  const Figure subject = figure(statistic("ec57.sensitivity_worst"), three, 0.95);
  EXPECT_DOUBLE_EQ(subject.estimate.value, 0.95);
  EXPECT_EQ(subject.who, "a");
  const Figure recording = figure(statistic("ec57.positive_predictivity_worst_record"), three, 0.95);
  EXPECT_DOUBLE_EQ(recording.estimate.value, 0.5);
  EXPECT_EQ(recording.who, "a2");
}

TEST(Statistic, NoIntervalHasZeroWidth) {
  const std::vector<Count> perfect{count("a", "a", 50, 0, 0), count("b", "b", 60, 0, 0), count("c", "c", 70, 0, 0)};
  for (const auto& one : statistics()) {
    if (protocol_of(one) != "ec57") continue;
    for (const auto* counts : {&three, &perfect}) {
      const Figure found = figure(one, *counts, 0.95);
      EXPECT_LT(found.estimate.interval.low, found.estimate.interval.high) << one.name();
      EXPECT_LE(found.estimate.interval.low, found.estimate.value) << one.name();
      EXPECT_GE(found.estimate.interval.high, found.estimate.value) << one.name();
      EXPECT_GE(found.estimate.interval.low, 0) << one.name();
      EXPECT_LE(found.estimate.interval.high, 1) << one.name();
    }
  }
}

TEST(Statistic, AShareBelowOneIsNeverPrintedAsAHundred) {
  const Statistic& share = statistic("ec57.sensitivity_gross");
  EXPECT_EQ(printed(share, 0.9999999), "99.999 %");
  EXPECT_EQ(printed(share, 1), "100.000 %");
  EXPECT_EQ(printed(share, 0.99852), "99.852 %");
}

TEST(Statistic, EveryNameLeadsBackToItsStatistic) {
  for (const auto& one : statistics()) EXPECT_EQ(statistic(one.name()).name(), one.name());
  try {
    statistic("ec57.sensitivity_gros");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("ec57.sensitivity_gross"), std::string::npos);
  }
}

TEST(Statistic, OfNoRecordingsNothingIsKnownAndNothingIsShown) {
  for (const auto& one : statistics()) {
    EXPECT_TRUE(std::isnan(figure(one, {}, 0.95).estimate.value)) << one.name();
    const Requirement requirement{Direction::at_least, 0, 0.95};
    EXPECT_EQ(judge(one, requirement, {}).verdict, Verdict::not_shown) << one.name();
  }
}

TEST(Statistic, MoreSubjectsOfTheSameKindAreNeededForANearerBound) {
  std::vector<Count> many;
  for (int i = 0; i < 20; ++i) {
    const std::string who = "s" + std::to_string(i);
    many.push_back(count(who.c_str(), who.c_str(), 1000 - 3 * (i % 5), 3 * (i % 5), 0));
  }
  const auto& gross = statistic("ec57.sensitivity_gross");
  const auto near = judge(gross, {Direction::at_least, 0.9935, 0.95}, many).subjects_needed;
  const auto far = judge(gross, {Direction::at_least, 0.98, 0.95}, many).subjects_needed;
  ASSERT_TRUE(near && far);
  EXPECT_GT(*near, *far);
  EXPECT_FALSE(judge(gross, {Direction::at_least, 0.999, 0.95}, many).subjects_needed);
}

}  // namespace
}  // namespace vagus::lab
