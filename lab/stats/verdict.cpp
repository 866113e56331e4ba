#include "lab/stats/verdict.h"

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr double power = 0.8;

/// The distance from the estimate to its bound shrinks with the root of the number of clusters; at the number wanted it
/// must leave room for the estimate's own scatter, by (z_confidence + z_power) / z_confidence.
std::optional<std::int64_t> subjects_needed(const Requirement& requirement, const Judgement& judgement) {
  const double value = judgement.estimate.value;
  const bool at_least = requirement.direction == Direction::at_least;
  const double margin = at_least ? value - requirement.bound : requirement.bound - value;
  const double reach = at_least ? value - judgement.one_sided.low : judgement.one_sided.high - value;
  if (!(margin > 0) || !(reach >= 0) || judgement.estimate.clusters < 1) return std::nullopt;
  const double z = normal_quantile(requirement.confidence);
  if (!(z > 0)) return std::nullopt;
  const double factor = reach / margin * (z + normal_quantile(power)) / z;
  const double n = std::ceil(static_cast<double>(judgement.estimate.clusters) * factor * factor);
  if (!(n < 1e15)) return std::nullopt;
  return std::max<std::int64_t>(2, static_cast<std::int64_t>(n));
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::met:
      return "met";
    case Verdict::not_met:
      return "not met";
    default:
      return "not shown";
  }
}

Verdict worse(Verdict a, Verdict b) {
  if (a == Verdict::not_met || b == Verdict::not_met) return Verdict::not_met;
  return a == Verdict::met ? b : a;
}

Verdict verdict(const Requirement& requirement, Interval one_sided) {
  const bool at_least = requirement.direction == Direction::at_least;
  if (at_least ? one_sided.low >= requirement.bound : one_sided.high <= requirement.bound) return Verdict::met;
  if (at_least ? one_sided.high < requirement.bound : one_sided.low > requirement.bound) return Verdict::not_met;
  return Verdict::not_shown;
}

Judgement judge(const Requirement& requirement, const std::function<Estimate(double)>& estimate) {
  if (!(requirement.confidence > 0.5 && requirement.confidence < 1))
    throw UsageError("a requirement's confidence must lie between 0.5 and 1");
  Judgement out;
  out.estimate = estimate(requirement.confidence);
  const Estimate one_sided = estimate(2 * requirement.confidence - 1);
  out.one_sided = one_sided.interval;
  if (std::isnan(out.estimate.value)) return out;
  if (out.estimate.untrusted.empty()) out.estimate.untrusted = one_sided.untrusted;
  if (out.estimate.trusted()) out.verdict = verdict(requirement, out.one_sided);
  out.subjects_needed = subjects_needed(requirement, out);
  return out;
}

Judgement judge(const Requirement& requirement, std::span<const Cluster> clusters, ShareOptions options) {
  return judge(requirement, [&](double confidence) {
    options.confidence = confidence;
    return cluster_share(clusters, options);
  });
}

}  // namespace vagus::lab
