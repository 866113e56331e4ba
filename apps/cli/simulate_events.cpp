#include "apps/cli/simulate_events.h"

#include <fmt/format.h>

#include <filesystem>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/progress.h"
#include "lab/simulate/events/settings.h"

namespace vagus::cli {
namespace {

namespace fs = std::filesystem;

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
  const lab::sim::EventPlan plan = lab::sim::event_plan(settings, subjects);
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

}  // namespace vagus::cli
