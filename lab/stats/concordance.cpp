#include "lab/stats/concordance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// Means and moments (by n, as Lin has them) of pairs less one origin, which keeps the sums short of cancelling.
struct Moments {
  double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
  double concordance() const {
    const double apart = mean_a - mean_b, all = aa + bb + apart * apart;
    return all > 0 ? 2 * ab / all : std::nan("");
  }
};

/// Of the sums n, a, b, a^2, b^2, ab.
Moments moments_of(std::span<const double> s) {
  const double a = s[1] / s[0], b = s[2] / s[0];
  return {a, b, std::max(0., s[3] / s[0] - a * a), std::max(0., s[4] / s[0] - b * b), s[5] / s[0] - a * b};
}

/// A row of six sums a subject.
std::vector<double> sums_by_subject(std::span<const MeasuredPair> pairs) {
  double origin = 0;
  for (const MeasuredPair& p : pairs) {
    if (!std::isfinite(p.a) || !std::isfinite(p.b)) throw UsageError("a measurement must be finite");
    origin += (p.a + p.b) / (2 * static_cast<double>(pairs.size()));
  }
  std::map<std::int64_t, std::size_t> rows;
  std::vector<double> sums;
  for (const MeasuredPair& p : pairs) {
    const auto [row, fresh] = rows.try_emplace(p.subject, rows.size());
    if (fresh) sums.resize(sums.size() + 6, 0.);
    const double a = p.a - origin, b = p.b - origin, add[] = {1, a, b, a * a, b * b, a * b};
    for (std::size_t i = 0; i < 6; ++i) sums[row->second * 6 + i] += add[i];
  }
  return sums;
}

double value_of(std::span<const double> s) { return s[0] > 0 ? moments_of(s).concordance() : std::nan(""); }

}  // namespace

Estimate concordance(std::span<const MeasuredPair> pairs, double confidence) {
  require_confidence(confidence);
  std::vector<MeasuredPair> alone(pairs.begin(), pairs.end());
  for (MeasuredPair& p : alone) p.subject = 0;
  const std::vector<double> sums = sums_by_subject(alone);
  Estimate out;
  out.clusters = static_cast<std::int64_t>(pairs.size());
  out.interval = {-1, 1};
  out.method = "Lin's variance, Fisher transform";
  const Moments m = pairs.empty() ? Moments{} : moments_of(sums);
  out.value = m.concordance();
  const double n = static_cast<double>(pairs.size()), r = m.ab / std::sqrt(m.aa * m.bb), c = out.value;
  if (!(n >= 4) || !(std::abs(r) < 1) || !(std::abs(c) > 0)) {
    out.untrusted = n < 4 ? "fewer than four pairs" : "the pairs lie on a line or do not vary";
    return out;
  }
  const double u2 = (m.mean_a - m.mean_b) * (m.mean_a - m.mean_b) / std::sqrt(m.aa * m.bb), one = 1 - c * c;
  const double variance = ((1 - r * r) * c * c / (one * r * r) + 2 * c * c * c * (1 - c) * u2 / (r * one * one) -
                           c * c * c * c * u2 * u2 / (2 * r * r * one * one)) /
                          (n - 2);
  const double half = normal_quantile((1 + confidence) / 2) * std::sqrt(std::max(0., variance));
  out.interval = {std::tanh(std::atanh(c) - half), std::tanh(std::atanh(c) + half)};
  return out;
}

Estimate cluster_concordance(std::span<const MeasuredPair> pairs, const BootstrapOptions& options) {
  Estimate out = cluster_statistic(sums_by_subject(pairs), 6, value_of, options);
  out.interval = {std::max(-1., out.interval.low), std::min(1., out.interval.high)};
  return out;
}

}  // namespace vagus::lab
