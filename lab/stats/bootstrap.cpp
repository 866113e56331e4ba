#include "lab/stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

using Statistic = std::function<double(std::span<const double>)>;

constexpr const char* one_cluster = "one cluster only: how much they differ is not known";
constexpr const char* none_differs = "no cluster differs from another, so how much they can differ is not known";

void check(const BootstrapOptions& options) {
  require_confidence(options.confidence);
  if (options.resamples < 100 || options.resamples > 10'000'000)
    throw UsageError("a bootstrap takes 100 to 10,000,000 resamples");
}

double ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : std::numeric_limits<double>::quiet_NaN();
}

/// Sums in the order of the clusters, over those drawn `times[k]` times.
void add_up(std::span<const double> sums, std::size_t width, std::span<const std::uint32_t> times,
            std::vector<double>& out) {
  std::fill(out.begin(), out.end(), 0.);
  for (std::size_t k = 0; k < times.size(); ++k)
    for (std::size_t i = 0; i < width; ++i) out[i] += times[k] * sums[k * width + i];
}

/// Linear between the order statistics (type 7, as NumPy and R have it).
double quantile(std::span<const double> sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  const double share = place - static_cast<double>(below);
  return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

/// Standard error over clusters of a smooth statistic of their sums: its gradient (by central differences) on each
/// cluster's deviation from the mean cluster.
class StandardError {
 public:
  StandardError(std::span<const double> sums, std::size_t width, const Statistic& statistic)
      : sums_(sums), width_(width), statistic_(statistic), moved_(width), gradient_(width), step_(width, 0.) {
    for (std::size_t i = 0; i < sums.size(); ++i) step_[i % width] += std::abs(sums[i]);
    for (double& step : step_) step = step > 0 ? 1e-5 * step : 1e-5;
  }

  /// Of the sample in which cluster k stands `times[k]` times, `total` its sums. NaN where undefined.
  double operator()(std::span<const std::uint32_t> times, std::span<const double> total) {
    moved_.assign(total.begin(), total.end());
    for (std::size_t i = 0; i < width_; ++i) {
      moved_[i] = total[i] + step_[i];
      const double above = statistic_(moved_);
      moved_[i] = total[i] - step_[i];
      gradient_[i] = (above - statistic_(moved_)) / (2 * step_[i]);
      moved_[i] = total[i];
    }
    const double n = static_cast<double>(times.size());
    double square = 0;
    for (std::size_t k = 0; k < times.size(); ++k) {
      double d = 0;
      for (std::size_t i = 0; i < width_; ++i) d += gradient_[i] * (sums_[k * width_ + i] - total[i] / n);
      square += times[k] * d * d;
    }
    return std::sqrt(square * n / (n - 1));
  }

 private:
  std::span<const double> sums_;
  std::size_t width_;
  const Statistic& statistic_;
  std::vector<double> moved_, gradient_, step_;
};

/// The acceleration of BCa by the jackknife over clusters; 0 where it is undefined.
double acceleration(std::span<const double> sums, std::size_t width, const Statistic& statistic) {
  const std::size_t n = sums.size() / width;
  std::vector<double> total(width, 0.), without(width), values(n);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < width; ++i) total[i] += sums[k * width + i];
  double mean = 0;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < width; ++i) without[i] = total[i] - sums[k * width + i];
    values[k] = statistic(without);
    if (!std::isfinite(values[k])) return 0;
    mean += values[k];
  }
  mean /= static_cast<double>(n);
  double square = 0, cube = 0;
  for (const double value : values) {
    const double d = mean - value;
    square += d * d;
    cube += d * d * d;
  }
  return square > 0 ? cube / (6 * std::pow(square, 1.5)) : 0;
}

/// How far a further cluster at none or twice the value would move the mean: the width where nothing else gives one.
Interval one_more_cluster(double value, std::int64_t clusters) {
  const double step = (value == 0 ? 1. : std::abs(value)) / static_cast<double>(clusters + 1);
  return {value - step, value + step};
}

Interval hull(Interval a, Interval b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

}  // namespace

Estimate cluster_statistic(std::span<const double> sums, std::size_t width, const Statistic& statistic,
                           const BootstrapOptions& options) {
  check(options);
  if (width == 0 || sums.size() % width != 0) throw UsageError("sums do not fill whole clusters");
  for (const double s : sums)
    if (!std::isfinite(s)) throw UsageError("a cluster's sums must be finite");
  const std::size_t n = sums.size() / width;
  if (n > std::numeric_limits<std::uint32_t>::max()) throw UsageError("too many clusters");

  Estimate out;
  out.clusters = static_cast<std::int64_t>(n);
  std::vector<double> drawn(width);
  std::vector<std::uint32_t> times(n, 1);
  add_up(sums, width, times, drawn);
  out.value = statistic(drawn);
  if (std::isnan(out.value)) {
    out.method = out.untrusted = "undefined";
    return out;
  }
  if (n < 2) {
    out.interval = one_more_cluster(out.value, out.clusters);
    out.method = "one cluster only";
    out.untrusted = one_cluster;
    return out;
  }

  const bool studentised = options.method == BootstrapOptions::Method::studentised;
  StandardError error_of(sums, width, statistic);
  const double error = studentised ? error_of(times, drawn) : 0;
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(options.resamples));
  for (int r = 0; r < options.resamples; ++r) {
    SplitMix random = SplitMix::stream(options.seed, static_cast<std::uint64_t>(r));
    std::fill(times.begin(), times.end(), 0u);
    for (std::size_t k = 0; k < n; ++k) ++times[random.below(static_cast<std::uint32_t>(n))];
    add_up(sums, width, times, drawn);
    const double value = statistic(drawn);
    if (std::isnan(value)) continue;
    if (!studentised) {
      values.push_back(value);
    } else if (const double own = error_of(times, drawn); own > 0) {
      values.push_back((value - out.value) / own);
    }
  }
  if (values.empty()) {
    out.interval = one_more_cluster(out.value, out.clusters);
    out.method = out.untrusted = "undefined in every resample";
    return out;
  }
  std::sort(values.begin(), values.end());

  double low = (1 - options.confidence) / 2, high = 1 - low;
  out.method = "cluster bootstrap, percentile";
  if (options.method == BootstrapOptions::Method::bca) {
    // Resamples that tie with the estimate count half, or a coarse statistic would look biased.
    const auto range = std::equal_range(values.begin(), values.end(), out.value);
    const double count = static_cast<double>(values.size());
    const double below =
        (static_cast<double>(range.first - values.begin()) + 0.5 * static_cast<double>(range.second - range.first)) /
        count;
    if (below > 0 && below < 1) {
      const double z0 = normal_quantile(below), a = acceleration(sums, width, statistic);
      const auto shifted = [&](double p) {
        const double z = z0 + normal_quantile(p), scale = 1 - a * z;
        return scale > 0 ? normal_cdf(z0 + z / scale) : (z > 0 ? 1. : 0.);
      };
      low = shifted(low);
      high = shifted(high);
      out.method = "cluster bootstrap, BCa";
    }
  }
  out.interval = {quantile(values, low), quantile(values, high)};
  if (studentised) {
    out.interval = {out.value - error * out.interval.high, out.value - error * out.interval.low};
    out.method = "cluster bootstrap, studentised";
  }
  if (!(out.interval.width() > 0)) {
    out.interval = hull(out.interval, one_more_cluster(out.value, out.clusters));
    out.method += ", widened by one further cluster: none differs";
    out.untrusted = none_differs;
  }
  return out;
}

Estimate cluster_ratio(std::span<const Cluster> clusters, const BootstrapOptions& options) {
  std::vector<double> sums;
  double hits = 0, of = 0;
  for (const Cluster& c : clusters) {
    if (!(c.denominator >= 0) || (options.trials && !(c.numerator >= 0 && c.numerator <= c.denominator)))
      throw UsageError("a cluster needs 0 <= numerator <= denominator");
    sums.insert(sums.end(), {c.numerator, c.denominator});
    hits += c.numerator;
    of += c.denominator;
  }
  const auto statistic = [](std::span<const double> s) { return ratio(s[0], s[1]); };
  Estimate out = cluster_statistic(sums, 2, statistic, options);
  if (!options.trials) return out;
  const Interval exact = clopper_pearson(hits, of, options.confidence);
  if (std::isnan(out.value) || out.clusters < 2) {
    out.interval = exact;
    out.method = std::isnan(out.value) ? "no trials" : "exact binomial within one cluster";
    out.untrusted = std::isnan(out.value) ? "no trials" : one_cluster;
    return out;
  }
  const std::size_t widened = out.method.find(", widened");
  if (widened != std::string::npos) {
    out.interval = exact;
    out.method = "exact binomial: no cluster differs";
  } else if (exact.low < out.interval.low || exact.high > out.interval.high) {
    out.interval = hull(out.interval, exact);
    out.method += ", not narrower than exact binomial";
  }
  return out;
}

Estimate paired_difference(std::span<const PairedCluster> clusters, const BootstrapOptions& options) {
  std::vector<double> sums;
  double a = 0, a_of = 0, b = 0, b_of = 0;
  for (const PairedCluster& c : clusters) {
    if (!(c.a.denominator >= 0 && c.b.denominator >= 0)) throw UsageError("a cluster needs denominators of 0 or more");
    sums.insert(sums.end(), {c.a.numerator, c.a.denominator, c.b.numerator, c.b.denominator});
    a += c.a.numerator;
    a_of += c.a.denominator;
    b += c.b.numerator;
    b_of += c.b.denominator;
  }
  const auto statistic = [](std::span<const double> s) { return ratio(s[0], s[1]) - ratio(s[2], s[3]); };
  Estimate out = cluster_statistic(sums, 4, statistic, options);
  const std::size_t widened = out.method.find(", widened");
  const bool shares = options.trials && a >= 0 && a <= a_of && b >= 0 && b <= b_of && a_of > 0 && b_of > 0;
  if (shares && (widened != std::string::npos || out.clusters < 2)) {
    // Newcombe's hybrid of the two shares' own intervals (1998, Statistics in Medicine 17:873, method 10).
    const Interval own_a = wilson(a, a_of, options.confidence), own_b = wilson(b, b_of, options.confidence);
    const double pa = a / a_of, pb = b / b_of;
    out.interval = {out.value - std::hypot(pa - own_a.low, own_b.high - pb),
                    out.value + std::hypot(own_a.high - pa, pb - own_b.low)};
    out.method = out.clusters < 2 ? "two shares within one cluster" : "two shares: no cluster differs";
  }
  return out;
}

}  // namespace vagus::lab
