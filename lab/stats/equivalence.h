#pragma once
/// Claims about a difference: better, not worse by more than a margin, equal within margins.
#include <functional>
#include <span>

#include "lab/stats/verdict.h"

namespace vagus::lab {

/// An interval at any two-sided confidence asked for.
using EstimateAt = std::function<Estimate(double confidence)>;

/// `difference` is new less old of a figure of which more is better. Each is a judgement with `confidence` one-sided:
/// *met* claims it, *not met* denies it, and an estimate that is not trusted shows neither.
/// Superiority: above 0. Non-inferiority: above -margin, margin above 0.
Judgement superiority(const EstimateAt& difference, double confidence = 0.95);
Judgement noninferiority(double margin, const EstimateAt& difference, double confidence = 0.95);
/// Equivalence by two one-sided tests (Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657): the
/// two-sided interval at 2 * confidence - 1 lies within [-margin, margin]; denied if it lies outside as a whole.
Judgement equivalence(double margin, const EstimateAt& difference, double confidence = 0.95);
/// All throw UsageError for a margin that is not above 0 or a confidence outside (0.5, 1).

/// Ratio of a less ratio of b over pairs of clusters, for the three above: normal-theory interval by the variance over
/// clusters, with t on clusters - 1 degrees of freedom, and never narrower than paired_difference's bootstrap (BCa).
/// `untrusted` of fewer than six pairs, or where none differs.
EstimateAt paired_estimate(std::span<const PairedCluster> clusters, const BootstrapOptions& options = {});

}  // namespace vagus::lab
