/// `vagus cost DETECTOR...`: what a detector costs on a wrist's cores, and in energy a day.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "apps/cli/command.h"
#include "apps/cli/cost_output.h"
#include "apps/cli/settings.h"
#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/deploy/measure.h"

namespace vagus::cli {
namespace {

using lab::Json;

struct CostOptions {
  std::vector<std::string> names, settings, sensors, library_sources, includes;
  std::string config, compare, measured, budgets, duty = "1";
  bool all = false, json = false, check = false, write_budgets = false, timer = false;
};

std::string text_of_file(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) throw lab::Error("there is no such file", path);
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream all;
  all << stream.rdbuf();
  if (!stream) throw lab::Error("cannot be read", path);
  return all.str();
}

/// "0.2", "20%" or "30/300" (on, period).
double share_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  double value = 0, period = 1;
  const bool percent = text.ends_with('%');
  const bool read =
      lab::parse_double(text.substr(0, slash != std::string::npos ? slash : text.size() - (percent ? 1 : 0)), value) &&
      (slash == std::string::npos || lab::parse_double(text.substr(slash + 1), period));
  const double share = percent ? value / 100 : value / period;
  if (!read || !(share > 0 && share <= 1))
    throw lab::UsageError("--duty takes a share above 0 and up to 1, or ON_S/PERIOD_S, and got \"" + text + "\"");
  return share;
}

/// What --compare names: one object or an array of them.
std::map<std::string, lab::DetectorCost> old_costs(const std::string& path) {
  const Json json = Json::parse(text_of_file(path), nullptr, false);
  if (json.is_discarded()) throw lab::Error("is not JSON", path);
  if (json.empty()) throw lab::Error("holds no costs", path, "`vagus cost --all --json` writes such a file");
  std::map<std::string, lab::DetectorCost> costs;
  const auto add = [&](const Json& one) {
    lab::DetectorCost cost = lab::cost_of_json(one, path);
    costs[cost.detector] = cost;
  };
  if (json.is_array()) {
    for (const Json& one : json) add(one);
  } else {
    add(json);
  }
  return costs;
}

std::vector<const lab::DetectorInfo*> wanted(const CostOptions& o,
                                             const std::map<std::string, lab::DetectorCost>& before) {
  if (o.write_budgets && !o.all)
    throw lab::UsageError("--write-budgets goes with --all: a budgets file holds every detector");
  if (o.all && !o.names.empty()) throw lab::UsageError("--all and names exclude each other");
  if (!o.all && o.names.empty() && before.empty())
    throw lab::UsageError("name a detector, or give --all", "`vagus detectors` lists them");
  std::vector<const lab::DetectorInfo*> all;
  if (o.all) {
    for (const lab::DetectorInfo& one : lab::detectors()) all.push_back(&one);
  } else if (!o.names.empty()) {
    for (const std::string& name : o.names) all.push_back(&lab::detector(name));
  } else {
    for (const auto& [name, cost] : before) all.push_back(&lab::detector(name));
  }
  if (all.size() > 1 && (!o.config.empty() || !o.settings.empty()))
    throw lab::UsageError("--config and --set are for one detector");
  return all;
}

/// The detector in C whose sources are named; nothing where none are.
std::optional<lab::DescribedLibrary> library_of(const CostOptions& o) {
  if (o.library_sources.empty()) {
    if (!o.includes.empty()) throw lab::UsageError("--include goes with --library-sources");
    return std::nullopt;
  }
  if (o.all || !o.names.empty()) throw lab::UsageError("--library-sources is one detector: no names, no --all");
  if (o.check && o.budgets.empty())
    throw lab::UsageError("--check of sources goes with --budgets: the program has none of them");
  lab::LibrarySources sources;
  std::error_code code;
  for (const std::string& file : o.library_sources) {
    if (!std::filesystem::is_regular_file(file, code)) throw lab::Error("there is no such file", file);
    if (!file.ends_with(".c"))
      throw lab::UsageError("--library-sources takes files in C (.c), and got \"" + file + "\"");
    sources.files.emplace_back(file);
  }
  for (const std::string& folder : o.includes) {
    if (!std::filesystem::is_directory(folder, code)) throw lab::Error("there is no such folder", folder);
    sources.includes.emplace_back(folder);
  }
  return lab::describe_library(sources);
}

CostAnswer answer_for(const lab::DetectorInfo& detector, const lab::DescribedLibrary* library, const CostOptions& o,
                      const lab::EnergyConstants& constants, const lab::Budgets& budgets) {
  const lab::Config config = read_settings(detector, o.config, o.settings);
  CostAnswer answer;
  answer.config = config;
  answer.duty = share_of(o.duty);
  const lab::MeasureOptions options = {.by_timer = o.timer};
  answer.cost =
      library != nullptr ? lab::measure_cost(*library, config, options) : lab::measure_cost(detector, config, options);
  answer.energy = lab::energy_of(detector, answer.cost, constants, answer.duty, o.sensors);
  if (config.empty()) answer.budget = lab::hold_against(budgets, answer.cost);
  return answer;
}

/// What grew since --compare's file; messages to standard error where results go to standard output as JSON.
bool says_growth(const std::vector<CostAnswer>& answers, const CostOptions& o,
                 const std::map<std::string, lab::DetectorCost>& before) {
  std::FILE* out = o.json ? stderr : stdout;
  bool any = false;
  for (const CostAnswer& a : answers) {
    const auto old = before.find(a.cost.detector);
    if (old == before.end()) {
      fmt::print(out, "{}: not in {}, so nothing is known to have stayed\n", a.cost.detector, o.compare);
      any = true;
      continue;
    }
    if (old->second.rate_hz != a.cost.rate_hz)
      throw lab::Error(fmt::format("{} was measured at {} Hz there and at {} Hz now", a.cost.detector,
                                   lab::shortest(old->second.rate_hz), lab::shortest(a.cost.rate_hz)),
                       o.compare);
    const std::string text = growth_text(old->second, a.cost);
    any = any || !text.empty();
    fmt::print(out, "{}", text.empty() ? a.cost.detector + ": nothing grew by more than 1 %\n" : text);
  }
  return any;
}

/// Whether all budgets hold; says which do not.
bool budgets_hold(const std::vector<CostAnswer>& answers, const lab::Budgets& budgets, const std::string& file) {
  std::string text;
  for (const CostAnswer& a : answers) {
    for (const auto& [core, figures] : a.cost.cores) {
      if (budgets.find(a.cost.detector, core) == nullptr)
        text += fmt::format("{} on {} has no budget\n", a.cost.detector, core);
    }
    text += budget_failures(a, budgets);
  }
  if (text.empty()) return true;
  fmt::print(stderr, "{}{} anew: vagus cost --all --write-budgets\n", text, file);
  return false;
}

int run_cost(const CostOptions& o) {
  std::map<std::string, lab::DetectorCost> before;
  if (!o.compare.empty()) before = old_costs(o.compare);
  const auto library = library_of(o);
  const auto detectors = library ? std::vector<const lab::DetectorInfo*>{library->info.get()} : wanted(o, before);
  lab::EnergyConstants constants = lab::energy_constants();
  if (!o.measured.empty()) lab::apply_measured(constants, text_of_file(o.measured), o.measured);
  const lab::Budgets budgets = !o.budgets.empty() ? lab::read_budgets(text_of_file(o.budgets), o.budgets)
                               : library          ? lab::Budgets{}
                                                  : lab::built_in_budgets();

  std::vector<CostAnswer> answers;
  {
    lab::Progress progress("measuring", static_cast<std::int64_t>(detectors.size()));
    for (const lab::DetectorInfo* detector : detectors) {
      answers.push_back(answer_for(*detector, library ? &*library : nullptr, o, constants, budgets));
      progress.advance();
    }
  }
  if (o.write_budgets) {
    std::vector<lab::DetectorCost> costs;
    costs.reserve(answers.size());
    for (const CostAnswer& a : answers) costs.push_back(a.cost);
    fmt::print("{}", lab::write_budgets(costs, budgets));
    return 0;
  }
  if (o.json) {
    Json all = Json::array();
    for (const CostAnswer& a : answers) all.push_back(cost_json(a));
    fmt::print("{}\n", (all.size() == 1 && !o.all ? all[0] : all).dump(2));
  } else if (!o.check) {
    for (const CostAnswer& a : answers) fmt::print("{}{}", &a == answers.data() ? "" : "\n", cost_text(a));
  }
  bool met = true;
  if (o.check) {
    if (budgets.compiler != answers.front().cost.compiler) {
      fmt::print(stderr, "SKIPPED: the budgets are for GCC {}, and this is {}\n", budgets.compiler,
                 answers.front().cost.compiler);
    } else {
      met = budgets_hold(answers, budgets, o.budgets.empty() ? "budgets.toml" : o.budgets);
    }
  }
  if (!o.compare.empty() && says_growth(answers, o, before)) met = false;
  return static_cast<int>(met ? lab::Exit::done : lab::Exit::not_met);
}

}  // namespace

void declare_cost(CLI::App& app, Action& action) {
  const auto options = std::make_shared<CostOptions>();
  CostOptions& o = *options;
  app.add_option("DETECTOR", o.names, "which detectors");
  app.add_flag("--all", o.all, "every detector; with --json one array");
  app.add_option("--library-sources", o.library_sources,
                 "a detector in C instead: its files (docs/any-detector.md); RAM, flash by whose it is");
  app.add_option("--include", o.includes, "a folder of headers of --library-sources");
  app.add_flag("--json", o.json, "as JSON");
  app.add_option("--config", o.config, "configuration, a TOML file");
  app.add_option("--set", o.settings, "one setting, KEY=VALUE; over --config");
  app.add_option("--compare", o.compare,
                 "what `--json` wrote earlier: 1 if anything grew by more than 1 %, with the functions");
  app.add_option("--measured", o.measured,
                 "bench currents over the constants of data sheets, a TOML file (docs/cost.md)");
  app.add_option("--duty", o.duty, "share of the day that sensor and detector run: 0.1, 10% or ON_S/PERIOD_S")
      ->capture_default_str();
  app.add_option("--sensor", o.sensors, "which front end, of those that are listed; one of each kind");
  app.add_option("--budgets", o.budgets, "limits, a TOML file; without it those that the program carries");
  app.add_flag("--check", o.check,
               "1 if a figure is over its limit or more than 3 % below, with the functions that grew");
  app.add_flag("--write-budgets", o.write_budgets, "print a budgets file a hundredth above what is measured");
  app.add_flag("--timer", o.timer, "count by the emulated core's timer, not by the plugin: a cross-check");
  app.footer(
      "Examples:\n"
      "  vagus cost health.beats                        Cortex-M4F and M55: instructions, RAM, flash, stack, energy\n"
      "  vagus cost health.beats --set rate_hz=500      at another configuration\n"
      "  vagus cost health.beats --duty 30/300 --sensor AD8233\n"
      "  vagus cost --library-sources my_detector.c     somebody's C code, compiled for these cores\n"
      "  vagus cost --all --json > old.json ; vagus cost --compare old.json\n"
      "Needs gcc-arm-none-eabi, libstdc++-arm-none-eabi-dev and qemu-system-arm (exit code 3 without).");
  app.callback([options, &action] { action = [options] { return run_cost(*options); }; });
}

}  // namespace vagus::cli
