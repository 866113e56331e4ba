#pragma once
/// Intervals along a curve: at every threshold from the same draws of subjects.
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

/// Cluster bootstrap by subject, percentile, of each figure at each threshold, thresholds not increasing. Each estimate
/// is that of `cluster_ratio` with the same seed, resamples and Method::percentile, bit for bit, with any number of
/// threads; drawing subjects once for all thresholds is what makes 200 of them cost as one. Memory: 8 bytes a subject,
/// threshold and figure, besides 8 a resample, threshold and figure.
std::vector<Band> bands(const OperatingCurve& curve, std::span<const double> thresholds,
                        std::span<const Figure> figures, const BandOptions& options = {});

}  // namespace vagus::lab::operating
