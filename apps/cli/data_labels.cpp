/// `vagus data label`: labels out as a table or as cases for people, and mended ones back in as new layers.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "apps/cli/data.h"
#include "apps/cli/study.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/failures/failures.h"
#include "lab/prototype/plugin.h"
#include "lab/report/html.h"
#include "lab/review/cases.h"
#include "lab/review/mend.h"
#include "lab/store/label_csv.h"
#include "lab/study/ledger.h"

namespace vagus::cli::data {
namespace {

using lab::Json;

lab::Entry the_one(lab::Store& store, const std::string& text) {
  const auto entries = lab::resolve(store, text);
  if (!entries) throw lab::UsageError("\"" + text + "\" is not of the form SET:RECORDING");
  if (entries->size() != 1)
    throw lab::UsageError("\"" + text + "\" names " + std::to_string(entries->size()) + " recordings, one is needed");
  return entries->front();
}

std::string tracks_of(const lab::Recording& header) {
  std::string known;
  for (const lab::Track& of : header.tracks) known += (known.empty() ? "" : ", ") + of.name;
  return known.empty() ? "it has none" : "it has " + known;
}

/// The track that is meant: the one named, else the only one, else "atr".
std::string track_meant(const Options& options, const lab::Recording& header) {
  if (!options.track.empty()) return options.track;
  if (header.tracks.size() == 1) return header.tracks.front().name;
  if (header.track("atr") != nullptr) return "atr";
  throw lab::UsageError(options.what + ": name the track by --track", tracks_of(header));
}

int export_table(const Options& options) {
  lab::Store store = lab::Store::open();
  const lab::Entry entry = the_one(store, options.what);
  const lab::Recording header = store.header(entry);
  const std::string name = track_meant(options, header);
  const lab::Track* track = header.track(name);
  if (track == nullptr) throw lab::Error("there is no track \"" + name + "\"", options.what, tracks_of(header));
  const std::string text = lab::label_csv(*track);
  if (options.json) {
    print({{"recording", entry.recording},
           {"track", track->name},
           {"layer", entry.layer_hashes.at(track->name)},
           {"csv", text}});
  } else if (options.output.empty()) {
    fmt::print("{}", text);
  } else {
    lab::write_whole(options.output, text);
  }
  return 0;
}

int apply_table(const Options& options, const std::string& file) {
  if (options.author.empty() || options.reason.empty())
    throw lab::UsageError("a mended table needs --author and --reason");
  lab::Store store = lab::Store::open();
  const lab::Entry entry = the_one(store, options.what);
  const lab::Recording header = store.header(entry);
  const std::string name = track_meant(options, header);
  const lab::Track* now = header.track(name);
  lab::Mend mend{
      name, now != nullptr ? now->tick_hz : 1e6, options.author, options.reason, options.time, options.parent, {}};
  mend.annotations = lab::labels_from_csv(lab::read_text(file), mend.track, mend.tick_hz, file);
  const std::string hash = store.apply(entry, mend);
  const bool changed = now == nullptr || hash != entry.layer_hashes.at(name);
  const std::string version = store.manifest(entry.set).version();
  if (options.json) {
    print(
        {{"recording", entry.recording}, {"track", name}, {"layer", hash}, {"changed", changed}, {"version", version}});
  } else {
    fmt::print("{}:{} {}: {} {}; version {}\n", entry.set, entry.recording, name,
               changed ? "new layer" : "nothing changed, still layer", hash.substr(0, 16), version.substr(0, 16));
  }
  return 0;
}

bool is_there(const std::string& path) {
  std::error_code code;
  return std::filesystem::exists(path, code);
}

/// A result derived again, or what a specification asks for run; the latter is a look at its data.
lab::StudyResult studied(const std::string& path, std::unique_ptr<lab::Source>& source, const lab::Cache& cache) {
  if (path.ends_with(".toml")) {
    const lab::StudySpec spec = lab::read_spec(path);
    lab::StudyResult result = of_specification(path, [&] {
      source = lab::open_source(spec.data, spec.score.reference, spec.seed);
      refuse_unlocked(path, spec, *source, "");
      return lab::run_study(spec, *source, cache);
    });
    lab::apply(lab::Ledger::open().look(lab::asked(spec), result.run_key, lab::test_data(lab::judged_signals(result))),
               result);
    return result;
  }
  const lab::KeptResult kept = lab::read_result(path);
  source = lab::open_source(kept.spec.data, kept.spec.score.reference, kept.spec.seed);
  lab::StudyOptions how;
  how.detector = kept.detector;
  return lab::run_study(kept.spec, *source, cache, how);
}

int export_review(const Options& options) {
  if (options.output.empty()) throw lab::UsageError("name the page by -o: -o review.html");
  if (!options.plugin.empty()) lab::load_plugin(options.plugin);
  const lab::Cache cache = lab::Cache::open();
  std::unique_ptr<lab::Source> source;
  const lab::StudyResult result = studied(options.what, source, cache);
  lab::CaseOptions how;
  how.cases = options.cases;
  how.agreeing = options.agreeing;
  how.stretch_s = options.stretch_s;
  how.seed = options.seed;
  const lab::Review review = lab::make_review(result, *source, cache, how);
  lab::keep(lab::Store::open(), review.key);
  lab::write_whole(options.output, lab::review_page(review.set));
  const auto agreeing = std::count_if(review.key.cases.begin(), review.key.cases.end(),
                                      [](const auto& c) { return c.kind == lab::CaseKind::agreeing; });
  if (options.json) {
    print({{"page", options.output},
           {"hash", review.key.hash},
           {"cases", review.key.cases.size()},
           {"agreeing", agreeing}});
  } else {
    fmt::print("{}: {}, on {} of them detector and reference agree; set {}\n", options.output,
               lab::plural(static_cast<std::int64_t>(review.key.cases.size()), "case"), agreeing,
               review.key.hash.substr(0, 16));
    if (agreeing == 0) fmt::print(stderr, "vagus: without agreeing cases this review will be no evidence\n");
  }
  return 0;
}

void print_estimate(const char* what, const lab::Estimate& estimate, double scale, const char* unit) {
  fmt::print("{}{:.{}f}{} ({:.{}f} to {:.{}f})", what, scale * estimate.value, scale > 1 ? 1 : 2, unit,
             scale * estimate.interval.low, scale > 1 ? 1 : 2, scale * estimate.interval.high, scale > 1 ? 1 : 2);
}

void print_outcome(const lab::ReviewOutcome& outcome, const std::string& event) {
  constexpr lab::Decision decisions[] = {lab::Decision::accept, lab::Decision::reject, lab::Decision::move,
                                         lab::Decision::cannot_tell, lab::Decision::undecided};
  for (const auto& one : outcome.reviewers) {
    fmt::print("{}\n  {:<44}{:>8}{:>8}{:>8}{:>12}{:>10}\n", one.reviewer, "", "accept", "reject", "move", "cannot tell",
               "open");
    for (const auto& [kind, counts] : one.decided) {
      const std::string what = kind == lab::CaseKind::missed  ? event + " of the reference, not found"
                               : kind == lab::CaseKind::extra ? event + " found, not in the reference"
                                                              : "both have it";
      fmt::print("  {:<44}", what);
      for (const lab::Decision decision : decisions) {
        const auto at = counts.find(decision);
        fmt::print("{:>{}}", at == counts.end() ? 0 : at->second,
                   decision == lab::Decision::cannot_tell ? 12
                   : decision == lab::Decision::undecided ? 10
                                                          : 8);
      }
      fmt::print("\n");
    }
    print_estimate(("  says " + event + " where both have it: ").c_str(), one.agreeing, 100, " %");
    fmt::print("\n");
  }
  if (outcome.kappa) {
    if (outcome.kappa->kappa.trusted()) {
      print_estimate("Cohen's kappa of the two: ", outcome.kappa->kappa, 1, "");
      print_estimate("; the same decision in ", outcome.kappa->observed, 100, " %");
      fmt::print(", intervals by subject\n");
    } else {
      fmt::print("Cohen's kappa of the two is unknown: {}\n", outcome.kappa->kappa.untrusted);
    }
  }
  const auto by = [&](lab::Ruling::By who) {
    return std::count_if(outcome.rulings.begin(), outcome.rulings.end(), [&](const auto& r) { return r.by == who; });
  };
  if (outcome.reviewers.size() > 1)
    fmt::print("decided by both {}, by the third {}; they differ in {}, and those labels stay\n",
               by(lab::Ruling::By::both), by(lab::Ruling::By::third), by(lab::Ruling::By::differ));
  if (by(lab::Ruling::By::undecided) > 0)
    fmt::print("not decided: {}, and those labels stay\n", by(lab::Ruling::By::undecided));
}

int apply_review(const Options& options) {
  std::vector<lab::ReviewAnswers> files;
  for (const std::string& path : options.files) files.push_back(lab::parse_answers(lab::read_text(path), path));
  lab::Store store = lab::Store::open();
  const lab::ReviewKey key = lab::kept_key(store, files.front().hash);
  const lab::ReviewOutcome outcome = lab::outcome_of(key, files, options.files);
  const lab::Mending mending = lab::apply(store, key, outcome);
  std::map<std::string, std::string> versions;
  for (const auto& one : mending.tracks) versions[one.set] = store.manifest(one.set).version();
  if (options.json) {
    Json json = lab::as_json(outcome, key);
    json["layers"] = lab::as_json(mending);
    json["versions"] = versions;
    print(json);
    return 0;
  }
  print_outcome(outcome, key.event);
  for (const auto& one : mending.tracks)
    fmt::print("{}:{} {}: new layer {}, {} added, {} removed, {} moved\n", one.set, one.recording, key.track,
               one.layer.substr(0, 16), one.added, one.removed, one.moved);
  fmt::print("{} with a new layer, {} as they were; the layers before stay\n",
             lab::plural(static_cast<std::int64_t>(mending.tracks.size()), "recording"), mending.unchanged);
  for (const auto& [set, version] : versions) fmt::print("{}: version {}\n", set, version.substr(0, 16));
  return 0;
}

int label_export(const Options& options) {
  return is_there(options.what) ? export_review(options) : export_table(options);
}

int label_apply(const Options& given) {
  Options options = given;
  if (is_there(options.files.front())) return apply_review(options);
  if (options.files.size() != 2)
    throw lab::Error("there is no such file", options.files.front(),
                     "apply takes what reviewers saved, or SET:RECORDING and a table");
  options.what = options.files.front();
  return apply_table(options, options.files.back());
}

}  // namespace

void declare_labels(CLI::App& app, const std::shared_ptr<Options>& options, Action& action) {
  CLI::App* label = app.add_subcommand("label", "take labels out as a table or as cases for people, and back in");
  label->require_subcommand(1);
  const auto command = [&](const char* name, const char* what, int (*run)(const Options&)) {
    CLI::App* sub = label->add_subcommand(name, what);
    sub->add_flag("--json", options->json, "one JSON value");
    sub->callback([options, run, &action] { action = [options, run] { return run(*options); }; });
    sub->add_option("--track", options->track, "of a table: which track (default the only one, else atr)");
    return sub;
  };
  CLI::App* sub =
      command("export", "a track as CSV, or a study's doubtful labels as a page for reviewers", label_export);
  sub->add_option("WHAT", options->what, "SET:RECORDING (a table), or a study's result or specification (a page)")
      ->required();
  sub->add_option("-o,--output", options->output, "file (of a table: default standard output)");
  add_plugin_option(*sub, options->plugin);
  sub->add_option("--cases", options->cases, "of a page: how many cases")->capture_default_str();
  sub->add_option("--agreeing", options->agreeing, "of a page: share on which detector and reference agree")
      ->capture_default_str();
  sub->add_option("--stretch-s", options->stretch_s,
                  "of a page: seconds of signal shown of a case (8 of beats, 20 of falls and crashes)");
  sub->add_option("--seed", options->seed, "of a page: draw and order (default the study's seed)");
  sub->footer(
      "A page asks about the study's errors (beats, falls, crashes), most doubtful first, and about cases on which\n"
      "detector and reference agree, in an order that says nothing. It names no recording; the store keeps what each\n"
      "case is about.\n\n"
      "Examples:\n"
      "  vagus data label export mitdb:100 -o 100.csv\n"
      "  vagus data label export results/beats -o review.html\n"
      "  vagus data label export studies/beats.toml --cases 200 --agreeing 0.4 -o review.html\n");
  sub = command("apply", "mended labels as new layers; signals and the layers before stay", label_apply);
  sub->add_option("FILE", options->files, "what one to three reviewers saved; or SET:RECORDING and a CSV")->required();
  sub->add_option("--author", options->author, "of a table: who mended it");
  sub->add_option("--reason", options->reason, "of a table: why");
  sub->add_option("--time", options->time, "of a table: when, ISO 8601 (default now)");
  sub->add_option("--parent", options->parent,
                  "of a table: hash of the layer that was mended; refused if it is no longer in force");
  sub->footer(
      "Of two reviewers both must decide a case alike; a third file adjudicates where they differ, without one those\n"
      "labels stay. A review without agreeing cases, or of other data, is refused.\n\n"
      "Examples:\n"
      "  vagus data label apply review-3f2a91c0-AB.json\n"
      "  vagus data label apply review-3f2a91c0-AB.json review-3f2a91c0-CD.json review-3f2a91c0-EF.json\n"
      "  vagus data label apply mitdb:100 100.csv --author me --reason \"beat at 3.1 s is a V\"\n");
}

}  // namespace vagus::cli::data
