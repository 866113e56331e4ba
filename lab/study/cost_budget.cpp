#include "lab/study/cost_budget.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "lab/base/error.h"
#include "lab/deploy/budgets.h"

namespace vagus::lab {
namespace {

struct KnownCost {
  Interval measured;
  std::string from;
};

Json cost_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("the measured cost cannot be read", path, "vagus cost DETECTOR --json > FILE");
  std::ostringstream text;
  text << file.rdbuf();
  Json json = Json::parse(text.str(), nullptr, false);
  if (!json.is_object()) throw Error("is not what `vagus cost --json` writes", path);
  return json;
}

/// Energy is a range for each part; the dearest part of the core counts.
std::optional<Interval> energy_in(const Json& json, const std::string& core, const std::string& metric) {
  std::optional<Interval> most;
  const auto energy = json.find("energy");
  if (energy == json.end() || !energy->is_object()) return most;
  for (const auto& [part, figures] : energy->items()) {
    if (!figures.is_object() || figures.value("core", "") != core) continue;
    const auto range = figures.find(metric);
    if (range == figures.end() || !range->is_array() || range->size() != 2) continue;
    const Interval one{range->at(0).get<double>(), range->at(1).get<double>()};
    if (!most || one.high > most->high) most = one;
  }
  return most;
}

std::optional<KnownCost> known_from_file(const Json& json, const CostLimit& limit, const std::string& path) {
  const DetectorCost cost = cost_of_json(json, path);
  if (limit.metric == "compute_mj_per_day") {
    const auto range = energy_in(json, limit.core, limit.metric);
    return range ? std::optional<KnownCost>({*range, "vagus cost, modelled"}) : std::nullopt;
  }
  const auto core = cost.cores.find(limit.core);
  if (core == cost.cores.end()) return std::nullopt;
  const double value = metric_of(core->second, limit.metric);
  return KnownCost{{value, value}, "vagus cost, emulated"};
}

std::optional<KnownCost> known_from_budgets(const std::string& detector, const CostLimit& limit) {
  const Budget* budget = built_in_budgets().find(detector, limit.core);
  if (budget == nullptr) return std::nullopt;
  const auto at = budget->limits.find(limit.metric);
  if (at == budget->limits.end()) return std::nullopt;
  return KnownCost{{at->second * (1 - loose_share), at->second}, "budgets.toml, which a test holds the detector to"};
}

}  // namespace

void judge_costs(StudyResult& result) {
  const CostBudget& budget = result.spec.budget;
  if (budget.limits.empty()) return;
  const std::optional<Json> file = budget.measured.empty() ? std::nullopt : std::optional(cost_file(budget.measured));
  for (const CostLimit& limit : budget.limits) {
    CostResult out;
    out.asked = limit;
    std::optional<KnownCost> known;
    if (file) {
      const DetectorCost cost = cost_of_json(*file, budget.measured);
      if (cost.detector != result.contract.name || cost.version != result.contract.version) {
        out.why = "The cost that was measured is of " + cost.detector + " " + cost.version + ".";
      } else {
        known = known_from_file(*file, limit, budget.measured);
        if (!known) out.why = "The cost that was measured does not hold it.";
      }
    } else if (!result.config.empty()) {
      out.why =
          "The cost of this configuration is not known here: measure it (vagus cost --set ... --json) and name "
          "the file as budget.measured.";
    } else {
      known = known_from_budgets(result.contract.name, limit);
      if (!known)
        out.why = "The cost is not known here: measure it (vagus cost --json) and name the file as budget.measured.";
    }
    if (known) {
      out.measured = known->measured;
      out.verdict = known->measured.high <= limit.limit ? Verdict::met
                    : known->measured.low > limit.limit ? Verdict::not_met
                                                        : Verdict::not_shown;
      out.why = "By " + known->from + ".";
    }
    result.costs.push_back(std::move(out));
  }
}

Json as_json(const CostResult& cost) {
  return {{"core", cost.asked.core},
          {"metric", cost.asked.metric},
          {"limit", number(cost.asked.limit)},
          {"measured",
           cost.measured ? Json::array({number(cost.measured->low), number(cost.measured->high)}) : Json(nullptr)},
          {"verdict", name(cost.verdict)},
          {"why", cost.why}};
}

}  // namespace vagus::lab
