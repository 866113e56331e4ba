#pragma once
/// Cluster bootstrap: subjects, not beats or windows, are drawn with replacement, each with all it holds.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lab/stats/interval.h"

namespace vagus::lab {

/// One independent unit's sums: a subject's found beats and its beats, over all its recordings. A mean over recordings
/// is the same with the sum of their values and their number.
struct Cluster {
  double numerator = 0, denominator = 0;
};
/// Two methods on the same unit.
struct PairedCluster {
  Cluster a, b;
};

struct BootstrapOptions {
  enum class Method : std::uint8_t { percentile, bca, studentised };
  double confidence = 0.95;  ///< two-sided
  int resamples = 10000;     ///< 100 to 10,000,000
  std::uint64_t seed = 1;
  Method method = Method::bca;
  /// Sums are successes in trials: the interval is then never narrower than the exact binomial one over all trials,
  /// which is what independent trials would give and the only width there is where no cluster or every one has an
  /// error.
  bool trials = true;
};

struct Estimate {
  double value = 0;   ///< NaN where undefined (no trials), the interval then all there is
  Interval interval;  ///< two-sided at the confidence asked for; never of zero width
  std::int64_t clusters = 0;
  std::string method;  ///< how the interval was made, in words to print beside it
  /// Why the interval cannot be held to its confidence (one cluster, no cluster that differs ...); empty where it can.
  /// Nothing is shown by an interval that is not trusted.
  std::string untrusted;
  bool trusted() const { return untrusted.empty(); }
};

/// Ratio of sums over clusters: gross sensitivity, or a mean. Of a share, cluster_share keeps its confidence with fewer
/// clusters and rarer errors. Method: bias-corrected and accelerated (Efron 1987, JASA 82), percentile, or studentised
/// by the linearised standard error of each resample (Efron and Tibshirani 1993, chapter 12); the same bits for the
/// same input and seed, on any machine and number of threads (resample r draws from stream r). Fewer than 2 clusters:
/// the exact binomial interval within that one, and `method` says so. Throws UsageError for negative or non-finite
/// sums, or numerators above denominators where `trials`.
Estimate cluster_ratio(std::span<const Cluster> clusters, const BootstrapOptions& options = {});

/// Ratio of a less ratio of b, clusters drawn in pairs: "vagus against gqrs, by record". `trials` widens only an
/// interval of zero width.
Estimate paired_difference(std::span<const PairedCluster> clusters, const BootstrapOptions& options = {});

/// Any statistic of sums over clusters: `sums` holds `width` numbers a cluster, row after row; `statistic` maps the
/// summed numbers to a value (NaN where undefined: such resamples are left out).
Estimate cluster_statistic(std::span<const double> sums, std::size_t width,
                           const std::function<double(std::span<const double>)>& statistic,
                           const BootstrapOptions& options = {});

}  // namespace vagus::lab
