#pragma once
/// Two methods judged right or wrong on the same trials, the trials in clusters.
#include <cstdint>
#include <span>

namespace vagus::lab {

/// A subject's pairs of answers.
struct PairedTrials {
  double only_a = 0;  ///< trials in which a is right and b wrong
  double only_b = 0;  ///< the other way round
  double trials = 0;  ///< all, those on which both agree too
};

struct ClusteredTest {
  double statistic = 0;  ///< chi-squared, one degree of freedom; NaN where undefined
  double p = 1;          ///< two-sided; 1 where no pair is discordant
};

/// McNemar's statistic (a - b)^2 / (a + b) without continuity correction, as though trials were independent.
ClusteredTest mcnemar(std::span<const PairedTrials> clusters);
/// Obuchowski 1998, Statistics in Medicine 17:1495: the difference of the two shares by its variance over clusters, the
/// shares taken as equal: (sum d)^2 / sum d^2 with d = only_a - only_b. For any correlation; wants some 20 clusters.
ClusteredTest mcnemar_obuchowski(std::span<const PairedTrials> clusters);
/// Eliasziw and Donner 1991, Statistics in Medicine 10:1981: McNemar's statistic by 1 + (S - 1) r, r the intraclass
/// correlation of the discordant pairs (analysis of variance, not below 0) and S their mean number a cluster, weighted
/// by itself.
ClusteredTest mcnemar_eliasziw_donner(std::span<const PairedTrials> clusters);
/// All throw UsageError for counts that are negative or together more than the trials.

}  // namespace vagus::lab
