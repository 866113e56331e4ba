#include "lab/study/counts_json.h"

namespace vagus::lab {
namespace {

Json beats_json(const Ec57& scored) { return {{"tp", scored.tp}, {"fn", scored.fn}, {"fp", scored.fp}}; }

Json types_as_json(const std::map<std::string, Share>& types) {
  Json json = Json::object();
  for (const auto& [type, share] : types) json[type] = {share.hits, share.of};
  return json;
}

std::map<std::string, Share> types_from(const Json& json) {
  std::map<std::string, Share> types;
  for (const auto& [type, share] : json.items())
    types[type] = {share.at(0).get<std::int64_t>(), share.at(1).get<std::int64_t>()};
  return types;
}

Json matrix_as_json(const ConfusionMatrix& matrix) {
  Json json = Json::array();
  for (const auto& [cell, n] : matrix) json.push_back({cell.first, cell.second, n});
  return json;
}

ConfusionMatrix matrix_from(const Json& json) {
  ConfusionMatrix matrix;
  for (const Json& cell : json)
    matrix[{cell.at(0).get<std::string>(), cell.at(1).get<std::string>()}] = cell.at(2).get<std::int64_t>();
  return matrix;
}

Json event_counts_json(const EventCounts& counts, bool latencies) {
  Json json = {{"detected", counts.detected},
               {"missed", counts.missed},
               {"false_alarms", counts.false_alarms},
               {"repeated", counts.repeated},
               {"missed_unreadable", counts.missed_unreadable},
               {"wear_alarms", counts.wear_alarms},
               {"activity_alarms", counts.activity_alarms},
               {"fall_trial_alarms", counts.fall_trial_alarms},
               {"quiet_unreadable", counts.quiet_unreadable},
               {"worn_s", number(counts.worn_s)},
               {"worn_unreadable_s", number(counts.worn_unreadable_s)},
               {"activity_s", number(counts.activity_s)},
               {"timed", counts.timed},
               {"latency_unknown", counts.latency_unknown},
               {"event_types", types_as_json(counts.event_types)},
               {"fall_trials", types_as_json(counts.fall_trials)},
               {"activity_trials", types_as_json(counts.activity_trials)}};
  if (!latencies) return json;
  json["latencies_s"] = Json::array();
  for (const double s : counts.latencies_s) json["latencies_s"].push_back(number(s));
  return json;
}

EventCounts event_counts_from(const Json& json) {
  const auto whole = [&](const char* key) { return json.at(key).get<std::int64_t>(); };
  EventCounts counts;
  counts.detected = whole("detected");
  counts.missed = whole("missed");
  counts.false_alarms = whole("false_alarms");
  counts.repeated = whole("repeated");
  counts.missed_unreadable = whole("missed_unreadable");
  counts.wear_alarms = whole("wear_alarms");
  counts.activity_alarms = whole("activity_alarms");
  counts.fall_trial_alarms = whole("fall_trial_alarms");
  counts.quiet_unreadable = whole("quiet_unreadable");
  counts.worn_s = json.at("worn_s").get<double>();
  counts.worn_unreadable_s = json.at("worn_unreadable_s").get<double>();
  counts.activity_s = json.at("activity_s").get<double>();
  counts.timed = whole("timed");
  counts.latency_unknown = whole("latency_unknown");
  counts.event_types = types_from(json.at("event_types"));
  counts.fall_trials = types_from(json.at("fall_trials"));
  counts.activity_trials = types_from(json.at("activity_trials"));
  for (const Json& s : json.at("latencies_s")) counts.latencies_s.push_back(s.get<double>());
  return counts;
}

Json window_counts_json(const WindowCounts& counts) {
  return {{"pure", matrix_as_json(counts.pure)},
          {"mixed", matrix_as_json(counts.mixed)},
          {"unlabelled", counts.unlabelled},
          {"labelled_s", number(counts.labelled_s)},
          {"uncovered_s", number(counts.uncovered_s)}};
}

double unreadable_share_of(const RecordResult& record) {
  return record.run.duration_s > 0 ? record.run.unreadable_s / record.run.duration_s : 0;
}

}  // namespace

Json record_counts(const RecordResult& record) {
  if (record.events) return event_counts_json(record.events->counts, true);
  if (record.windows) return window_counts_json(*record.windows);
  Json all = beats_json(record.scored);
  all["whole_tp"] = record.whole.tp;
  all["whole_fn"] = record.whole.fn;
  all["whole_fp"] = record.whole.fp;
  const Count count = count_of(record);
  all["unreadable_wrong_tp"] = count.wrong_tp;
  all["unreadable_wrong_fn"] = count.wrong_fn;
  all["whole_unreadable_wrong_tp"] = count.whole_wrong_tp;
  all["whole_unreadable_wrong_fn"] = count.whole_wrong_fn;
  return all;
}

Json record_figures(const RecordResult& record) {
  if (record.events) {
    const EventCounts& counts = record.events->counts;
    return {{"events.sensitivity", number(counts.sensitivity().value())},
            {"events.alarms_per_day", number(counts.alarms_per_day())},
            {"events.alarms_per_hour", number(counts.alarms_per_hour())},
            {"events.trial_sensitivity", number(counts.trial_sensitivity().value())},
            {"events.specificity", number(counts.specificity().value())},
            {"events.latency_median_s", number(counts.latency_s(0.5))},
            {"unreadable_share", number(unreadable_share_of(record))}};
  }
  if (record.windows) {
    const WindowFigures all = window_figures(record.windows->all(), true);
    Json f1 = Json::object();
    for (std::size_t k = 0; k < all.classes.size(); ++k) f1[all.classes[k]] = number(all.f1[k]);
    return {{"windows.macro_f1", number(all.macro_f1)},
            {"windows.accuracy", number(all.accuracy)},
            {"windows.f1", f1},
            {"unreadable_share", number(unreadable_share_of(record))}};
  }
  const Ec57& scored = record.scored;
  return {{"ec57.sensitivity", number(scored.se())},
          {"ec57.positive_predictivity", number(scored.ppv())},
          {"ec57.rr_rms_ms", number(scored.rr_rms_ms())},
          {"ec57.sensitivity_unreadable_wrong", number(record.scored_wrong.se())},
          {"ec57_whole.sensitivity", number(record.whole.se())},
          {"ec57_whole.positive_predictivity", number(record.whole.ppv())},
          {"unreadable_share", number(unreadable_share_of(record))}};
}

Json group_counts(const GroupResult& group, const std::string& protocol) {
  if (protocol == "events") return event_counts_json(group.events, false);
  if (protocol == "windows") return window_counts_json(group.windows);
  return beats_json(group.counts);
}

Count count_from_record(const Json& record, const std::string& protocol) {
  const Json& counts = record.at("counts");
  Count count;
  count.recording = record.at("recording").get<std::string>();
  count.subject = record.at("subject").get<std::string>();
  count.unreadable_s = record.at("unreadable_s").get<double>();
  count.duration_s = record.at("duration_s").get<double>();
  if (protocol == "events") {
    count.events = std::make_shared<const EventCounts>(event_counts_from(counts));
    return count;
  }
  if (protocol == "windows") {
    WindowCounts windows;
    windows.pure = matrix_from(counts.at("pure"));
    windows.mixed = matrix_from(counts.at("mixed"));
    count.windows = std::make_shared<const WindowCounts>(std::move(windows));
    return count;
  }
  const auto get = [&](const char* key) { return counts.at(key).get<std::int64_t>(); };
  count.tp = get("tp");
  count.fn = get("fn");
  count.fp = get("fp");
  count.whole_tp = get("whole_tp");
  count.whole_fn = get("whole_fn");
  count.whole_fp = get("whole_fp");
  count.wrong_tp = get("unreadable_wrong_tp");
  count.wrong_fn = get("unreadable_wrong_fn");
  count.whole_wrong_tp = get("whole_unreadable_wrong_tp");
  count.whole_wrong_fn = get("whole_unreadable_wrong_fn");
  return count;
}

}  // namespace vagus::lab
