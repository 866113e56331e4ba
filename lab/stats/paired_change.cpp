#include "lab/stats/paired_change.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {

ChangeSides change_sides(std::span<const PairedCluster> clusters) {
  Cluster a, b;
  for (const PairedCluster& c : clusters) {
    a.numerator += c.a.numerator;
    a.denominator += c.a.denominator;
    b.numerator += c.b.numerator;
    b.denominator += c.b.denominator;
  }
  const double before = a.numerator / a.denominator;
  ChangeSides sides;
  if (!(b.denominator > 0) || !std::isfinite(before)) return sides;
  for (const PairedCluster& c : clusters) {
    const double part = (c.b.numerator - c.a.numerator - before * (c.b.denominator - c.a.denominator)) / b.denominator;
    if (part == 0) continue;
    ChangeSide& side = part < 0 ? sides.lost : sides.gained;
    const double size = std::abs(part);
    side.sum += size;
    side.squares += size * size;
    side.largest = std::max(side.largest, size);
    ++side.clusters;
  }
  return sides;
}

Interval weighted_count(const ChangeSide& side, double one_trial, double confidence) {
  require_confidence(confidence);
  if (!(one_trial > 0 && std::isfinite(one_trial))) throw UsageError("a trial's part must be above 0");
  const auto quantile = [](double sum, double squares, double p) {
    return squares / (2 * sum) * chi_squared_quantile(p, 2 * sum * sum / squares);
  };
  const double unseen = std::max(side.largest, one_trial);
  Interval out;
  out.low = side.sum > 0 ? quantile(side.sum, side.squares, (1 - confidence) / 2) : 0;
  out.high = quantile(side.sum + unseen, side.squares + unseen * unseen, (1 + confidence) / 2);
  return out;
}

EstimateAt paired_change(std::span<const PairedCluster> clusters, double one_trial, const BootstrapOptions& options) {
  std::vector<PairedCluster> reversed;
  reversed.reserve(clusters.size());
  for (const PairedCluster& c : clusters) reversed.push_back({c.b, c.a});
  return [sides = change_sides(clusters), count = clusters.size(), one_trial,
          paired = paired_estimate(reversed, options)](double confidence) {
    Estimate out = paired(confidence);
    out.untrusted = count < 2 ? "fewer than two subjects: how a change differs between people is not known" : "";
    if (std::isnan(out.value)) return out;
    // Where no pair differs, paired_estimate falls back on the width of two methods on different people.
    if (sides.lost.clusters + sides.gained.clusters == 0) out.interval = {0, 0};
    const Interval lost = weighted_count(sides.lost, one_trial, confidence);
    const Interval gained = weighted_count(sides.gained, one_trial, confidence);
    out.interval.low = std::max(-1.0, std::min(out.interval.low, gained.low - lost.high));
    out.interval.high = std::min(1.0, std::max(out.interval.high, gained.high - lost.low));
    out.method += ", nor than gains less losses, each a weighted Poisson count over subjects (Fay and Feuer)";
    return out;
  };
}

}  // namespace vagus::lab
