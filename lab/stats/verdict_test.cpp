#include "lab/stats/verdict.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

std::vector<Cluster> spread_out(int n) {
  std::vector<Cluster> out;
  for (int k = 0; k < n; ++k) out.push_back({90. + k % 11, 100});
  return out;
}

TEST(Judge, MetNeedsTheLowerBoundAndNotMetTheUpper) {
  const std::vector<Cluster> data = spread_out(33);  // 95 % on average
  EXPECT_EQ(judge({Direction::at_least, 0.90, 0.95}, data).verdict, Verdict::met);
  EXPECT_EQ(judge({Direction::at_least, 0.99, 0.95}, data).verdict, Verdict::not_met);
  EXPECT_EQ(judge({Direction::at_least, 0.949, 0.95}, data).verdict, Verdict::not_shown);
  EXPECT_EQ(judge({Direction::at_most, 0.99, 0.95}, data).verdict, Verdict::met);
  EXPECT_EQ(judge({Direction::at_most, 0.90, 0.95}, data).verdict, Verdict::not_met);
}

TEST(Judge, TheOneSidedBoundsLieInsideTheTwoSidedInterval) {
  const Judgement j = judge({Direction::at_least, 0.94, 0.95}, spread_out(33));
  EXPECT_LT(j.estimate.interval.low, j.one_sided.low);
  EXPECT_GT(j.estimate.interval.high, j.one_sided.high);
  EXPECT_LT(j.one_sided.low, j.estimate.value);
}

TEST(Judge, OfNothingNothingIsShown) {
  const Judgement j = judge({Direction::at_least, 0.0, 0.95}, std::vector<Cluster>{});
  EXPECT_EQ(j.verdict, Verdict::not_shown);
  EXPECT_FALSE(j.subjects_needed);
}

TEST(Judge, TheSubjectsNeededWouldShowItInEightOfTen) {
  // A world of subjects like these: with the number named, the share of studies that show it is near the power
  // promised.
  SplitMix random(21);
  const auto study = [&](std::int64_t n) {
    std::vector<Cluster> out;
    for (std::int64_t k = 0; k < n; ++k) out.push_back({90. + random.below(11), 100});
    return out;
  };
  const Requirement requirement{Direction::at_least, 0.94, 0.95};
  const Judgement pilot = judge(requirement, spread_out(22));
  ASSERT_TRUE(pilot.subjects_needed);
  int shown = 0;
  for (int round = 0; round < 300; ++round)
    shown += judge(requirement, study(*pilot.subjects_needed)).verdict == Verdict::met ? 1 : 0;
  EXPECT_GT(shown, 0.72 * 300);
  EXPECT_LT(shown, 0.95 * 300);  // the smaller pilot's own interval is wider, which asks for a few more
}

TEST(Judge, NoNumberOfSubjectsShowsWhatTheEstimateDenies) {
  EXPECT_FALSE(judge({Direction::at_least, 0.97, 0.95}, spread_out(22)).subjects_needed);
}

TEST(Judge, AConfidenceNoBetterThanACoinIsRefused) {
  EXPECT_THROW(judge({Direction::at_least, 0.9, 0.5}, spread_out(5)), UsageError);
}

TEST(Verdict, TheWorstRequirementDecides) {
  EXPECT_EQ(worse(Verdict::met, Verdict::met), Verdict::met);
  EXPECT_EQ(worse(Verdict::met, Verdict::not_shown), Verdict::not_shown);
  EXPECT_EQ(worse(Verdict::not_shown, Verdict::not_met), Verdict::not_met);
  EXPECT_EQ(name(Verdict::not_met), "not met");
}

}  // namespace
}  // namespace vagus::lab
