#include "lab/stats/agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/concordance.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

/// Differences of mean 2, between subjects sd 3, within 4; two to seven pairs a subject.
std::vector<MeasuredPair> measured(SplitMix& random, int subjects) {
  std::vector<MeasuredPair> out;
  for (int k = 0; k < subjects; ++k) {
    const double own = 2 + 3 * draw_normal(random);
    for (std::uint32_t i = 0, n = 2 + random.below(6); i < n; ++i) {
      const double truth = 70 + 10 * draw_normal(random);
      out.push_back({k, truth + own + 4 * draw_normal(random), truth});
    }
  }
  return out;
}

TEST(LimitsOfAgreement, OfOnePairASubjectAreMeanAndStandardDeviation) {
  // Bland and Altman 1986, Lancet 1:307, table 1: peak flow of 17 people by the large and the mini meter (first
  // readings). Mean difference -2.1 l/min, sd 38.8, limits -79.7 and 75.5 by 2 sd.
  const double large[] = {494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427};
  const double mini[] = {512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451};
  std::vector<MeasuredPair> pairs;
  for (int i = 0; i < 17; ++i) pairs.push_back({i, large[i], mini[i]});
  const LimitsOfAgreement limits = limits_of_agreement(pairs);
  EXPECT_NEAR(limits.bias, -2.1, 0.05);
  EXPECT_NEAR(limits.total_sd, 38.8, 0.05);
  EXPECT_NEAR(limits.low, limits.bias - 1.959964 * limits.total_sd, 1e-4);
  // Their interval of the bias: -22.0 to 17.8.
  EXPECT_NEAR(limits.bias_interval.low, -22.0, 0.1);
  EXPECT_NEAR(limits.bias_interval.high, 17.8, 0.1);
  EXPECT_LT(limits.low_interval.low, limits.low);
  EXPECT_GT(limits.low_interval.high, limits.low);
}

TEST(LimitsOfAgreement, FindVarianceBetweenAndWithinSubjects) {
  SplitMix random(8);
  const LimitsOfAgreement limits = limits_of_agreement(measured(random, 3000));
  EXPECT_NEAR(limits.bias, 2, 0.25);
  EXPECT_NEAR(limits.between_sd, 3, 0.2);
  EXPECT_NEAR(limits.within_sd, 4, 0.12);
  EXPECT_NEAR(limits.total_sd, 5, 0.15);
}

TEST(LimitsOfAgreement, IntervalsCoverTheTrueLimits) {
  SplitMix random(9);
  int low = 0, high = 0, bias = 0;
  constexpr int rounds = 1000;
  for (int round = 0; round < rounds; ++round) {
    const LimitsOfAgreement l = limits_of_agreement(measured(random, 20));
    const auto holds = [](Interval i, double x) { return i.low <= x && x <= i.high ? 1 : 0; };
    low += holds(l.low_interval, 2 - 1.959964 * 5);
    high += holds(l.high_interval, 2 + 1.959964 * 5);
    bias += holds(l.bias_interval, 2);
  }
  for (const int covered : {low, high, bias}) EXPECT_GE(covered, (0.94 - 0.019) * rounds);
}

TEST(LimitsOfAgreement, WithoutSubjectsOrSpreadNothingIsTrusted) {
  const std::vector<MeasuredPair> one{{1, 5, 4}, {1, 6, 4}}, same{{1, 5, 4}, {2, 7, 6}},
      bad{{1, std::numeric_limits<double>::infinity(), 0}};
  EXPECT_FALSE(limits_of_agreement(one).untrusted.empty());
  EXPECT_FALSE(limits_of_agreement(same).untrusted.empty());
  EXPECT_FALSE(limits_of_agreement({}).untrusted.empty());
  EXPECT_THROW(limits_of_agreement(bad), UsageError);
}

TEST(Concordance, IsPearsonsTimesTheClosenessToTheDiagonal) {
  // Two lines a step apart: r = 1, u^2 = 1 / variance.
  std::vector<MeasuredPair> pairs;
  for (int i = 0; i < 5; ++i) pairs.push_back({i, 0. + i, 1. + i});
  EXPECT_NEAR(concordance(pairs).value, 2 * 2. / (2 + 2 + 1), 1e-12);
  EXPECT_FALSE(concordance(pairs).trusted());
  for (MeasuredPair& p : pairs) p.b = p.a;
  EXPECT_DOUBLE_EQ(concordance(pairs).value, 1);
  for (MeasuredPair& p : pairs) p.b = 4 - p.a;
  EXPECT_DOUBLE_EQ(concordance(pairs).value, -1);
}

TEST(Concordance, IntervalsCoverAndSubjectsCountNotPairs) {
  SplitMix random(10);
  int covered = 0, by_subject = 0;
  constexpr int rounds = 500;
  BootstrapOptions options;
  options.resamples = 300;
  // a = t + e, b = t + e: variances 4 + 1 each, covariance 4, no bias: 0.8.
  for (int round = 0; round < rounds; ++round) {
    std::vector<MeasuredPair> pairs, repeated;
    for (int k = 0; k < 60; ++k) {
      const double t = 2 * draw_normal(random);
      const MeasuredPair pair{k, t + draw_normal(random), t + draw_normal(random)};
      pairs.push_back(pair);
      repeated.insert(repeated.end(), 5, pair);
    }
    const Interval i = concordance(pairs).interval, c = cluster_concordance(repeated, options).interval;
    covered += i.low <= 0.8 && 0.8 <= i.high ? 1 : 0;
    by_subject += c.low <= 0.8 && 0.8 <= c.high ? 1 : 0;
  }
  EXPECT_GE(covered, 0.92 * rounds);
  EXPECT_LE(covered, 0.98 * rounds);
  EXPECT_GE(by_subject, 0.90 * rounds);
}

}  // namespace
}  // namespace vagus::lab
