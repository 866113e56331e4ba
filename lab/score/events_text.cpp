/// What the protocol `events` reads from tables, and its figures as JSON and text.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "lab/base/error.h"
#include "lab/score/events.h"
#include "lab/score/share_text.h"

namespace vagus::lab {
namespace {

TimeSpan stretch_of(const MarkedRow& row, const MarkedTable& table) {
  if (std::isnan(row.start_s) || std::isnan(row.end_s))
    throw Error("a stretch \"" + row.kind + "\" needs t_start_s and t_end_s", table.shown);
  return {row.start_s, row.end_s};
}

ReferenceEvent event_of(const MarkedRow& row) {
  const bool moment = std::isnan(row.end_s) && std::isnan(row.impact_s);
  return {moment ? unknown_s : row.start_s, moment ? row.start_s : row.impact_s, row.end_s, row.label};
}

/// Gives each impact to the first event without one that it lies in; one that lies in none is an event of its own.
void place_impacts(const std::vector<MarkedRow>& impacts, EventReference& reference) {
  for (const MarkedRow& row : impacts) {
    const double t = std::isnan(row.impact_s) ? row.start_s : row.impact_s;
    const auto in = [t](const ReferenceEvent& e) { return std::isnan(e.impact_s) && e.onset_s <= t && t <= e.end_s; };
    const auto event = std::find_if(reference.events.begin(), reference.events.end(), in);
    if (event != reference.events.end())
      event->impact_s = t;
    else
      reference.events.push_back({unknown_s, t, unknown_s, row.label});
  }
}

Json share_json(Share share) {
  Json json;
  json["hits"] = share.hits;
  json["of"] = share.of;
  json["share"] = number(share.value());
  return json;
}

Json types_json(const std::map<std::string, Share>& types) {
  Json json = Json::object();
  for (const auto& [type, share] : types) json[type] = share_json(share);
  return json;
}

/// null where it is never, or not known.
Json seconds(double s) { return number(s); }

std::string rate_line(const char* name, double value, std::int64_t alarms, double time_s, double unit_s,
                      const char* unit) {
  char buffer[160];
  if (std::isnan(value))
    std::snprintf(buffer, sizeof buffer, "%-26s      -    none of it in the reference\n", name);
  else
    std::snprintf(buffer, sizeof buffer, "%-26s%9.4g  (%lld in %.4g %s)\n", name, value, static_cast<long long>(alarms),
                  time_s / unit_s, unit);
  return buffer;
}

std::string latency_text(const EventCounts& counts, double share) {
  const double s = counts.latency_s(share);
  if (std::isnan(s)) return "-";
  if (std::isinf(s)) return "never";
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "within %.2f s", s);
  return buffer;
}

}  // namespace

bool is_event_kind(std::string_view kind) {
  return kind.empty() || kind == "event" || kind == "fall" || kind == "crash";
}

EventReference event_reference(const MarkedTable& table) {
  EventReference reference;
  reference.duration_s = table.duration_s;
  std::vector<TimeSpan> off;
  std::vector<MarkedRow> impacts;
  for (const MarkedRow& row : table.rows) {
    if (row.kind == "impact")
      impacts.push_back(row);
    else if (row.kind == "fall_trial" || row.kind == "activity_trial")
      reference.trials.push_back({stretch_of(row, table), row.label, row.kind == "fall_trial"});
    else if (row.kind == "activity")
      reference.activity.push_back(stretch_of(row, table));
    else if (row.kind == "worn")
      reference.worn.push_back(stretch_of(row, table));
    else if (row.kind == "not_worn")
      off.push_back(stretch_of(row, table));
    else if (is_event_kind(row.kind))
      reference.events.push_back(event_of(row));
  }
  place_impacts(impacts, reference);
  reference.worn = without(joined(std::move(reference.worn)), joined(std::move(off)));
  return reference;
}

EventTest event_test(const MarkedTable& table) {
  EventTest test;
  for (const MarkedRow& row : table.rows) {
    if (row.kind == "unreadable")
      test.unreadable.push_back(stretch_of(row, table));
    else if (is_event_kind(row.kind))
      test.detections.push_back({std::isnan(row.start_s) ? row.impact_s : row.start_s, row.impact_s, row.score});
  }
  return test;
}

Json EventCounts::json() const {
  Json json;
  json["detected"] = detected;
  json["missed"] = missed;
  json["false_alarms"] = false_alarms;
  json["repeated"] = repeated;
  json["sensitivity"] = number(sensitivity().value());
  json["sensitivity_readable"] = number(sensitivity_readable().value());
  json["trial_sensitivity"] = number(trial_sensitivity().value());
  json["specificity"] = number(specificity().value());
  json["specificity_unreadable_wrong"] = number(specificity_unreadable_wrong().value());
  json["alarms_per_hour"] = number(alarms_per_hour());
  json["activity_s"] = number(activity_s);
  json["activity_alarms"] = activity_alarms;
  json["alarms_per_day"] = number(alarms_per_day());
  json["worn_s"] = number(worn_s);
  json["wear_alarms"] = wear_alarms;
  json["alarms_per_readable_day"] = number(alarms_per_readable_day());
  json["fall_trial_alarms"] = fall_trial_alarms;
  json["unreadable_s"] = number(unreadable_s);
  json["latency_median_s"] = seconds(latency_s(0.5));  // misses are never: null
  json["latency_p90_s"] = seconds(latency_s(0.9));
  json["latency_unknown"] = latency_unknown;
  json["event_types"] = types_json(event_types);
  json["fall_trials"] = types_json(fall_trials);
  json["activity_trials"] = types_json(activity_trials);
  if (!events.empty()) {
    Json all = Json::array();
    for (const EventOutcome& e : events) {
      Json one;
      one["type"] = e.type;
      one["t_impact_s"] = number(e.impact_s);
      one["detected"] = e.detected;
      one["t_s"] = number(e.t_s);
      one["latency_s"] = number(e.latency_s);
      all.push_back(std::move(one));
    }
    json["events"] = std::move(all);
  }
  return json;
}

std::string events_text(const EventCounts& counts, const std::string& reference, const std::string& test,
                        const EventOptions& options) {
  std::string out = "events: " + std::string(name(options.rule)) + " detections of " + test + " against " + reference +
                    ", from " + shortest(options.from_s) + " s to " +
                    (options.to_s >= 0 ? shortest(options.to_s) + " s" : std::string("the end")) + "\n\n";
  out += std::string(26, ' ') + "  share     95 % exact binomial\n";
  out += share_line("Sensitivity", counts.sensitivity());
  if (counts.missed_unreadable > 0) out += share_line("  unreadable left out", counts.sensitivity_readable());
  if (!counts.fall_trials.empty()) out += share_line("Fall trials", counts.trial_sensitivity());
  for (const auto& [type, share] : counts.fall_trials) out += share_line("  " + type, share);
  if (!counts.activity_trials.empty()) out += share_line("Specificity of trials", counts.specificity());
  if (counts.quiet_unreadable > 0) out += share_line("  unreadable as wrong", counts.specificity_unreadable_wrong());
  for (const auto& [type, share] : counts.activity_trials) out += share_line("  " + type, share);
  out += "\n" + rate_line("Alarms per hour, staged", counts.alarms_per_hour(), counts.activity_alarms,
                          counts.activity_s, 3600, "h");
  out += rate_line("Alarms per day of wear", counts.alarms_per_day(), counts.wear_alarms, counts.worn_s, 86400, "days");
  if (counts.worn_unreadable_s > 0)
    out += rate_line("  of readable wear", counts.alarms_per_readable_day(), counts.wear_alarms,
                     counts.worn_s - counts.worn_unreadable_s, 86400, "days");
  out += "False alarms in all       " + std::to_string(counts.false_alarms) + ", of them " +
         std::to_string(counts.fall_trial_alarms) + " in fall trials; " + std::to_string(counts.repeated) +
         " further detections of events\n";
  out += "Latency after impact      half of all events " + latency_text(counts, 0.5) + ", 90 % " +
         latency_text(counts, 0.9) + " (misses are never)\n";
  return out;
}

}  // namespace vagus::lab
