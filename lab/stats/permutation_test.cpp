#include "lab/stats/permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

std::vector<PairedCluster> noisy(SplitMix& random, int n, double effect) {
  std::vector<PairedCluster> out;
  for (int k = 0; k < n; ++k) out.push_back({{random.uniform() + effect, 1}, {random.uniform(), 1}});
  return out;
}

TEST(PairedPermutation, HasFishersResultForDarwinsMaize) {
  // Fisher 1935, The Design of Experiments, section 21: differences in eighths of an inch; of 2^15 signs 863 sums are
  // as large or larger, and as many as small, so 1726 / 32768.
  const double darwin[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
  std::vector<PairedCluster> pairs;
  for (const double d : darwin) pairs.push_back({{d, 1}, {0, 1}});
  const PermutationTest test = paired_permutation(pairs);
  EXPECT_TRUE(test.exact);
  EXPECT_DOUBLE_EQ(test.p, 1726. / 32768);
}

TEST(PairedPermutation, UnderNoDifferenceRejectsAsOftenAsItSays) {
  SplitMix random(5);
  int rejected = 0;
  for (int round = 0; round < 600; ++round) {
    const auto pairs = noisy(random, 20, 0);
    rejected += paired_permutation(pairs, {199, static_cast<std::uint64_t>(round)}).p <= 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(rejected, 30, 3 * std::sqrt(600 * 0.05 * 0.95));
}

TEST(PairedPermutation, FindsADifferenceAndIsTheSameWhenMethodsChangePlaces) {
  SplitMix random(6);
  auto pairs = noisy(random, 25, 0.8);
  const PermutationTest forward = paired_permutation(pairs);
  EXPECT_FALSE(forward.exact);
  EXPECT_LT(forward.p, 0.001);
  EXPECT_GT(forward.p, 0);
  for (PairedCluster& c : pairs) std::swap(c.a, c.b);
  EXPECT_EQ(paired_permutation(pairs).p, forward.p);
  EXPECT_NEAR(paired_permutation(pairs).difference, -forward.difference, 1e-12);
}

TEST(PairedPermutation, SaysNothingOfMethodsThatAgreeAndRefusesWhatIsNoNumber) {
  const std::vector<PairedCluster> same(8, PairedCluster{{3, 4}, {3, 4}});
  EXPECT_EQ(paired_permutation(same).p, 1);
  EXPECT_TRUE(std::isnan(paired_permutation({}).p));
  const std::vector<PairedCluster> bad{{{std::numeric_limits<double>::quiet_NaN(), 1}, {1, 1}}};
  EXPECT_THROW(paired_permutation(bad), UsageError);
  EXPECT_THROW(paired_permutation(same, {10, 1}), UsageError);
}

}  // namespace
}  // namespace vagus::lab
