/// `vagus study sweep SPEC`: settings chosen on subjects that are not judged, and judged on the others.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "apps/cli/study.h"
#include "lab/base/numbers.h"
#include "lab/study/ledger.h"
#include "lab/study/sweep.h"

namespace vagus::cli {
namespace {

struct SweepArguments {
  std::string spec;
  int threads = 0;
  bool fresh = false, json = false;
};

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

void print_sweep(const lab::StudySpec& spec, const lab::SweepResult& sweep) {
  std::string heads;
  for (const auto& requirement : spec.requirements) heads += "  " + requirement.name;
  if (!sweep.settings.empty()) {
    fmt::print("settings on the subjects they are chosen on{}; * on the front:{}\n",
               spec.split.by_folds() ? " (of folds: on all, to be looked at only)" : "", heads);
    for (const auto& one : sweep.settings)
      fmt::print(" {} {:<40}{}\n", one.front ? '*' : ' ', config_text(one.config), figures_text(one.figures));
  }
  if (!sweep.curve.empty()) {
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
  }
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
  const lab::StudySpec spec = lab::read_spec(arguments.spec);
  const lab::Cache cache = arguments.fresh ? lab::Cache(std::filesystem::path()) : lab::Cache::open();
  lab::StudyOptions how;
  how.threads = arguments.threads;
  const lab::SweepResult result = of_specification(arguments.spec, [&] {
    const auto source = lab::open_source(spec.data, spec.score.reference, spec.seed);
    refuse_unlocked(arguments.spec, spec, *source, {});
    return lab::run_sweep(spec, *source, cache, how);
  });
  const lab::Standing standing =
      lab::Ledger::open().look(lab::asked(spec), result.run_key + ".sweep", lab::test_data(result.test_signals));
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
    fmt::print("{}\n", lab::name(result.verdict));
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
  command->add_flag("--json", options->json, "as JSON");
  command->footer(
      "Under a fixed split a setting is chosen on the recordings trained or tuned on and judged on the test "
      "recordings; "
      "in\nfolds each subject is judged at the setting that the other folds chose.\nExit code: 0 what was chosen meets "
      "every requirement on the subjects it is judged on, 1 not met or not shown.\n\nExample:\n  vagus study sweep "
      "studies/falls-sweep.toml\n");
  command->callback([options, &action] { action = [options] { return guarded_sweep(*options); }; });
}

}  // namespace vagus::cli
