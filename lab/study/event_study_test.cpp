/// Studies of the protocols events and windows: simulated events, stored files, and what their results hold.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "lab/base/error.h"
#include "lab/score/protocol.h"
#include "lab/study/compare.h"
#include "lab/study/counts_json.h"
#include "lab/study/power.h"
#include "lab/study/results.h"
#include "lab/study/score_record.h"
#include "lab/study/stored_events.h"
#include "lab/study/study.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

const Cache keeps_nothing{fs::path()};

std::string falls(const std::string& detector, const std::string& more = {}) {
  return R"(
name = "falls"
seed = 5
[data]
simulate = {kind = "events", subjects = 12, set = {days = 3, events_per_day = 0.7}}
[detector]
)" + detector +
         R"(
[score]
protocol = "events"
)" + more;
}

StudyResult run_text(const std::string& text) {
  const StudySpec spec = parse_spec(text, "falls.toml");
  return run_study(spec, *open_source(spec.data, spec.score.reference, spec.seed), keeps_nothing);
}

class EventStudy : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("vagus-event-study-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  fs::path folder_;
};

TEST_F(EventStudy, CountsAreThoseOfTheProtocolAlone) {
  const StudyResult result = run_text(falls("name = \"simulated.events\"\nconfig = {threshold = 0.8}"));
  ASSERT_EQ(result.records.size(), 36U);
  EventCounts all;
  const StudySpec spec = parse_spec(falls("name = \"simulated.events\""), "falls.toml");
  const auto source = open_source(spec.data, "", 5);
  for (const StudyItem& item : source->items()) {
    const EventDay day = *source->events(item);
    EventTest test;
    for (const EventDetection& one : day.weighed)
      if (one.score >= 0.8) test.detections.push_back(one);
    all += score_events(day.reference, test);
  }
  const EventCounts& counted = result.groups.front().events;
  EXPECT_GT(all.detected, 0);
  EXPECT_GT(all.wear_alarms, 0);
  EXPECT_EQ(counted.detected, all.detected);
  EXPECT_EQ(counted.missed, all.missed);
  EXPECT_EQ(counted.wear_alarms, all.wear_alarms);
  EXPECT_DOUBLE_EQ(counted.worn_s, all.worn_s);
  const auto& figures = result.groups.front().figures;
  EXPECT_DOUBLE_EQ(figures.at("events.sensitivity").estimate.value, all.sensitivity().value());
  EXPECT_DOUBLE_EQ(figures.at("events.alarms_per_day").estimate.value, all.alarms_per_day());
  EXPECT_DOUBLE_EQ(figures.at("events.latency_median_s").estimate.value, all.latency_s(0.5));
  EXPECT_NE(figures.at("events.alarms_per_day").estimate.method.find("negative binomial"), std::string::npos)
      << figures.at("events.alarms_per_day").estimate.method;
}

TEST_F(EventStudy, StoredFilesOfTheSameDetectionsGiveTheSameCounts) {
  const StudySpec spec = parse_spec(falls("name = \"simulated.events\""), "falls.toml");
  const auto source = open_source(spec.data, "", 5);
  bool csv = true;
  for (const StudyItem& item : source->items()) {
    std::string text = csv ? "t_s,t_impact_s,score,kind\n" : "";
    const EventDay day = *source->events(item);
    for (const EventDetection& one : day.weighed) {
      const std::string kind = one.score < 0.9 ? "candidate" : "";
      if (csv) {
        text += shortest(one.t_s) + "," + shortest(one.t_impact_s) + "," + shortest(one.score) + "," + kind + "\n";
      } else {
        Json line = {{"t_s", one.t_s}, {"score", one.score}};
        if (!kind.empty()) line["kind"] = kind;
        if (std::isfinite(one.t_impact_s)) line["t_impact_s"] = one.t_impact_s;
        text += line.dump() + "\n";
      }
    }
    write(item.name + (csv ? ".test.csv" : ".jsonl"),
          text + (csv ? "" : "{\"summary\": true, \"duration_s\": 86400}\n"));
    csv = !csv;
  }
  const StudyResult simulated = run_text(falls("name = \"simulated.events\"\nconfig = {threshold = 0.9}"));
  const StudyResult stored = run_text(falls("events = \"" + folder_.string() + "\""));
  ASSERT_TRUE(stored.failed.empty()) << stored.failed.front().why;
  for (std::size_t i = 0; i < simulated.records.size(); ++i)
    EXPECT_EQ(record_counts(simulated.records[i]), record_counts(stored.records[i])) << i;
  // A rule decides anew on what was stored with its scores.
  const StudyResult stricter = run_text(falls("events = \"" + folder_.string() + "\"\nconfig = {threshold = 0.99}"));
  EXPECT_LT(stricter.groups.front().events.false_alarms, stored.groups.front().events.false_alarms);
  // What the files hold is the input that the result names.
  const std::string first = results(stored)["detector"]["code"];
  write(simulated.records.front().item.name + ".test.csv", "t_s\n5\n");
  const StudyResult other = run_text(falls("events = \"" + folder_.string() + "\""));
  EXPECT_NE(results(other)["detector"]["code"], first);
  EXPECT_NE(other.run_key, stored.run_key);
}

TEST_F(EventStudy, ARecordingWithoutStoredEventsFailsByNameAndNothingIsMet) {
  write("s0001-d01.csv", "t_s\n");
  write("s0001-d02.csv", "t_s\nx\n");
  const StudyResult result = run_text(falls("events = \"" + folder_.string() + "\"", R"(
[[requirement]]
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 1000
)"));
  EXPECT_EQ(result.records.size(), 1U);
  EXPECT_EQ(result.failed.size(), 35U);
  EXPECT_NE(result.verdict, Verdict::met);
  EXPECT_NE(result.failed[0].why.find("line 2"), std::string::npos) << result.failed[0].why;
  EXPECT_NE(result.failed[1].why.find("no events are stored"), std::string::npos) << result.failed[1].why;
  EXPECT_EQ(results(result).dump().find(folder_.string() + "/"), std::string::npos);
}

TEST_F(EventStudy, ResultsCountsGiveEveryStatisticBack) {
  const StudyResult result = run_text(falls("name = \"simulated.events\"\nconfig = {threshold = 0.8}"));
  const Json json = Json::parse(json_text(results(result)));
  std::vector<Count> from_run, from_file;
  for (const RecordResult& record : result.records) from_run.push_back(count_of(record));
  for (const Json& record : json["records"]) from_file.push_back(count_from_record(record, "events"));
  for (const Statistic& one : statistics()) {
    if (protocol_of(one) != "events" || quantity(one) == Quantity::seconds) continue;
    const Figure a = figure(one, from_run, 0.9), b = figure(one, from_file, 0.9);
    EXPECT_TRUE(a.estimate.value == b.estimate.value || (std::isnan(a.estimate.value) && std::isnan(b.estimate.value)))
        << one.name();
    EXPECT_EQ(a.estimate.interval, b.estimate.interval) << one.name();
  }
}

TEST_F(EventStudy, AStricterThresholdIsComparedByBothFigures) {
  const Json loose = results(run_text(falls("name = \"simulated.events\"\nconfig = {threshold = 0.5}")));
  const Json strict = results(run_text(falls("name = \"simulated.events\"\nconfig = {threshold = 0.95}")));
  const Comparison comparison = compare_results(loose, strict);
  const auto of = [&](const char* name) -> const Difference& {
    for (const Difference& one : comparison.differences)
      if (one.statistic == name) return one;
    throw std::runtime_error(name);
  };
  EXPECT_EQ(of("events.alarms_per_day").change, Change::better);
  EXPECT_LT(of("events.sensitivity").estimate.value, 0);
  EXPECT_EQ(of("events.sensitivity").change, Change::worse);
  EXPECT_EQ(comparison.change, Change::worse);
  for (const Difference& one : compare_results(loose, loose).differences) EXPECT_EQ(one.change, Change::equal);
}

TEST_F(EventStudy, PowerIsDrawnFromPeopleForRatesAsWell) {
  const StudySpec spec = parse_spec(falls("name = \"simulated.events\"", R"(
[[requirement]]
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 20
)"),
                                    "falls.toml");
  PowerOptions options;
  options.runs = 60;
  const auto powers =
      study_power(spec, results(run_text(falls("name = \"simulated.events\"\nconfig = {threshold = 0.5}"))), options);
  ASSERT_EQ(powers.size(), 1U);
  EXPECT_GT(powers[0].pilot, 1);
  ASSERT_TRUE(powers[0].needed) << powers[0].why;
  EXPECT_GE(*powers[0].needed, 2);
}

std::string refused(const std::string& text) {
  try {
    run_text(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST_F(EventStudy, WhatContradictsItselfIsRefusedInASentence) {
  EXPECT_NE(refused(falls("name = \"health.beats\"")).find("and health.beats says beats"), std::string::npos);
  EXPECT_NE(refused(falls("name = \"simulated.events\"\nconfig = {treshold = 0.5}")).find("did you mean 'threshold'?"),
            std::string::npos);
  EXPECT_NE(refused(falls("name = \"simulated.events\"\nconfig = {m = 2}")).find("needs a 'threshold'"),
            std::string::npos);
  EXPECT_NE(refused(falls("events = \"/nowhere/at/all\"")).find("no such folder"), std::string::npos);
  EXPECT_NE(refused(falls("name = \"simulated.events\"",
                          "[[requirement]]\nstatistic = \"ec57.sensitivity_gross\"\n"
                          "direction = \"at_least\"\nbound = 0.5\n"))
                .find("belongs to protocol ec57, and the study scores events"),
            std::string::npos);
  EXPECT_NE(refused(falls("name = \"simulated.events\"", "window_s = 2\n")).find("belongs to protocol windows"),
            std::string::npos);
  EXPECT_NE(
      refused("name = \"n\"\n[data]\nsimulate = {kind = \"ecg\", subjects = 2, duration_s = 60}\n[detector]\nname "
              "= \"simulated.events\"\n")
          .find("needs simulated events"),
      std::string::npos);
}

TEST_F(EventStudy, ARuleOfSeveralPartsIsTheOneOfTheOperatingPoints) {
  const operating::DecisionRule rule =
      rule_of({{"threshold", 0.7}, {"off", 0.5}, {"m", 2}, {"n", 3}, {"within_s", 8}, {"refractory_s", 60}});
  EXPECT_EQ(rule.on, 0.7);
  EXPECT_EQ(rule.m, 2);
  EXPECT_EQ(rule.n, 3);
  const std::vector<EventDetection> weighed = {
      {0, unknown_s, 0.8}, {1, unknown_s, 0.2}, {2, unknown_s, 0.9}, {3, unknown_s, 0.9}, {70, unknown_s, 0.9}};
  const auto out = reported(rule, weighed);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].t_s, 2);
  EXPECT_THROW(reported(rule, {{0, unknown_s, unknown_s}}), Error);
  EXPECT_THROW(rule_of({{"threshold", 0.5}, {"m", 1.5}}), UsageError);
}

/// People whose activity is labelled, half of it walking.
class Walkers final : public Source {
 public:
  Walkers() {
    for (int i = 0; i < 6; ++i) {
      StudyItem item;
      item.set = "w";
      item.name = "p" + std::to_string(i);
      item.subject = item.name;
      item.duration_s = 100;
      item.signal_hash = item.labels_hash = "h" + item.name;
      add_common_attributes(item, "");
      items_.push_back(item);
    }
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override {
    Recording recording;
    recording.name = item.name;
    Track track;
    track.name = "activity";
    track.tick_hz = 1;
    track.layers.push_back({"", "", "", "", {{0, 50, "rest", "", 0, 0, 0}, {50, 100, "walk", "", 0, 0, 0}}});
    recording.tracks.push_back(track);
    return recording;
  }
  Recording header(const StudyItem& item) const override { return load(item); }
  bool simulated() const override { return true; }

 private:
  std::vector<StudyItem> items_;
};

TEST_F(EventStudy, WindowsAreScoredFromStoredFiles) {
  for (int i = 0; i < 6; ++i) {
    std::string text = "t_start_s,t_end_s,label\n";
    for (int k = 0; k < 10; ++k) {
      const bool wrong = k == 9 && i % 2 == 0;
      text +=
          std::to_string(10 * k) + "," + std::to_string(10 * k + 10) + "," + (k < 5 || wrong ? "rest" : "walk") + "\n";
    }
    write("p" + std::to_string(i) + ".csv", text);
  }
  const StudySpec spec =
      parse_spec("name = \"w\"\n[data]\nsets = [\"w\"]\n[detector]\nevents = \"" + folder_.string() +
                     "\"\n[score]\nprotocol = \"windows\"\nwindow_s = 10\n[[requirement]]\nstatistic = "
                     "\"windows.macro_f1\"\ndirection = \"at_least\"\nbound = 0.8\n",
                 "w.toml");
  const StudyResult result = run_study(spec, Walkers(), keeps_nothing);
  ASSERT_TRUE(result.failed.empty()) << result.failed.front().why;
  const auto& figures = result.groups.front().figures;
  EXPECT_DOUBLE_EQ(figures.at("windows.accuracy").estimate.value, 57. / 60);
  // Rest: 30 right, 3 false; walk: 27 right, 3 missed.
  const double f1 = (60. / 63 + 54. / 57) / 2;
  const Estimate& macro = figures.at("windows.macro_f1").estimate;
  EXPECT_DOUBLE_EQ(macro.value, f1);
  EXPECT_LT(macro.interval.low, f1);
  EXPECT_GT(macro.interval.high, f1);
  EXPECT_EQ(result.requirements.front().verdict, Verdict::met) << result.requirements.front().why;
  const Json json = Json::parse(json_text(results(result)));
  std::vector<Count> counts;
  for (const Json& record : json["records"]) counts.push_back(count_from_record(record, "windows"));
  EXPECT_DOUBLE_EQ(figure(statistic("windows.macro_f1"), counts, 0.95).estimate.value, f1);
  for (const Difference& one : compare_results(json, json).differences) EXPECT_EQ(one.change, Change::equal);
}

}  // namespace
}  // namespace vagus::lab
