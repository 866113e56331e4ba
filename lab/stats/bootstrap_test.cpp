#include "lab/stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

/// Subjects whose own rate varies: `p` is the mean over subjects, each with 100 trials.
std::vector<Cluster> subjects(SplitMix& random, int n, double p, double spread) {
  std::vector<Cluster> out;
  for (int k = 0; k < n; ++k) {
    const double own = p + spread * (random.uniform() - 0.5);
    Cluster c{0, 100};
    for (int i = 0; i < 100; ++i) c.numerator += random.uniform() < own ? 1 : 0;
    out.push_back(c);
  }
  return out;
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  BootstrapOptions options;
  options.resamples = 500;
  for (const auto method : {BootstrapOptions::Method::percentile, BootstrapOptions::Method::bca}) {
    options.method = method;
    SplitMix random(7);
    int covered = 0;
    const int rounds = 500;
    for (int round = 0; round < rounds; ++round) {
      const Estimate e = cluster_ratio(subjects(random, 40, 0.8, 0.3), options);
      covered += e.interval.low <= 0.8 && 0.8 <= e.interval.high ? 1 : 0;
    }
    // 95 % of 500 with a standard error of 1 point, and a bootstrap of 40 clusters a little short.
    EXPECT_GE(covered, 0.91 * rounds);
    EXPECT_LE(covered, 0.985 * rounds);
  }
}

TEST(Bootstrap, ClustersWidenTheIntervalBeyondTheBinomial) {
  SplitMix random(3);
  const std::vector<Cluster> data = subjects(random, 40, 0.7, 0.6);
  double hits = 0;
  for (const Cluster& c : data) hits += c.numerator;
  EXPECT_GT(cluster_ratio(data).interval.width(), 1.5 * clopper_pearson(hits, 4000).width());
}

TEST(Bootstrap, OfAMeanAgreesWithItsStandardError) {
  std::vector<Cluster> data;
  SplitMix random(11);
  double sum = 0, square = 0;
  for (int k = 0; k < 400; ++k) {
    const double x = random.uniform();
    data.push_back({x, 1});
    sum += x;
    square += x * x;
  }
  BootstrapOptions options;
  options.trials = false;
  options.resamples = 20000;
  const double mean = sum / 400, error = std::sqrt((square / 400 - mean * mean) / 400);
  const Estimate e = cluster_ratio(data, options);
  EXPECT_NEAR(e.interval.low, mean - 1.96 * error, 0.06 * error);
  EXPECT_NEAR(e.interval.high, mean + 1.96 * error, 0.06 * error);
}

TEST(Bootstrap, TheSameSeedGivesTheSameBitsAndAnotherDoesNot) {
  SplitMix random(5);
  const std::vector<Cluster> data = subjects(random, 20, 0.9, 0.1);
  BootstrapOptions options;
  const Interval first = cluster_ratio(data, options).interval;
  EXPECT_EQ(cluster_ratio(data, options).interval, first);
  options.seed = 2;
  EXPECT_NE(cluster_ratio(data, options).interval, first);
}

TEST(Bootstrap, IsNeverOfZeroWidth) {
  const std::vector<Cluster> perfect(10, Cluster{1000, 1000}), none(10, Cluster{0, 1000}), one{{7, 9}};
  for (const auto& data : {perfect, none, one}) {
    EXPECT_GT(cluster_ratio(data).interval.width(), 0);
    BootstrapOptions options;
    options.trials = false;
    EXPECT_GT(cluster_ratio(data, options).interval.width(), 0);
  }
  EXPECT_NEAR(cluster_ratio(perfect).interval.low, std::pow(0.025, 1e-4), 1e-12);
  const std::vector<PairedCluster> same(10, PairedCluster{{9, 10}, {9, 10}});
  EXPECT_GT(paired_difference(same).interval.width(), 0);
}

TEST(Bootstrap, WithoutTrialsTheValueIsUnknownAndTheIntervalIsAll) {
  const std::vector<Cluster> empty, nothing(3, Cluster{0, 0});
  for (const auto& data : {empty, nothing}) {
    const Estimate e = cluster_ratio(data);
    EXPECT_TRUE(std::isnan(e.value));
    EXPECT_EQ(e.interval, (Interval{0, 1}));
  }
}

TEST(Bootstrap, OfOneClusterItSaysThatItKnowsOnlyThatOne) {
  const std::vector<Cluster> one{{90, 100}};
  const Estimate e = cluster_ratio(one);
  EXPECT_EQ(e.interval, clopper_pearson(90, 100));
  EXPECT_NE(e.method.find("one cluster"), std::string::npos);
}

TEST(PairedDifference, IsNarrowerThanTwoUnpairedIntervalsWhenSubjectsDifferMore) {
  SplitMix random(9);
  std::vector<PairedCluster> pairs;
  std::vector<Cluster> a;
  for (const Cluster& c : subjects(random, 40, 0.7, 0.6)) {
    pairs.push_back({c, {std::max(0., c.numerator - 2), 100}});
    a.push_back(c);
  }
  const Estimate e = paired_difference(pairs);
  EXPECT_NEAR(e.value, 0.02, 1e-3);
  EXPECT_GT(e.interval.low, 0);
  EXPECT_LT(e.interval.width(), 0.2 * cluster_ratio(a).interval.width());
}

TEST(PairedDifference, ChangesSignWhenTheTwoChangePlaces) {
  SplitMix random(13);
  std::vector<PairedCluster> pairs, swapped;
  for (const Cluster& c : subjects(random, 30, 0.8, 0.2)) {
    pairs.push_back({c, {50 + 0.4 * c.numerator, 100}});
    swapped.push_back({pairs.back().b, pairs.back().a});
  }
  BootstrapOptions options;
  options.method = BootstrapOptions::Method::percentile;
  const Estimate e = paired_difference(pairs, options), s = paired_difference(swapped, options);
  EXPECT_NEAR(e.interval.low, -s.interval.high, 1e-12);
  EXPECT_NEAR(e.interval.high, -s.interval.low, 1e-12);
}

TEST(Bootstrap, RefusesWhatCannotBe) {
  const std::vector<Cluster> bad{{3, 2}, {1, 2}}, negative{{1, -1}}, fine{{1, 2}, {2, 2}};
  EXPECT_THROW(cluster_ratio(bad), UsageError);
  EXPECT_THROW(cluster_ratio(negative), UsageError);
  BootstrapOptions options;
  options.resamples = 10;
  EXPECT_THROW(cluster_ratio(fine, options), UsageError);
  options = {};
  options.confidence = 1;
  EXPECT_THROW(cluster_ratio(fine, options), UsageError);
  EXPECT_THROW(cluster_statistic(std::vector<double>{1, 2, 3}, 2, [](std::span<const double> s) { return s[0]; }),
               UsageError);
}

TEST(SplitMix, HasThePublishedVector) {
  // The first outputs of seed 1234567 by the reference implementation.
  SplitMix random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(SplitMix, StreamsAreFlatOverTheirFirstDraws) {
  std::vector<int> seen(8, 0);
  for (std::uint64_t r = 0; r < 8000; ++r) ++seen[SplitMix::stream(1, r).below(8)];
  for (const int n : seen) EXPECT_NEAR(n, 1000, 130);  // over 4 standard deviations
}

}  // namespace
}  // namespace vagus::lab
