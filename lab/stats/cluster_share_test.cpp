#include "lab/stats/cluster_share.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"
#include "lab/stats/population.h"
#include "lab/stats/verdict.h"

namespace vagus::lab {
namespace {

std::vector<Cluster> people(SplitMix& random, int n, double p, double icc) {
  return draw(SharePopulation{p, icc, 50, 150}, n, random);
}

/// A small fixed-seed part of bench/coverage: its hardest cells.
TEST(ClusterShare, CoversItsConfidenceAlsoWhereErrorsAreRareAndClustered) {
  for (const double icc : {0.01, 0.1, 0.3}) {
    for (const double p : {0.5, 0.95, 0.99}) {
      for (const int n : {8, 20, 48}) {
        SplitMix random(static_cast<std::uint64_t>(1000 * icc + 100 * p) * 100 + static_cast<std::uint64_t>(n));
        int covered = 0;
        constexpr int rounds = 1500;
        for (int round = 0; round < rounds; ++round) {
          const Interval i = cluster_share(people(random, n, p, icc)).interval;
          covered += i.low <= p && p <= i.high ? 1 : 0;
        }
        // 94 % less two and a half standard errors at 1,500 rounds.
        EXPECT_GE(covered, (0.94 - 0.0153) * rounds) << "p " << p << " icc " << icc << " subjects " << n;
      }
    }
  }
}

TEST(ClusterShare, OfClustersThatAnswerAsOneItIsTheExactIntervalOverClusters) {
  std::vector<Cluster> data;
  for (int k = 0; k < 20; ++k) data.push_back({0, 100});
  EXPECT_EQ(cluster_share(data).interval, clopper_pearson(0, 20));
  EXPECT_NE(cluster_share(data).method.find("each cluster taken for one trial"), std::string::npos);
  // One subject of twenty with all the errors: nothing is known of how many trials it stands for.
  data[3].numerator = 100;
  EXPECT_EQ(cluster_share(data).interval, clopper_pearson(1, 20));
}

TEST(ClusterShare, OfUnclusteredTrialsItIsLittleWiderThanTheExactOneAndNeverNarrower) {
  SplitMix random(4);
  std::vector<Cluster> data;
  double hits = 0;
  for (int k = 0; k < 200; ++k) {
    data.push_back({0. + draw_binomial(random, 50, 0.8), 50});
    hits += data.back().numerator;
  }
  const Interval exact = clopper_pearson(hits, 10000), ours = cluster_share(data).interval;
  EXPECT_LE(ours.low, exact.low);
  EXPECT_GE(ours.high, exact.high);
  EXPECT_LT(ours.width(), 1.15 * exact.width());
  const std::vector<Cluster> equal(10, Cluster{7, 10});
  EXPECT_EQ(cluster_share(equal).interval, clopper_pearson(70, 100));
}

TEST(ClusterShare, OfSharesThatAreAllTheSameHasAnInterval) {
  ShareOptions seconds;
  seconds.trials = false;
  for (const std::size_t people : {5U, 95U, 100U}) {
    for (const double share_s : {0.4, 8.0, 16.0, 40.0, 79.0}) {
      const Interval interval = cluster_share(std::vector<Cluster>(people, {share_s, 80.8}), seconds).interval;
      EXPECT_LT(interval.low, share_s / 80.8);
      EXPECT_GT(interval.high, share_s / 80.8);
    }
  }
}

TEST(ClusterShare, MirrorsWhenErrorsAndSuccessesChangePlaces) {
  SplitMix random(8);
  std::vector<Cluster> data = people(random, 20, 0.9, 0.1), mirrored;
  for (const Cluster& c : data) mirrored.push_back({c.denominator - c.numerator, c.denominator});
  const Interval a = cluster_share(data).interval, b = cluster_share(mirrored).interval;
  EXPECT_NEAR(a.low, 1 - b.high, 1e-12);
  EXPECT_NEAR(a.high, 1 - b.low, 1e-12);
}

TEST(ClusterShare, GrowsWithConfidenceAndIsNeverOfZeroWidth) {
  SplitMix random(2);
  ShareOptions options;
  for (const auto& data : {people(random, 8, 0.99, 0.3), people(random, 40, 0.6, 0.05),
                           std::vector<Cluster>(30, Cluster{1, 1}), std::vector<Cluster>{{3, 4}, {0, 0}}}) {
    Interval inner{0.5, 0.5};
    for (const bool trials : {true, false}) {
      options.trials = trials;
      double width = 0;
      for (const double confidence : {0.5, 0.8, 0.9, 0.95, 0.99, 0.999}) {
        options.confidence = confidence;
        inner = cluster_share(data, options).interval;
        EXPECT_GT(inner.width(), width);
        width = inner.width();
      }
    }
  }
}

TEST(ClusterShare, OfSharesAndSecondsCountsNoTrials) {
  // Twenty subjects' averages: the interval is close to the t interval of their mean.
  std::vector<Cluster> data;
  double square = 0;
  for (int k = 0; k < 20; ++k) {
    data.push_back({0.4 + 0.01 * k, 1});
    square += std::pow(0.01 * k - 0.095, 2);
  }
  ShareOptions options;
  options.trials = false;
  const double half = student_quantile(0.975, 19) * std::sqrt(square / 19 / 20);
  const Interval i = cluster_share(data, options).interval;
  EXPECT_NEAR(i.low, 0.495 - half, 0.1 * half);
  EXPECT_NEAR(i.high, 0.495 + half, 0.1 * half);
  // Of seconds: the unit does not matter.
  std::vector<Cluster> hours = data;
  for (Cluster& c : hours) c = {c.numerator / 3600, c.denominator / 3600};
  EXPECT_NEAR(cluster_share(hours, options).interval.low, i.low, 1e-9);
}

TEST(ClusterShare, SaysWhenItCannotBeTrustedAndThenNothingIsShown) {
  const std::vector<Cluster> one{{900, 1000}}, none, with_empty{{900, 1000}, {0, 0}};
  for (const auto& data : {one, none, with_empty}) {
    EXPECT_FALSE(cluster_share(data).trusted());
    const Judgement judgement = judge({Direction::at_least, 0.1, 0.95}, data);
    EXPECT_EQ(judgement.verdict, Verdict::not_shown);
    EXPECT_FALSE(judgement.estimate.untrusted.empty());
  }
  EXPECT_TRUE(cluster_share(std::vector<Cluster>{{900, 1000}, {800, 1000}}).trusted());
}

TEST(ClusterShare, RefusesWhatIsNoShare) {
  const std::vector<Cluster> over{{3, 2}, {1, 2}}, negative{{1, -1}},
      infinite{{1, std::numeric_limits<double>::infinity()}}, fine{{1, 2}};
  for (const auto& data : {over, negative, infinite}) EXPECT_THROW(cluster_share(data), UsageError);
  EXPECT_THROW(cluster_share(fine, {1.0, true}), UsageError);
}

}  // namespace
}  // namespace vagus::lab
