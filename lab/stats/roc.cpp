#include "lab/stats/roc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// A cluster's part in the area: sums, over its positives and over its negatives, of the share of the other kind that
/// each is in order with.
struct Part {
  double positives = 0, negatives = 0, of_positives = 0, of_negatives = 0;
};

struct Areas {
  double area = 0, positives = 0, negatives = 0;
  std::map<std::int64_t, Part> parts;
  double clusters_with_positives() const {
    return static_cast<double>(
        std::count_if(parts.begin(), parts.end(), [](auto& p) { return p.second.positives > 0; }));
  }
  double clusters_with_negatives() const {
    return static_cast<double>(
        std::count_if(parts.begin(), parts.end(), [](auto& p) { return p.second.negatives > 0; }));
  }
};

/// Share of sorted values below x, ties half.
double share_below(const std::vector<double>& sorted, double x) {
  const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), x);
  const double below = static_cast<double>(low - sorted.begin()), ties = static_cast<double>(high - low);
  return (below + 0.5 * ties) / static_cast<double>(sorted.size());
}

Areas areas_of(std::span<const ScoredTrial> trials, double ScoredTrial::*score) {
  std::vector<double> positive, negative;
  for (const ScoredTrial& t : trials) {
    if (!std::isfinite(t.*score)) throw UsageError("a score must be finite");
    (t.positive ? positive : negative).push_back(t.*score);
  }
  Areas out;
  out.positives = static_cast<double>(positive.size());
  out.negatives = static_cast<double>(negative.size());
  out.area = std::numeric_limits<double>::quiet_NaN();
  if (positive.empty() || negative.empty()) return out;
  std::sort(positive.begin(), positive.end());
  std::sort(negative.begin(), negative.end());
  double sum = 0;
  for (const ScoredTrial& t : trials) {
    Part& part = out.parts[t.cluster];
    if (t.positive) {
      const double share = share_below(negative, t.*score);
      part.positives += 1;
      part.of_positives += share;
      sum += share;
    } else {
      part.negatives += 1;
      part.of_negatives += 1 - share_below(positive, t.*score);
    }
  }
  out.area = sum / out.positives;
  return out;
}

/// Covariance of two areas over the same clusters; the variance of one with itself.
double covariance(const Areas& r, const Areas& s) {
  const double with_positives = r.clusters_with_positives(), with_negatives = r.clusters_with_negatives();
  const double clusters = static_cast<double>(r.parts.size());
  double positive = 0, negative = 0, crossed = 0;
  auto other = s.parts.begin();
  for (const auto& [cluster, p] : r.parts) {
    const Part& q = (other++)->second;
    const double rp = p.of_positives - p.positives * r.area, rn = p.of_negatives - p.negatives * r.area;
    const double sp = q.of_positives - q.positives * s.area, sn = q.of_negatives - q.negatives * s.area;
    positive += rp * sp;
    negative += rn * sn;
    crossed += rp * sn + rn * sp;
  }
  const double m = r.positives, n = r.negatives;
  return positive * with_positives / ((with_positives - 1) * m * m) +
         negative * with_negatives / ((with_negatives - 1) * n * n) + crossed * clusters / ((clusters - 1) * m * n);
}

Estimate estimate_of(const Areas& areas, double confidence) {
  Estimate out;
  out.value = areas.area;
  out.clusters = static_cast<std::int64_t>(areas.parts.size());
  if (std::isnan(areas.area)) {
    out.method = out.untrusted = "no positives or no negatives";
    return out;
  }
  const double fewer = std::min(areas.clusters_with_positives(), areas.clusters_with_negatives());
  const double variance = fewer >= 2 ? covariance(areas, areas) : 0;
  if (!(variance > 0) || areas.area <= 0 || areas.area >= 1) {
    out.interval = clopper_pearson(areas.area * fewer, fewer, confidence);
    out.method = "exact binomial over clusters";
    out.untrusted = fewer < 2 ? "fewer than two clusters with positives or with negatives"
                              : "the scores leave no variance to measure";
    return out;
  }
  const double z = normal_quantile((1 + confidence) / 2), place = std::log(areas.area / (1 - areas.area));
  const double half = z * std::sqrt(variance) / (areas.area * (1 - areas.area));
  out.interval = {1 / (1 + std::exp(half - place)), 1 / (1 + std::exp(-half - place))};
  out.method = "Obuchowski's variance over clusters, logit";
  return out;
}

}  // namespace

Estimate roc_area(std::span<const ScoredTrial> trials, double confidence) {
  require_confidence(confidence);
  return estimate_of(areas_of(trials, &ScoredTrial::a), confidence);
}

AreaComparison compare_roc_areas(std::span<const ScoredTrial> trials, double confidence) {
  require_confidence(confidence);
  const Areas a = areas_of(trials, &ScoredTrial::a), b = areas_of(trials, &ScoredTrial::b);
  AreaComparison out{estimate_of(a, confidence), estimate_of(b, confidence), {}, 1};
  Estimate& difference = out.difference;
  difference.value = a.area - b.area;
  difference.clusters = out.a.clusters;
  difference.interval = {-1, 1};
  difference.method = "Obuchowski's covariance over clusters, normal";
  difference.untrusted = out.a.untrusted.empty() ? out.b.untrusted : out.a.untrusted;
  if (std::isnan(difference.value) || std::min(a.clusters_with_positives(), a.clusters_with_negatives()) < 2)
    return out;
  const double variance = covariance(a, a) + covariance(b, b) - 2 * covariance(a, b);
  if (!(variance > 1e-15)) {
    if (difference.untrusted.empty())
      difference.untrusted = "the two score so alike that no variance is left to measure";
    return out;
  }
  const double error = std::sqrt(variance), half = normal_quantile((1 + confidence) / 2) * error;
  difference.interval = {difference.value - half, difference.value + half};
  out.p = 2 * normal_cdf(-std::abs(difference.value) / error);
  return out;
}

}  // namespace vagus::lab
