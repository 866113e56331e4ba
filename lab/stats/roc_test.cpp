#include "lab/stats/roc.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

/// Windows of subjects who all shift their scores by an amount of their own.
std::vector<ScoredTrial> windows(SplitMix& random, int subjects, double shift) {
  std::vector<ScoredTrial> out;
  for (int k = 0; k < subjects; ++k) {
    const double own_a = shift * draw_normal(random), own_b = shift * draw_normal(random);
    for (int i = 0; i < 10; ++i) {
      const bool positive = i < 4;
      const double truth = positive ? 1.5 : 0;
      out.push_back({k, positive, truth + own_a + draw_normal(random), truth + own_b + draw_normal(random)});
    }
  }
  return out;
}

TEST(RocArea, IsTheShareOfPairsInOrderTiesHalf) {
  const std::vector<ScoredTrial> trials{{0, true, 3}, {1, true, 2}, {2, false, 2}, {3, false, 1}, {4, false, 0}};
  EXPECT_DOUBLE_EQ(roc_area(trials).value, 5.5 / 6);
}

TEST(RocArea, TurnsRoundWhenScoresDo) {
  SplitMix random(1);
  std::vector<ScoredTrial> trials = windows(random, 30, 1), turned = trials;
  for (ScoredTrial& t : turned) t.a = -t.a;
  const Estimate e = roc_area(trials), r = roc_area(turned);
  EXPECT_NEAR(e.value, 1 - r.value, 1e-12);
  EXPECT_NEAR(e.interval.low, 1 - r.interval.high, 1e-12);
}

TEST(RocArea, ComparisonOfClustersKeepsItsLevelWhereDeLongOfSingleTrialsDoesNot) {
  SplitMix random(2);
  int clustered = 0, single = 0;
  constexpr int rounds = 400;
  for (int round = 0; round < rounds; ++round) {
    std::vector<ScoredTrial> trials = windows(random, 40, 1.5);
    // Whole subjects are positive or negative, so that a subject's shift moves the area.
    for (ScoredTrial& t : trials) {
      const bool sick = t.cluster % 2 == 0;
      const double move = (sick ? 1.5 : 0) - (t.positive ? 1.5 : 0);
      t = {t.cluster, sick, t.a + move, t.b + move};
    }
    clustered += compare_roc_areas(trials).p <= 0.05 ? 1 : 0;
    for (std::size_t i = 0; i < trials.size(); ++i) trials[i].cluster = static_cast<std::int64_t>(i);
    single += compare_roc_areas(trials).p <= 0.05 ? 1 : 0;
  }
  EXPECT_LT(clustered, 0.1 * rounds);
  EXPECT_GT(clustered, 0.02 * rounds);
  EXPECT_GT(single, 0.25 * rounds);
}

TEST(RocArea, WithoutVarianceItIsWideAndNotTrusted) {
  std::vector<ScoredTrial> trials;
  for (int i = 0; i < 20; ++i) trials.push_back({i, i < 10, i < 10 ? 1. : 0., 0});
  const Estimate e = roc_area(trials);
  EXPECT_EQ(e.value, 1);
  EXPECT_EQ(e.interval, clopper_pearson(10, 10));
  EXPECT_FALSE(e.trusted());
  for (ScoredTrial& t : trials) t.b = t.a;
  EXPECT_GT(compare_roc_areas(trials).difference.interval.width(), 0);
  EXPECT_EQ(compare_roc_areas(trials).p, 1);
  EXPECT_TRUE(std::isnan(roc_area(std::span(trials).first(5)).value));
  trials[0].a = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(roc_area(trials), UsageError);
}

}  // namespace
}  // namespace vagus::lab
