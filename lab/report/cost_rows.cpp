#include "lab/report/cost_rows.h"

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

struct Metric {
  const char *key, *name, *unit;
};
constexpr Metric metrics[] = {{"ram_bytes", "RAM", "bytes"},
                              {"stack_bytes", "stack", "bytes"},
                              {"flash_bytes", "flash", "bytes"},
                              {"instructions_per_sample", "instructions", "a sample"},
                              {"instructions_per_sample_worst", "instructions, worst second", "a sample"},
                              {"instructions_per_second", "instructions", "a second"}};
constexpr Metric energies[] = {{"sensor_mj_per_day", "sensor", "mJ a day"},
                               {"compute_mj_per_day", "compute", "mJ a day"},
                               {"sleep_mj_per_day", "sleep", "mJ a day"}};

std::optional<double> limit_of(const Json& cost, const std::string& core, const char* metric) {
  const auto budget = cost.find("budget");
  if (budget == cost.end() || !budget->contains(core) || !budget->at(core).contains(metric)) return std::nullopt;
  const Json& limit = budget->at(core).at(metric).at("limit");
  return limit.is_number() ? std::optional(limit.get<double>()) : std::nullopt;
}

std::vector<CostRow> rows_of(const Json& cost) {
  std::vector<CostRow> rows;
  for (const auto& [core, figures] : cost.at("cores").items()) {
    for (const Metric& metric : metrics) {
      if (!figures.contains(metric.key) || !figures.at(metric.key).is_number()) continue;
      rows.push_back({core, metric.name, metric.unit, figures.at(metric.key).get<double>(), std::nullopt,
                      limit_of(cost, core, metric.key)});
    }
  }
  if (!cost.contains("energy")) return rows;
  for (const auto& [part, energy] : cost.at("energy").items()) {
    for (const Metric& metric : energies) {
      if (!energy.contains(metric.key) || !energy.at(metric.key).is_array()) continue;
      const Json& range = energy.at(metric.key);
      rows.push_back({part, std::string("energy, ") + metric.name, metric.unit, range.at(0).get<double>(),
                      range.at(1).get<double>(), std::nullopt});
    }
  }
  return rows;
}

}  // namespace

std::vector<CostRow> cost_rows(const Json& cost, const std::string& detector) {
  const char* const hint = "it is what `vagus cost DETECTOR --json` prints";
  try {
    const Json answers = cost.is_array() ? cost : Json::array({cost});
    for (const Json& one : answers) {
      if (one.at("detector") == detector) return rows_of(one);
    }
  } catch (const Json::exception&) {
    throw Error("this is no answer of vagus cost", "", hint);
  }
  throw Error("the costs are not those of " + detector, "", hint);
}

}  // namespace vagus::lab
