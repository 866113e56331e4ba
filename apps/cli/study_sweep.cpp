/// `vagus study sweep SPEC`: settings chosen on subjects that are not judged, and judged on the others.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "apps/cli/cost_output.h"
#include "apps/cli/study.h"
#include "lab/base/atomic_file.h"
#include "lab/base/numbers.h"
#include "lab/deploy/measure.h"
#include "lab/prototype/plugin.h"
#include "lab/report/sweep_section.h"
#include "lab/study/ledger.h"
#include "lab/study/sweep.h"

namespace vagus::cli {
namespace {

struct SweepArguments {
  std::string spec, report, plugin;
  int threads = 0;
  bool fresh = false, json = false, cost = false;
};

/// What `vagus cost DETECTOR --set ... --json` says, at a whole day's duty.
lab::Json measured_cost(const lab::DetectorInfo& detector, const lab::Config& config) {
  CostAnswer answer;
  answer.config = config;
  answer.cost = lab::measure_cost(detector, config);
  answer.energy = lab::energy_of(detector, answer.cost, lab::energy_constants(), answer.duty, {});
  return cost_json(answer);
}

std::string config_text(const lab::Config& config) {
  std::string text;
  for (const auto& [key, value] : config) text += (text.empty() ? "" : ", ") + key + " " + lab::shortest(value);
  return text;
}

std::string figures_text(const std::vector<lab::SweptFigure>& figures) {
  std::string text;
  for (const lab::SweptFigure& one : figures) {
    const lab::Statistic& about = lab::statistic(one.statistic);
    text += fmt::format("  {} {}", lab::printed(about, one.judgement.estimate.value), lab::name(one.judgement.verdict));
  }
  return text;
}

std::string objectives_text(const std::vector<lab::SweptObjective>& objectives) {
  std::string text;
  for (const lab::SweptObjective& one : objectives)
    text += "  " + one.name + " " + (one.known ? fmt::format("{:.6g}", one.value) : std::string("unknown"));
  return text;
}

void print_agreement(const lab::SweepAgreement& agreement) {
  fmt::print("  {} of {} chose the same setting\n", agreement.alike, lab::plural(agreement.folds, "fold"));
  for (const auto& one : agreement.parameters) {
    if (one.values.size() > 1)
      fmt::print("  {}: {} values, {:.6g} to {:.6g}\n", one.name, one.values.size(), one.values.begin()->first,
                 one.values.rbegin()->first);
  }
}

void print_sweep(const lab::StudySpec& spec, const lab::SweepResult& sweep) {
  std::string heads;
  for (const auto& requirement : spec.requirements) heads += "  " + requirement.name;
  if (!sweep.settings.empty()) {
    fmt::print("settings on the subjects they are chosen on{}; * on the front:{}\n",
               spec.split.by_folds() ? " (of folds: on all, to be looked at only)" : "", heads);
    for (const auto& one : sweep.settings)
      fmt::print(" {} {:<40}{}{}\n", one.front ? '*' : ' ', config_text(one.config), figures_text(one.figures),
                 objectives_text(one.objectives));
  }
  for (const auto& note : sweep.notes) fmt::print("note: {}\n", note);
  if (!sweep.curve.empty() && sweep.settings.empty()) {
    fmt::print("threshold on the subjects it is chosen on:{}\n", heads);
    for (const auto& point : sweep.curve) {
      fmt::print("  {:<12}", lab::shortest(point.threshold));
      for (const auto& requirement : spec.requirements)
        fmt::print("  {}",
                   lab::printed(lab::statistic(requirement.statistic), point.figures.at(requirement.statistic)));
      fmt::print("\n");
    }
  }
  fmt::print("\nchosen\n");
  for (const auto& one : sweep.choices) {
    fmt::print("  {}{} by {}{}\n", one.fold.empty() ? "" : "fold " + one.fold + ": ", config_text(one.config),
               lab::plural(one.subjects, "subject"), one.met ? "" : " (" + one.why + ")");
    if (one.inner)
      fmt::print("    {} of {} agree; held out there:{}\n", one.inner->agreeing,
                 lab::plural(one.inner->folds, "inner fold"), figures_text(one.inner->held_out));
  }
  if (sweep.agreement) print_agreement(*sweep.agreement);
  fmt::print("\njudged on {} of {}, none of whom chose what they are judged by\n",
             lab::plural(sweep.judged_records, "recording"), lab::plural(sweep.judged_subjects, "subject"));
  for (const auto& one : sweep.judged) {
    const lab::Statistic& about = lab::statistic(one.statistic);
    fmt::print("  {:<10} {}: {} ({} to {})\n", lab::name(one.judgement.verdict), one.requirement,
               lab::printed(about, one.judgement.estimate.value), lab::printed(about, one.judgement.one_sided.low),
               lab::printed(about, one.judgement.one_sided.high));
  }
}

int sweep(const SweepArguments& arguments) {
  if (!arguments.plugin.empty()) lab::load_plugin(arguments.plugin);
  const lab::StudySpec spec = lab::read_spec(arguments.spec);
  const lab::Cache cache = arguments.fresh ? lab::Cache(std::filesystem::path()) : lab::Cache::open();
  lab::StudyOptions how;
  how.threads = arguments.threads;
  bool simulated = false;
  const lab::SweepResult result = of_specification(arguments.spec, [&] {
    const auto source = lab::open_source(spec.data, spec.score.reference, spec.seed);
    refuse_unlocked(arguments.spec, spec, *source, {});
    simulated = source->simulated();
    return lab::run_sweep(spec, *source, cache, how, arguments.cost ? lab::CostOf(measured_cost) : lab::CostOf());
  });
  const lab::Standing standing =
      lab::Ledger::open().look(lab::asked(spec), result.run_key + ".sweep", lab::test_data(result.test_signals));
  if (!arguments.report.empty())
    lab::write_whole(arguments.report,
                     lab::sweep_page(spec, result, {simulated, standing.looks, standing.exploratory}));
  if (arguments.json) {
    lab::Json json = lab::as_json(result);
    json["looks"] = standing.looks;
    json["exploratory"] = standing.exploratory;
    fmt::print("{}\n", json.dump(2));
  } else {
    print_sweep(spec, result);
    for (const auto& failure : result.failed)
      fmt::print(stderr, "vagus: {} failed: {}\n", failure.recording, failure.why);
    fmt::print("looks at this test data, this one included: {}\n", standing.looks);
    for (const auto& why : standing.exploratory) fmt::print("exploratory: {}\n", why);
    fmt::print("{}{}\n", lab::name(result.verdict), arguments.report.empty() ? "" : "\t" + arguments.report);
  }
  return static_cast<int>(result.verdict == lab::Verdict::met ? lab::Exit::done : lab::Exit::not_met);
}

int guarded_sweep(const SweepArguments& arguments) {
  try {
    return sweep(arguments);
  } catch (const lab::LeakError& leak) {
    fmt::print(stderr, "{}\n", leak.what());
    return static_cast<int>(lab::Exit::bad_input);
  }
}

}  // namespace

void declare_study_sweep(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("sweep", "Settings chosen on some subjects, judged on the others");
  const auto options = std::make_shared<SweepArguments>();
  command->add_option("SPEC", options->spec, "the study's specification (TOML), with [sweep] and [split]")->required();
  command->add_option("--threads", options->threads, "how many cores (all unless told); the result is the same")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--fresh", options->fresh, "keep nothing and use nothing kept from earlier runs");
  command->add_option("--report", options->report, "writes a page: the front drawn, what was chosen, every setting")
      ->type_name("FILE");
  command->add_flag("--cost", options->cost,
                    "measures what each setting costs (vagus cost), where sweep.measured does not say it");
  command->add_flag("--json", options->json, "as JSON");
  command->footer(
      "Under a fixed split a setting is chosen on the recordings trained or tuned on and judged on the test "
      "recordings; "
      "in\nfolds each subject is judged at the setting that the other folds chose.\nThresholds follow the scores of "
      "one run; parameters are run "
      "one by one. A setting beaten by none is on the front.\nExit code: 0 what was chosen meets "
      "every requirement on the subjects it is judged on, 1 not met or not shown.\n\nExample:\n  vagus study sweep "
      "studies/falls-sweep.toml --report sweep.html\n");
  add_plugin_option(*command, options->plugin);
  command->callback([options, &action] { action = [options] { return guarded_sweep(*options); }; });
}

}  // namespace vagus::cli
