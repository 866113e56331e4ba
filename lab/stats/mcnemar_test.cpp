#include "lab/stats/mcnemar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

TEST(McNemar, OfOnePairAClusterAllThreeAreMcNemars) {
  // Agresti 2002, Categorical Data Analysis, section 10.1: 86 and 150 discordant, z^2 = 17.36.
  std::vector<PairedTrials> pairs(86, PairedTrials{1, 0, 1});
  pairs.insert(pairs.end(), 150, PairedTrials{0, 1, 1});
  pairs.insert(pairs.end(), 1364, PairedTrials{0, 0, 1});
  for (const auto test : {mcnemar, mcnemar_obuchowski, mcnemar_eliasziw_donner})
    EXPECT_NEAR(test(pairs).statistic, 17.36, 5e-3);
  EXPECT_NEAR(mcnemar(pairs).p, 3.1e-5, 1e-6);
}

TEST(McNemar, OfSubjectsWhoAnswerAsOneTheClusteredTestsCountSubjects) {
  std::vector<PairedTrials> repeated(12, PairedTrials{9, 0, 20}), single(12, PairedTrials{1, 0, 2});
  repeated.insert(repeated.end(), 4, PairedTrials{0, 9, 20});
  single.insert(single.end(), 4, PairedTrials{0, 1, 2});
  EXPECT_NEAR(mcnemar(repeated).statistic, 9 * mcnemar(single).statistic, 1e-9);
  EXPECT_NEAR(mcnemar_obuchowski(repeated).statistic, mcnemar(single).statistic, 1e-9);
  EXPECT_NEAR(mcnemar_eliasziw_donner(repeated).statistic, mcnemar(single).statistic, 1e-9);
}

TEST(McNemar, UnderClusteredNoDifferenceOnlyTheClusteredTestsKeepTheirLevel) {
  SplitMix random(31);
  int plain = 0, obuchowski = 0, eliasziw = 0;
  constexpr int rounds = 800;
  for (int round = 0; round < rounds; ++round) {
    std::vector<PairedTrials> data;
    for (int k = 0; k < 30; ++k) {
      // A subject in whom one method or the other tends to be right; which is as likely either way.
      const double lean = draw_beta(random, 1, 1);
      const int only_a = draw_binomial(random, 10, lean);
      data.push_back({0. + only_a, 10. - only_a, 30});
    }
    plain += mcnemar(data).p <= 0.05 ? 1 : 0;
    obuchowski += mcnemar_obuchowski(data).p <= 0.05 ? 1 : 0;
    eliasziw += mcnemar_eliasziw_donner(data).p <= 0.05 ? 1 : 0;
  }
  const double error = std::sqrt(rounds * 0.05 * 0.95);
  EXPECT_GT(plain, 0.2 * rounds);
  EXPECT_NEAR(obuchowski, 0.05 * rounds, 4 * error);
  EXPECT_NEAR(eliasziw, 0.05 * rounds, 4 * error);
}

TEST(McNemar, WithoutDiscordantPairsNothingDiffersAndCountsMustFit) {
  const std::vector<PairedTrials> none(5, PairedTrials{0, 0, 10}), over{{6, 5, 10}}, negative{{-1, 0, 10}};
  for (const auto test : {mcnemar, mcnemar_obuchowski, mcnemar_eliasziw_donner}) {
    EXPECT_EQ(test(none).p, 1);
    EXPECT_THROW(test(over), UsageError);
    EXPECT_THROW(test(negative), UsageError);
  }
}

}  // namespace
}  // namespace vagus::lab
