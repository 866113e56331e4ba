#include "lab/stats/sample_size.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

TEST(SampleSize, OfAShareHasItsClosedFormAndGrowsByTheDesignEffect) {
  // z 1.6449 and 0.8416: ((1.6449 * sqrt(0.09) + 0.8416 * sqrt(0.0475)) / 0.05)^2 = 183.2.
  EXPECT_EQ(subjects_for_share(0.95, 0.90, 1, 0), 184);
  const auto alone = subjects_for_share(0.95, 0.90, 20, 0), together = subjects_for_share(0.95, 0.90, 20, 1);
  EXPECT_EQ(alone, 10);
  EXPECT_EQ(together, 184);
  EXPECT_THROW(subjects_for_share(0.9, 0.9, 1, 0), UsageError);
  EXPECT_THROW(subjects_for_share(0.9, 0.8, 0, 0), UsageError);
}

TEST(SampleSize, OfPairsHasTabulatedValues) {
  // Cohen 1988, table 2.4.1 (one-sided 5 %, one sample d = 0.5 sd): 27 pairs for 80 %.
  EXPECT_EQ(subjects_for_paired_difference(0.5, 0, 1), 27);
  EXPECT_EQ(subjects_for_paired_difference(0, -0.5, 1), 27);
  EXPECT_THROW(subjects_for_paired_difference(0, 0, 1), UsageError);
}

TEST(SampleSize, BySimulationIsNearTheClosedFormWhereThatHolds) {
  const SharePopulation population{0.85, 0.05, 20, 20};
  const Requirement requirement{Direction::at_least, 0.75, 0.95};
  const auto closed = subjects_for_share(0.85, 0.75, 20, 0.05);
  const auto simulated = simulated_subjects(requirement, population, 0.8, 400);
  ASSERT_TRUE(simulated);
  EXPECT_GE(*simulated, closed);
  EXPECT_LE(*simulated, 2 * closed + 3);
  EXPECT_LT(simulated_power(requirement, population, static_cast<int>(closed) / 2, 400), 0.7);
  EXPECT_FALSE(simulated_subjects(requirement, {0.7, 0.05, 20, 20}, 0.8, 200, 64));
}

}  // namespace
}  // namespace vagus::lab
