#include "lab/stats/mcnemar.h"

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

void check_pairs(std::span<const PairedTrials> clusters) {
  for (const PairedTrials& c : clusters)
    if (!(c.only_a >= 0 && c.only_b >= 0 && c.only_a + c.only_b <= c.trials && std::isfinite(c.trials)))
      throw UsageError("a cluster's discordant pairs are 0 or more, and no more than its trials");
}

ClusteredTest test_of(double square, double variance) {
  if (!(variance > 0)) return {0, 1};
  return {square / variance, chi_squared_tail(square / variance, 1)};
}

struct Discordant {
  double only_a = 0, all = 0, difference = 0, difference_square = 0, all_square = 0, clusters = 0;
};

Discordant sums_of(std::span<const PairedTrials> clusters) {
  check_pairs(clusters);
  Discordant sums;
  for (const PairedTrials& c : clusters) {
    const double all = c.only_a + c.only_b, difference = c.only_a - c.only_b;
    sums.only_a += c.only_a;
    sums.all += all;
    sums.all_square += all * all;
    sums.difference += difference;
    sums.difference_square += difference * difference;
    sums.clusters += all > 0 ? 1 : 0;
  }
  return sums;
}

/// Intraclass correlation of the discordant pairs by analysis of variance, as in the paper's appendix.
double correlation(std::span<const PairedTrials> clusters, const Discordant& sums) {
  const double n = sums.clusters, mean = sums.all / n, share = sums.only_a / sums.all;
  if (n < 2 || mean <= 1) return 0;
  double between = 0, within = 0, spread = 0;
  for (const PairedTrials& c : clusters) {
    const double all = c.only_a + c.only_b;
    if (all <= 0) continue;
    between += (c.only_a - all * share) * (c.only_a - all * share) / all / n;
    within += c.only_a * c.only_b / all / (n * (mean - 1));
    spread += (all - mean) * (all - mean);
  }
  const double size = mean - spread / (n * (n - 1) * mean), both = between + (size - 1) * within;
  return both > 0 ? std::clamp((between - within) / both, 0., 1.) : 0;
}

}  // namespace

ClusteredTest mcnemar(std::span<const PairedTrials> clusters) {
  const Discordant sums = sums_of(clusters);
  return test_of(sums.difference * sums.difference, sums.all);
}

ClusteredTest mcnemar_obuchowski(std::span<const PairedTrials> clusters) {
  const Discordant sums = sums_of(clusters);
  return test_of(sums.difference * sums.difference, sums.difference_square);
}

ClusteredTest mcnemar_eliasziw_donner(std::span<const PairedTrials> clusters) {
  const Discordant sums = sums_of(clusters);
  if (!(sums.all > 0)) return {0, 1};
  const double inflation = 1 + (sums.all_square / sums.all - 1) * correlation(clusters, sums);
  return test_of(sums.difference * sums.difference, sums.all * inflation);
}

}  // namespace vagus::lab
