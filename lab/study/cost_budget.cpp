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

}  // namespace

std::vector<Json> cost_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("the measured cost cannot be read", path, "vagus cost DETECTOR --json > FILE");
  std::ostringstream text;
  text << file.rdbuf();
  const Json json = Json::parse(text.str(), nullptr, false);
  std::vector<Json> answers;
  for (const Json& one : json.is_array() ? json : Json::array({json})) {
    if (!one.is_object()) throw Error("is not what `vagus cost --json` writes", path);
    answers.push_back(one);
  }
  if (answers.empty()) throw Error("is not what `vagus cost --json` writes", path);
  return answers;
}

std::optional<Interval> cost_in_file(const Json& json, const std::string& core_name, const std::string& metric,
                                     const std::string& path) {
  if (metric == "compute_mj_per_day") return energy_in(json, core_name, metric);
  const DetectorCost cost = cost_of_json(json, path);
  const auto core = cost.cores.find(core_name);
  if (core == cost.cores.end()) return std::nullopt;
  const double value = metric_of(core->second, metric);
  return Interval{value, value};
}

std::optional<Interval> cost_in_budgets(const std::string& detector, const std::string& core,
                                        const std::string& metric) {
  const Budget* budget = built_in_budgets().find(detector, core);
  if (budget == nullptr) return std::nullopt;
  const auto at = budget->limits.find(metric);
  if (at == budget->limits.end()) return std::nullopt;
  return Interval{at->second * (1 - loose_share), at->second};
}

void judge_costs(StudyResult& result) {
  const CostBudget& budget = result.spec.budget;
  if (budget.limits.empty()) return;
  const std::optional<Json> file =
      budget.measured.empty() ? std::nullopt : std::optional(cost_file(budget.measured).at(0));
  for (const CostLimit& limit : budget.limits) {
    CostResult out;
    out.asked = limit;
    std::optional<KnownCost> known;
    if (file) {
      const DetectorCost cost = cost_of_json(*file, budget.measured);
      // Of stored events the version is not known here.
      const bool same_version = result.stored || cost.version == result.contract.version;
      if (cost.detector != result.contract.name || !same_version) {
        out.why = "The cost that was measured is of " + cost.detector + " " + cost.version + ".";
      } else {
        if (const auto range = cost_in_file(*file, limit.core, limit.metric, budget.measured))
          known = {*range, limit.metric == "compute_mj_per_day" ? "vagus cost, modelled" : "vagus cost, emulated"};
        if (!known) out.why = "The cost that was measured does not hold it.";
      }
    } else if (!result.config.empty()) {
      out.why =
          "The cost of this configuration is not known here: measure it (vagus cost --set ... --json) and name "
          "the file as budget.measured.";
    } else {
      if (const auto range = cost_in_budgets(result.contract.name, limit.core, limit.metric))
        known = {*range, "budgets.toml, which a test holds the detector to"};
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
