#include "lab/stats/kappa.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/interval.h"

namespace vagus::lab {
namespace {

/// So many pairs of each cell of a table of two raters, spread over `subjects`.
std::vector<RatedPair> table(const std::vector<std::vector<int>>& cells, int subjects) {
  std::vector<RatedPair> pairs;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (std::size_t j = 0; j < cells[i].size(); ++j) {
      for (int k = 0; k < cells[i][j]; ++k)
        pairs.push_back({"s" + std::to_string(pairs.size() % static_cast<std::size_t>(subjects)),
                         static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
    }
  }
  return pairs;
}

TEST(Kappa, is_cohens_own_example) {
  // Cohen 1968, Psychological Bulletin 70:213: 200 patients, three diagnoses; unweighted kappa 0.492, chance 0.41.
  const auto pairs = table({{88, 14, 18}, {10, 40, 10}, {2, 6, 12}}, 200);
  const Kappa kappa = cohen_kappa(pairs);
  EXPECT_NEAR(kappa.observed.value, 0.70, 1e-12);
  EXPECT_NEAR(kappa.chance, 0.41, 1e-12);
  EXPECT_NEAR(kappa.kappa.value, 0.4915254237, 1e-9);
  // The standard error of 1960 is 0.055; the exact interval is near 1.96 of them each way.
  EXPECT_NEAR(kappa.kappa.interval.width(), 2 * 1.96 * 0.0549, 0.02);
}

TEST(Kappa, of_full_agreement_has_an_interval_with_width) {
  const Kappa kappa = cohen_kappa(table({{10, 0}, {0, 10}}, 20));
  EXPECT_EQ(kappa.kappa.value, 1);
  EXPECT_EQ(kappa.kappa.interval.high, 1);
  EXPECT_NEAR(kappa.kappa.interval.low, 2 * clopper_pearson(20, 20).low - 1, 1e-12);
}

TEST(Kappa, answers_of_few_subjects_say_less) {
  std::vector<RatedPair> pairs;
  for (int subject = 0; subject < 10; ++subject) {
    for (int k = 0; k < 20; ++k) pairs.push_back({std::to_string(subject), k % 2, subject < 2 ? 1 - k % 2 : k % 2});
  }
  const double clustered = cohen_kappa(pairs).kappa.interval.width();
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].subject = std::to_string(i);
  EXPECT_GT(clustered, 2 * cohen_kappa(pairs).kappa.interval.width());
}

TEST(Kappa, is_unknown_where_only_one_category_was_used) {
  const Kappa kappa = cohen_kappa(table({{12}}, 4));
  EXPECT_TRUE(std::isnan(kappa.kappa.value));
  EXPECT_FALSE(kappa.kappa.trusted());
  EXPECT_EQ(kappa.kappa.interval.width(), 2);
  EXPECT_THROW(cohen_kappa({}), UsageError);
}

}  // namespace
}  // namespace vagus::lab
