#include "lab/study/score_record.h"

#include <algorithm>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// The counts with every reference beat in an unreadable stretch wrong: those that were matched all the same become
/// missed; false beats stay.
Ec57 counted_wrong(const Ec57& all, const Ec57& without) {
  Ec57 wrong = all;
  wrong.tp = without.tp;
  wrong.fn = without.fn;
  return wrong;
}

bool is_whole(double value) { return value == static_cast<double>(static_cast<int>(value)); }

}  // namespace

operating::DecisionRule rule_of(const Config& config) {
  operating::DecisionRule rule;
  static const std::vector<std::string> known = {"threshold", "off", "m", "n", "within_s", "refractory_s", "edges"};
  for (const auto& [key, value] : config) {
    if (key == "threshold") {
      rule.on = value;
    } else if (key == "off") {
      rule.off = value;
    } else if (key == "m" || key == "n") {
      if (!(value >= 1 && value <= 64) || !is_whole(value))
        throw UsageError("'" + key + "' of a rule that decides must be a whole number from 1 to 64");
      (key == "m" ? rule.m : rule.n) = static_cast<int>(value);
    } else if (key == "within_s") {
      rule.within_s = value;
    } else if (key == "refractory_s") {
      rule.refractory_s = value;
    } else if (key == "edges") {
      rule.edges = value != 0;
    } else {
      const std::string near = nearest(key, known);
      throw UsageError(
          "a rule that decides has no '" + key + "'",
          near.empty() ? "it has threshold, off, m, n, within_s, refractory_s, edges" : "did you mean '" + near + "'?");
    }
  }
  if (!config.empty() && !config.contains("threshold"))
    throw UsageError("a rule that decides needs a 'threshold'", "[detector] config = {threshold = 0.9}");
  if (config.contains("m") && !config.contains("n")) rule.n = rule.m;
  operating::check(rule);
  return rule;
}

std::vector<EventDetection> reported(const operating::DecisionRule& rule, const std::vector<EventDetection>& weighed) {
  std::vector<EventDetection> in_time = weighed;
  std::stable_sort(in_time.begin(), in_time.end(),
                   [](const EventDetection& a, const EventDetection& b) { return a.t_s < b.t_s; });
  operating::Decider decide(rule);
  std::vector<EventDetection> out;
  for (const EventDetection& one : in_time) {
    if (!std::isfinite(one.score)) throw Error("a moment without a score: a rule cannot decide on it");
    if (decide(one.t_s, one.score)) out.push_back(one);
  }
  return out;
}

void score_beats(const ScoreSpec& spec, RecordResult& record) {
  const double hz = record.run.rate_hz > 0 ? record.run.rate_hz : record.reference.tick_hz;
  const auto test = as_annotations(record.run, hz);
  const auto strict = as_annotations(record.run, hz, true);
  const auto compare = [&](const std::vector<Annotation>& beats, double from_s) {
    Ec57Options options;
    options.from_s = from_s;
    options.duration_s = record.run.duration_s;
    return ec57(record.reference.annotations, record.reference.tick_hz, beats, hz, options);
  };
  record.scored = compare(test, spec.start_s);
  record.whole = compare(test, 0);
  record.scored_wrong = counted_wrong(record.scored, compare(strict, spec.start_s));
  record.whole_wrong = counted_wrong(record.whole, compare(strict, 0));
}

void score_reported(const ScoreSpec& spec, EventReference reference, std::vector<EventDetection> weighed,
                    EventTest said, RecordResult& record) {
  auto kept = std::make_shared<EventRecord>();
  EventOptions options;
  options.rule = spec.rule;
  options.from_s = spec.start_s;
  if (reference.duration_s < 0 && record.item.duration_s > 0) reference.duration_s = record.item.duration_s;
  record.run.duration_s = std::max(record.run.duration_s, std::max(0., reference.duration_s));
  kept->reference = reference;
  kept->counts = score_events(EventMatcher(std::move(reference), spec.rule), said, options);
  record.run.unreadable_s = kept->counts.unreadable_s;
  kept->weighed = std::move(weighed);
  std::stable_sort(said.detections.begin(), said.detections.end(),
                   [](const EventDetection& a, const EventDetection& b) { return a.t_s < b.t_s; });
  kept->said = std::move(said);
  record.run.events.clear();
  record.events = std::move(kept);
}

void score_event_rows(const ScoreSpec& spec, const Config& config, EventReference reference, const MarkedTable& rows,
                      RecordResult& record) {
  EventTest test = event_test(rows);
  std::vector<EventDetection> weighed = test.detections;
  for (const MarkedRow& row : rows.rows) {
    if (row.kind == "candidate" || row.kind == "score")
      weighed.push_back({std::isnan(row.start_s) ? row.impact_s : row.start_s, row.impact_s, row.score});
  }
  std::stable_sort(weighed.begin(), weighed.end(),
                   [](const EventDetection& a, const EventDetection& b) { return a.t_s < b.t_s; });
  if (!config.empty()) test.detections = reported(rule_of(config), weighed);
  score_reported(spec, std::move(reference), std::move(weighed), std::move(test), record);
}

void score_weighed(const ScoreSpec& spec, const Config& config, EventReference reference,
                   std::vector<EventDetection> weighed, RecordResult& record) {
  EventTest test;
  test.detections = reported(rule_of(config), weighed);
  score_reported(spec, std::move(reference), std::move(weighed), std::move(test), record);
}

void score_answers(const ScoreSpec& spec, std::vector<LabelledSpan> reference, const std::vector<TestWindow>& answers,
                   RecordResult& record) {
  WindowOptions options;
  options.pure_share = spec.pure_share;
  options.from_s = spec.start_s;
  record.windows = std::make_shared<WindowCounts>(score_windows(std::move(reference), answers, options));
  std::vector<TimeSpan> unanswered;
  double last_s = 0;
  for (const TestWindow& window : answers) {
    if (window.label == no_answer) unanswered.push_back(window.at);
    last_s = std::max(last_s, window.at.end_s);
  }
  record.run.unreadable_s = total_s(joined(std::move(unanswered)));
  record.run.duration_s = std::max({record.run.duration_s, record.item.duration_s, last_s});
  record.run.events.clear();
}

void score_window_rows(const ScoreSpec& spec, const MarkedTable& truth, const MarkedTable& rows, RecordResult& record) {
  score_answers(spec, window_reference(truth), window_test(rows, spec.window_s), record);
}

MarkedTable reference_rows(const ScoreSpec& spec, const Recording& recording, double duration_s) {
  Recording labels;
  labels.name = recording.name;
  for (const Track& track : recording.tracks)
    if (spec.reference.empty() || track.name == spec.reference) labels.tracks.push_back(track);
  if (labels.tracks.empty())
    throw Error(
        spec.reference.empty() ? "the recording has no labels" : "the recording has no labels '" + spec.reference + "'",
        recording.name);
  MarkedTable table = table_of(labels);
  table.duration_s = duration_s;
  return table;
}

}  // namespace vagus::lab
