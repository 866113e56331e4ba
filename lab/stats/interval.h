#pragma once
/// Intervals of a share: so many successes in so many independent trials.
#include <cstdint>

namespace vagus::lab {

struct Interval {
  double low = 0, high = 1;
  double width() const { return high - low; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Exact (Clopper-Pearson) two-sided interval of `hits` successes in `of` trials: [0, 1] of none. Never of zero width.
/// `hits` may be a fraction (weighted counts): the beta quantiles are then the natural continuation.
/// Throws UsageError unless 0 <= hits <= of and 0 < confidence < 1.
Interval clopper_pearson(double hits, double of, double confidence = 0.95);

/// Wilson's score interval, without continuity correction; nearer to its nominal coverage than the exact one, which is
/// never below it. Same refusals.
Interval wilson(double hits, double of, double confidence = 0.95);

/// Throws UsageError unless 0 < confidence < 1.
void require_confidence(double confidence);

/// Quantile of the standard normal distribution, p in (0, 1).
double normal_quantile(double p);
/// Its distribution function.
double normal_cdf(double z);

}  // namespace vagus::lab
