#include "lab/stats/paired_change.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

/// Garwood's exact interval of a Poisson count.
Interval garwood(double count, double confidence) {
  return {count > 0 ? chi_squared_quantile((1 - confidence) / 2, 2 * count) / 2 : 0,
          chi_squared_quantile((1 + confidence) / 2, 2 * count + 2) / 2};
}

/// Subjects of `beats` beats each; the first of them find so many fewer (or more) than before.
std::vector<PairedCluster> paired_people(int n, double beats, double found, const std::vector<double>& change) {
  std::vector<PairedCluster> all(static_cast<std::size_t>(n), {{found, beats}, {found, beats}});
  for (std::size_t i = 0; i < change.size(); ++i) all[i].b.numerator += change[i];
  return all;
}

TEST(PairedChange, OfEqualPartsItIsTheExactIntervalOfAPoissonCount) {
  for (const int k : {1, 2, 5, 30}) {
    const ChangeSide side{k * 0.25, k * 0.0625, 0.25, k};
    const Interval exact = garwood(k, 0.95), ours = weighted_count(side, 1e-6, 0.95);
    EXPECT_NEAR(ours.low, exact.low * 0.25, 1e-12);
    EXPECT_NEAR(ours.high, exact.high * 0.25, 1e-12);
  }
}

TEST(PairedChange, OfNoChangeItIsTheRuleOfThreeAndNeverOfZeroWidth) {
  const Estimate estimate = paired_change(paired_people(5, 100, 90, {}), 1.0 / 500)(0.90);
  EXPECT_EQ(estimate.value, 0);
  EXPECT_TRUE(estimate.trusted());
  EXPECT_NEAR(estimate.interval.low, -std::log(20.0) / 500, 1e-9);
  EXPECT_NEAR(estimate.interval.high, std::log(20.0) / 500, 1e-9);
}

TEST(PairedChange, PartsSumToTheDifferenceAlsoWhereDenominatorsChange) {
  // Predictivity: found stay, false ones come and go.
  const std::vector<PairedCluster> data{{{90, 100}, {90, 104}}, {{80, 90}, {80, 88}}, {{70, 71}, {70, 71}}};
  const ChangeSides sides = change_sides(data);
  EXPECT_NEAR(sides.gained.sum - sides.lost.sum, 240.0 / 263 - 240.0 / 261, 1e-15);
  EXPECT_EQ(sides.lost.clusters, 1);
  EXPECT_EQ(sides.gained.clusters, 1);
}

TEST(PairedChange, FewerThanTwoSubjectsAreNotTrustedAndTwoAre) {
  EXPECT_FALSE(paired_change(paired_people(1, 100, 90, {-1}), 0.01)(0.95).trusted());
  EXPECT_TRUE(paired_change(paired_people(2, 100, 90, {-1}), 0.005)(0.95).trusted());
}

TEST(PairedChange, AnswersMirroredWhenOldAndNewChangePlaces) {
  const auto forth = paired_people(12, 200, 180, {-9, 3, -2, 0, 1});
  std::vector<PairedCluster> back;
  for (const PairedCluster& c : forth) back.push_back({c.b, c.a});
  const ChangeSides a = change_sides(forth), b = change_sides(back);
  EXPECT_NEAR(a.lost.sum, b.gained.sum, 1e-15);
  EXPECT_NEAR(a.gained.squares, b.lost.squares, 1e-15);
}

/// The end that a gate rests on, where losses are held by few: the truth is a loss of a fifth in one subject of ten.
TEST(PairedChange, LossesHeldByFewSubjectsAreCoveredToo) {
  for (const int n : {50, 100}) {
    SplitMix random(static_cast<std::uint64_t>(n));
    constexpr double affected = 0.1, share = 0.2, truth = -affected * share;
    constexpr int rounds = 1000;
    BootstrapOptions options;
    options.resamples = 200;
    int covered = 0, by_pairs = 0;
    for (int round = 0; round < rounds; ++round) {
      std::vector<double> change;
      for (int i = 0; i < n; ++i)
        change.push_back(random.uniform() < affected ? -static_cast<double>(draw_binomial(random, 100, share)) : 0);
      const auto data = paired_people(n, 100, 100, change);
      covered += paired_change(data, 1.0 / (100 * n), options)(0.95).interval.low <= truth ? 1 : 0;
      std::vector<PairedCluster> reversed;
      for (const auto& c : data) reversed.push_back({c.b, c.a});
      by_pairs += paired_estimate(reversed, options)(0.95).interval.low <= truth ? 1 : 0;
    }
    EXPECT_GE(covered, 0.97 * rounds) << n;
    EXPECT_GE(covered, by_pairs) << n;
  }
}

TEST(PairedChange, RefusesATrialOfNothing) {
  EXPECT_THROW(weighted_count({}, 0, 0.95), UsageError);
  EXPECT_THROW(weighted_count({}, 0.1, 1), UsageError);
}

}  // namespace
}  // namespace vagus::lab
