#include "apps/cli/cost_output.h"

#include <fmt/format.h>

#include <cmath>

namespace vagus::cli {
namespace {

using lab::Json;
using lab::Range;

/// To four digits: no constant of energy.toml has more.
double four_digits(double value) {
  if (!(value > 0)) return value;
  const double scale = std::pow(10.0, 3 - std::floor(std::log10(value)));
  return std::round(value * scale) / scale;
}
Json range_json(const Range& r) { return Json::array({four_digits(r.low), four_digits(r.high)}); }
std::string plain(double value) {
  if (value >= 100 || value == std::floor(value)) return fmt::format("{:.0f}", value);
  return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}
std::string range_text(const Range& r) {
  const std::string low = plain(r.low), high = plain(r.high);
  return low == high ? low : low + " to " + high;
}
std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}
std::string core_title(const std::string& core) { return core == "m4f" ? "Cortex-M4F" : "Cortex-M55"; }

std::string budget_text(const std::vector<lab::BudgetLine>& lines, const std::string& core, const std::string& metric) {
  for (const lab::BudgetLine& line : lines) {
    if (line.core != core || line.metric != metric) continue;
    std::string text = fmt::format("budget {}", plain(line.limit));
    if (line.verdict == lab::BudgetVerdict::over) text += ": OVER";
    if (line.verdict == lab::BudgetVerdict::loose) text += ": more than 3 % below";
    if (line.ceiling)
      text += fmt::format(", required {}{}", plain(*line.ceiling), line.measured > *line.ceiling ? ": NOT MET" : "");
    return text;
  }
  return "";
}

/// Of a detector in C: whose the bytes of its flash are, and what it asks for.
std::string flash_text(const CostAnswer& a) {
  std::string text;
  for (const auto& [core, figures] : a.cost.cores) {
    if (!figures.library_flash) continue;
    const lab::LibraryFlash& flash = *figures.library_flash;
    text += fmt::format("{}: flash is {} bytes of its sources, {} of libm, {} of memory functions and libgcc.",
                        core_title(core), flash.own_bytes, flash.libm_bytes, flash.runtime_bytes);
    std::string asked;
    for (const auto& [symbol, whose] : flash.asks_for)
      asked += fmt::format("{}{} ({})", asked.empty() ? "" : ", ", symbol, whose);
    text += asked.empty() ? " It asks for nothing.\n" : " It asks for " + asked + ".\n";
  }
  return text;
}

std::string cores_table(const CostAnswer& a) {
  struct Row {
    const char* name;
    const char* metric;
    std::string (*value)(const lab::CoreCost&);
  };
  static const Row rows[] = {
      {"instructions a sample, mean", "instructions_per_sample",
       [](const lab::CoreCost& c) { return fmt::format("{:.1f}", c.instructions_per_sample); }},
      {"  in the worst second", "instructions_per_sample_worst",
       [](const lab::CoreCost& c) { return fmt::format("{:.1f}", c.instructions_per_sample_worst); }},
      {"  a second", "", [](const lab::CoreCost& c) { return fmt::format("{:.0f}", c.instructions_per_second); }},
      {"loads, stores a sample", "",
       [](const lab::CoreCost& c) { return fmt::format("{:.1f}, {:.1f}", c.loads_per_sample, c.stores_per_sample); }},
      {"cycles a sample (modelled)", "",
       [](const lab::CoreCost& c) {
         return c.cycles_per_sample
                    ? fmt::format("{:.0f} to {:.0f}", c.cycles_per_sample->low, c.cycles_per_sample->high)
                    : std::string("no model");
       }},
      {"RAM, bytes (its state)", "ram_bytes", [](const lab::CoreCost& c) { return fmt::format("{}", c.ram_bytes); }},
      {"flash, bytes", "flash_bytes", [](const lab::CoreCost& c) { return fmt::format("{}", c.flash_bytes); }},
      {"stack, bytes (painted)", "stack_bytes",
       [](const lab::CoreCost& c) { return fmt::format("{}", c.stack_bytes); }},
      {"  while made, while run", "",
       [](const lab::CoreCost& c) { return fmt::format("{}, {}", c.stack_make_bytes, c.stack_run_bytes); }},
      {"  run, by -fstack-usage", "",
       [](const lab::CoreCost& c) {
         return c.stack_bound_bytes ? fmt::format("{}", *c.stack_bound_bytes) : "unknown";
       }},
  };
  std::string text = fmt::format("{:<30}", "");
  for (const auto& [core, figures] : a.cost.cores) text += fmt::format(" {:>14}", core_title(core));
  text += "\n";
  for (const Row& row : rows) {
    text += fmt::format("{:<30}", row.name);
    std::string held;
    for (const auto& [core, figures] : a.cost.cores) {
      text += fmt::format(" {:>14}", row.value(figures));
      const std::string budget = budget_text(a.budget, core, row.metric);
      if (!budget.empty()) held += fmt::format("{}{} {}", held.empty() ? "   " : "; ", core, budget);
    }
    text += held + "\n";
  }
  for (const auto& [core, figures] : a.cost.cores) {
    if (figures.static_ram_bytes != 0)
      text += fmt::format(
          "{} also takes {} bytes of static RAM, {}.\n", core_title(core), figures.static_ram_bytes,
          figures.library_flash ? "of variables beside its state" : "of constants that the compiler puts there");
  }
  return text + flash_text(a);
}

std::string energy_tables(const CostAnswer& a) {
  std::string text = fmt::format("\nEnergy, mJ a day{}. No radio, no regulator, no waking up.\n",
                                 a.duty < 1 ? fmt::format(", on for {:.3g} % of it", 100 * a.duty) : "");
  text += fmt::format("  {:<18} {:<6} {:>16} {:>16} {:>16}\n", "part", "core", "compute", "sleep", "sensor");
  for (const lab::PartEnergy& p : a.energy.parts) {
    std::string notes = p.approximate ? "the M4F's count; " : "";
    if (p.measured) notes += "measured; ";
    if (!p.tied.empty()) notes += "tied with " + list_text(p.tied) + "; ";
    if (!notes.empty()) notes.resize(notes.size() - 2);
    text += fmt::format("  {:<18} {:<6} {:>16} {:>16} {:>16}  {}\n", p.part, p.core, range_text(p.compute),
                        range_text(p.sleep), range_text(p.sensor), notes);
  }
  for (const lab::SensorEnergy& s : a.energy.sensors) {
    text +=
        fmt::format("  {:<25} {:>16}  {} front end{}{}\n", s.sensor, range_text(s.mj_per_day), s.kind,
                    s.chosen ? ", in the table above" : "", s.tied.empty() ? "" : "; tied with " + list_text(s.tied));
  }
  if (!a.energy.unknown.empty()) text += "  No constants for the sensor of: " + list_text(a.energy.unknown) + ".\n";
  return text;
}

}  // namespace

Json cost_json(const CostAnswer& a) {
  Json out = lab::to_json(a.cost);
  const Json compiler = out["compiler"];
  out.erase("compiler");
  out["config"] = Json::object();
  for (const auto& [key, value] : a.config) out["config"][key] = lab::number(value);
  out["energy"] = Json::object();
  for (const lab::PartEnergy& p : a.energy.parts) {
    out["energy"][p.part] = {{"core", p.core},
                             {"sensor_mj_per_day", range_json(p.sensor)},
                             {"compute_mj_per_day", range_json(p.compute)},
                             {"sleep_mj_per_day", range_json(p.sleep)},
                             {"measured", p.measured},
                             {"approximate", p.approximate},
                             {"tied_with", p.tied}};
  }
  out["budget"] = Json::object();
  for (const lab::BudgetLine& line : a.budget) {
    out["budget"][line.core][line.metric] = {{"limit", lab::number(line.limit)},
                                             {"measured", lab::number(std::round(line.measured * 1000) / 1000)},
                                             {"ok", line.verdict != lab::BudgetVerdict::over}};
    if (line.ceiling) out["budget"][line.core][line.metric]["required"] = lab::number(*line.ceiling);
  }
  out["sensors"] = Json::object();
  for (const lab::SensorEnergy& s : a.energy.sensors) {
    out["sensors"][s.sensor] = {
        {"kind", s.kind}, {"mj_per_day", range_json(s.mj_per_day)}, {"taken", s.chosen}, {"tied_with", s.tied}};
  }
  out["duty"] = lab::number(a.duty);
  out["compiler"] = compiler;
  return out;
}

std::string cost_text(const CostAnswer& a) {
  std::string text = fmt::format("{} {} at {} Hz, GCC {} -O2, the conformance kit's standard signal\n\n",
                                 a.cost.detector, a.cost.version, lab::shortest(a.cost.rate_hz), a.cost.compiler);
  return text + cores_table(a) + energy_tables(a);
}

std::string budget_failures(const CostAnswer& a, const lab::Budgets& budgets) {
  std::string text;
  for (const lab::BudgetLine& line : a.budget) {
    if (line.verdict == lab::BudgetVerdict::within) continue;
    const bool over = line.verdict == lab::BudgetVerdict::over;
    text += fmt::format("{} on {}: {} is {:.2f}, {} the limit of {}{}\n", a.cost.detector, line.core, line.metric,
                        line.measured, over ? "over" : "more than 3 % below", lab::shortest(line.limit),
                        over ? "; since it was set:" : ": tighten it");
    const lab::Budget* budget = budgets.find(a.cost.detector, line.core);
    if (over && budget != nullptr)
      text += lab::function_changes(budget->functions, a.cost.cores.at(line.core).functions, line.metric);
  }
  return text;
}

std::string growth_text(const lab::DetectorCost& before, const lab::DetectorCost& after) {
  std::string text;
  for (const lab::Growth& g : lab::grown(before, after)) {
    text += fmt::format("{} on {}: {} grew from {:.2f} to {:.2f} ({:+.1f} %)\n", after.detector, g.core, g.metric,
                        g.before, g.after, 100 * (g.after / g.before - 1));
    text += lab::function_changes(before.cores.at(g.core).functions, after.cores.at(g.core).functions, g.metric);
  }
  return text;
}

}  // namespace vagus::cli
