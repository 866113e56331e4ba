#include "lab/deploy/cost.h"

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// To a thousandth: what is left of a mean over thousands of samples is no more.
double rounded(double value) { return static_cast<double>(std::llround(value * 1000.0)) / 1000.0; }

Json core_json(const CoreCost& c) {
  Json out = {{"instructions_per_sample", number(rounded(c.instructions_per_sample))},
              {"instructions_per_sample_worst", number(rounded(c.instructions_per_sample_worst))},
              {"instructions_per_second", number(rounded(c.instructions_per_second))},
              {"ram_bytes", c.ram_bytes},
              {"flash_bytes", c.flash_bytes},
              {"stack_bytes", c.stack_bytes}};
  out["cycles_per_sample"] = c.cycles_per_sample
                                 ? Json::array({rounded(c.cycles_per_sample->low), rounded(c.cycles_per_sample->high)})
                                 : Json(nullptr);
  out["loads_per_sample"] = number(rounded(c.loads_per_sample));
  out["stores_per_sample"] = number(rounded(c.stores_per_sample));
  out["taken_branches_per_sample"] = number(rounded(c.taken_branches_per_sample));
  out["static_ram_bytes"] = c.static_ram_bytes;
  out["stack_make_bytes"] = c.stack_make_bytes;
  out["stack_run_bytes"] = c.stack_run_bytes;
  out["stack_bound_bytes"] = c.stack_bound_bytes ? Json(*c.stack_bound_bytes) : Json(nullptr);
  out["functions"] = Json::object();
  for (const auto& [name, f] : c.functions) {
    out["functions"][name] = {{"instructions_per_sample", number(rounded(f.instructions_per_sample))},
                              {"flash_bytes", f.flash_bytes}};
  }
  if (c.library_flash) {
    const LibraryFlash& flash = *c.library_flash;
    out["flash_parts"] = {{"own", flash.own_bytes}, {"libm", flash.libm_bytes}, {"runtime", flash.runtime_bytes}};
    out["asks_for"] = Json(flash.asks_for);
  }
  return out;
}

CoreCost core_of_json(const Json& json) {
  CoreCost c;
  c.instructions_per_sample = json.at("instructions_per_sample");
  c.instructions_per_sample_worst = json.at("instructions_per_sample_worst");
  c.instructions_per_second = json.at("instructions_per_second");
  c.ram_bytes = json.at("ram_bytes");
  c.flash_bytes = json.at("flash_bytes");
  c.stack_bytes = json.at("stack_bytes");
  if (const Json& cycles = json.at("cycles_per_sample"); !cycles.is_null())
    c.cycles_per_sample = Range{cycles.at(0), cycles.at(1)};
  c.loads_per_sample = json.value("loads_per_sample", 0.0);
  c.stores_per_sample = json.value("stores_per_sample", 0.0);
  c.taken_branches_per_sample = json.value("taken_branches_per_sample", 0.0);
  c.static_ram_bytes = json.value("static_ram_bytes", 0U);
  c.stack_make_bytes = json.value("stack_make_bytes", 0U);
  c.stack_run_bytes = json.value("stack_run_bytes", 0U);
  if (const auto bound = json.find("stack_bound_bytes"); bound != json.end() && !bound->is_null())
    c.stack_bound_bytes = bound->get<std::uint32_t>();
  if (const auto functions = json.find("functions"); functions != json.end()) {
    for (const auto& [name, f] : functions->items())
      c.functions[name] = {f.at("instructions_per_sample"), f.at("flash_bytes")};
  }
  if (const auto parts = json.find("flash_parts"); parts != json.end())
    c.library_flash = LibraryFlash{parts->at("own"), parts->at("libm"), parts->at("runtime"),
                                   json.value("asks_for", std::map<std::string, std::string>{})};
  return c;
}

}  // namespace

const std::vector<std::string>& cost_metrics() {
  static const std::vector<std::string> metrics = {"instructions_per_sample", "instructions_per_sample_worst",
                                                   "ram_bytes", "flash_bytes", "stack_bytes"};
  return metrics;
}

double metric_of(const CoreCost& core, const std::string& metric) {
  if (metric == "instructions_per_sample") return core.instructions_per_sample;
  if (metric == "instructions_per_sample_worst") return core.instructions_per_sample_worst;
  if (metric == "ram_bytes") return core.ram_bytes;
  if (metric == "flash_bytes") return core.flash_bytes;
  if (metric == "stack_bytes") return core.stack_bytes;
  throw Error("there is no metric \"" + metric + "\"");
}

Json to_json(const DetectorCost& cost) {
  Json out = {{"detector", cost.detector},
              {"version", cost.version},
              {"rate_hz", number(cost.rate_hz)},
              {"cores", Json::object()}};
  for (const auto& [name, core] : cost.cores) out["cores"][name] = core_json(core);
  out["compiler"] = cost.compiler;
  return out;
}

DetectorCost cost_of_json(const Json& json, const std::string& where) {
  try {
    DetectorCost cost;
    cost.detector = json.at("detector");
    cost.version = json.at("version");
    cost.rate_hz = json.at("rate_hz");
    cost.compiler = json.value("compiler", "");
    for (const auto& [name, core] : json.at("cores").items()) cost.cores[name] = core_of_json(core);
    return cost;
  } catch (const Json::exception&) {
    throw Error("is not what `vagus cost --json` writes: a key is missing, or not of its type", where);
  }
}

}  // namespace vagus::lab
