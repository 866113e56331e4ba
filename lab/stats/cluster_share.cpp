#include "lab/stats/cluster_share.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

/// Below this t has no use: its quantile alone outweighs everything the data say.
constexpr double least_degrees = 0.2;
/// Above this an interval could lose its width to rounding.
constexpr double most_trials = 1e12;
/// Above this the quantiles of the beta distribution are not found in a million steps; of that many successes and
/// failures Wilson's interval differs from the exact one by less than a hundredth of its width.
constexpr double most_exact_trials = 1e7, least_of_either = 1e5;

struct ShareSums {
  double clusters = 0, hits = 0, of = 0, of_square = 0, hits_square = 0, misses_square = 0;
  double share() const { return hits / of; }
  /// Kish's effective number of clusters of unequal size.
  double kish() const { return of * of / of_square; }
};

ShareSums sums_of(std::span<const Cluster> clusters) {
  ShareSums s;
  for (const Cluster& c : clusters) {
    if (!(c.numerator >= 0 && c.numerator <= c.denominator && std::isfinite(c.denominator)))
      throw UsageError("a cluster needs 0 <= numerator <= denominator");
    if (c.denominator <= 0) continue;
    const double misses = c.denominator - c.numerator;
    s.clusters += 1;
    s.hits += c.numerator;
    s.of += c.denominator;
    s.of_square += c.denominator * c.denominator;
    s.hits_square += c.numerator * c.numerator;
    s.misses_square += misses * misses;
  }
  return s;
}

/// Jackknife variance of the share over clusters.
double variance(std::span<const Cluster> clusters, const ShareSums& s) {
  double square = 0;
  for (const Cluster& c : clusters) {
    if (c.denominator <= 0) continue;
    const double d = (c.numerator - s.share() * c.denominator) / (s.of - c.denominator);
    square += d * d;
  }
  return square * (s.clusters - 1) / s.clusters;
}

/// One decimal below a hundred, none above.
std::string rounded(double x) {
  char text[32];
  std::snprintf(text, sizeof text, x < 100 ? "%.1f" : "%.0f", x);
  return text;
}

Interval exact_interval(double share, double trials, double confidence) {
  const bool many = trials > most_exact_trials && std::min(share, 1 - share) * trials > least_of_either;
  return many ? wilson(share * trials, trials, confidence) : clopper_pearson(share * trials, trials, confidence);
}

double effective(double sum, double square) { return square > 0 ? sum * sum / square : 0; }

}  // namespace

Estimate cluster_share(std::span<const Cluster> clusters, const ShareOptions& options) {
  require_confidence(options.confidence);
  const ShareSums s = sums_of(clusters);
  Estimate out;
  out.clusters = static_cast<std::int64_t>(s.clusters);
  if (s.clusters < 1) {
    out.value = std::numeric_limits<double>::quiet_NaN();
    out.method = out.untrusted = "no trials";
    return out;
  }
  out.value = s.share();
  if (s.clusters < 2) {
    out.interval = clopper_pearson(options.trials ? s.hits : s.share(), options.trials ? s.of : 1, options.confidence);
    out.method = options.trials ? "exact binomial within one cluster" : "one cluster taken for one trial";
    out.untrusted = "one cluster only: how much they differ is not known";
    return out;
  }
  const double v = variance(clusters, s), most = options.trials ? s.of : most_trials;
  const double misses = s.of - s.hits;
  const double holders = std::min(effective(s.hits, s.hits_square), effective(misses, s.misses_square));
  const double degrees = holders - 1;
  const double least = std::min(s.kish(), most);
  double trials = least;
  if (v > 0 && degrees > least_degrees) {
    const double upper = (1 + options.confidence) / 2, t = normal_quantile(upper) / student_quantile(upper, degrees);
    trials = std::clamp(s.share() * (1 - s.share()) / v * t * t, least, std::max(least, most));
  } else if (options.trials && degrees > least_degrees) {
    trials = s.of;  // every cluster has the same share, and it is neither 0 nor 1
  }
  out.interval = exact_interval(s.share(), trials, options.confidence);
  if (trials > least) {
    out.method = "exact binomial at " + rounded(trials) + " effective trials, the errors held by " + rounded(holders) +
                 " effective clusters";
  } else if (holders <= 0) {
    out.method = "exact binomial, each cluster taken for one trial: none of them differs";
  } else {
    out.method = "exact binomial, each cluster taken for one trial: too few of them hold the errors";
  }
  return out;
}

}  // namespace vagus::lab
