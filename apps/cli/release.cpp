/// `vagus release freeze` and `vagus release check`: may this version go out?
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "apps/cli/command.h"
#include "apps/cli/settings.h"
#include "apps/cli/study.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/deploy/measure.h"
#include "lab/prototype/plugin.h"
#include "lab/report/html.h"
#include "lab/report/release_page.h"
#include "lab/study/ledger.h"
#include "lab/study/release/freeze.h"
#include "lab/study/release/gate.h"
#include "lab/study/results.h"
#include "lab/study/score_record.h"

namespace vagus::cli {
namespace {

namespace fs = std::filesystem;

struct FreezeArguments {
  std::string name, spec, output, detector, config, plugin;
  std::vector<std::string> settings;
  int threads = 0;
  bool no_cost = false;
};

struct CheckArguments {
  std::string release, detector, config, plugin, events, cost, output;
  std::vector<std::string> settings;
  int threads = 0;
  bool json = false, no_waveforms = false, no_cost = false;
};

/// The study of a version, and what it came from.
struct Ran {
  std::unique_ptr<lab::Source> source;
  lab::Cache cache = lab::Cache::open();
  lab::StudyResult result;
};

/// Runs the specification's study, and enters the look at its test data. `stated`: the detector that its text names.
Ran run_version(const lab::StudySpec& spec, const std::string& where, const std::string& stated, int threads) {
  Ran ran;
  ran.source = of_specification(where, [&] { return lab::open_source(spec.data, spec.score.reference, spec.seed); });
  lab::StudyOptions how;
  how.threads = threads;
  ran.result = of_specification(where, [&] { return lab::run_study(spec, *ran.source, ran.cache, how); });
  const lab::TestData test = lab::test_data(lab::judged_signals(ran.result));
  lab::StudySpec as_stated = spec;
  as_stated.detector.name = stated;
  const lab::Asked asked = lab::asked(as_stated, spec.detector.name);
  lab::apply(lab::Ledger::open().look(asked, ran.result.run_key, test), ran.result);
  for (const auto& failure : ran.result.failed)
    fmt::print(stderr, "vagus: {} failed: {}\n", failure.recording, failure.why);
  return ran;
}

/// Whether what said the events is no detector of this program: stored files, or a simulation's own scores.
bool ran_elsewhere(const lab::DetectorSpec& detector) {
  return !detector.events.empty() || detector.name == lab::simulated_events;
}

lab::KnownCost measured(const lab::StudyResult& result) {
  lab::KnownCost out;
  if (ran_elsewhere(result.spec.detector)) {
    out.missing = "what said these events is not run here";
    return out;
  }
  try {
    out.cost = lab::measure_cost(lab::detector(result.contract.name), result.config);
  } catch (const lab::Error& error) {
    out.missing = error.what();
  }
  return out;
}

/// One KEY=VALUE of the rule that decides on stored or simulated scores.
void add_rule_setting(lab::Config& config, const std::string& setting) {
  const auto equals = setting.find('=');
  double value = 0;
  if (equals == std::string::npos || equals == 0 || !lab::parse_double(setting.substr(equals + 1), value))
    throw lab::UsageError("--set wants KEY=NUMBER, not '" + setting + "'");
  config[setting.substr(0, equals)] = value;
}

/// Puts the detector asked for, and its settings, in the place of the specification's.
void choose_detector(lab::StudySpec& spec, const std::string& detector, const std::string& config,
                     const std::vector<std::string>& settings) {
  if (!detector.empty() && detector != spec.detector.name) {
    spec.detector = {};
    spec.detector.name = detector;
  }
  if (ran_elsewhere(spec.detector)) {
    if (!config.empty())
      throw lab::UsageError("--config is of detectors that are run here", "--set threshold=0.9 changes the rule");
    if (spec.score.protocol == "windows" && !settings.empty())
      throw lab::UsageError("stored windows are answers already: there is no rule to set");
    for (const std::string& setting : settings) add_rule_setting(spec.detector.config, setting);
    lab::rule_of(spec.detector.config);
    return;
  }
  const lab::DetectorInfo& info = lab::detector(spec.detector.name);
  for (const auto& [key, value] : read_settings(info, config, settings)) spec.detector.config[key] = value;
}

void require_name(const std::string& name) {
  if (name.empty() || name.find_first_of("/\\") != std::string::npos || name.starts_with('.'))
    throw lab::UsageError("a release's name is that of a folder: no slashes, no leading dot",
                          "-o says where the folder lies");
}

int freeze(const FreezeArguments& options) {
  require_name(options.name);
  if (!options.plugin.empty()) lab::load_plugin(options.plugin);
  lab::StudySpec spec = lab::read_spec(options.spec);
  lab::make_known(spec.detector);
  if (spec.score.protocol == "ec57" && !spec.detector.events.empty())
    throw lab::Error("releases are of beats of a detector that is run, or of events or windows, stored or not",
                     options.spec);
  const std::string stated = spec.detector.name;
  if (!ran_elsewhere(spec.detector)) of_specification(options.spec, [&] { return &lab::detector(stated); });
  choose_detector(spec, options.detector, options.config, options.settings);
  const fs::path folder = options.output.empty() ? fs::path("releases") / options.name : fs::path(options.output);
  const fs::path file = folder / lab::release_file;

  Ran ran = run_version(spec, options.spec, stated, options.threads);
  ran.result.overridden = spec.detector.name != stated;
  lab::KnownCost cost;
  cost.missing = "it was not asked for (--no-cost)";
  if (!options.no_cost) cost = measured(ran.result);
  const lab::Frozen frozen =
      lab::freeze(options.name, ran.result, lab::weighed_events(ran.result, *ran.source, ran.cache, {options.threads}),
                  cost.cost ? lab::to_json(*cost.cost) : lab::Json(nullptr), cost.missing);
  const std::string bytes = lab::pack(frozen);

  std::error_code code;
  const bool there = fs::exists(file, code);
  const bool same = there && lab::read_bytes(file) == bytes;
  if (there && !same)
    throw lab::UsageError("there is another release in " + file.string(),
                          "a release is not overwritten: take another name, or move it away");
  if (!there) {
    fs::create_directories(folder, code);
    if (code || !fs::is_directory(folder)) throw lab::Error("the folder cannot be made", folder.string());
    lab::write_whole(file, bytes);
  }
  std::size_t events = 0;
  for (const lab::FrozenRecord& record : frozen.records) events += record.events.size() + record.windows.size();
  const char* what = spec.score.protocol == "windows" ? "window" : "event";
  if (frozen.result.at("simulated").get<bool>()) fmt::print("SIMULATED DATA: it says nothing about people.\n");
  fmt::print("{}: {} {}, {} of {}, verdict {}\n", options.name, frozen.detector(), frozen.version(),
             lab::plural(static_cast<std::int64_t>(events), what),
             lab::plural(static_cast<std::int64_t>(frozen.records.size()), "recording"), frozen.verdict());
  if (!cost.cost) fmt::print("cost: not known, {}\n", cost.missing);
  if (!frozen.result.at("failed").empty())
    fmt::print("not in it: {} that failed\n",
               lab::plural(static_cast<std::int64_t>(frozen.result.at("failed").size()), "recording"));
  fmt::print("digest {}\n{}\t{}\n", lab::release_digest(bytes), same ? "was frozen already, as it is" : "frozen",
             file.string());
  return static_cast<int>(lab::Exit::done);
}

lab::GateCost cost_of_candidate(const CheckArguments& options, const lab::Frozen& frozen,
                                const lab::StudyResult& result) {
  if (options.no_cost) return lab::no_cost();
  if (ran_elsewhere(result.spec.detector) && frozen.cost.is_null()) return lab::cost_elsewhere();
  if (frozen.code() == result.code && frozen.detector() == result.contract.name && frozen.config() == result.config)
    return lab::unchanged_cost();
  lab::KnownCost before;
  before.missing = frozen.cost_missing;
  if (!frozen.cost.is_null()) before.cost = lab::cost_of_json(frozen.cost, "the release's cost");
  return lab::gate_cost(before, measured(result), result.config.empty() ? &lab::built_in_budgets() : nullptr);
}

void print_gate(const lab::Gate& gate) {
  if (gate.simulated) fmt::print("SIMULATED DATA: it says nothing about people.\n");
  fmt::print("{} {} against {}: {} {}\n\n", gate.detector, gate.version, gate.name, gate.frozen_detector,
             gate.frozen_version);
  fmt::print("{}: {} as they were ({} with another score), {} lost, {} gained, {}\n",
             gate.of_windows ? "windows" : "events", gate.same, gate.rescored, gate.lost, gate.gained,
             std::to_string(gate.moved) + (gate.of_windows ? " answered otherwise" : " moved"));
  if (gate.stretches > 0)
    fmt::print("{} called unreadable by one of them alone\n", lab::plural(gate.stretches, "stretch"));
  fmt::print("\ntests\n");
  for (const lab::GateTest& test : gate.tests) {
    fmt::print("  {:<10} {}\n", lab::name(test.outcome), test.why);
    if (test.subjects_needed) fmt::print("  {:<10} {} would do\n", "", lab::plural(*test.subjects_needed, "subject"));
  }
  for (const lab::GateRequirement& bound : gate.bounds)
    fmt::print("  {:<10} {}\n", lab::name(bound.outcome), bound.why);
  fmt::print("  {:<10} Cost: {}\n", lab::name(gate.cost.outcome), gate.cost.why);
  for (const lab::GateCostLine& line : gate.budget)
    fmt::print("  {:<10} Budget: {}\n", lab::name(line.outcome), line.why);
  for (const lab::GateCostLine& line : gate.cost.lines) {
    if (line.outcome != lab::GateOutcome::passed)
      fmt::print("  {:<10} {} {}: {}, {}\n", lab::name(line.outcome), line.core, line.metric,
                 lab::shortest(line.candidate), line.why);
  }
  for (const auto& missing : gate.missing) fmt::print("not compared: {}\n", missing);
  for (const auto& note : gate.notes) fmt::print("note: {}\n", note);
  fmt::print("\nlooks at this test data, this one included: {}\n{}\n", gate.looks, gate.sentence);
}

int check(const CheckArguments& options) {
  if (!options.plugin.empty()) lab::load_plugin(options.plugin);
  const fs::path file = lab::find_release(options.release);
  const lab::Frozen frozen = lab::unpack_frozen(lab::read_bytes(file), file.string());
  lab::StudySpec spec = lab::parse_spec(frozen.specification(), file.string() + " specification");
  lab::make_known(spec.detector);
  const std::string stated = spec.detector.name;
  spec.detector.name = frozen.detector();
  spec.detector.config = frozen.config();
  if (!options.events.empty()) {
    if (spec.score.protocol == "ec57") throw lab::UsageError("--events is of releases of protocols events and windows");
    spec.detector.events = options.events;
    if (spec.detector.name == lab::simulated_events) spec.detector.name = "stored";
    if (!options.detector.empty()) spec.detector.name = options.detector;
    spec.detector.config.clear();
  }
  if (!options.cost.empty() && spec.budget.limits.empty())
    throw lab::UsageError("--cost is held against [budget], and the release's specification has none");
  if (!options.cost.empty()) spec.budget.measured = options.cost;
  if (!options.detector.empty() && options.detector != spec.detector.name) lab::detector(options.detector);
  choose_detector(spec, options.detector, options.config, options.settings);

  Ran ran = run_version(spec, file.string(), stated, options.threads);
  const lab::Gate gate = lab::check_release(frozen, ran.result, cost_of_candidate(options, frozen, ran.result),
                                            {options.threads, !options.no_cost});
  lab::ReleaseWaves waves;
  if (options.no_waveforms) {
    waves.waveforms = false;
  } else {
    lab::ReleaseWaveOptions drawing;
    drawing.threads = options.threads;
    waves = lab::release_waves(gate, ran.result, *ran.source, ran.cache, drawing);
  }
  const fs::path folder =
      options.output.empty() ? fs::path("results") / ("release-" + gate.name) : fs::path(options.output);
  std::error_code code;
  fs::create_directories(folder, code);
  if (code || !fs::is_directory(folder)) throw lab::Error("the folder cannot be made", folder.string());
  const fs::path page = folder / "report.html";
  const lab::Json json = lab::as_json(gate);
  lab::write_whole(page, lab::release_page(gate, frozen, ran.result, waves));
  lab::write_whole(folder / "check.json", lab::json_text(json));
  if (options.json) {
    fmt::print("{}\n", json.dump(-1, ' ', false, lab::Json::error_handler_t::replace));
  } else {
    print_gate(gate);
    fmt::print("{}\t{}\n", lab::verdict_name(gate.outcome), page.string());
  }
  const bool passed = gate.outcome == lab::GateOutcome::passed;
  return static_cast<int>(passed ? lab::Exit::done : lab::Exit::not_met);
}

/// A leak is told on a line of its own that programs can find.
Action guarded(Action work) {
  return [work = std::move(work)] {
    try {
      return work();
    } catch (const lab::LeakError& leak) {
      fmt::print(stderr, "{}\n", leak.what());
      return static_cast<int>(lab::Exit::bad_input);
    }
  };
}

void declare_freeze(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("freeze", "Keeps what a version says, its score, verdict and cost");
  const auto options = std::make_shared<FreezeArguments>();
  command->add_option("NAME", options->name, "what the release is called")->required();
  command->add_option("SPEC", options->spec, "the specification whose data and requirements it is held to (TOML)")
      ->required();
  command->add_option("-o,--output", options->output, "the release's folder (releases/NAME unless told)");
  command->add_option("--detector", options->detector, "another detector than the specification's");
  add_plugin_option(*command, options->plugin);
  command->add_option("--config", options->config, "its configuration, a TOML file; over the specification's");
  command->add_option("--set", options->settings, "one setting, KEY=VALUE; over --config");
  command->add_option("--threads", options->threads, "how many cores (all unless told); the file is the same")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--no-cost", options->no_cost, "leave out what it costs on a wrist's cores");
  command->footer(
      "Writes release.vgr: events, what was weighed and not reported, unreadable stretches, configuration, figures, "
      "verdict\nand cost (null, with the reason, where cross compiler or emulator are missing). A release is never "
      "overwritten.\nEach call is a look at the test data, and entered in the ledger.\n\n"
      "Examples:\n"
      "  vagus release freeze 1.2.0 studies/beats.toml\n"
      "  vagus release freeze 1.2.0 studies/beats.toml -o /srv/releases/1.2.0\n");
  command->callback([options, &action] { action = guarded([options] { return freeze(*options); }); });
}

void declare_check(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("check", "May a candidate take the place of a release?");
  const auto options = std::make_shared<CheckArguments>();
  command->add_option("NAME", options->release, "the release: its name, its folder or its file")->required();
  command->add_option("--detector", options->detector, "the candidate (the release's detector unless told)");
  add_plugin_option(*command, options->plugin);
  command->add_option("--config", options->config, "its configuration, a TOML file; over the release's");
  command->add_option("--set", options->settings, "one setting, KEY=VALUE; over --config");
  command->add_option("--events", options->events,
                      "a folder of the candidate's stored events or windows, as they stand: no rule is applied "
                      "unless --set gives one");
  command->add_option("--cost", options->cost, "a file of `vagus cost --json` that the [budget] is held against");
  command->add_option("-o,--output", options->output,
                      "folder for check.json and report.html (results/release-NAME unless told)");
  command->add_option("--threads", options->threads, "how many cores (all unless told); the answer is the same")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "check.json on standard output instead of the table");
  command->add_flag("--no-waveforms", options->no_waveforms, "a page without any sample of a signal");
  command->add_flag("--no-cost", options->no_cost, "leave the cost out of the answer");
  command->footer(
      "The candidate runs on the release's data; the old program is not needed. Each requirement is tested in what is "
      "judged\nand in every [[group]] of the specification: may it be worse by more than `margin` (a key of "
      "[[requirement]] and\n[[group]]; else half of the errors that the bound leaves room for)?\n"
      "The last line on standard output is the answer, a tab, and the page's path.\n"
      "Exit code: 0 release, 1 do not release or not shown, 2 usage, 3 bad input.\n\n"
      "Examples:\n"
      "  vagus release check 1.2.0 --detector health.beats\n"
      "  vagus release check 1.2.0 --set threshold=0.5 --json\n"
      "  vagus release check falls-2 --events said/by/candidate\n"
      "  vagus release check /srv/releases/1.2.0 --detector health.beats --no-waveforms -o gate\n");
  command->callback([options, &action] { action = guarded([options] { return check(*options); }); });
}

}  // namespace

void declare_release(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  app.footer(
      "Examples:\n  vagus release freeze 1.2.0 studies/beats.toml\n  vagus release check 1.2.0 --detector "
      "health.beats\n");
  declare_freeze(app, action);
  declare_check(app, action);
}

}  // namespace vagus::cli
