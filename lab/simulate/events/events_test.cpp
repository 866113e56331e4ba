#include "lab/simulate/events/events.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab::sim {
namespace {

TEST(SimulatedEvents, ADayDependsOnSeedSubjectAndDayAlone) {
  EventCohortSpec spec;
  spec.events_per_day = 3;
  const SimulatedDay a = simulated_day(spec, 7, 11, 3);
  spec.subjects = 5000;
  spec.days = 400;
  (void)simulated_day(spec, 7, 12, 3);
  const SimulatedDay b = simulated_day(spec, 7, 11, 3);
  ASSERT_EQ(a.candidates.size(), b.candidates.size());
  for (std::size_t i = 0; i < a.candidates.size(); ++i) {
    EXPECT_EQ(a.candidates[i].t_s, b.candidates[i].t_s);
    EXPECT_EQ(a.candidates[i].score, b.candidates[i].score);
  }
  EXPECT_NE(simulated_day(spec, 8, 11, 3).candidates.size() * 1000 + a.candidates.size(),
            a.candidates.size() * 1000 + simulated_day(spec, 7, 13, 3).candidates.size());
}

TEST(SimulatedEvents, SettingsOfTheEventsMoveNoFalseCandidate) {
  EventCohortSpec without, with;
  without.events_per_day = 0;
  with.events_per_day = 5;
  with.gate_missed = 1;
  const SimulatedDay a = simulated_day(without, 3, 2, 1), b = simulated_day(with, 3, 2, 1);
  ASSERT_EQ(a.candidates.size(), b.candidates.size());
  for (std::size_t i = 0; i < a.candidates.size(); ++i) EXPECT_EQ(a.candidates[i].t_s, b.candidates[i].t_s);
  EXPECT_EQ(b.gate_missed, static_cast<std::int64_t>(b.reference.events.size()));
}

TEST(SimulatedEvents, RatesAndSharesComeOutAsTheClosedFormsSay) {
  EventCohortSpec spec;
  spec.subjects = 1500;
  spec.days = 4;
  spec.candidate_shape = spec.event_shape = 2;
  spec.events_per_day = 2;
  spec.watch_factor = 3;
  constexpr double threshold = 0.8;
  EventCounts sum;
  for (std::int64_t s = 0; s < spec.subjects; ++s)
    for (std::int64_t d = 0; d < spec.days; ++d) {
      SimulatedDay day = simulated_day(spec, 5, s, d);
      std::erase_if(day.candidates, [](const EventDetection& c) { return c.score < threshold; });
      sum += score_events(day.reference, {day.candidates, {}});
    }
  EXPECT_NEAR(sum.sensitivity().value(), true_sensitivity(spec, threshold), 0.02);
  EXPECT_NEAR(sum.alarms_per_day() / true_alarms_per_day(spec, threshold), 1, 0.06);
  EXPECT_NEAR(sum.worn_s / 86400, 1500 * 4 * 20. / 24, 1e-6);
}

TEST(SimulatedEvents, PeoplesRatesVaryAsTheirGammaShapeSays) {
  EventCohortSpec spec;
  spec.subjects = 20000;
  spec.candidate_shape = 0.5;
  double sum = 0, square = 0;
  for (std::int64_t s = 0; s < spec.subjects; ++s) {
    const double rate = simulated_person(spec, 9, s).candidates_per_day / spec.candidates_per_day;
    sum += rate;
    square += rate * rate;
  }
  const auto n = static_cast<double>(spec.subjects);
  EXPECT_NEAR(sum / n, 1, 0.04);
  EXPECT_NEAR(square / n - sum * sum / n / n, 2, 0.3);  // 1 / shape
}

TEST(SimulatedEvents, TrialsHoldOneFallEachAndActivitiesNone) {
  const SimulatedDay day = simulated_trials({}, 1, 4);
  ASSERT_EQ(day.reference.trials.size(), 15u);
  EXPECT_EQ(day.reference.events.size(), 5u);
  const EventCounts counts = score_events(day.reference, {day.candidates, {}});
  EXPECT_EQ(counts.trial_sensitivity().of, 5);
  EXPECT_EQ(counts.specificity().of, 10);
}

TEST(SimulatedEvents, ASettingOutOfRangeIsRefused) {
  EventCohortSpec spec;
  spec.candidate_shape = 0;
  EXPECT_THROW((void)simulated_person(spec, 1, 0), UsageError);
  spec = {};
  EXPECT_THROW((void)simulated_person(spec, 1, spec.subjects), UsageError);
  EXPECT_THROW((void)true_sensitivity(spec, 1), UsageError);
}

}  // namespace
}  // namespace vagus::lab::sim
