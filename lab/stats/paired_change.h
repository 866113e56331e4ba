#pragma once
/// What changed between two methods on the same clusters, as losses and gains: for changes that few clusters hold.
#include <span>

#include "lab/stats/equivalence.h"

namespace vagus::lab {

/// One direction of a change: what clusters that changed that way add to the difference of the ratios.
struct ChangeSide {
  double sum = 0, squares = 0, largest = 0;  ///< of the clusters' parts, each above 0
  std::int64_t clusters = 0;
};

/// The losses and the gains of b over a. A cluster's part of the difference is
///   (b.numerator - a.numerator - A (b.denominator - a.denominator)) / sum of b.denominator,  A the ratio of a:
/// the parts sum to the ratio of b less the ratio of a, and a cluster in which nothing changed has none.
struct ChangeSides {
  ChangeSide lost, gained;
};
ChangeSides change_sides(std::span<const PairedCluster> clusters);

/// Exact interval of a sum of parts whose number is Poisson, whatever their sizes: two-sided at `confidence`. What was
/// not seen is taken to be as large as the largest part, and at least `one_trial` (a trial's part: 1 / trials), so of
/// no changes at all it is the rule of three. Of parts that are all equal it is Garwood's for a Poisson count.
/// Source: Fay and Feuer 1997, Statistics in Medicine 16:791. Throws UsageError unless one_trial > 0.
Interval weighted_count(const ChangeSide& side, double one_trial, double confidence);

/// Ratio of b less ratio of a over pairs of clusters: from gains at their lower bound less losses at their upper one to
/// the other way round, so that each end holds with `confidence` (each of its two parts at (1 + confidence) / 2), and
/// never narrower than paired_estimate's. Unlike that it can be trusted below six pairs, where differences are held by
/// few clusters, and where none differs. It knows nothing of losses that would be larger than any seen: of people of
/// whom one in ten loses much, 20 have nobody like that in one case of eight. `untrusted` of fewer than two pairs.
EstimateAt paired_change(std::span<const PairedCluster> clusters, double one_trial,
                         const BootstrapOptions& options = {});

}  // namespace vagus::lab
