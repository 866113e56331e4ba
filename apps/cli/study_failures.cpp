/// `vagus study failures RESULT`: where and why a detector fails.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <memory>

#include "apps/cli/study.h"
#include "lab/base/error.h"
#include "lab/failures/failures.h"
#include "lab/failures/intervention.h"
#include "lab/prototype/plugin.h"
#include "lab/study/results.h"

namespace vagus::cli {
namespace {

struct FailureArguments {
  std::string result, noise, plugin;
  double snr_db = 6;
  std::vector<std::string> settings;
  int threads = 0;
  bool json = false;
};

void print_slices(const lab::FailureAnalysis& analysis) {
  const auto& table = analysis.errors.table;
  for (const auto& kind : table.kinds) {
    std::int64_t errors = 0;
    for (const std::uint32_t n : kind.errors) errors += n;
    fmt::print("{} {}\n", errors, kind.plural);
  }
  for (const auto& note : analysis.errors.notes) fmt::print("note: {}\n", note);
  if (analysis.slices.empty()) {
    fmt::print("\nNo part of the data was found in which errors gather (family-wise error probability 2 %).\n");
    return;
  }
  fmt::print("\nwhere errors gather, best first; an association is no cause\n");
  fmt::print("{:>12}{:>14}  {}\n", "p corrected", "confirmed", "");
  for (const auto& slice : analysis.slices) {
    fmt::print("{:>12.4f}{:>14}  {}\n", slice.p_corrected, lab::name(slice.confirmed), slice.sentence);
    if (slice.confirmed == lab::Confirmed::yes) continue;
    fmt::print("{:28}{}\n", "",
               slice.smallest_ratio
                   ? fmt::format("held-out subjects would have shown a ratio of {:.2g} or more", *slice.smallest_ratio)
                   : std::string("held-out subjects could have shown no ratio at all"));
  }
}

void print_subjects(const lab::FailureAnalysis& analysis) {
  const auto& kinds = analysis.errors.table.kinds;
  fmt::print("\n{:<16}", "worst subjects");
  for (const auto& kind : kinds) fmt::print("{:>16}", kind.plural);
  fmt::print("\n");
  for (std::size_t i = 0; i < std::min<std::size_t>(analysis.subjects.size(), 10); ++i) {
    fmt::print("{:<16}", analysis.subjects[i].subject);
    for (const std::int64_t n : analysis.subjects[i].errors) fmt::print("{:>16}", n);
    fmt::print("\n");
  }
}

void print_exemplars(const lab::FailureAnalysis& analysis, const lab::StudyResult& result) {
  if (analysis.exemplars.empty()) return;
  fmt::print("\n{:<24}{:>10}  {:<8}{:>6}{:>8}{:>10}  {}\n", "exemplars", "t, s", "kind", "slice", "score", "margin",
             "correct neighbours, s");
  const auto told = [](const std::optional<double>& value, const char* none) {
    return value ? fmt::format("{:.3f}", *value) : std::string(none);
  };
  for (std::size_t i = 0; i < std::min<std::size_t>(analysis.exemplars.size(), 20); ++i) {
    const auto& one = analysis.exemplars[i];
    fmt::print("{:<24}{:>10.3f}  {:<8}{:>6}{:>8}{:>10}  {} {}\n", result.records[one.record].item.id(), one.t_s,
               analysis.errors.table.kinds[one.kind].name, one.slice ? std::to_string(*one.slice + 1) : "-",
               told(one.score, "none"), told(one.margin(), "-"), told(one.before_s, "-"), told(one.after_s, "-"));
  }
  if (result.spec.score.protocol != "windows")
    fmt::print("score none: nothing was weighed there, so no threshold would have found it\n");
}

std::map<std::string, std::string> settings_of(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> settings;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) throw lab::UsageError("--set wants key=value, not '" + text + "'");
    settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return settings;
}

int failures(const FailureArguments& options) {
  const auto settings = settings_of(options.settings);
  const auto noise = options.noise.empty() ? lab::sim::NoiseKind::muscle : lab::sim::noise_kind(options.noise);
  if (!options.plugin.empty()) lab::load_plugin(options.plugin);
  const lab::KeptResult kept = lab::read_result(options.result);
  if (kept.spec.score.protocol != "ec57" && !options.noise.empty())
    throw lab::UsageError("noise is added to studies of beats alone, and this one is of " + kept.spec.score.protocol,
                          kept.spec.data.simulate ? "--set simulates the cohort again" : "");
  if (kept.spec.score.protocol == "windows" && !settings.empty())
    throw lab::UsageError("cohorts of windows are not simulated, so there is nothing to simulate again");
  const auto source = lab::open_source(kept.spec.data, kept.spec.score.reference, kept.spec.seed);
  const lab::Cache cache = lab::Cache::open();
  lab::StudyOptions how;
  how.threads = options.threads;
  how.detector = kept.detector;
  const lab::StudyResult result = lab::run_study(kept.spec, *source, cache, how);
  if (result.records.empty()) throw lab::Error("no recording could be scored", options.result);
  const auto version = kept.json.find("vagus");
  if (version != kept.json.end() && *version != lab::vagus_version())
    fmt::print(stderr, "vagus: the result was made by another version; its errors are derived again with this one\n");

  lab::FailureOptions analysis_options;
  analysis_options.slices.threads = options.threads;
  const lab::FailureAnalysis analysis = lab::analyse_failures(result, *source, cache, analysis_options);
  std::vector<lab::Intervention> interventions;
  if (!options.noise.empty())
    interventions.push_back(lab::add_noise(result, *source, noise, options.snr_db, options.threads));
  if (!settings.empty()) interventions.push_back(lab::simulate_again(result, settings, cache, options.threads));

  if (options.json) {
    lab::Json json = lab::failures_json(analysis, result);
    json["interventions"] = lab::Json::array();
    for (const auto& one : interventions) json["interventions"].push_back(lab::intervention_json(one));
    fmt::print("{}\n", json.dump(-1, ' ', false, lab::Json::error_handler_t::replace));
    return 0;
  }
  if (result.simulated) fmt::print("SIMULATED DATA: it says nothing about people.\n");
  print_slices(analysis);
  print_subjects(analysis);
  print_exemplars(analysis, result);
  for (const auto& one : interventions) fmt::print("\n{}\n", one.sentence);
  return 0;
}

}  // namespace

void declare_study_failures(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("failures", "Finds where and why a study's detector fails");
  const auto options = std::make_shared<FailureArguments>();
  command->add_option("RESULT", options->result, "results.json, or the folder it lies in")->required();
  command->add_option("--add", options->noise, "add noise to the recordings and run again: baseline, muscle or motion");
  command->add_option("--snr-db", options->snr_db, "signal-to-noise ratio of --add")->capture_default_str();
  command->add_option("--set", options->settings, "simulate the cohort again with key=value, and run again");
  command->add_option("--threads", options->threads, "how many cores (all unless told); the result is the same")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "one JSON value");
  command->footer(
      "Errors of the scored part are searched for parts of the data in which they gather: conjunctions of up to three\n"
      "conditions, corrected for all that were tried, and tried again on subjects that the search did not see.\n"
      "What is found is an association; --add and --set say whether it is a cause.\n"
      "Exit code: 0 done, 2 usage, 3 bad input.\n\n"
      "Examples:\n"
      "  vagus study failures results/beats\n"
      "  vagus study failures results/beats --add muscle --snr-db 6\n"
      "  vagus study failures results/beats-simulated --set muscle_mv=0 --json\n");
  add_plugin_option(*command, options->plugin);
  command->callback([options, &action] { action = [options] { return failures(*options); }; });
}

}  // namespace vagus::cli
