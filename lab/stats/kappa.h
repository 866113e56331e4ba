#pragma once
/// How far two people agree beyond chance.
#include <cstdint>
#include <span>
#include <string>

#include "lab/stats/bootstrap.h"

namespace vagus::lab {

/// One thing that two people put into a category each, and whose it is: things of one subject are not independent.
struct RatedPair {
  std::string subject;
  std::int32_t first = 0, second = 0;  ///< any numbers; equal ones are the same category
};

struct Kappa {
  Estimate kappa;     ///< at most 1; NaN (interval -1 to 1, not trusted) where both always chose one and the same
  Estimate observed;  ///< share of pairs in one category
  double chance = 0;  ///< the share expected of independent raters with these margins
};

/// Cohen's kappa, (observed - chance) / (1 - chance). The interval is that of the observed share (cluster_share by
/// subject: never of zero width) with chance held at its estimate, as Cohen's own standard error has it.
/// Throws UsageError for no pairs at all or a confidence outside (0, 1).
/// Source: J. Cohen 1960, Educational and Psychological Measurement 20:37.
Kappa cohen_kappa(std::span<const RatedPair> pairs, double confidence = 0.95);

}  // namespace vagus::lab
