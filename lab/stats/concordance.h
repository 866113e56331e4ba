#pragma once
/// Lin's concordance: how close pairs lie to the line of identity, 1 for all on it.
#include <span>

#include "lab/stats/agreement.h"

namespace vagus::lab {

/// Concordance correlation coefficient of independent pairs (each taken as a subject of its own), interval by Lin's
/// variance of its Fisher transform. Source: Lin 1989, Biometrics 45:255, with the correction of 2000, Biometrics
/// 56:324. `untrusted` of fewer than four pairs and where all lie on a line; NaN where neither varies nor differs.
/// Throws UsageError for values that are not finite.
Estimate concordance(std::span<const MeasuredPair> pairs, double confidence = 0.95);

/// The same coefficient over all pairs, interval by a bootstrap that draws subjects.
Estimate cluster_concordance(std::span<const MeasuredPair> pairs, const BootstrapOptions& options = {});

}  // namespace vagus::lab
