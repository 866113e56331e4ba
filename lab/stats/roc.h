#pragma once
/// Areas under ROC curves of clustered trials or windows. Not for events found in continuous signal, which have no true
/// negatives: sensitivity against alarms a day is theirs.
#include <cstdint>
#include <span>

#include "lab/stats/bootstrap.h"

namespace vagus::lab {

/// One trial or window as two detectors score it.
struct ScoredTrial {
  std::int64_t cluster = 0;  ///< whose it is
  bool positive = false;     ///< by the reference
  double a = 0, b = 0;       ///< scores, higher where positive is likelier; `b` not read by roc_area
};

/// Area under the curve of `a`: the share of pairs (positive, negative) in which the positive scores higher, ties half.
/// The variance is that of Obuchowski 1997, Biometrics 53:567, over clusters that may hold positives and negatives
/// both; with a trial a cluster it is that of DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837.
/// Interval on the logit scale. `untrusted` where all pairs are in order (no variance) or fewer than two clusters have
/// positives or negatives: it is then that of the fewer of these as so many trials. NaN without positives or negatives.
/// Throws UsageError for scores that are not finite.
Estimate roc_area(std::span<const ScoredTrial> trials, double confidence = 0.95);

struct AreaComparison {
  Estimate a, b;
  Estimate difference;  ///< area of a less area of b, interval by the normal distribution
  double p = 1;         ///< two-sided, of no difference; 1 where the variance is 0
};
/// Compares the areas of two detectors on the same trials.
AreaComparison compare_roc_areas(std::span<const ScoredTrial> trials, double confidence = 0.95);

}  // namespace vagus::lab
