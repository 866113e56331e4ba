#include "lab/stats/interval.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

void check(double hits, double of, double confidence) {
  if (!(hits >= 0 && hits <= of && std::isfinite(of))) throw UsageError("a share needs 0 <= hits <= trials");
  require_confidence(confidence);
}

}  // namespace

void require_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) throw UsageError("a confidence must lie between 0 and 1");
}

double normal_quantile(double p) {
  if (!(p > 0 && p < 1)) throw UsageError("a quantile needs a probability between 0 and 1");
  return -std::sqrt(2.) * boost::math::erfc_inv(2 * p);
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.)); }

Interval clopper_pearson(double hits, double of, double confidence) {
  check(hits, of, confidence);
  const double tail = (1 - confidence) / 2;
  Interval interval;
  if (hits > 0) interval.low = boost::math::ibeta_inv(hits, of - hits + 1, tail);
  if (hits < of) interval.high = boost::math::ibetac_inv(hits + 1, of - hits, tail);
  return interval;
}

Interval wilson(double hits, double of, double confidence) {
  check(hits, of, confidence);
  if (of <= 0) return {};
  const double z = normal_quantile(1 - (1 - confidence) / 2), share = hits / of, scale = 1 + z * z / of;
  const double centre = (share + z * z / (2 * of)) / scale;
  const double half = z * std::sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / scale;
  // Rounding must not push the ends past what the formula gives exactly at no and at all hits.
  return {hits <= 0 ? 0 : std::max(0., centre - half), hits >= of ? 1 : std::min(1., centre + half)};
}

}  // namespace vagus::lab
