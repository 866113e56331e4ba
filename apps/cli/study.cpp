/// `vagus study run SPEC`: a question in, a verdict with its evidence out.
#include "apps/cli/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "apps/cli/command.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/prototype/plugin.h"
#include "lab/report/html.h"
#include "lab/report/model_card.h"
#include "lab/report/study_report.h"
#include "lab/study/laws_step.h"
#include "lab/study/ledger.h"
#include "lab/study/mended.h"
#include "lab/study/plan.h"
#include "lab/study/results.h"
#include "lab/study/study_groups.h"
#include "lab/study/sweep.h"

namespace vagus::cli {
namespace {

struct StudyArguments {
  std::string spec, output, detector, cost, plugin;
  int threads = 0;
  bool fresh = false, json = false, no_waveforms = false;
};

std::string share(double value) { return std::isfinite(value) ? fmt::format("{:.3f} %", 100 * value) : "unknown"; }

/// Of another protocol than ec57: a line a figure.
void print_figures(const lab::GroupResult& group, const std::string& protocol) {
  for (const char* name : lab::headline_figures(protocol)) {
    const lab::Statistic& statistic = lab::statistic(name);
    const lab::Figure& figure = group.figures.at(name);
    if (std::isnan(figure.estimate.value)) continue;
    fmt::print("  {:<64}{} ({} to {}){}\n", lab::describe(statistic), lab::printed(statistic, figure.estimate.value),
               lab::printed(statistic, figure.estimate.interval.low),
               lab::printed(statistic, figure.estimate.interval.high), figure.who.empty() ? "" : " " + figure.who);
  }
}

void print_group(const lab::GroupResult& group, const std::string& protocol) {
  const auto value = [&](const char* statistic) { return group.figures.at(statistic).estimate; };
  const auto with_interval = [&](const char* statistic) {
    const auto estimate = value(statistic);
    return fmt::format("{} ({} to {})", share(estimate.value), share(estimate.interval.low),
                       share(estimate.interval.high));
  };
  fmt::print("\n{}: {}, {}\n", group.name, lab::plural(group.records, "recording"),
             lab::plural(group.subjects, "subject"));
  if (group.records == 0) return;
  if (protocol != "ec57") {
    print_figures(group, protocol);
    return;
  }
  fmt::print("  {:<36}{:<40}{}\n", "ec57", "sensitivity", "positive predictivity");
  const auto row = [&](const char* title, const char* se, const char* ppv) {
    fmt::print("  {:<36}{:<40}{}\n", title, with_interval(se), with_interval(ppv));
  };
  row("gross", "ec57.sensitivity_gross", "ec57.positive_predictivity_gross");
  row("average over subjects", "ec57.sensitivity_average", "ec57.positive_predictivity_average");
  const auto worst = [&](const char* title, const char* se, const char* ppv) {
    const auto of = [&](const char* statistic) {
      const auto& figure = group.figures.at(statistic);
      return fmt::format("{} ({})", share(figure.estimate.value), figure.who);
    };
    fmt::print("  {:<36}{:<40}{}\n", title, of(se), of(ppv));
  };
  worst("worst subject", "ec57.sensitivity_worst", "ec57.positive_predictivity_worst");
  worst("worst recording", "ec57.sensitivity_worst_record", "ec57.positive_predictivity_worst_record");
  row("gross, whole record", "ec57_whole.sensitivity_gross", "ec57_whole.positive_predictivity_gross");
  fmt::print("  {:<36}{}\n", "gross, unreadable counted as wrong",
             with_interval("ec57.sensitivity_gross_unreadable_wrong"));
  fmt::print("  {:<36}{}; beats {}, missed {}, false {}\n", "signal called unreadable",
             share(value("ec57.unreadable_share").value), group.counts.tp + group.counts.fn, group.counts.fn,
             group.counts.fp);
}

/// Both verdicts, and the headline's figures and the requirements on both, where people mended labels.
void print_both_labels(const lab::StudyResult& result) {
  if (!result.on_original) return;
  const auto& on = *result.on_original;
  fmt::print("\non the labels as published, and as mended in {}\n  {:<48}{:>12}{:>12}\n",
             lab::plural(static_cast<std::int64_t>(on.mended.size()), "recording"), "", "published", "mended");
  const auto line = [](const std::string& what, const std::string& statistic, const lab::Estimate& before,
                       const lab::Estimate& now) {
    const lab::Statistic& about = lab::statistic(statistic);
    fmt::print("  {:<48}{:>12}{:>12}\n", what, lab::printed(about, before.value), lab::printed(about, now.value));
  };
  if (!on.groups.empty() && !result.groups.empty()) {
    const auto &before = on.groups.front().figures, &now = result.groups.front().figures;
    for (const char* statistic : {"ec57.sensitivity_gross", "ec57.positive_predictivity_gross", "events.sensitivity",
                                  "events.specificity", "events.alarms_per_day", "events.alarms_per_hour"}) {
      const bool known =
          before.contains(statistic) && now.contains(statistic) &&
          !(std::isnan(before.at(statistic).estimate.value) && std::isnan(now.at(statistic).estimate.value));
      if (known) line(statistic, statistic, before.at(statistic).estimate, now.at(statistic).estimate);
    }
  }
  for (std::size_t i = 0; i < std::min(on.requirements.size(), result.requirements.size()); ++i) {
    const auto &before = on.requirements[i], &now = result.requirements[i];
    line(now.asked.name, now.asked.statistic, before.judgement.estimate, now.judgement.estimate);
    fmt::print("  {:<48}{:>12}{:>12}\n", "", lab::name(before.verdict), lab::name(now.verdict));
  }
  fmt::print("  {:<48}{:>12}{:>12}\n", "verdict", lab::name(on.verdict), lab::name(result.verdict));
}

void print_sweep_line(const lab::StudyResult& result) {
  if (!result.sweep) return;
  fmt::print("\nsweep: the chosen {} {}, on subjects who did not choose\n",
             result.sweep->choices.size() == 1 ? "setting is" : "settings are", lab::name(result.sweep->verdict));
}

void print_result(const lab::StudyResult& result, const lab::Evidence& evidence) {
  if (result.simulated) fmt::print("SIMULATED DATA: it says nothing about people.\n");
  if (!result.spec.question.empty()) fmt::print("{}\n", result.spec.question);
  const auto& score = result.spec.score;
  if (result.contract_words) {  // no detector of this program: what it is stands in its summary
    const std::string summary = result.contract.summary;
    fmt::print("{}: {}{}Protocol {} from {} s\n", result.contract.name, summary,
               summary.empty() || summary.ends_with(' ') ? "" : " ", score.protocol, score.start_s);
  } else {
    fmt::print("{} {}, causal (at most {:.0f} ms late), protocol {} from {} s\n", result.contract.name,
               result.contract.version, static_cast<double>(result.contract.latency_ms), score.protocol, score.start_s);
  }
  for (const lab::Law& law : result.laws)
    if (law.state == lab::Law::State::not_held) fmt::print("law not held: {}: {}\n", law.name, law.why);
  for (const auto& group : result.groups) print_group(group, score.protocol);
  if (!result.requirements.empty()) fmt::print("\nrequirements\n");
  for (const auto& one : result.requirements) {
    const auto& interval = one.judgement.one_sided;
    const lab::Statistic& about = lab::statistic(one.asked.statistic);
    fmt::print("  {:<10} {}: {} ({} to {}), wanted {} {} at confidence {}\n", lab::name(one.verdict), one.asked.name,
               lab::printed(about, one.judgement.estimate.value), lab::printed(about, interval.low),
               lab::printed(about, interval.high),
               one.asked.bound.direction == lab::Direction::at_least ? "at least" : "at most",
               lab::printed(about, one.asked.bound.bound), one.asked.bound.confidence);
    const auto index = static_cast<std::size_t>(&one - result.requirements.data());
    if (const std::string needed = lab::needed_text(result, evidence, index); !needed.empty())
      fmt::print("  {:<10} {}\n", "", needed);
  }
  if (!result.hypotheses.empty()) fmt::print("\nhypotheses (p by Holm)\n");
  for (const auto& one : result.hypotheses)
    fmt::print("  {:<10} {} against {}: {:+.5g} ({:+.5g} to {:+.5g}), p {}\n", lab::name(one.verdict), one.asked.name,
               one.against, one.estimate.value, one.estimate.interval.low, one.estimate.interval.high,
               lab::p_value(one.p_holm));
  if (!result.costs.empty()) fmt::print("\nbudget\n");
  for (const auto& one : result.costs)
    fmt::print("  {:<10} {} on {}: at most {:g} allowed, {}. {}\n", lab::name(one.verdict), one.asked.metric,
               one.asked.core, one.asked.limit,
               one.measured ? fmt::format("at most {:g} known", one.measured->high) : std::string("unknown"), one.why);
  print_sweep_line(result);
  print_both_labels(result);
  for (const auto& failure : result.failed)
    fmt::print(stderr, "vagus: {} failed: {}\n", failure.recording, failure.why);
  fmt::print("\nlooks at this test data, this one included: {}\n", result.looks);
  for (const auto& look : result.guards.looks) {
    if (look.state == lab::GuardState::clear || look.state == lab::GuardState::not_looked) continue;
    for (const auto& one : look.found) fmt::print("{}: {}: {}\n", lab::name(look.state), look.name, one);
  }
  for (const auto& cure : result.guards.cures)
    fmt::print("{}: {} against {}: {}\n", cure.cured ? "cured" : "not cured", cure.cure, cure.property, cure.why);
  for (const auto& one : result.guards.accepted) fmt::print("accepted: {}: {}\n", one.property, one.reason);
  for (const auto& why : result.exploratory) fmt::print("exploratory: {}\n", why);
  fmt::print("{}\n", result.sentence);
}

int run(const StudyArguments& options) {
  const lab::StudySpec spec = lab::read_spec(options.spec);
  if (!options.plugin.empty()) lab::load_plugin(options.plugin);
  lab::make_known(spec.detector);
  if (!options.detector.empty() && options.detector != lab::simulated_events) lab::detector(options.detector);
  const auto source =
      of_specification(options.spec, [&] { return lab::open_source(spec.data, spec.score.reference, spec.seed); });
  const lab::Cache cache = options.fresh ? lab::Cache(std::filesystem::path()) : lab::Cache::open();
  lab::StudyOptions how;
  how.threads = options.threads;
  how.detector = options.detector;
  refuse_unlocked(options.spec, spec, *source, options.detector);
  lab::StudyResult result = of_specification(options.spec, [&] { return lab::run_study(spec, *source, cache, how); });
  lab::add_laws(result, cache);
  lab::add_sweep(result, *source, cache, how);
  lab::score_on_original(result, *source, cache, how);
  const lab::TestData test = lab::test_data(lab::judged_signals(result));
  lab::apply(lab::Ledger::open().look(lab::asked(spec, options.detector), result.run_key, test), result);

  const std::filesystem::path folder =
      options.output.empty() ? std::filesystem::path("results") / spec.name : std::filesystem::path(options.output);
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code || !std::filesystem::is_directory(folder)) throw lab::Error("the folder cannot be made", folder.string());
  lab::ExcerptOptions drawing;
  drawing.threads = options.threads;
  if (options.no_waveforms) drawing.in_all = 0;
  const auto excerpts = lab::make_excerpts(result, *source, cache, drawing);
  lab::Evidence evidence = evidence_of(result, *source, cache, options.cost, options.threads);
  evidence.waveforms = !options.no_waveforms;
  const std::filesystem::path report = folder / "report.html";
  lab::write_whole(report, lab::study_report(result, excerpts, evidence));
  lab::write_whole(folder / "card.md", lab::model_card(result, evidence));
  lab::write_whole(folder / "results.json", lab::json_text(lab::results(result)));
  if (options.json) {
    fmt::print("{}\n", lab::results(result).dump(-1, ' ', false, lab::Json::error_handler_t::replace));
  } else {
    print_result(result, evidence);
  }
  fmt::print("{}\t{}\n", lab::name(result.verdict), report.string());
  return static_cast<int>(result.verdict == lab::Verdict::met ? lab::Exit::done : lab::Exit::not_met);
}

/// A leak is told on a line of its own that programs can find.
int guarded(const StudyArguments& options) {
  try {
    return run(options);
  } catch (const lab::LeakError& leak) {
    fmt::print(stderr, "{}\n", leak.what());
    return static_cast<int>(lab::Exit::bad_input);
  }
}

}  // namespace

void refuse_unlocked(const std::string& path, const lab::StudySpec& spec, const lab::Source& source,
                     const std::string& detector) {
  if (!spec.split.locked) return;
  const lab::Plan plan = of_specification(path, [&] { return lab::make_plan(spec, source.items()); });
  std::vector<std::string> signals;
  for (const auto& planned : plan.recordings)
    if (planned.role == lab::Role::judged) signals.push_back(planned.item.signal_hash);
  const std::string test = lab::test_data(signals).hash;
  const std::string said = lab::said_hash(lab::asked(spec, detector).said);
  const lab::Ledger ledger = lab::Ledger::open();
  for (const auto& entry : ledger.entries())
    if (entry.kind == lab::LedgerEntry::Kind::lock && entry.specification == said && entry.test == test) return;
  throw lab::Error("its test data is locked (split.locked), and this specification is not in the ledger", path,
                   "vagus study lock " + path);
}

void declare_study(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  declare_study_new(app, action);
  app.footer(
      "Examples:\n  vagus study new my.toml --detector health.beats --data mitdb\n  vagus study run "
      "studies/beats.toml\n");
  CLI::App* run =
      app.add_subcommand("run", "Runs what a specification asks and writes results.json, report.html and card.md");
  const auto options = std::make_shared<StudyArguments>();
  run->add_option("SPEC", options->spec, "the study's specification (TOML)")->required();
  run->add_option("-o,--output", options->output, "folder for the results (results/NAME unless told)");
  run->add_option("--detector", options->detector, "another detector than the specification's, at its defaults");
  add_plugin_option(*run, options->plugin);
  run->add_option("--threads", options->threads, "how many cores (all unless told); the result is the same")
      ->check(CLI::Range(1, 1024));
  run->add_option("--cost", options->cost, "costs for the page: a file that `vagus cost DETECTOR --json` wrote");
  run->add_flag("--fresh", options->fresh, "keep nothing and use nothing kept from earlier runs");
  run->add_flag("--no-waveforms", options->no_waveforms, "a report without any sample of a signal");
  run->add_flag("--json", options->json, "results.json on standard output before the last line");
  run->footer(
      "The last line on standard output is the verdict, a tab, and the report's path.\n"
      "Exit code: 0 met, 1 not met or not shown, 2 usage, 3 bad input or a leak.\n\n"
      "Examples:\n"
      "  vagus study run studies/beats.toml\n"
      "  vagus study run studies/beats-simulated.toml -o /tmp/first\n"
      "  vagus study run studies/beats.toml --detector health.beats --threads 1\n"
      "  vagus cost health.beats --json > cost.json; vagus study run studies/beats.toml --cost cost.json\n");
  declare_study_evidence(app, action);
  declare_study_power(app, action);
  declare_study_sweep(app, action);
  declare_study_failures(app, action);
  run->callback([options, &action] { action = [options] { return guarded(*options); }; });
}

}  // namespace vagus::cli
