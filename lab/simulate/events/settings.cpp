#include "lab/simulate/events/settings.h"

#include <vector>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab::sim {
namespace {

struct EventSetting {
  const char* name;
  double EventCohortSpec::*value;
  const char* meaning;
};
constexpr EventSetting settings_there_are[] = {
    {"worn_hours", &EventCohortSpec::worn_hours, "of each day, up to 24"},
    {"candidates_per_day", &EventCohortSpec::candidates_per_day, "false ones, mean over people"},
    {"candidate_shape", &EventCohortSpec::candidate_shape, "gamma shape of people's own rates: small is uneven"},
    {"events_per_day", &EventCohortSpec::events_per_day, "mean over people"},
    {"event_shape", &EventCohortSpec::event_shape, "gamma shape of people's own rates"},
    {"separation", &EventCohortSpec::separation, "of events' scores from false ones, in standard deviations"},
    {"event_sd", &EventCohortSpec::event_sd, "of events' scores"},
    {"person_sd", &EventCohortSpec::person_sd, "of people's offsets"},
    {"gate_missed", &EventCohortSpec::gate_missed, "share of events that are never weighed"},
    {"repeat_share", &EventCohortSpec::repeat_share, "share of events with a second candidate"},
    {"latency_mean_s", &EventCohortSpec::latency_mean_s, "of the decision after the impact"},
    {"watch_factor", &EventCohortSpec::watch_factor, "false candidates of watches against pendants"},
    {"watch_share", &EventCohortSpec::watch_share, "of people who wear a watch"},
};

}  // namespace

EventPlan event_plan(const std::map<std::string, std::string>& settings, std::int64_t subjects) {
  EventPlan plan;
  double days = 1;
  plan.spec.subjects = subjects;
  std::vector<std::string> known = {"days", "threshold"};
  for (const EventSetting& setting : settings_there_are) known.emplace_back(setting.name);
  for (const auto& [key, text] : settings) {
    double* value = key == "days" ? &days : key == "threshold" ? &plan.threshold : nullptr;
    for (const EventSetting& setting : settings_there_are)
      if (key == setting.name) value = &(plan.spec.*setting.value);
    if (value == nullptr) {
      const std::string near = nearest(key, known);
      throw UsageError("events have no setting \"" + key + "\"",
                       near.empty() ? "see vagus simulate --help" : "did you mean \"" + near + "\"?");
    }
    if (parse_double(text, *value)) continue;
    std::string wrong = "--set ";
    throw UsageError(wrong.append(key).append(" takes a number, not \"").append(text).append("\""));
  }
  if (!(days >= 1 && days <= 1000) || days != static_cast<double>(static_cast<std::int64_t>(days)))
    throw UsageError("--set days takes a whole number from 1 to 1000");
  plan.spec.days = static_cast<std::int64_t>(days);
  (void)simulated_person(plan.spec, 1, 0);  // refuses what is out of range
  return plan;
}

std::string describe_event_settings() {
  std::string out =
      "  days                  of each subject [1]\n  threshold             what scores less is a candidate, not "
      "reported [0.9]\n";
  const EventCohortSpec standard;
  for (const EventSetting& setting : settings_there_are)
    out += "  " + std::string(setting.name) + std::string(22 - std::string(setting.name).size(), ' ') +
           setting.meaning + " [" + shortest(standard.*setting.value) + "]\n";
  return out;
}

}  // namespace vagus::lab::sim
