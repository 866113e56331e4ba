#include "apps/cli/simulate_events.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/progress.h"
#include "lab/simulate/events/events.h"

namespace vagus::cli {
namespace {

namespace fs = std::filesystem;
using Spec = lab::sim::EventCohortSpec;

struct EventSetting {
  const char* name;
  double Spec::*value;
  const char* meaning;
};
constexpr EventSetting settings_there_are[] = {
    {"worn_hours", &Spec::worn_hours, "of each day, up to 24"},
    {"candidates_per_day", &Spec::candidates_per_day, "false ones, mean over people"},
    {"candidate_shape", &Spec::candidate_shape, "gamma shape of people's own rates: small is uneven"},
    {"events_per_day", &Spec::events_per_day, "mean over people"},
    {"event_shape", &Spec::event_shape, "gamma shape of people's own rates"},
    {"separation", &Spec::separation, "of events' scores from false ones, in standard deviations"},
    {"event_sd", &Spec::event_sd, "of events' scores"},
    {"person_sd", &Spec::person_sd, "of people's offsets"},
    {"gate_missed", &Spec::gate_missed, "share of events that are never weighed"},
    {"repeat_share", &Spec::repeat_share, "share of events with a second candidate"},
    {"latency_mean_s", &Spec::latency_mean_s, "of the decision after the impact"},
    {"watch_factor", &Spec::watch_factor, "false candidates of watches against pendants"},
    {"watch_share", &Spec::watch_share, "of people who wear a watch"},
};

struct EventPlan {
  Spec spec;
  double days = 1, threshold = 0.9;
};

EventPlan plan_of(const lab::Settings& settings, std::int64_t subjects) {
  EventPlan plan;
  plan.spec.subjects = subjects;
  std::vector<std::string> known = {"days", "threshold"};
  for (const EventSetting& setting : settings_there_are) known.emplace_back(setting.name);
  for (const auto& [key, text] : settings) {
    double* value = key == "days" ? &plan.days : key == "threshold" ? &plan.threshold : nullptr;
    for (const EventSetting& setting : settings_there_are)
      if (key == setting.name) value = &(plan.spec.*setting.value);
    if (value == nullptr) {
      const std::string near = lab::nearest(key, known);
      throw lab::UsageError("events have no setting \"" + key + "\"",
                            near.empty() ? "see vagus simulate --help" : "did you mean \"" + near + "\"?");
    }
    if (!lab::parse_double(text, *value))
      throw lab::UsageError(fmt::format("--set {} takes a number, not \"{}\"", key, text));
  }
  if (!(plan.days >= 1 && plan.days <= 1000) || plan.days != static_cast<double>(static_cast<std::int64_t>(plan.days)))
    throw lab::UsageError("--set days takes a whole number from 1 to 1000");
  plan.spec.days = static_cast<std::int64_t>(plan.days);
  return plan;
}

std::string reference_csv(const lab::EventReference& reference) {
  std::string out = "t_start_s,t_impact_s,t_end_s,kind,label\n";
  for (const lab::TimeSpan& worn : reference.worn)
    out += lab::shortest(worn.start_s) + ",," + lab::shortest(worn.end_s) + ",worn,\n";
  for (const lab::ReferenceEvent& event : reference.events)
    out += lab::shortest(event.onset_s) + "," + lab::shortest(event.impact_s) + "," + lab::shortest(event.end_s) +
           ",fall," + event.type + "\n";
  return out;
}

/// What is below the threshold was weighed and not reported.
std::string test_csv(const std::vector<lab::EventDetection>& candidates, double threshold) {
  std::string out = "t_s,t_impact_s,score,kind\n";
  for (const lab::EventDetection& c : candidates)
    out += lab::shortest(c.t_s) + "," + lab::shortest(c.t_impact_s) + "," + lab::shortest(c.score) + "," +
           (c.score < threshold ? "candidate" : "") + "\n";
  return out;
}

}  // namespace

int simulate_events(const lab::Settings& settings, std::int64_t subjects, std::uint64_t seed,
                    const std::string& folder) {
  const EventPlan plan = plan_of(settings, subjects);
  (void)lab::sim::simulated_person(plan.spec, seed, 0);  // a wrong setting is told before anything is written
  std::error_code ec;
  fs::create_directories(folder, ec);
  if (ec) throw lab::Error("cannot be made: " + ec.message(), folder);
  std::string table = "recording,subject,age,sex,device,placement\n";
  lab::Progress progress("simulating", subjects);
  std::int64_t events = 0;
  for (std::int64_t s = 0; s < subjects; ++s) {
    const lab::sim::SimulatedPerson person = lab::sim::simulated_person(plan.spec, seed, s);
    for (std::int64_t d = 0; d < plan.spec.days; ++d) {
      const lab::sim::SimulatedDay day = lab::sim::simulated_day(plan.spec, seed, s, d);
      lab::write_whole(fs::path(folder) / (day.recording + ".ref.csv"), reference_csv(day.reference));
      lab::write_whole(fs::path(folder) / (day.recording + ".test.csv"), test_csv(day.candidates, plan.threshold));
      const auto& a = person.attributes;
      table += fmt::format("{},{},{},{},{},{}\n", day.recording, day.subject, a.at("age"), a.at("sex"), a.at("device"),
                           a.at("placement"));
      events += static_cast<std::int64_t>(day.reference.events.size());
    }
    progress.advance();
  }
  lab::write_whole(fs::path(folder) / "dataset.csv", table);
  fmt::print("{} days of {} people with {} falls in {}\n", subjects * plan.spec.days, subjects, events, folder);
  return 0;
}

std::string describe_events() {
  std::string out =
      "  days                  of each subject [1]\n  threshold             what scores less is a candidate, not "
      "reported [0.9]\n";
  const Spec standard;
  for (const EventSetting& setting : settings_there_are)
    out += fmt::format("  {:<20}  {} [{}]\n", setting.name, setting.meaning, lab::shortest(standard.*setting.value));
  return out;
}

}  // namespace vagus::cli
