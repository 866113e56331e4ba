#include "lab/stats/multiplicity.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

TEST(Multiplicity, HasThePublishedExampleOfBenjaminiAndHochberg) {
  // Benjamini and Hochberg 1995, section 4.1: of these fifteen, four are rejected at 5 %, and by Holm's steps three.
  const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                              0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const auto rejected = [](const std::vector<double>& q) {
    return std::count_if(q.begin(), q.end(), [](double one) { return one <= 0.05; });
  };
  EXPECT_EQ(rejected(benjamini_hochberg(p)), 4);
  EXPECT_EQ(rejected(holm(p)), 3);
  EXPECT_NEAR(benjamini_hochberg(p)[3], 15 * 0.0095 / 4, 1e-12);
  EXPECT_NEAR(holm(p)[2], 13 * 0.0019, 1e-12);
}

TEST(Multiplicity, AdjustedValuesKeepTheOrderAndTheirPlacesAndLieNoLower) {
  const std::vector<double> p{0.04, 0.001, 0.9, 0.04, 0.02, 0};
  for (const auto adjust : {holm, benjamini_hochberg}) {
    const std::vector<double> q = adjust(p);
    for (std::size_t i = 0; i < p.size(); ++i) {
      EXPECT_GE(q[i], p[i]);
      EXPECT_LE(q[i], 1);
      for (std::size_t j = 0; j < p.size(); ++j) EXPECT_TRUE(p[i] > p[j] || q[i] <= q[j]);
    }
  }
  EXPECT_TRUE(holm({}).empty());
  EXPECT_THROW(holm(std::vector<double>{1.5}), UsageError);
}

}  // namespace
}  // namespace vagus::lab
