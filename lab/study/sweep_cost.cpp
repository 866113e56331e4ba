#include "lab/study/sweep_cost.h"

#include <algorithm>

#include "lab/base/error.h"
#include "lab/study/cost_budget.h"

namespace vagus::lab {
namespace {

Config config_in(const Json& cost) {
  Config config;
  const Json said = cost.value("config", Json::object());
  for (const auto& [key, value] : said.items()) {
    if (value.is_number()) config[key] = value.get<double>();
  }
  return config;
}

std::string core_of(const std::string& objective) { return objective.substr(0, objective.find('.')); }
std::string metric_of(const std::string& objective) { return objective.substr(objective.find('.') + 1); }

}  // namespace

bool is_cost(const std::string& objective) { return objective.starts_with("m4f.") || objective.starts_with("m55."); }

SweepCosts::SweepCosts(const StudySpec& spec, const StudyResult& base, const CostOf& cost_of)
    : spec_(spec), cost_of_(cost_of) {
  const auto& all = detectors();
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const DetectorInfo& one) { return one.contract->name == base.contract.name; });
  if (at != all.end() && !base.stored) detector_ = &*at;
  std::vector<std::string> files = spec.sweep.measured;
  if (!spec.budget.measured.empty()) files.push_back(spec.budget.measured);
  for (const std::string& path : files) {
    for (Json& cost : cost_file(path)) {
      const std::string detector = cost.value("detector", ""), version = cost.value("version", "");
      if (detector != base.contract.name || version != base.contract.version) {
        std::string apart = "the cost that was measured is of ";
        apart.append(detector).append(" ").append(version).append(", and the study is of ");
        throw Error(apart.append(base.contract.name).append(" ").append(base.contract.version), path);
      }
      Config config = config_in(cost);
      known_.push_back({std::move(config), std::move(cost), path});
    }
  }
}

const SweepCosts::Known* SweepCosts::find(const Config& config) {
  const auto at = std::find_if(known_.begin(), known_.end(), [&](const Known& one) { return one.config == config; });
  if (at != known_.end()) return &*at;
  if (!cost_of_ || detector_ == nullptr) return nullptr;
  known_.push_back({config, cost_of_(*detector_, config), "vagus cost"});
  return &known_.back();
}

std::optional<Interval> SweepCosts::range(const std::string& objective, const Config& config) {
  if (const Known* known = find(config))
    return cost_in_file(known->cost, core_of(objective), metric_of(objective), known->path);
  if (!config.empty() || detector_ == nullptr) return std::nullopt;
  return cost_in_budgets(detector_->contract->name, core_of(objective), metric_of(objective));
}

Verdict SweepCosts::budget(const Config& config) {
  Verdict verdict = Verdict::met;
  for (const CostLimit& limit : spec_.budget.limits) {
    const auto range_of_it = range(limit.core + "." + limit.metric, config);
    verdict = worse(verdict, !range_of_it                       ? Verdict::not_shown
                             : range_of_it->high <= limit.limit ? Verdict::met
                             : range_of_it->low > limit.limit   ? Verdict::not_met
                                                                : Verdict::not_shown);
  }
  return verdict;
}

}  // namespace vagus::lab
