/// `vagus port check A B`: does the port say what the prototype says?
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "apps/cli/command.h"
#include "apps/cli/data.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/port/port_check.h"
#include "lab/prototype/plugin.h"
#include "lab/report/html.h"
#include "lab/study/source.h"

namespace vagus::cli {
namespace {

struct PortArguments {
  std::string a, b, report;
  std::vector<std::string> data, plugins;
  std::int64_t simulated = 0;
  lab::PortOptions options;
  bool json = false, fresh = false;
};

/// The recordings that --data or --simulated name, and where they come from.
std::pair<std::unique_ptr<lab::Source>, std::vector<lab::StudyItem>> chosen(const PortArguments& arguments) {
  if (arguments.data.empty() == (arguments.simulated == 0))
    throw lab::UsageError("one of --data SET and --simulated N says what to run on");
  lab::DataSpec data;
  std::vector<std::string> patterns;
  for (const std::string& text : arguments.data) {
    const auto [set, pattern] = data::split(text);
    if (std::find(data.sets.begin(), data.sets.end(), set) == data.sets.end()) data.sets.push_back(set);
    patterns.push_back(set + ":" + (pattern.empty() ? "*" : pattern));
  }
  if (arguments.simulated > 0) {
    constexpr double minutes = 2;
    data.simulate = lab::SimulatedData{"ecg", arguments.simulated, 60 * minutes, {{"pvc_share", "0.05"}}};
  }
  constexpr std::uint64_t seed = 1;
  auto source = lab::open_source(data, "atr", seed);
  std::vector<lab::StudyItem> items;
  for (const lab::StudyItem& item : source->items()) {
    const auto named = [&](const std::string& pattern) { return lab::meant(pattern, item.set, item.name); };
    if (patterns.empty() || std::any_of(patterns.begin(), patterns.end(), named)) items.push_back(item);
  }
  if (items.empty()) throw lab::Error("no recording is meant", arguments.data.empty() ? "" : arguments.data.front());
  return {std::move(source), std::move(items)};
}

void print_probes(const lab::PortCheck& check) {
  if (check.shared_probes.empty()) {
    fmt::print("  probes: none of the same name on both sides\n");
    return;
  }
  for (std::size_t i = 0; i < check.shared_probes.size(); ++i) {
    std::int64_t parted = 0, compared = 0;
    for (const auto& recording : check.recordings) {
      if (recording.failed()) continue;
      parted += recording.probes[i].t_s ? 1 : 0;
      compared += recording.probes[i].compared;
    }
    fmt::print("  {:<28}{}\n", "probe " + check.shared_probes[i],
               compared == 0 ? std::string("no sample is told by both")
               : parted == 0 ? "the same on all"
                             : fmt::format("parts on {}", lab::plural(parted, "recording")));
  }
}

void print_ranked(const lab::PortCheck& check) {
  constexpr int most = 10;
  int shown = 0;
  for (const lab::PortRecording* recording : check.ranked()) {
    if (recording->failed() || recording->exact() || shown == most) continue;
    if (shown++ == 0)
      fmt::print("\n{:<28}{:>10}{:>10}{:>10}{:>12}{:>14}\n", "most disagreement", "in both", "only A", "only B",
                 "displaced", "at most, ms");
    fmt::print("  {:<26}{:>10}{:>10}{:>10}{:>12}{:>14.1f}\n", recording->item.id(), recording->both, recording->only_a,
               recording->only_b, recording->displaced, 1000 * recording->displaced_s);
  }
}

void print_scores(const lab::PortCheck& check) {
  if (check.protocol.empty()) {
    fmt::print("\nscores not compared: {}\n", check.why_unscored);
    return;
  }
  fmt::print("\n{} from {} s on {}, equal within {} points at confidence {}, subjects in pairs\n", check.protocol,
             lab::shortest(check.score_start_s), lab::plural(check.scored, "recording"),
             lab::shortest(100 * check.options.margin), lab::shortest(check.options.confidence));
  for (const auto& score : check.scores) {
    const auto& interval = score.judgement.estimate.interval;
    const std::string about = lab::describe(lab::statistic(score.statistic));
    if (score.difference.change == lab::Change::equal) {
      fmt::print("  {:<10} {}: no difference for any subject\n", lab::name(score.verdict), about);
    } else {
      fmt::print("  {:<10} {}: B less A {:+.3f} points ({:+.3f} to {:+.3f})\n", lab::name(score.verdict), about,
                 100 * score.difference.estimate.value, 100 * interval.low, 100 * interval.high);
    }
  }
}

void print_check(const lab::PortCheck& check) {
  const lab::Json json = lab::as_json(check);
  const auto count = static_cast<std::int64_t>(check.recordings.size());
  if (check.simulated) fmt::print("SIMULATED DATA: it says nothing about people.\n");
  fmt::print("A {} {}, B {} {}\n", check.a, check.version_a.substr(0, 16), check.b, check.version_b.substr(0, 16));
  fmt::print("  {:<28}{} of {}\n", "same events, same samples", check.agree_exact(), lab::plural(count, "recording"));
  fmt::print("  {:<28}{} of {}\n", fmt::format("within {} s", lab::shortest(check.options.tolerance_s)),
             check.agree_within(), count);
  const lab::Json& events = json.at("events");
  fmt::print("  {:<28}{} in both ({} displaced, by at most {:.1f} ms), {} only of A, {} only of B\n", "events",
             events.at("both").get<std::int64_t>(), json.at("displaced").get<std::int64_t>(),
             1000 * json.at("displaced_s").get<double>(), events.at("only_a").get<std::int64_t>(),
             events.at("only_b").get<std::int64_t>());
  print_probes(check);
  if (check.first)
    fmt::print("  {:<28}{} at {:.3f} s, {}\n", "first difference", check.first->recording, check.first->t_s,
               check.first->probe.empty() ? std::string("in events") : "probe " + check.first->probe);
  print_ranked(check);
  print_scores(check);
}

int check(const PortArguments& arguments) {
  for (const std::string& plugin : arguments.plugins) lab::load_plugin(plugin);
  const lab::DetectorInfo &a = lab::detector(arguments.a), &b = lab::detector(arguments.b);
  const auto [source, items] = chosen(arguments);
  const lab::Cache cache = arguments.fresh ? lab::Cache(std::filesystem::path()) : lab::Cache::open();
  const lab::PortCheck result = lab::check_port(a, b, *source, items, cache, arguments.options);
  for (const auto& recording : result.recordings) {
    if (!recording.why_a.empty())
      fmt::print(stderr, "vagus: {} failed on {}: {}\n", result.a, recording.item.id(), recording.why_a);
    if (!recording.why_b.empty())
      fmt::print(stderr, "vagus: {} failed on {}: {}\n", result.b, recording.item.id(), recording.why_b);
  }
  if (!arguments.report.empty()) lab::write_whole(arguments.report, lab::port_page(result));
  if (arguments.json) {
    fmt::print("{}\n", lab::as_json(result).dump(-1, ' ', false, lab::Json::error_handler_t::replace));
  } else {
    print_check(result);
  }
  return static_cast<int>(result.agrees() ? lab::Exit::done : lab::Exit::not_met);
}

}  // namespace

void declare_port(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  CLI::App* sub =
      app.add_subcommand("check", "Runs a prototype and its port on the same recordings: where do they part?");
  const auto arguments = std::make_shared<PortArguments>();
  sub->add_option("A", arguments->a, "the prototype (a detector of --plugin, or any other)")->required();
  sub->add_option("B", arguments->b, "the port")->required();
  sub->add_option("--data", arguments->data, "what to run on: a set, SET:RECORDING or SET:PATTERN")->type_name("SET");
  sub->add_option("--simulated", arguments->simulated, "instead: so many simulated ECGs of two minutes")
      ->check(CLI::Range(1, 10000));
  sub->add_option("--plugin", arguments->plugins,
                  "a Python file whose detectors are known too, or a .so of `vagus new detector`; may be given twice")
      ->type_name("FILE");
  lab::PortOptions& options = arguments->options;
  sub->add_option("--tolerance-s", options.tolerance_s, "events no further apart are the same (0.05 unless told)")
      ->check(CLI::Range(0.0, 1e6));
  sub->add_option("--probe-tolerance", options.probe_tolerance,
                  "probes differ above this share of their RMS (0.001 unless told)")
      ->check(CLI::Range(0.0, 1e6));
  sub->add_option("--margin", options.margin, "scores are equal within this share (0.005 unless told)")
      ->check(CLI::Range(1e-6, 1.0));
  sub->add_option("--report", arguments->report, "a page with the first differences drawn")->type_name("PAGE.html");
  sub->add_option("--threads", options.threads, "how many cores (all unless told); the result is the same")
      ->check(CLI::Range(1, 1024));
  sub->add_flag("--fresh", arguments->fresh, "keep nothing and use nothing kept from earlier runs");
  sub->add_flag("--json", arguments->json, "the result as JSON");
  sub->footer(
      "Exit code: 0 all recordings agree within the tolerance, 1 not, 2 usage, 3 bad input.\n\n"
      "Examples:\n"
      "  vagus port check proto.beats health.beats --data mitdb --plugin my_beats.py\n"
      "  vagus port check proto.beats health.beats --data mitdb:1* --plugin my_beats.py --report parts.html\n");
  sub->callback([arguments, &action] { action = [arguments] { return check(*arguments); }; });
}

}  // namespace vagus::cli
