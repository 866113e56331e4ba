#include "lab/simulate/events/events.h"

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/simulate/math.h"
#include "lab/simulate/random.h"
#include "lab/stats/interval.h"

namespace vagus::lab::sim {
namespace {

/// Streams of their own, away from those of signals: the highest bit, what for, and of whom and when.
enum class Purpose : std::uint64_t { person = 1, false_candidates, events, trials };
std::uint64_t stream_of(Purpose purpose, std::int64_t subject, std::int64_t day = 0) {
  return 1ull << 63 | static_cast<std::uint64_t>(purpose) << 56 | static_cast<std::uint64_t>(subject) << 24 |
         static_cast<std::uint64_t>(day);
}

void check(bool good, const char* what) {
  if (!good) throw UsageError(what);
}

void check(const EventCohortSpec& s) {
  check(s.subjects >= 1 && s.subjects <= 10'000'000, "a cohort of events has 1 to 10,000,000 subjects");
  check(s.days >= 1 && s.days <= 1'000'000, "a cohort of events has 1 to 1,000,000 days");
  check(s.worn_hours > 0 && s.worn_hours <= 24, "a day is worn for more than 0 and at most 24 hours");
  check(
      s.candidates_per_day >= 0 && s.candidates_per_day <= 100'000 && s.events_per_day >= 0 && s.events_per_day <= 1000,
      "at most 100,000 candidates and 1000 events a day");
  check(s.candidate_shape >= 0.05 && s.candidate_shape <= 100 && s.event_shape >= 0.05 && s.event_shape <= 100,
        "a gamma shape lies between 0.05 and 100");
  check(s.event_sd > 0 && s.person_sd >= 0 && std::isfinite(s.separation), "scores need a spread above 0");
  check(s.gate_missed >= 0 && s.gate_missed <= 1 && s.repeat_share >= 0 && s.repeat_share <= 1 && s.watch_share >= 0 &&
            s.watch_share <= 1,
        "a share lies between 0 and 1");
  check(s.latency_mean_s >= 0 && s.watch_factor > 0, "latency and factor must not be below 0");
}

/// Gamma with mean 1. Source: Marsaglia and Tsang, ACM TOMS 26 (2000); below shape 1 by the power of a uniform.
double gamma_of_mean_1(Random& random, double shape) {
  const double boost = shape < 1 ? pow(random.uniform(), 1 / shape) : 1;
  const double d = (shape < 1 ? shape + 1 : shape) - 1. / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal(), root = 1 + c * x, u = random.uniform();
    if (root <= 0) continue;
    const double v = root * root * root;
    if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) return boost * d * v / shape;
  }
}

double score_of(double z) { return 1 / (1 + exp(-z)); }

std::string numbered(const char* letter, std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return letter + std::string(text.size() < digits ? digits - text.size() : 0, '0') + text;
}

void add_false(const EventCohortSpec& spec, const SimulatedPerson& person, Random& random, SimulatedDay& day) {
  const double worn_s = spec.worn_hours * 3600, mean_gap_s = 86400 / person.candidates_per_day;
  if (!(person.candidates_per_day > 0)) return;
  double t = mean_gap_s * random.exponential();
  while (t < worn_s) {
    day.candidates.push_back({t + random.uniform(0, 2), t, score_of(person.offset + random.normal())});
    t += mean_gap_s * random.exponential();
  }
}

void add_event_candidates(const EventCohortSpec& spec, double offset, const ReferenceEvent& event, Random& random,
                          SimulatedDay& day) {
  const double z = spec.separation + offset + spec.event_sd * random.normal();
  const double latency = spec.latency_mean_s * random.exponential();
  const double lower = std::abs(random.normal()), later = random.uniform(0.5, 3);
  const bool missed = random.chance(spec.gate_missed), repeated = random.chance(spec.repeat_share);
  if (missed) {
    ++day.gate_missed;
    return;
  }
  day.candidates.push_back({event.impact_s + latency, event.impact_s, score_of(z)});
  if (repeated)
    day.candidates.push_back({event.impact_s + latency + later, event.impact_s + later, score_of(z - lower)});
}

void add_events(const EventCohortSpec& spec, const SimulatedPerson& person, Random& random, SimulatedDay& day) {
  if (!(person.events_per_day > 0)) return;
  const double worn_s = spec.worn_hours * 3600, mean_gap_s = 86400 / person.events_per_day;
  constexpr const char* types[] = {"trip", "slip", "faint", "from_bed"};
  // At least a minute apart, so that no candidate lies in two windows.
  double t = 10 + mean_gap_s * random.exponential();
  while (t < worn_s - 30) {
    const ReferenceEvent event{t, t + random.uniform(0.4, 1.2), t + random.uniform(1.2, 3), types[random.below(4)]};
    day.reference.events.push_back(event);
    add_event_candidates(spec, person.offset, event, random, day);
    t += 60 + mean_gap_s * random.exponential();
  }
}

void sort_candidates(SimulatedDay& day) {
  std::stable_sort(day.candidates.begin(), day.candidates.end(),
                   [](const EventDetection& a, const EventDetection& b) { return a.t_s < b.t_s; });
}

}  // namespace

SimulatedPerson simulated_person(const EventCohortSpec& spec, std::uint64_t seed, std::int64_t subject) {
  check(spec);
  check(subject >= 0 && subject < spec.subjects, "there is no such subject in the cohort");
  Random random(seed, stream_of(Purpose::person, subject));
  SimulatedPerson person;
  person.name = numbered("s", subject + 1, 4);
  const double age = std::floor(std::clamp(62 + 17 * random.normal(), 18., 92.));
  const bool female = random.chance(0.5), watch = random.chance(spec.watch_share), left = random.chance(0.7);
  person.offset = spec.person_sd * random.normal();
  const double mean_factor = spec.watch_share * spec.watch_factor + 1 - spec.watch_share;
  person.candidates_per_day = spec.candidates_per_day * gamma_of_mean_1(random, spec.candidate_shape) *
                              (watch ? spec.watch_factor : 1) / mean_factor;
  person.events_per_day = spec.events_per_day * gamma_of_mean_1(random, spec.event_shape);
  person.attributes = {{"simulated", "true"},
                       {"age", std::to_string(static_cast<int>(age))},
                       {"sex", female ? "F" : "M"},
                       {"device", watch ? "watch" : "pendant"},
                       {"placement", watch ? (left ? "left_wrist" : "right_wrist") : "chest"}};
  return person;
}

std::string day_name(const std::string& person, std::int64_t day) { return person + numbered("-d", day + 1, 2); }

SimulatedDay simulated_day(const EventCohortSpec& spec, std::uint64_t seed, std::int64_t subject, std::int64_t day) {
  const SimulatedPerson person = simulated_person(spec, seed, subject);
  check(day >= 0 && day < spec.days, "there is no such day in the cohort");
  SimulatedDay out;
  out.subject = person.name;
  out.recording = day_name(person.name, day);
  out.reference.duration_s = 86400;
  out.reference.worn = {{0, spec.worn_hours * 3600}};
  Random alarms(seed, stream_of(Purpose::false_candidates, subject, day));
  add_false(spec, person, alarms, out);
  Random events(seed, stream_of(Purpose::events, subject, day));
  add_events(spec, person, events, out);
  sort_candidates(out);
  return out;
}

double true_sensitivity(const EventCohortSpec& spec, double threshold) {
  check(spec);
  check(threshold > 0 && threshold < 1, "a threshold of scores lies between 0 and 1");
  const double z = std::log(threshold / (1 - threshold));
  return (1 - spec.gate_missed) * normal_cdf((spec.separation - z) / std::hypot(spec.event_sd, spec.person_sd));
}

double true_alarms_per_day(const EventCohortSpec& spec, double threshold) {
  check(spec);
  check(threshold > 0 && threshold < 1, "a threshold of scores lies between 0 and 1");
  const double z = std::log(threshold / (1 - threshold));
  return spec.candidates_per_day * normal_cdf(-z / std::hypot(1, spec.person_sd));
}

SimulatedDay simulated_trials(const TrialSpec& spec, std::uint64_t seed, std::int64_t subject) {
  check(spec.fall_types >= 1 && spec.fall_types <= 100 && spec.activity_types >= 1 && spec.activity_types <= 100,
        "there are 1 to 100 types of trial");
  check(subject >= 0 && subject < spec.subjects, "there is no such subject in the cohort");
  Random random(seed, stream_of(Purpose::trials, subject));
  SimulatedDay out;
  out.subject = numbered("s", subject + 1, 4);
  out.recording = out.subject + "-trials";
  const double offset = spec.person_sd * random.normal();
  EventCohortSpec how;
  how.gate_missed = spec.gate_missed;
  how.repeat_share = 0;
  double t = 0;
  for (int k = 0; k < spec.fall_types + spec.activity_types; ++k, t += 15) {
    const bool fall = k < spec.fall_types;
    const int type = fall ? k : k - spec.fall_types;
    out.reference.trials.push_back({{t, t + 15}, numbered(fall ? "F" : "D", type + 1, 2), fall});
    if (fall) {
      const double onset = t + random.uniform(4, 6);
      const ReferenceEvent event{onset, onset + random.uniform(0.4, 1.2), onset + 2, numbered("F", type + 1, 2)};
      out.reference.events.push_back(event);
      how.separation = spec.separation - 1.5 * type / spec.fall_types;
      how.latency_mean_s = 1;
      add_event_candidates(how, offset, event, random, out);
    } else if (random.chance(spec.activity_candidates)) {
      const double at = t + random.uniform(1, 13);
      const double z = offset + 1.5 * type / spec.activity_types + random.normal();
      out.candidates.push_back({at + 0.5, at, score_of(z)});
    }
  }
  out.reference.duration_s = t;
  sort_candidates(out);
  return out;
}

}  // namespace vagus::lab::sim
