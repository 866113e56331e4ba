#pragma once
/// Specifications of simulated people who fall, for tests of what is made of their scores.
#include <string>

namespace vagus::lab {

/// People whose falls' scores part from the rest well, half a dozen other moments weighed a day.
struct SimulatedPeople {
  std::string name = "people", question = {};
  int subjects = 24, days = 4;
  std::string config = "config = {threshold = 0.9}";  ///< of the rule that decides; "": the simulation's own
  int seed = 4;
};

/// Falls are found, and alarms are rare.
inline const std::string found_and_quiet = R"(
[[requirement]]
name = "found"
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.7
[[requirement]]
name = "quiet"
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 1.5
)";

/// @param more  further sections
inline std::string people_specification(const SimulatedPeople& people, const std::string& more = {}) {
  return "name = \"" + people.name + "\"\n" +
         (people.question.empty() ? "" : "question = \"" + people.question + "\"\n") +
         "seed = " + std::to_string(people.seed) +
         "\n[data]\nsimulate = {kind = \"events\", subjects = " + std::to_string(people.subjects) +
         ", set = {days = " + std::to_string(people.days) +
         ", events_per_day = 0.7, separation = 5, candidates_per_day = 6}}\n[detector]\nname = "
         "\"simulated.events\"\n" +
         people.config + "\n[score]\nprotocol = \"events\"\n" + more;
}

}  // namespace vagus::lab
