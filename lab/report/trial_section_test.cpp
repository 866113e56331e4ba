/// Curves of trials and windows, and the ceiling of a gate, on a study's page.
#include "lab/report/trial_section.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "lab/report/event_sweep.h"
#include "lab/report/html.h"
#include "lab/simulate/events/events.h"
#include "lab/study/operating/curve.h"
#include "lab/study/simulated_people_for_test.h"

namespace vagus::lab {
namespace {

StudyResult staged(std::int64_t subjects) {
  StudyResult result;
  result.spec.score.protocol = "events";
  for (std::int64_t i = 0; i < subjects; ++i) {
    const sim::SimulatedDay day = sim::simulated_trials({}, 3, i);
    RecordResult record;
    record.item.name = record.item.subject = "s" + std::to_string(i);
    EventRecord events;
    events.reference = day.reference;
    events.weighed = day.candidates;
    record.events = std::make_shared<const EventRecord>(std::move(events));
    result.records.push_back(std::move(record));
  }
  return result;
}

TEST(TrialSection, StagedTrialsHaveDetectionErrorAndPrecisionRecall) {
  const StudyResult result = staged(12);
  operating::Cohort cohort;
  for (const RecordResult& record : result.records)
    cohort.add(record.item.subject, EventMatcher(record.events->reference, result.spec.score.rule),
               record.events->weighed);
  const auto expected = operating::trial_curve(operating::OperatingCurve(cohort));
  const std::string html = trial_section(result);
  EXPECT_NE(html.find("Equal error rate " + percent(expected.equal_error_rate)), std::string::npos);
  EXPECT_NE(html.find("Average precision " + fixed(expected.average_precision, 4)), std::string::npos);
  EXPECT_NE(html.find("role=\"img\" aria-label=\"Detection error"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(TrialSection, IsLeftOutWhereThereIsNothingToDraw) {
  StudyResult unscored = staged(3);
  EventRecord blind = *unscored.records[1].events;
  for (EventDetection& one : blind.weighed) one.score = std::nan("");
  ASSERT_FALSE(blind.weighed.empty());
  unscored.records[1].events = std::make_shared<const EventRecord>(blind);
  EXPECT_EQ(trial_section(unscored), "");
  StudyResult unjudged = staged(3);
  for (RecordResult& record : unjudged.records) record.role = Role::train;
  EXPECT_EQ(trial_section(unjudged), "");
  EXPECT_EQ(trial_section(StudyResult{}), "");
}

/// Four windows: sure and right, sure and right, unsure and wrong, no answer.
StudyResult windowed(double third_score) {
  const std::vector<LabelledSpan> truth{{{0, 40}, "walking"}};
  const std::vector<TestWindow> said{{{0, 10}, "walking", 0.9},
                                     {{10, 20}, "walking", 0.8},
                                     {{20, 30}, "seated", third_score},
                                     {{30, 40}, no_answer, std::nan("")}};
  StudyResult result;
  result.spec.score.protocol = "windows";
  RecordResult record;
  record.item.name = record.item.subject = "a";
  record.windows = std::make_shared<const WindowCounts>(score_windows(truth, said));
  result.records.push_back(std::move(record));
  return result;
}

TEST(TrialSection, WindowsHaveAccuracyAgainstShareAnswered) {
  const std::string html = trial_section(windowed(0.4));
  EXPECT_NE(html.find("<td>" + percent(0.5) + "</td><td>" + percent(1) + "</td>"), std::string::npos) << html;
  EXPECT_NE(html.find(percent(2.0 / 3) + " right where " + percent(0.75) + " are answered"), std::string::npos);
  EXPECT_EQ(trial_section(windowed(std::nan(""))), "");
}

TEST(PredictiveValue, FallsWithTheIncidenceAndLiesInItsInterval) {
  StudyResult result;
  result.spec.score.protocol = "events";
  EXPECT_EQ(predictive_value_section(result), "");
  GroupResult group;
  group.name = "<everybody>";
  Estimate sensitivity, alarms;
  sensitivity.value = 0.8;
  sensitivity.interval = {0.7, 0.9};
  alarms.value = 0.2;
  alarms.interval = {0.1, 0.4};
  group.figures["events.sensitivity"].estimate = sensitivity;
  group.figures["events.alarms_per_day"].estimate = alarms;
  result.groups = {group};
  const std::string html = predictive_value_section(result);
  // 0.8 found a day of 0.8 + 0.2; a seventh of these a day where falls come weekly.
  EXPECT_NE(html.find("one a day</th><td>" + percent(0.8)), std::string::npos) << html;
  EXPECT_NE(html.find("one a week</th><td>" + percent(0.8 / 7 / (0.8 / 7 + 0.2))), std::string::npos) << html;
  EXPECT_NE(html.find("&lt;everybody&gt;"), std::string::npos);
  result.groups[0].figures["events.alarms_per_day"].estimate.value = std::nan("");
  EXPECT_EQ(predictive_value_section(result), "");
}

TEST(EventSweep, TheCeilingIsWhatTheGateLetThrough) {
  const StudySpec spec = parse_spec(people_specification({.subjects = 8}, found_and_quiet), "people.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const StudyResult result = run_study(spec, *source, Cache{std::filesystem::path()});
  const auto data = event_sweep(result);
  ASSERT_TRUE(data);
  ASSERT_EQ(data->ceilings.size(), data->groups.size());
  operating::Cohort cohort;
  for (const RecordResult& record : result.records)
    cohort.add(record.item.subject, EventMatcher(record.events->reference, result.spec.score.rule),
               record.events->weighed);
  EXPECT_DOUBLE_EQ(data->ceilings.front(), operating::OperatingCurve(cohort).ceiling().sensitivity());
  EXPECT_LT(data->ceilings.front(), 1);
  EXPECT_GE(data->ceilings.front(), gross_value(*data, data->figures.front(), 0, 0));
}

}  // namespace
}  // namespace vagus::lab
