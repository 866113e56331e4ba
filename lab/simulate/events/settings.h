#pragma once
/// The settings of a simulated event cohort, by name: as `vagus simulate events --set` and a study's specification give
/// them.
#include <cstdint>
#include <map>
#include <string>

#include "lab/simulate/events/events.h"

namespace vagus::lab::sim {

struct EventPlan {
  EventCohortSpec spec;
  double threshold = 0.9;  ///< what scores less is weighed and not reported
};

/// Throws UsageError for a setting that there is not (with the nearest one), that is no number or out of range.
EventPlan event_plan(const std::map<std::string, std::string>& settings, std::int64_t subjects);
/// Name, meaning and default of each, a line each.
std::string describe_event_settings();

}  // namespace vagus::lab::sim
