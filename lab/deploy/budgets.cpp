#include "lab/deploy/budgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/deploy/device_sources.h"
#include "lab/deploy/toml_text.h"

namespace vagus::lab {
namespace {

bool is_metric(std::string_view key) {
  return std::find(cost_metrics().begin(), cost_metrics().end(), key) != cost_metrics().end();
}
double positive(std::string_view key, const toml::node& node, const std::string& where) {
  const auto value = node.value<double>();
  if (!value || !(*value > 0))
    throw Error("\"" + std::string(key) + "\" is not a number above 0", toml_place(node, where));
  return *value;
}
void metrics_in(const toml::table& table, std::map<std::string, double>& into, const std::string& where) {
  for (const auto& [key, node] : table) {
    if (is_metric(key.str())) {
      into[std::string(key.str())] = positive(key.str(), node, where);
    } else if (!node.is_table() && key.str() != "detector" && key.str() != "core") {
      const std::string near = nearest(std::string(key.str()), cost_metrics());
      throw Error("there is no metric \"" + std::string(key.str()) + "\"", toml_place(node, where),
                  near.empty() ? "" : "did you mean \"" + near + "\"?");
    }
  }
}

Budget budget_of(const toml::table& t, const std::string& where) {
  Budget budget{toml_text(t, "detector", where), toml_text(t, "core", where), {}, {}, {}};
  metrics_in(t, budget.limits, where);
  for (const auto& [key, node] : t) {
    if (node.is_table() && key.str() != "ceiling" && key.str() != "functions")
      throw Error("there is no table \"" + std::string(key.str()) + "\" in a budget", toml_place(node, where));
  }
  if (const toml::table* ceiling = t["ceiling"].as_table()) metrics_in(*ceiling, budget.ceilings, where);
  if (const toml::table* functions = t["functions"].as_table()) {
    for (const auto& [name, node] : *functions) {
      const toml::array* pair = node.as_array();
      const auto instructions = pair == nullptr || pair->size() != 2 ? std::nullopt : pair->get(0)->value<double>();
      const auto bytes = !instructions ? std::nullopt : pair->get(1)->value<std::uint32_t>();
      if (!bytes)
        throw Error("a function is [instructions per sample, bytes], and \"" + std::string(name.str()) + "\" is not",
                    toml_place(node, where));
      budget.functions[std::string(name.str())] = {*instructions, *bytes};
    }
  }
  return budget;
}

/// A hundredth above; where that rounds to more than what asks to be tightened, the figure itself.
double limit_for(const std::string& metric, double measured, const Budget* before) {
  const double step = metric.ends_with("_bytes") ? 1 : 0.1;
  double limit = std::ceil(measured * 1.01 / step - 1e-9) * step;
  if (measured < limit * (1 - loose_share)) limit = std::ceil(measured / step - 1e-9) * step;
  if (before != nullptr) {
    const auto ceiling = before->ceilings.find(metric);
    if (ceiling != before->ceilings.end() && measured <= ceiling->second) limit = std::min(limit, ceiling->second);
  }
  return limit;
}

double part_of(const FunctionCost& f, bool bytes) { return bytes ? f.flash_bytes : f.instructions_per_sample; }

}  // namespace

const Budget* Budgets::find(const std::string& detector, const std::string& core) const {
  for (const Budget& one : all) {
    if (one.detector == detector && one.core == core) return &one;
  }
  return nullptr;
}

Budgets read_budgets(std::string_view text, const std::string& where) {
  const toml::table table = parse_toml(text, where);
  Budgets budgets;
  budgets.compiler = toml_text(table, "compiler", where);
  if (const toml::node* node = table.get("budget")) {
    const toml::array* list = node->as_array();
    if (list == nullptr) throw Error("\"budget\" is not a list of tables, [[budget]]", toml_place(*node, where));
    for (const toml::node& one : *list) {
      if (!one.is_table()) throw Error("a budget is not a table", toml_place(one, where));
      budgets.all.push_back(budget_of(*one.as_table(), where));
    }
  }
  return budgets;
}

const Budgets& built_in_budgets() {
  static const Budgets budgets = [] {
    const SourceFile* file = find_source("budgets.toml");
    if (file == nullptr) throw Error("the budgets are not among the program's files");
    return read_budgets(file->text, std::string(file->path));
  }();
  return budgets;
}

std::string write_budgets(const std::vector<DetectorCost>& costs, const Budgets& before) {
  std::string text =
      "# What each detector may cost at most, at its default configuration (`vagus cost --all`). A test holds every "
      "detector\n"
      "# to it: above a limit fails and shows which functions grew since the limit was set; more than 3 % below asks "
      "for this\n"
      "# file anew, `vagus cost --all --write-budgets > budgets.toml`, which sets each limit a hundredth above what "
      "was\n"
      "# measured. A ceiling is a requirement from outside and stays. [budget.functions]: instructions per sample, "
      "bytes.\n"
      "# Limits hold for this compiler; with another the test is skipped.\n";
  text += fmt::format("compiler = \"{}\"\n", costs.empty() ? before.compiler : costs.front().compiler);
  for (const DetectorCost& cost : costs) {
    for (const auto& [core, figures] : cost.cores) {
      const Budget* old = before.find(cost.detector, core);
      text += fmt::format("\n[[budget]]\ndetector = \"{}\"\ncore = \"{}\"\n", cost.detector, core);
      for (const std::string& metric : cost_metrics())
        text += fmt::format("{} = {:.{}f}\n", metric, limit_for(metric, metric_of(figures, metric), old),
                            metric.ends_with("_bytes") ? 0 : 1);
      if (old != nullptr && !old->ceilings.empty()) {
        text += "[budget.ceiling]\n";
        for (const auto& [metric, value] : old->ceilings) text += fmt::format("{} = {}\n", metric, shortest(value));
      }
      text += "[budget.functions]\n";
      for (const auto& [name, f] : figures.functions) {
        if (name.find('"') == std::string::npos && name.find('\\') == std::string::npos)
          text += fmt::format("\"{}\" = [{:.3f}, {}]\n", name, f.instructions_per_sample, f.flash_bytes);
      }
    }
  }
  return text;
}

std::vector<BudgetLine> hold_against(const Budgets& budgets, const DetectorCost& cost) {
  std::vector<BudgetLine> lines;
  for (const auto& [core, figures] : cost.cores) {
    const Budget* budget = budgets.find(cost.detector, core);
    if (budget == nullptr) continue;
    for (const auto& [metric, limit] : budget->limits) {
      BudgetLine line{core, metric, limit, metric_of(figures, metric), std::nullopt, BudgetVerdict::within};
      if (const auto ceiling = budget->ceilings.find(metric); ceiling != budget->ceilings.end())
        line.ceiling = ceiling->second;
      if (line.measured > limit) line.verdict = BudgetVerdict::over;
      if (line.measured < limit * (1 - loose_share)) line.verdict = BudgetVerdict::loose;
      lines.push_back(line);
    }
  }
  return lines;
}

std::vector<Growth> grown(const DetectorCost& before, const DetectorCost& after) {
  std::vector<Growth> all;
  for (const auto& [core, now] : after.cores) {
    const auto old = before.cores.find(core);
    if (old == before.cores.end()) continue;
    const auto add = [&, &core = core](const std::string& metric, double was, double is) {
      if (is > was * (1 + grown_share)) all.push_back({core, metric, was, is});
    };
    for (const std::string& metric : cost_metrics())
      add(metric, metric_of(old->second, metric), metric_of(now, metric));
    if (now.cycles_per_sample && old->second.cycles_per_sample) {
      add("cycles_per_sample low", old->second.cycles_per_sample->low, now.cycles_per_sample->low);
      add("cycles_per_sample high", old->second.cycles_per_sample->high, now.cycles_per_sample->high);
    }
  }
  return all;
}

std::string function_changes(const std::map<std::string, FunctionCost>& before,
                             const std::map<std::string, FunctionCost>& after, const std::string& metric) {
  const bool bytes = metric == "flash_bytes";
  if (metric == "ram_bytes" || metric == "stack_bytes") return "";
  struct Change {
    std::string name;
    double before, after;
  };
  std::vector<Change> changes;
  const double least = bytes ? 1 : 0.05;
  const auto consider = [&](const std::string& name) {
    const auto was = before.find(name), is = after.find(name);
    const Change change{name, was == before.end() ? 0 : part_of(was->second, bytes),
                        is == after.end() ? 0 : part_of(is->second, bytes)};
    if (std::abs(change.after - change.before) >= least) changes.push_back(change);
  };
  for (const auto& [name, f] : after) consider(name);
  for (const auto& [name, f] : before) {
    if (after.count(name) == 0) consider(name);
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.after - a.before > b.after - b.before; });
  std::string text;
  for (const Change& c : changes) {
    text +=
        bytes
            ? fmt::format("    {:<56} {:>9.0f} -> {:>9.0f}  {:+.0f}\n", c.name, c.before, c.after, c.after - c.before)
            : fmt::format("    {:<56} {:>9.2f} -> {:>9.2f}  {:+.2f}\n", c.name, c.before, c.after, c.after - c.before);
  }
  return text;
}

}  // namespace vagus::lab
