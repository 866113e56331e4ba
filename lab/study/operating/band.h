#pragma once
/// Intervals along a curve: at every threshold from the same draws of subjects.
#include <functional>
#include <span>
#include <vector>

#include "lab/study/operating/curve.h"

namespace vagus::lab::operating {

/// One figure along some thresholds.
struct Band {
  Figure figure = Figure::sensitivity;
  std::vector<Estimate> at;  ///< one a threshold
};

struct BandOptions {
  double confidence = 0.95;  ///< two-sided
  int resamples = 2000;      ///< 100 to 1,000,000
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores
};

/// Cluster bootstrap by subject of each figure at each threshold, thresholds not increasing; the same bits with any
/// number of threads. Drawing subjects once for all thresholds is what makes 200 of them cost as a few.
/// Shares: percentile, never narrower than exact binomial; each estimate is that of `cluster_ratio` with the same seed,
/// resamples and Method::percentile, bit for bit. Rates: studentised on the logarithm by the linearised standard error
/// over subjects (Efron and Tibshirani 1993, chapter 12), for percentiles of people whose rates vary are short.
/// Memory: 8 bytes a subject, threshold and figure (24 of a rate), and 8 a resample, threshold and figure.
std::vector<Band> bands(const OperatingCurve& curve, std::span<const double> thresholds,
                        std::span<const Figure> figures, const BandOptions& options = {});

/// How an interval is made: one of a figure over subjects at a confidence.
using Measure = std::function<Estimate(Figure, std::span<const Cluster>, double confidence)>;
/// cluster_ratio with these options: `trials` and `confidence` are filled in.
Measure bootstrap_measure(const BootstrapOptions& options);
/// What verdicts stand on: cluster_share of shares, alarm_rate of rates.
Measure standard_measure();
/// The same bands by any other measure, each threshold on a core.
std::vector<Band> bands_by(const Measure& measure, const OperatingCurve& curve, std::span<const double> thresholds,
                           std::span<const Figure> figures, double confidence = 0.95, int threads = 0);

}  // namespace vagus::lab::operating
