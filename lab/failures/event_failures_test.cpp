/// Failure analysis of the protocols events and windows: simulated events, a cause that was planted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "lab/failures/clock.h"
#include "lab/failures/event_rows.h"
#include "lab/failures/failures.h"
#include "lab/failures/intervention.h"
#include "lab/failures/movement.h"

namespace vagus::lab {
namespace {

const Cache keeps_nothing{std::filesystem::path()};

struct Studied {
  StudySpec spec;
  std::unique_ptr<Source> source;
  StudyResult result;
};

Studied studied(const std::string& settings, int subjects = 30) {
  Studied out;
  out.spec = parse_spec("name = \"falls\"\nseed = 5\n[data]\nsimulate = {kind = \"events\", subjects = " +
                            std::to_string(subjects) + ", set = {" + settings +
                            "}}\n[detector]\nname = \"simulated.events\"\nconfig = {threshold = 0.9}\n[score]\n"
                            "protocol = \"events\"\n",
                        "falls.toml");
  out.source = open_source(out.spec.data, out.spec.score.reference, out.spec.seed);
  out.result = run_study(out.spec, *out.source, keeps_nothing);
  return out;
}

double sum(const std::vector<float>& values) {
  double all = 0;
  for (const float value : values) all += static_cast<double>(value);
  return all;
}

const ErrorColumn& column(const ErrorTable& table, const std::string& name) {
  const auto at =
      std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& c) { return c.name == name; });
  if (at == table.columns.end()) throw Error("no column " + name);
  return *at;
}

TEST(EventErrors, EveryEventAndEveryHourOfWearIsInOneRow) {
  const Studied falls = studied("days = 3, events_per_day = 0.7", 12);
  const EventCounts& counts = falls.result.groups.front().events;
  const StudyErrors errors = study_errors(falls.result, *falls.source, keeps_nothing);
  const ErrorKind &missed = errors.table.kinds[0], &extra = errors.table.kinds[1];
  EXPECT_EQ(sum(missed.exposure), static_cast<double>(counts.detected + counts.missed));
  EXPECT_NEAR(sum(extra.exposure), counts.worn_s / 3600, 0.01);
  const auto of_kind = [&](std::uint32_t kind) {
    return std::count_if(errors.errors.begin(), errors.errors.end(), [&](const auto& e) { return e.kind == kind; });
  };
  EXPECT_EQ(of_kind(0), counts.missed);
  EXPECT_GT(counts.missed, 0);
  EXPECT_EQ(of_kind(1), counts.false_alarms);
  EXPECT_GT(counts.false_alarms, 0);
  for (const ErrorMoment& error : errors.errors) {
    EXPECT_EQ(errors.record[error.row], error.record);
    EXPECT_NEAR(errors.t_s[error.row], error.t_s, error.kind == 0 ? 0 : 30.001);
  }
  EXPECT_NO_THROW(column(errors.table, "device"));
  EXPECT_NO_THROW(column(errors.table, "nearest_event_s"));
}

TEST(EventErrors, StretchesAreLongerWhereThereIsMuchToCut) {
  EXPECT_EQ(stretch_length_s(3600), 60);
  EXPECT_EQ(stretch_length_s(86400.0 * 3360), 1800);
  EXPECT_LE(86400.0 * 100'000 / stretch_length_s(86400.0 * 100'000), most_stretches);
}

TEST(EventFailures, DevicesThatRaiseFourTimesTheAlarmsAreFoundFirst) {
  const Studied falls =
      studied("days = 4, candidates_per_day = 20, candidate_shape = 20, watch_factor = 6, person_sd = 0.1");
  const FailureAnalysis analysis = analyse_failures(falls.result, *falls.source, keeps_nothing);
  const ErrorTable& table = analysis.errors.table;
  const auto first =
      std::find_if(analysis.slices.begin(), analysis.slices.end(), [](const Slice& s) { return s.kind == 1; });
  ASSERT_NE(first, analysis.slices.end());
  EXPECT_NE(first->sentence.find("false alarms come from"), std::string::npos) << first->sentence;
  EXPECT_TRUE(std::any_of(first->conditions.begin(), first->conditions.end(), [&](const Condition& one) {
    return table.columns[one.column].name == "device" || table.columns[one.column].name == "placement";
  })) << first->sentence;
  EXPECT_FALSE(analysis.subjects.empty());
  const Json json = failures_json(analysis, falls.result);
  EXPECT_EQ(json["slices"][0]["where"], analysis.slices.front().sentence);
}

TEST(EventFailures, WithoutACauseNoSliceIsTold) {
  const Studied falls =
      studied("days = 3, candidates_per_day = 20, candidate_shape = 100, person_sd = 0, gate_missed = 0");
  SliceOptions options;
  options.confirm = false;
  const StudyErrors errors = study_errors(falls.result, *falls.source, keeps_nothing);
  EXPECT_TRUE(find_slices(errors.table, options).empty());
}

TEST(EventFailures, EventsThatTheGateNeverLetThroughAreToldAsSuchAndTheMarginSaysWhatWouldFlipTheOthers) {
  const Studied falls =
      studied("days = 6, events_per_day = 1, separation = 4, gate_missed = 0.3, candidates_per_day = 2");
  const FailureAnalysis analysis = analyse_failures(falls.result, *falls.source, keeps_nothing);
  std::size_t unweighed = 0, weighed = 0, extra = 0;
  for (const Exemplar& one : analysis.exemplars) {
    if (one.kind == 1) {
      ++extra;
      ASSERT_TRUE(one.margin());
      EXPECT_GE(*one.margin(), 0);
      EXPECT_GE(*one.score, 0.9);
    } else if (one.score) {
      ++weighed;
      EXPECT_LT(*one.score, 0.9);
      EXPECT_NEAR(*one.margin(), 0.9 - *one.score, 1e-12);
    } else {
      ++unweighed;
    }
  }
  EXPECT_GT(unweighed, 0U);
  const auto gate = std::find_if(analysis.slices.begin(), analysis.slices.end(),
                                 [](const Slice& s) { return s.sentence.find("never weighed") != std::string::npos; });
  EXPECT_NE(gate, analysis.slices.end());
  // Of all errors, those that were weighed have a score below the threshold.
  const auto all =
      find_exemplars(falls.result, analysis.errors, {}, *falls.source, keeps_nothing, SIZE_MAX, 1, SIZE_MAX);
  EXPECT_EQ(all.size(), analysis.errors.errors.size());
  weighed += static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const Exemplar& one) { return one.kind == 0 && one.score && *one.margin() > 0; }));
  EXPECT_GT(weighed + extra, 0U);
}

TEST(EventFailures, SimulatedAgainWithoutTheCauseTheAlarmsGo) {
  const Studied falls = studied("days = 3, candidates_per_day = 40, candidate_shape = 20");
  const Intervention less = simulate_again(falls.result, {{"candidates_per_day", "10"}}, keeps_nothing);
  ASSERT_EQ(less.changes.size(), 2U);
  EXPECT_LT(less.changes[1].difference.interval.high, 0);
  EXPECT_NE(less.sentence.find("false alarms go from"), std::string::npos) << less.sentence;
}

TEST(Movement, TellsHowMuchTheArmMovedAndWhereTheSignalBreaksOff) {
  Recording recording;
  for (const vagus::Quantity axis : {vagus::Quantity::acc_x, vagus::Quantity::acc_y, vagus::Quantity::acc_z}) {
    Channel channel;
    channel.name = name(axis);
    channel.quantity = axis;
    channel.unit = Unit::mps2;
    std::vector<float> values(4000);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double wave = i < 2000 ? 0 : 2 * 9.80665 * std::sin(0.3 * static_cast<double>(i));
      values[i] = axis == vagus::Quantity::acc_z ? static_cast<float>(9.80665 + wave / 2) : 0.0F;
      if (i >= 1000 && i < 1050) values[i] = unknown_value;
    }
    channel.samples = Samples(std::move(values));
    channel.time = TimeAxis::even(100, 4000);
    recording.channels.push_back(std::move(channel));
  }
  const Movement movement(recording);
  ASSERT_TRUE(movement.has_acceleration());
  EXPECT_NEAR(movement.deviation_g(0, 9), 0, 1e-3);
  EXPECT_GT(movement.deviation_g(25, 35), 0.5);
  EXPECT_NEAR(movement.greatest_g(25, 35), 2, 0.01);
  EXPECT_TRUE(std::isnan(movement.deviation_g(10, 10.4)));
  EXPECT_TRUE(movement.breaks_in(9, 11));
  EXPECT_FALSE(movement.breaks_in(2, 8));
  EXPECT_TRUE(movement.breaks_in(10.4, 12));
  EXPECT_FALSE(Movement(Recording{}).has_acceleration());
}

TEST(DayClock, IsTheWearers) {
  StudyItem item;
  EXPECT_TRUE(std::isnan(DayClock(item).hour(0)));
  item.start = "2024-05-01T22:30:00+02:00";
  EXPECT_NEAR(DayClock(item).hour(0), 22.5, 1e-4);
  EXPECT_NEAR(DayClock(item).hour(7200), 0.5, 1e-4);
  item.start = "2024-05-01T06:00:00";
  EXPECT_NEAR(DayClock(item).hour(3600), 7, 1e-4);
}

TEST(WindowFailures, ClassesThatAreMistakenAreFound) {
  StudyResult result;
  result.spec.name = "activities";
  result.spec.seed = 3;
  result.spec.score.protocol = "windows";
  for (int person = 0; person < 12; ++person) {
    RecordResult record;
    record.item.set = "made";
    record.item.name = record.item.subject = "p" + std::to_string(person);
    auto counts = std::make_shared<WindowCounts>();
    for (int i = 0; i < 600; ++i) {
      const bool stairs = (i / 20 + person) % 5 == 0;
      const std::string truth = stairs ? "stairs" : (i / 20) % 2 == 0 ? "walking" : "sitting";
      // One in two of the stairs is taken for walking, one in fifty of the others for sitting.
      const bool wrong = stairs ? (i * 7 + person) % 2 == 0 : (i * 13 + person * 29) % 50 == 0;
      counts->each.push_back({{5.0 * i, 5.0 * i + 5}, truth, wrong ? (stairs ? "walking" : "stairs") : truth, false});
    }
    record.run.duration_s = 3000;
    record.windows = counts;
    result.records.push_back(record);
  }
  struct None final : Source {
    std::vector<StudyItem> none;
    const std::vector<StudyItem>& items() const override { return none; }
    Recording load(const StudyItem&) const override { throw Error("none"); }
    Recording header(const StudyItem&) const override { throw Error("none"); }
    bool simulated() const override { return false; }
  } source;
  const FailureAnalysis analysis = analyse_failures(result, source, keeps_nothing);
  ASSERT_FALSE(analysis.slices.empty());
  EXPECT_NE(analysis.slices.front().sentence.find("true class stairs"), std::string::npos)
      << analysis.slices.front().sentence;
  ASSERT_FALSE(analysis.exemplars.empty());
  EXPECT_TRUE(analysis.exemplars.front().before_s || analysis.exemplars.front().after_s);
  EXPECT_FALSE(analysis.exemplars.front().margin());
}

}  // namespace
}  // namespace vagus::lab
