#include "lab/stats/equivalence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

void check_margin(double margin) {
  if (!(margin > 0 && std::isfinite(margin))) throw UsageError("a margin must be above 0");
}

/// Standard error over pairs of clusters of the difference of ratios, linearised.
double standard_error(std::span<const PairedCluster> clusters) {
  Cluster a, b;
  for (const PairedCluster& c : clusters) {
    a.numerator += c.a.numerator;
    a.denominator += c.a.denominator;
    b.numerator += c.b.numerator;
    b.denominator += c.b.denominator;
  }
  const double of_a = a.numerator / a.denominator, of_b = b.numerator / b.denominator;
  const double n = static_cast<double>(clusters.size());
  double square = 0;
  for (const PairedCluster& c : clusters) {
    const double d = (c.a.numerator - of_a * c.a.denominator) / a.denominator -
                     (c.b.numerator - of_b * c.b.denominator) / b.denominator;
    square += d * d;
  }
  return std::sqrt(square * n / (n - 1));
}

}  // namespace

Judgement superiority(const EstimateAt& difference, double confidence) {
  return judge({Direction::at_least, 0, confidence}, difference);
}

Judgement noninferiority(double margin, const EstimateAt& difference, double confidence) {
  check_margin(margin);
  return judge({Direction::at_least, -margin, confidence}, difference);
}

Judgement equivalence(double margin, const EstimateAt& difference, double confidence) {
  check_margin(margin);
  const Judgement above = judge({Direction::at_least, -margin, confidence}, difference);
  Judgement out = judge({Direction::at_most, margin, confidence}, difference);
  out.verdict = worse(above.verdict, out.verdict);
  // Each side has its own number; both must be shown. Power for both at once is less, and is left to simulation.
  if (!above.subjects_needed || !out.subjects_needed) {
    out.subjects_needed.reset();
  } else {
    out.subjects_needed = std::max(*above.subjects_needed, *out.subjects_needed);
  }
  return out;
}

EstimateAt paired_estimate(std::span<const PairedCluster> clusters, const BootstrapOptions& options) {
  return [data = std::vector<PairedCluster>(clusters.begin(), clusters.end()), options](double confidence) {
    BootstrapOptions at = options;
    at.confidence = confidence;
    Estimate out = paired_difference(data, at);
    if (data.size() < 6 && out.untrusted.empty()) out.untrusted = "fewer than six pairs of clusters";
    if (data.size() < 2 || std::isnan(out.value)) return out;
    const double half =
        student_quantile((1 + confidence) / 2, static_cast<double>(data.size()) - 1) * standard_error(data);
    out.interval = {std::min(out.interval.low, out.value - half), std::max(out.interval.high, out.value + half)};
    out.method += ", not narrower than t over clusters";
    return out;
  };
}

}  // namespace vagus::lab
