#include "lab/stats/equivalence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"
#include "lab/stats/predictive_value.h"

namespace vagus::lab {
namespace {

/// Normal estimate at `value` with error 1.
EstimateAt normal(double value) {
  return [value](double confidence) {
    Estimate e;
    const double half = normal_quantile((1 + confidence) / 2);
    e.value = value;
    e.interval = {value - half, value + half};
    e.clusters = 30;
    return e;
  };
}

TEST(Equivalence, TurnsOnTheOneSidedBoundOfEachClaim) {
  const double z = normal_quantile(0.95);
  EXPECT_EQ(superiority(normal(z + 0.01)).verdict, Verdict::met);
  EXPECT_EQ(superiority(normal(z - 0.01)).verdict, Verdict::not_shown);
  EXPECT_EQ(superiority(normal(-z - 0.01)).verdict, Verdict::not_met);
  EXPECT_EQ(noninferiority(2, normal(z - 1.99)).verdict, Verdict::met);
  EXPECT_EQ(noninferiority(2, normal(z - 2.01)).verdict, Verdict::not_shown);
  EXPECT_EQ(equivalence(2, normal(2 - z - 0.01)).verdict, Verdict::met);
  EXPECT_EQ(equivalence(2, normal(2 - z + 0.01)).verdict, Verdict::not_shown);
  EXPECT_EQ(equivalence(2, normal(-2 + z + 0.01)).verdict, Verdict::met);
  EXPECT_EQ(equivalence(2, normal(2 + z + 0.01)).verdict, Verdict::not_met);
  EXPECT_THROW(noninferiority(0, normal(0)), UsageError);
}

TEST(Equivalence, NothingIsShownByWhatIsNotTrusted) {
  const EstimateAt doubtful = [](double confidence) {
    Estimate e = normal(100)(confidence);
    e.untrusted = "made up";
    return e;
  };
  EXPECT_EQ(superiority(doubtful).verdict, Verdict::not_shown);
}

TEST(Equivalence, PairsJustWorseByTheMarginPassNoOftenerThanOneInTwenty) {
  SplitMix random(14);
  int passed = 0, covered = 0;
  constexpr int rounds = 500;
  BootstrapOptions options;
  options.resamples = 200;
  for (int round = 0; round < rounds; ++round) {
    std::vector<PairedCluster> pairs;
    for (int k = 0; k < 12; ++k) {
      const double base = 0.8 + 0.05 * draw_normal(random);
      pairs.push_back({{100 * (base - 0.02 + 0.02 * draw_normal(random)), 100}, {100 * base, 100}});
    }
    const EstimateAt difference = paired_estimate(pairs, options);
    passed += noninferiority(0.02, difference).verdict == Verdict::met ? 1 : 0;
    const Interval i = difference(0.95).interval;
    covered += i.low <= -0.02 && -0.02 <= i.high ? 1 : 0;
  }
  EXPECT_LE(passed, 0.08 * rounds);
  EXPECT_GE(covered, 0.92 * rounds);
}

Estimate estimate(double value, double low, double high) {
  Estimate e;
  e.value = value;
  e.interval = {low, high};
  return e;
}

TEST(PredictiveValue, HasBayesValueAndIsMonotoneInWhatItIsMadeOf) {
  // Sensitivity 0.9, specificity 0.95 at 1 %: 0.009 / (0.009 + 0.0495).
  const Estimate e = positive_predictive_value(estimate(0.9, 0.85, 0.94), estimate(0.95, 0.93, 0.97), 0.01);
  EXPECT_NEAR(e.value, 0.009 / 0.0585, 1e-12);
  EXPECT_LT(e.interval.low, e.value);
  EXPECT_GT(e.interval.high, e.value);
  // The interval lies within that of the worst and the best of both ends.
  EXPECT_GT(e.interval.low, 0.0085 / (0.0085 + 0.99 * 0.07));
  EXPECT_LT(e.interval.high, 0.0094 / (0.0094 + 0.99 * 0.03));
  const Estimate n = negative_predictive_value(estimate(0.9, 0.85, 0.94), estimate(0.95, 0.93, 0.97), 0.01);
  EXPECT_NEAR(n.value, 0.99 * 0.95 / (0.99 * 0.95 + 0.01 * 0.1), 1e-12);
  EXPECT_NEAR(event_predictive_value(estimate(0.9, 0.8, 0.95), estimate(0.3, 0.1, 0.6), 0.1).value, 0.09 / 0.39, 1e-12);
}

TEST(PredictiveValue, CoversAtTwentySubjectsADay) {
  SplitMix random(15);
  int covered = 0;
  constexpr int rounds = 1000;
  const double truth = 0.02 * 0.9 / (0.02 * 0.9 + 0.98 * 0.05);
  for (int round = 0; round < rounds; ++round) {
    const double sick = draw_binomial(random, 100, 0.9), well = draw_binomial(random, 400, 0.95);
    const Interval i =
        positive_predictive_value(estimate(sick / 100, wilson(sick, 100).low, wilson(sick, 100).high),
                                  estimate(well / 400, wilson(well, 400).low, wilson(well, 400).high), 0.02)
            .interval;
    covered += i.low <= truth && truth <= i.high ? 1 : 0;
  }
  EXPECT_NEAR(covered, 0.95 * rounds, 0.025 * rounds);
}

TEST(PredictiveValue, WithoutFalseAlarmsTheUpperEndIsOneAndTheLowerIsNot) {
  const Estimate e = positive_predictive_value(estimate(0.9, 0.8, 0.95), estimate(1, 0.96, 1), 0.1);
  EXPECT_EQ(e.value, 1);
  EXPECT_EQ(e.interval.high, 1);
  EXPECT_NEAR(e.interval.low, 0.08 / (0.08 + 0.9 * 0.04), 1e-12);
  EXPECT_THROW(positive_predictive_value(e, e, 1), UsageError);
  EXPECT_FALSE(positive_predictive_value(estimate(0, 0, 0.1), estimate(1, 0.9, 1), 0.1).trusted());
}

}  // namespace
}  // namespace vagus::lab
