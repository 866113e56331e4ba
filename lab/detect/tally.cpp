#include "lab/detect/tally.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace vagus::lab {

void LiveRun::Tally::hear(const DetectorInfo& detector, const Event& event, bool continuous) {
  if (event.kind == Said::Kind::unreadable) {
    unreadable_s += event.t_end_s - event.t_start_s;
    unreadable_until_s = std::max(unreadable_until_s, event.t_end_s);
    return;
  }
  if (event.kind != Said::Kind::event) return;
  ++events;
  if (detector.moment) {
    // An interval across a gap or an unreadable stretch is not an interval between neighbours.
    if (last_t_s >= 0 && continuous && unreadable_until_s <= last_t_s) {
      rr_sum_s += event.t_s - last_t_s;
      ++rr_count;
    }
    last_t_s = event.t_s;
  }
  for (const FieldInfo& field : detector.outputs) {
    if (field.kind != FieldInfo::Kind::label) continue;
    for (const auto& [name, value] : event.fields) {
      if (name == field.name) {
        seconds[name][value.get<std::string>()] += event.interval ? event.t_end_s - event.t_start_s : 1;
      }
    }
  }
}

void LiveRun::Tally::summarise(const DetectorInfo& detector, Json& summary) const {
  summary[detector.contract->event] = events;
  if (std::strcmp(detector.contract->name, "health.beats") == 0) {
    summary["mean_hr_bpm"] = rr_count > 0 ? number(60.0 * static_cast<double>(rr_count) / rr_sum_s) : Json(nullptr);
  }
  for (const auto& [field, by_label] : seconds) {
    double all = 0;
    for (const auto& [label, amount] : by_label) all += amount;
    Json shares = Json::object();
    for (const auto& [label, amount] : by_label) shares[label] = number(amount / all);
    summary[field + "_share"] = shares;
  }
}

}  // namespace vagus::lab
