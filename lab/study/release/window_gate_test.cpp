/// The gate of protocol windows, on people whose answers are planted.
#include <gtest/gtest.h>

#include "lab/base/error.h"
#include "lab/stats/random.h"
#include "lab/study/release/freeze.h"
#include "lab/study/release/gate.h"
#include "lab/study/score_record.h"
#include "lab/study/verdict.h"

namespace vagus::lab {
namespace {

struct PlantedWindows {
  std::uint64_t seed = 1;
  int subjects = 60, in_group = 6, windows = 120;
  double right = 0.9;
  double lost = 0, lost_in_group = 0;  ///< shares of the right answers that the candidate has no more
  double gained = 0;                   ///< share of the wrong answers that it has right
  double otherwise_unlabelled = 0;     ///< share of the answers where nothing is labelled that are others
};

StudySpec planted_windows_spec() {
  return parse_spec(R"(
name = "planted"
[data]
sets = ["planted"]
[detector]
name = "elsewhere"
events = "somewhere"
[score]
protocol = "windows"
window_s = 10
[[requirement]]
name = "Windows are answered rightly"
statistic = "windows.accuracy"
direction = "at_least"
bound = 0.8
margin = 0.03
[[requirement]]
name = "Every class is known"
statistic = "windows.macro_f1"
direction = "at_least"
bound = 0.8
margin = 0.03
[[group]]
name = "small"
where = "small == 'yes'"
)",
                    "planted.toml");
}

constexpr const char* classes[] = {"rest", "walk", "run"};

/// A person's windows of 10 s, a class each in turn; the last tenth of the time is not labelled.
RecordResult planted_windows_record(const PlantedWindows& planted, int index, bool candidate) {
  SplitMix random = SplitMix::stream(planted.seed, static_cast<std::uint64_t>(index));
  const bool in_group = index < planted.in_group;
  RecordResult record;
  record.item.set = "planted";
  record.item.name = record.item.subject = "p" + std::to_string(index);
  record.item.signal_hash = "signal " + record.item.name;
  record.item.attributes["small"] = in_group ? "yes" : "no";
  record.item.duration_s = 10.0 * planted.windows;
  std::vector<LabelledSpan> truth;
  std::vector<TestWindow> answers;
  for (int k = 0; k < planted.windows; ++k) {
    const TimeSpan at{10.0 * k, 10.0 * (k + 1)};
    const bool labelled = k < planted.windows * 9 / 10;
    if (labelled) truth.push_back({at, classes[k % 3]});
    const bool right = random.uniform() < planted.right;
    const double changes = random.uniform();
    const double lost = in_group ? std::max(planted.lost, planted.lost_in_group) : planted.lost;
    const bool other = candidate && changes < (!labelled ? planted.otherwise_unlabelled
                                               : right   ? lost
                                                         : planted.gained);
    const char* answer = classes[(k + (right != other ? 0 : 1)) % 3];
    answers.push_back({at, answer, right != other ? 0.75 : 0.5});
  }
  score_answers(planted_windows_spec().score, std::move(truth), answers, record);
  return record;
}

StudyResult planted_windows_result(const PlantedWindows& planted, bool candidate) {
  StudyResult result;
  result.spec = planted_windows_spec();
  result.contract = *detector("health.beats").contract;
  result.code = candidate ? "candidate" : "frozen";
  for (int i = 0; i < planted.subjects; ++i) result.records.push_back(planted_windows_record(planted, i, candidate));
  judge_study(result, {});
  return result;
}

Gate planted_windows_gate(const PlantedWindows& planted) {
  const Frozen frozen = freeze("planted", planted_windows_result(planted, false), {}, nullptr, "none was planted");
  return check_release(unpack_frozen(pack(frozen), "r.vgr"), planted_windows_result(planted, true), no_cost(), {1});
}

const GateTest& window_test_of(const Gate& gate, const std::string& requirement, const std::string& part) {
  for (const GateTest& test : gate.tests)
    if (test.requirement == requirement && test.part == part) return test;
  throw Error("no such test");
}

constexpr const char *of_all = "what is judged", *rightly = "Windows are answered rightly",
                     *known = "Every class is known";

TEST(WindowGate, AnIdenticalCandidatePassesWithEveryAnswerAndScoreKept) {
  const PlantedWindows planted;
  const Frozen frozen = freeze("planted", planted_windows_result(planted, false), {}, nullptr, "none was planted");
  const std::string bytes = pack(frozen);
  const Frozen again = unpack_frozen(bytes, "r.vgr");
  EXPECT_EQ(again.records, frozen.records);
  ASSERT_EQ(again.records[0].windows.size(), 120U);
  EXPECT_EQ(again.records[0].windows[119].label.empty(), false);
  EXPECT_EQ(bytes[14], 3);  // a format that earlier versions refuse by its number
  for (std::size_t cut = bytes.size() - 40; cut < bytes.size(); cut += 7)
    EXPECT_THROW(unpack_frozen(bytes.substr(0, cut), "r.vgr"), Error);
  const Gate gate = planted_windows_gate(planted);
  EXPECT_EQ(gate.outcome, GateOutcome::passed) << gate.sentence;
  EXPECT_TRUE(gate.identical);
  EXPECT_EQ(gate.same, 60 * 120);
  EXPECT_EQ(gate.rescored, 0);
  EXPECT_EQ(gate.tests.size(), 4U);
}

TEST(WindowGate, AWorseCandidateIsRefusedByShareAndByScore) {
  PlantedWindows planted;
  planted.lost = 0.1;
  const Gate gate = planted_windows_gate(planted);
  EXPECT_EQ(gate.outcome, GateOutcome::refused) << gate.sentence;
  EXPECT_EQ(window_test_of(gate, rightly, of_all).outcome, GateOutcome::refused)
      << window_test_of(gate, rightly, of_all).why;
  EXPECT_EQ(window_test_of(gate, known, of_all).outcome, GateOutcome::refused)
      << window_test_of(gate, known, of_all).why;
  EXPECT_GT(gate.lost, 400);
  const EventChange& first = gate.changes[0].events.at(0);
  EXPECT_EQ(first.kind, EventChange::Kind::lost);
  EXPECT_EQ(first.said_before, first.truth);
  EXPECT_NE(first.said_after, first.truth);
  const Json json = as_json(gate);
  EXPECT_EQ(json["changes"][0]["truth"], first.truth);
  EXPECT_EQ(json["changes"][0]["candidate_answer"], first.said_after);
}

TEST(WindowGate, WhatASmallGroupLosesIsNeverReleasedThoughTheFigureOfAllPasses) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    PlantedWindows planted;
    planted.seed = seed;
    planted.subjects = 100;
    planted.in_group = 5;
    planted.lost_in_group = 0.2;
    const Gate gate = planted_windows_gate(planted);
    EXPECT_NE(gate.outcome, GateOutcome::passed) << gate.sentence;
    EXPECT_NE(window_test_of(gate, rightly, "small").outcome, GateOutcome::passed)
        << window_test_of(gate, rightly, "small").why;
    EXPECT_EQ(window_test_of(gate, rightly, of_all).outcome, GateOutcome::passed)
        << window_test_of(gate, rightly, of_all).why;
  }
}

TEST(WindowGate, ABetterCandidatePassesAndItsWindowsAreGained) {
  PlantedWindows planted;
  planted.gained = 0.3;
  const Gate gate = planted_windows_gate(planted);
  EXPECT_EQ(gate.outcome, GateOutcome::passed) << gate.sentence;
  EXPECT_GT(gate.gained, 100);
  EXPECT_EQ(gate.lost + gate.moved, 0);
  EXPECT_EQ(gate.events, 60 * 120);
  EXPECT_GT(window_test_of(gate, known, of_all).estimate.interval.low, 0);
}

TEST(WindowGate, AnswersWhereNothingIsLabelledAreToldAndChangeNoFigure) {
  PlantedWindows planted;
  planted.otherwise_unlabelled = 0.5;
  const Gate gate = planted_windows_gate(planted);
  EXPECT_EQ(gate.outcome, GateOutcome::passed) << gate.sentence;
  EXPECT_FALSE(gate.identical);
  EXPECT_GT(gate.moved, 100);
  EXPECT_EQ(gate.lost + gate.gained, 0);
  for (const GateTest& test : gate.tests) EXPECT_TRUE(test.identical) << test.why;
}

TEST(WindowGate, AWindowThatOnlyOneAnswersIsLostOrGained) {
  const PlantedWindows planted;
  const Frozen frozen = freeze("planted", planted_windows_result(planted, false), {}, nullptr, "none was planted");
  StudyResult candidate = planted_windows_result(planted, true);
  WindowCounts cut = *candidate.records[0].windows;
  std::vector<TestWindow> answers(cut.answers.begin() + 1, cut.answers.end());
  answers.front().at.start_s += 2;
  score_answers(candidate.spec.score, cut.reference, answers, candidate.records[0]);
  const Gate gate = check_release(frozen, candidate, no_cost(), {1});
  EXPECT_EQ(gate.lost, 2);
  EXPECT_EQ(gate.gained, 1);
  // Lost are wrong and unlabelled windows too, which are answered no more.
  EXPECT_TRUE(gate.sentence.starts_with("2 windows lost, 1 gained")) << gate.sentence;
  EXPECT_EQ(gate.events, 60 * 120);
}

}  // namespace
}  // namespace vagus::lab
