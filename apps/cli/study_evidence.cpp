/// `vagus study lock`, `explain`, `verify` and `compare`: what makes a result evidence.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "apps/cli/command.h"
#include "apps/cli/study.h"
#include "lab/base/error.h"
#include "lab/prototype/plugin.h"
#include "lab/study/compare.h"
#include "lab/study/ledger.h"
#include "lab/study/plan.h"
#include "lab/study/results.h"
#include "lab/study/verify.h"

namespace vagus::cli {
namespace {

int lock(const std::string& path) {
  const lab::StudySpec spec = lab::read_spec(path);
  const auto source =
      of_specification(path, [&] { return lab::open_source(spec.data, spec.score.reference, spec.seed); });
  const lab::Plan plan = of_specification(path, [&] { return lab::make_plan(spec, source->items()); });
  std::vector<std::string> signals;
  for (const auto& planned : plan.recordings) {
    if (planned.role == lab::Role::judged) signals.push_back(planned.item.signal_hash);
  }
  lab::Ledger ledger = lab::Ledger::open();
  const lab::TestData test = lab::test_data(signals);
  const bool entered = ledger.lock(lab::asked(spec), test);
  const lab::Standing standing = ledger.standing(lab::asked(spec), "", test);
  fmt::print("{}: {}, {} judged, in {}\n", spec.name, entered ? "locked" : "was locked already, as it is",
             lab::plural(static_cast<std::int64_t>(signals.size()), "recording"), ledger.file().string());
  for (const auto& why : standing.exploratory) fmt::print("its results will say exploratory: {}\n", why);
  return static_cast<int>(lab::Exit::done);
}

int verify(const std::string& path, int threads) {
  const lab::Verification verification = lab::verify_results(lab::read_results(path), threads);
  for (const auto& note : verification.notes) fmt::print("not compared: {}\n", note);
  for (const auto& difference : verification.differences) fmt::print("differs: {}\n", difference);
  fmt::print("{}\n", verification.same ? "verified: derived again from the data, bit for bit the same"
                                       : "not verified: the file is not what the data and this program give");
  return static_cast<int>(verification.same ? lab::Exit::done : lab::Exit::not_met);
}

int explain(const std::string& path, const std::string& about, bool json) {
  const auto lineage = lab::explain_results(lab::read_results(path), about);
  if (json) {
    fmt::print("{}\n", lab::as_json(lineage).dump(2));
    return static_cast<int>(lab::Exit::done);
  }
  for (const auto& one : lineage) {
    fmt::print("{}\n", one.what);
    for (const auto& step : one.steps) fmt::print("  <- {}\n", step);
  }
  return static_cast<int>(lab::Exit::done);
}

struct CompareArguments {
  std::string first, second;
  double margin = 0, confidence = 0.95;
  bool json = false;
};

void print_difference(const lab::Difference& one) {
  const lab::Statistic& about = lab::statistic(one.statistic);
  if (lab::quantity(about) != lab::Quantity::share) {
    fmt::print("  {:<36}{:>16}{:>16}  {:+.4g} ({:+.4g} to {:+.4g}), p {:.4f}, {}: {}\n", one.statistic,
               lab::printed(about, one.first), lab::printed(about, one.second), one.estimate.value,
               one.estimate.interval.low, one.estimate.interval.high, one.p, lab::plural(one.subjects, "subject"),
               lab::name(one.change));
    return;
  }
  fmt::print("  {:<36}{:>9.3f} %{:>9.3f} %  {:+.3f} points ({:+.3f} to {:+.3f}), p {:.4f}, {}: {}\n", one.statistic,
             100 * one.first, 100 * one.second, 100 * one.estimate.value, 100 * one.estimate.interval.low,
             100 * one.estimate.interval.high, one.p, lab::plural(one.subjects, "subject"), lab::name(one.change));
}

int compare(const CompareArguments& arguments) {
  lab::CompareOptions options;
  options.margin = arguments.margin;
  options.confidence = arguments.confidence;
  const lab::Comparison comparison =
      lab::compare_results(lab::read_results(arguments.first), lab::read_results(arguments.second), options);
  if (arguments.json) {
    fmt::print("{}\n", lab::as_json(comparison).dump(2));
  } else {
    std::string part;
    for (const auto& one : comparison.differences) {
      if (one.part != part) fmt::print("{}: first, second, second less first\n", one.part);
      part = one.part;
      print_difference(one);
    }
    for (const auto& note : comparison.notes) fmt::print("note: {}\n", note);
    if (!comparison.unpaired.empty())
      fmt::print("not compared: {} that the other has not (or not with the same signal)\n",
                 lab::plural(static_cast<std::int64_t>(comparison.unpaired.size()), "recording"));
    fmt::print("{}\n", lab::name(comparison.change));
  }
  const bool fine = comparison.change != lab::Change::worse && comparison.change != lab::Change::not_shown;
  return static_cast<int>(fine ? lab::Exit::done : lab::Exit::not_met);
}

}  // namespace

void declare_study_evidence(CLI::App& app, Action& action) {
  {
    CLI::App* command =
        app.add_subcommand("lock", "Enters a specification in the ledger, before its data is looked at");
    const auto path = std::make_shared<std::string>();
    command->add_option("SPEC", *path, "the study's specification (TOML)")->required();
    command->footer(
        "The ledger lies in the store (ledger.jsonl), append-only and hash-chained. Only a specification that was "
        "locked "
        "before\nthe first look at its test data gives a confirmatory result; any other says exploratory, and what was "
        "changed.\nComments and layout may change; what the specification says may not.\n\nExample:\n  vagus study "
        "lock "
        "studies/beats.toml\n");
    command->callback([path, &action] { action = [path] { return lock(*path); }; });
  }
  {
    CLI::App* command =
        app.add_subcommand("verify", "Derives a result again from the data and compares it bit for bit");
    const auto path = std::make_shared<std::string>();
    const auto threads = std::make_shared<int>(0);
    const auto plugin = std::make_shared<std::string>();
    command->add_option("RESULT", *path, "results.json, or the folder it lies in")->required();
    command->add_option("--threads", *threads, "how many cores (all unless told)")->check(CLI::Range(1, 1024));
    add_plugin_option(*command, *plugin);
    command->footer(
        "Exit code: 0 the same, 1 not (any changed value included), 3 where the data, a dataset version or the version "
        "of "
        "vagus\nthat made it is missing.\n\nExample:\n  vagus study verify results/beats\n");
    command->callback([path, threads, plugin, &action] {
      action = [path, threads, plugin] {
        if (!plugin->empty()) lab::load_plugin(*plugin);
        return verify(*path, *threads);
      };
    });
  }
  {
    CLI::App* command = app.add_subcommand("explain", "Where each number of a result comes from");
    const auto path = std::make_shared<std::string>();
    const auto about = std::make_shared<std::string>();
    const auto json = std::make_shared<bool>(false);
    command->add_option("RESULT", *path, "results.json, or the folder it lies in")->required();
    command->add_option("ABOUT", *about, "a requirement's name or a recording (every requirement unless told)");
    command->add_flag("--json", *json, "as JSON");
    command->footer(
        "Examples:\n  vagus study explain results/beats\n  vagus study explain results/beats mitdb:105 --json\n");
    command->callback(
        [path, about, json, &action] { action = [path, about, json] { return explain(*path, *about, *json); }; });
  }
  {
    CLI::App* command = app.add_subcommand("compare", "Two results on the same recordings: is the second better?");
    const auto options = std::make_shared<CompareArguments>();
    command->add_option("FIRST", options->first, "results.json or its folder")->required();
    command->add_option("SECOND", options->second, "results.json or its folder")->required();
    command
        ->add_option("--margin", options->margin,
                     "a loss below this is none, in the statistic's unit (0.001 of a share is a tenth of a point)")
        ->check(CLI::Range(0.0, 1e6));
    command->add_option("--confidence", options->confidence, "of the two-sided interval")
        ->check(CLI::Range(0.5, 0.9999))
        ->capture_default_str();
    command->add_flag("--json", options->json, "as JSON");
    command->footer(
        "Differences are the second less the first, subjects drawn in pairs; p is by exchanging the two within "
        "subjects.\nExit code: 0 equal or better (or not worse by the margin), 1 worse or not shown.\n\nExamples:\n  "
        "vagus "
        "study run studies/beats.toml --detector health.beats -o new\n  vagus study compare results/beats new --margin "
        "0.001\n");
    command->callback([options, &action] { action = [options] { return compare(*options); }; });
  }
}

}  // namespace vagus::cli
