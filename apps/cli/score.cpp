/// `vagus score PROTOCOL REFERENCE TEST`: two sets of annotations compared by a protocol.
#include <fmt/format.h>

#include "apps/cli/command.h"
#include "lab/base/error.h"
#include "lab/score/protocol.h"
#include "lab/score/sides.h"

namespace vagus::cli {
namespace {

template <class Marks>
void report_repairs(const Marks& marks) {
  std::string all;
  for (const auto& [what, n] : marks.repairs) all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", what, n);
  if (!all.empty()) fmt::print(stderr, "vagus: {}: mended: {}\n", marks.shown, all);
}

struct ScoreArguments {
  std::string protocol, reference, test, map = "bxb", rule = "fall";
  double from_s = 0, to_s = 0, window_s = 1;
  bool json = false;
};

lab::Scored marks_scored(const lab::Protocol& protocol, const ScoreArguments& options, const lab::ScoreOptions& how) {
  const lab::Marks reference = lab::named_marks(options.reference), test = lab::named_marks(options.test);
  report_repairs(reference);
  report_repairs(test);
  if (reference.record_hz <= 0 && test.record_hz <= 0 && reference.tick_hz <= 0 && test.tick_hz <= 0)
    fmt::print(stderr, "vagus: no header beside {} tells the sampling rate: 250 Hz assumed\n", reference.shown);
  return protocol.score(reference, test, how);
}

lab::Scored tables_scored(const lab::Protocol& protocol, const ScoreArguments& options, const lab::ScoreOptions& how) {
  const lab::MarkedTable reference = lab::named_table(options.reference), test = lab::named_table(options.test);
  report_repairs(reference);
  report_repairs(test);
  return protocol.score_tables(reference, test, how);
}

int score(const ScoreArguments& options, bool from_given, bool to_given) {
  const lab::Protocol& protocol = lab::protocol(options.protocol);
  lab::ScoreOptions how;
  if (from_given) how.from_s = options.from_s;
  if (to_given) {
    if (!(options.to_s >= 0)) throw lab::UsageError("--to-s must be 0 or more");
    how.to_s = options.to_s;
  }
  if (options.map != "bxb" && options.map != "ec57")
    throw lab::UsageError("there is no map \"" + options.map + "\"", "there are: bxb, ec57");
  how.map = options.map == "ec57" ? lab::BeatMap::ec57 : lab::BeatMap::bxb;
  if (options.rule != "fall" && options.rule != "crash")
    throw lab::UsageError("there is no rule \"" + options.rule + "\"", "there are: fall, crash");
  how.rule = options.rule == "crash" ? lab::EventRule::crash : lab::EventRule::fall;
  if (!(options.window_s > 0)) throw lab::UsageError("--window-s must be above 0");
  how.window_s = options.window_s;
  const lab::Scored scored =
      protocol.score != nullptr ? marks_scored(protocol, options, how) : tables_scored(protocol, options, how);
  if (options.json) {
    fmt::print("{}\n", scored.json.dump());
  } else {
    fmt::print("{}", scored.table);
  }
  return 0;
}

}  // namespace

void declare_score(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ScoreArguments>();
  std::string known;
  for (const lab::Protocol& protocol : lab::protocols())
    known += fmt::format("\n  {:<8} {}; from {} s unless told", protocol.name, protocol.summary, protocol.from_s);
  app.add_option("PROTOCOL", options->protocol, "how to compare: see below")->required();
  app.add_option("REFERENCE", options->reference,
                 "annotation file, events as CSV, recording (its atr), or SET:RECORDING of the store")
      ->required();
  app.add_option("TEST", options->test, "the same, to be judged")->required();
  CLI::Option* from = app.add_option("--from-s", options->from_s, "seconds from which to score");
  CLI::Option* to = app.add_option("--to-s", options->to_s, "seconds to which to score (default the end)");
  app.add_option("--map", options->map,
                 "ec57: beat classes as the program bxb (e j are S) or as the standard (e j are N)")
      ->capture_default_str();
  app.add_option("--rule", options->rule,
                 "events: where a detection counts: fall (from 1 s before the onset to 10 s after the end) or crash "
                 "(from 1 s before the impact to 5 s after the end)")
      ->capture_default_str();
  app.add_option("--window-s", options->window_s,
                 "windows: length of a window of which the test tells the end t_s alone")
      ->capture_default_str();
  app.add_flag("--json", options->json, "one JSON object");
  app.footer(
      "Protocols:" + known +
      "\nExamples:\n"
      "  vagus score ec57 100.atr 100.qrs              from 5:00, as a table with intervals\n"
      "  vagus score ec57 100.atr 100.qrs --from-s 0   the whole record\n"
      "  vagus score ec57 mitdb:100 beats.csv --json   against the store's reference, as JSON\n"
      "  vagus score events truth.csv falls.csv        falls found by type, alarms per hour and per day\n"
      "  vagus score windows truth.csv activity.csv --window-s 2\n"
      "Tables of events: REFERENCE has t_start_s,t_impact_s,t_end_s,kind,label. Rows without a kind are events\n"
      "(a moment alone is its impact); of kind fall_trial, activity_trial trials with their type as label;\n"
      "activity staged time, worn and not_worn continuous wear. TEST has t_s,t_impact_s,score, and rows of kind\n"
      "unreadable with t_start_s,t_end_s. Windows: t_start_s,t_end_s,label on both sides.");
  app.callback([options, from, to, &action] {
    action = [options, from_given = from->count() > 0, to_given = to->count() > 0] {
      return score(*options, from_given, to_given);
    };
  });
}

}  // namespace vagus::cli
