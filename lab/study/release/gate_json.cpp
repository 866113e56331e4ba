#include "lab/study/release/gate.h"

namespace vagus::lab {
namespace {

Json interval_json(const Interval& interval) { return {number(interval.low), number(interval.high)}; }

Json test_json(const GateTest& test) {
  Json json = {
      {"requirement", test.requirement},
      {"statistic", test.statistic},
      {"part", test.part},
      {"frozen", number(test.frozen)},
      {"candidate", number(test.candidate)},
      {"difference", test.identical ? Json(0) : number(test.estimate.value)},
      {"interval", test.identical ? Json(nullptr) : interval_json(test.estimate.interval)},
      {"confidence", number(test.confidence)},
      {"margin", number(test.margin)},
      {"identical", test.identical},
      {"recordings", test.recordings},
      {"subjects", test.subjects},
      {"events", {{"frozen", test.events}, {"lost", test.lost}, {"gained", test.gained}, {"moved", test.moved}}},
      {"subjects_needed", test.subjects_needed ? Json(*test.subjects_needed) : Json(nullptr)},
      {"outcome", name(test.outcome)},
      {"why", test.why},
      {"method", test.estimate.method}};
  if (!test.who.empty()) json["worst"] = test.who;
  return json;
}

Json bound_json(const GateRequirement& bound) {
  return {{"name", bound.name},
          {"statistic", bound.statistic},
          {"frozen", {{"estimate", number(bound.frozen_figure)}, {"verdict", name(bound.frozen)}}},
          {"candidate", {{"estimate", number(bound.candidate_figure)}, {"verdict", name(bound.candidate)}}},
          {"outcome", name(bound.outcome)},
          {"why", bound.why}};
}

Json line_json(const GateCostLine& line) {
  return {{"core", line.core},
          {"metric", line.metric},
          {"candidate", number(line.candidate)},
          {"frozen", line.frozen ? number(*line.frozen) : Json(nullptr)},
          {"limit", line.limit ? number(*line.limit) : Json(nullptr)},
          {"outcome", name(line.outcome)},
          {"why", line.why}};
}

Json cost_json_of(const GateCost& cost) {
  Json json = {{"outcome", name(cost.outcome)}, {"why", cost.why}, {"figures", Json::array()}};
  for (const GateCostLine& line : cost.lines) json["figures"].push_back(line_json(line));
  return json;
}

Json optional_score(const std::optional<float>& score) { return score ? number(*score) : Json(nullptr); }

Json change_json(const std::string& recording, const EventChange& change, bool of_windows) {
  Json json = {{"recording", recording},
               {"t_s", number(change.t_s)},
               {"kind", name(change.kind)},
               {"moved_s", change.kind == EventChange::Kind::moved ? number(change.moved_s) : Json(nullptr)},
               {"frozen_right", change.before ? Json(change.right_before) : Json(nullptr)},
               {"candidate_right", change.after ? Json(change.right_after) : Json(nullptr)},
               {"frozen_score", optional_score(change.before ? change.before : change.weighed)},
               {"candidate_score", optional_score(change.after)},
               {"judged", change.judged}};
  if (of_windows) {
    const auto label = [](const std::string& text, bool known) { return known ? Json(text) : Json(nullptr); };
    json["t_end_s"] = number(change.t_end_s);
    json["truth"] = label(change.truth, change.judged);
    json["frozen_answer"] = label(change.said_before, change.before.has_value());
    json["candidate_answer"] = label(change.said_after, change.after.has_value());
  }
  return json;
}

}  // namespace

Json as_json(const Gate& gate) {
  Json json = {{"schema", "vagus.release.check/1"},
               {"verdict", verdict_name(gate.outcome)},
               {"sentence", gate.sentence},
               {"release", gate.name},
               {"simulated", gate.simulated},
               {"identical", gate.identical},
               {"frozen",
                {{"detector", gate.frozen_detector},
                 {"version", gate.frozen_version},
                 {"vagus", gate.frozen_vagus},
                 {"verdict", gate.frozen_verdict}}},
               {"candidate", {{"detector", gate.detector}, {"version", gate.version}}},
               {"tests", Json::array()},
               {"requirements", Json::array()},
               {"cost", cost_json_of(gate.cost)},
               {"budget", Json::array()},
               {"events",
                {{"frozen", gate.events},
                 {"same", gate.same},
                 {"rescored", gate.rescored},
                 {"lost", gate.lost},
                 {"gained", gate.gained},
                 {"moved", gate.moved},
                 {"unreadable_stretches_changed", gate.stretches}}},
               {"changes", Json::array()},
               {"stretches", Json::array()},
               {"failed", Json::array()},
               {"missing", gate.missing},
               {"new_recordings", gate.fresh},
               {"notes", gate.notes},
               {"recordings", gate.recordings.size()},
               {"looks", gate.looks}};
  for (const GateTest& test : gate.tests) json["tests"].push_back(test_json(test));
  for (const GateRequirement& bound : gate.bounds) json["requirements"].push_back(bound_json(bound));
  for (const GateCostLine& line : gate.budget) json["budget"].push_back(line_json(line));
  for (const Failure& failure : gate.failed)
    json["failed"].push_back({{"recording", failure.recording}, {"why", failure.why}});
  for (std::size_t i = 0; i < gate.recordings.size(); ++i) {
    for (const EventChange& change : gate.changes[i].events)
      json["changes"].push_back(change_json(gate.recordings[i], change, gate.of_windows));
    for (const StretchChange& stretch : gate.changes[i].stretches) {
      json["stretches"].push_back({{"recording", gate.recordings[i]},
                                   {"kind", stretch.gained ? "gained" : "lost"},
                                   {"t_start_s", number(stretch.t_start_s)},
                                   {"t_end_s", number(stretch.t_end_s)},
                                   {"reason", stretch.reason}});
    }
  }
  return json;
}

}  // namespace vagus::lab
