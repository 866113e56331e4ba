#include "lab/stats/interval.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

TEST(ClopperPearson, OfNoHitsItHasItsClosedForm) {
  for (const double n : {1., 10., 1000.}) {
    const Interval interval = clopper_pearson(0, n);
    EXPECT_EQ(interval.low, 0);
    EXPECT_NEAR(interval.high, 1 - std::pow(0.025, 1 / n), 1e-12);
    EXPECT_NEAR(clopper_pearson(n, n).low, std::pow(0.025, 1 / n), 1e-12);
    EXPECT_EQ(clopper_pearson(n, n).high, 1);
  }
}

TEST(ClopperPearson, ItsEndsLeaveHalfTheRestOfTheBinomialOnEachSide) {
  // 7 of 20: P(X >= 7 | low) = P(X <= 7 | high) = 0.05, summed term by term.
  const Interval interval = clopper_pearson(7, 20, 0.9);
  const auto at_most = [](int k, double p) {
    double sum = 0, term = std::pow(1 - p, 20);
    for (int i = 0; i <= k; ++i) {
      sum += term;
      term *= (20. - i) / (i + 1.) * p / (1 - p);
    }
    return sum;
  };
  EXPECT_NEAR(1 - at_most(6, interval.low), 0.05, 1e-9);
  EXPECT_NEAR(at_most(7, interval.high), 0.05, 1e-9);
}

TEST(ClopperPearson, OfNoTrialsNothingIsKnown) { EXPECT_EQ(clopper_pearson(0, 0), (Interval{0, 1})); }

TEST(ClopperPearson, IsNeverOfZeroWidthEvenOfManyTrials) {
  EXPECT_GT(clopper_pearson(1e9, 1e9).width(), 0);
  EXPECT_GT(clopper_pearson(5e8, 1e9).width(), 0);
}

TEST(Wilson, HasThePublishedValues) {
  // Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  EXPECT_NEAR(wilson(81, 263).low, 0.2553, 5e-5);
  EXPECT_NEAR(wilson(81, 263).high, 0.3662, 5e-5);
  EXPECT_NEAR(wilson(15, 148).low, 0.0624, 5e-5);
  EXPECT_NEAR(wilson(15, 148).high, 0.1605, 5e-5);
  EXPECT_EQ(wilson(0, 20).low, 0);
  EXPECT_NEAR(wilson(0, 20).high, 0.1611, 5e-5);
  EXPECT_NEAR(wilson(1, 29).low, 0.0061, 5e-5);
  EXPECT_NEAR(wilson(1, 29).high, 0.1718, 5e-5);
}

TEST(Intervals, HoldTheShareAndGrowWithConfidence) {
  for (int hits = 0; hits <= 30; ++hits)
    for (const auto method : {clopper_pearson, wilson}) {
      const Interval narrow = method(hits, 30, 0.8), wide = method(hits, 30, 0.99);
      EXPECT_LE(narrow.low, hits / 30. + 1e-15);
      EXPECT_GE(narrow.high, hits / 30. - 1e-15);
      EXPECT_LE(wide.low, narrow.low);
      EXPECT_GE(wide.high, narrow.high);
    }
}

TEST(Intervals, RefuseWhatIsNoShare) {
  EXPECT_THROW(clopper_pearson(3, 2), UsageError);
  EXPECT_THROW(clopper_pearson(-1, 2), UsageError);
  EXPECT_THROW(wilson(1, 2, 1), UsageError);
  EXPECT_THROW(wilson(std::nan(""), 2), UsageError);
  EXPECT_THROW(normal_quantile(0), UsageError);
}

TEST(Normal, QuantileAndDistributionAreInverse) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  for (const double p : {1e-12, 0.01, 0.3, 0.5, 0.999}) EXPECT_NEAR(normal_cdf(normal_quantile(p)) / p, 1, 1e-12);
}

}  // namespace
}  // namespace vagus::lab
