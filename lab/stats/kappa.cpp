#include "lab/stats/kappa.h"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/cluster_share.h"

namespace vagus::lab {

Kappa cohen_kappa(std::span<const RatedPair> pairs, double confidence) {
  if (pairs.empty()) throw UsageError("agreement of two raters needs something that both rated");
  std::map<std::string, Cluster> by_subject;
  std::map<std::int32_t, std::pair<double, double>> margins;
  for (const RatedPair& pair : pairs) {
    Cluster& cluster = by_subject[pair.subject];
    cluster.numerator += pair.first == pair.second ? 1 : 0;
    cluster.denominator += 1;
    margins[pair.first].first += 1;
    margins[pair.second].second += 1;
  }
  std::vector<Cluster> clusters;
  clusters.reserve(by_subject.size());
  for (const auto& [subject, cluster] : by_subject) clusters.push_back(cluster);
  Kappa out;
  ShareOptions options;
  options.confidence = confidence;
  out.observed = cluster_share(clusters, options);
  const auto count = static_cast<double>(pairs.size());
  for (const auto& [category, margin] : margins) out.chance += margin.first / count * (margin.second / count);
  out.kappa = out.observed;
  out.kappa.method = "chance agreement as estimated; agreement by subject: " + out.observed.method;
  if (margins.size() < 2) {  // nothing but chance was possible
    out.kappa.value = std::numeric_limits<double>::quiet_NaN();
    out.kappa.interval = {-1, 1};
    out.kappa.untrusted = "both raters put everything into one category";
    return out;
  }
  const auto beyond_chance = [&](double agreement) {
    return std::max(-1.0, (agreement - out.chance) / (1 - out.chance));
  };
  out.kappa.value = beyond_chance(out.observed.value);
  out.kappa.interval = {beyond_chance(out.observed.interval.low), beyond_chance(out.observed.interval.high)};
  return out;
}

}  // namespace vagus::lab
