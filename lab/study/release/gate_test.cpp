#include "lab/study/release/gate.h"

#include <gtest/gtest.h>

#include "lab/base/error.h"
#include "lab/study/release/planted_release.h"

namespace vagus::lab {
namespace {

constexpr const char* pooled = "what is judged";

/// A short part of bench/release, which runs 100 seeds.
TEST(ReleaseGate, OneEventInFiveLostInOnePersonOfTwentyIsRefusedThoughThePooledFigurePasses) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    PlantedRelease planted;
    planted.seed = seed;
    planted.lost_in_group = 0.2;
    const Gate gate = planted_gate(planted);
    EXPECT_EQ(gate.outcome, GateOutcome::refused) << seed << ": " << gate.sentence;
    EXPECT_EQ(planted_test(gate, "small").outcome, GateOutcome::refused) << planted_test(gate, "small").why;
    EXPECT_EQ(planted_test(gate, pooled).outcome, GateOutcome::passed) << planted_test(gate, pooled).why;
    EXPECT_EQ(gate.bounds.at(0).candidate, Verdict::met);
    EXPECT_TRUE(planted_test(gate, "others").identical);
  }
}

TEST(ReleaseGate, AnIdenticalCandidatePassesHoweverSmallItsGroups) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    PlantedRelease planted;
    planted.seed = seed;
    planted.in_group = 1;
    planted.subjects = 8;
    const Gate gate = planted_gate(planted);
    EXPECT_EQ(gate.outcome, GateOutcome::passed) << gate.sentence;
    EXPECT_TRUE(gate.identical);
    for (const GateTest& test : gate.tests) {
      EXPECT_TRUE(test.identical);
      EXPECT_NE(test.why.find("says the same in all of its recordings"), std::string::npos);
    }
    EXPECT_TRUE(as_json(gate).at("tests").at(0).at("interval").is_null());
  }
}

TEST(ReleaseGate, ACandidateThatIsWorseByTheMarginSlipsThroughInOneOfTwentyAtMost) {
  int released = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    PlantedRelease planted;
    planted.seed = seed;
    planted.lost = planted.margin / planted.found;
    planted.differs = 1;
    released += planted_gate(planted).outcome == GateOutcome::passed ? 1 : 0;
  }
  EXPECT_LE(released, 3);
}

TEST(ReleaseGate, AHarmlessChangePasses) {
  int released = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    PlantedRelease planted;
    planted.seed = seed;
    planted.lost = 0.001;
    planted.gained = 0.1;
    planted.moved = 0.01;
    released += planted_gate(planted).outcome == GateOutcome::passed ? 1 : 0;
  }
  EXPECT_GE(released, 17);
}

TEST(ReleaseGate, EventsThatOnlyMovedStillHaveAnIntervalOfSomeWidth) {
  PlantedRelease planted;
  planted.moved = 0.05;
  const Gate gate = planted_gate(planted);
  const GateTest& test = planted_test(gate, "small");
  EXPECT_FALSE(gate.identical);
  EXPECT_GT(gate.moved, 0);
  EXPECT_EQ(gate.lost + gate.gained, 0);
  EXPECT_FALSE(test.identical);
  EXPECT_EQ(test.estimate.value, 0);
  EXPECT_LT(test.estimate.interval.low, 0);
  EXPECT_GT(test.estimate.interval.high, 0);
  EXPECT_EQ(test.outcome, GateOutcome::passed) << test.why;
}

TEST(ReleaseGate, AGroupOfOnePersonInWhichSomethingChangedIsNotShown) {
  PlantedRelease planted;
  planted.in_group = 1;
  planted.lost_in_group = 0.03;
  planted.seed = 3;
  const Gate gate = planted_gate(planted);
  ASSERT_FALSE(planted_test(gate, "small").identical);
  EXPECT_EQ(planted_test(gate, "small").outcome, GateOutcome::not_shown);
  EXPECT_NE(planted_test(gate, "small").why.find("fewer than two subjects"), std::string::npos);
  EXPECT_EQ(gate.outcome, GateOutcome::not_shown);
}

TEST(ReleaseGate, ListsEveryEventLostGainedAndMoved) {
  PlantedRelease planted;
  planted.subjects = 2;
  planted.in_group = 1;
  const Frozen frozen = planted_frozen(planted);
  StudyResult candidate = planted_result(planted, true);
  std::vector<Event>& events = candidate.records[0].run.events;
  const double lost_s = events[3].t_s, moved_s = events[10].t_s;
  events[10].t_s += 0.02;
  events.erase(events.begin() + 3);
  Event extra = events.back();
  extra.t_s = 0.4;
  events.insert(events.begin(), extra);
  score_beats(candidate.spec.score, candidate.records[0]);
  const Gate gate = check_release(frozen, candidate, no_cost());
  EXPECT_EQ(gate.lost, 1);
  EXPECT_EQ(gate.gained, 1);
  EXPECT_EQ(gate.moved, 1);
  const auto& changes = gate.changes.at(0).events;
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].kind, EventChange::Kind::gained);
  EXPECT_EQ(changes[0].t_s, 0.4);
  EXPECT_FALSE(changes[0].right_after);
  EXPECT_EQ(changes[1].kind, EventChange::Kind::lost);
  EXPECT_EQ(changes[1].t_s, lost_s);
  EXPECT_TRUE(changes[1].right_before);
  EXPECT_EQ(changes[2].kind, EventChange::Kind::moved);
  EXPECT_EQ(changes[2].t_s, moved_s);
  EXPECT_NEAR(changes[2].moved_s, 0.02, 1e-12);
  EXPECT_TRUE(changes[2].right_after);
}

TEST(ReleaseGate, ARecordingThatFailedIsMissingOrChangedLeavesTheAnswerOpen) {
  PlantedRelease planted;
  planted.subjects = 8;
  const Frozen frozen = planted_frozen(planted);
  StudyResult failed = planted_result(planted, true), missing = failed, changed = failed, fresh = failed;
  failed.records.pop_back();
  failed.failed.push_back({"planted:p7", "it cannot be read"});
  missing.records.pop_back();
  changed.records.back().item.signal_hash = "another";
  fresh.records.push_back(planted_record(8, false, {true}, {false}));
  EXPECT_EQ(check_release(frozen, failed, no_cost()).outcome, GateOutcome::not_shown);
  EXPECT_EQ(check_release(frozen, failed, no_cost()).failed.size(), 1U);
  EXPECT_EQ(check_release(frozen, missing, no_cost()).missing.at(0), "planted:p7: it is not in the data");
  EXPECT_EQ(check_release(frozen, changed, no_cost()).outcome, GateOutcome::not_shown);
  const Gate gate = check_release(frozen, fresh, no_cost());
  EXPECT_EQ(gate.outcome, GateOutcome::passed);
  EXPECT_EQ(gate.fresh, std::vector<std::string>{"planted:p8"});
  StudyResult none = failed;
  none.records.clear();
  EXPECT_THROW(check_release(frozen, none, no_cost()), Error);
}

TEST(ReleaseGate, BothAreScoredOnTheLabelsOfToday) {
  PlantedRelease planted;
  planted.subjects = 8;
  const Frozen frozen = planted_frozen(planted);
  StudyResult candidate = planted_result(planted, true);
  // Somebody found that half of the beats are none: the requirement is not met any more, by either.
  for (RecordResult& record : candidate.records) {
    record.item.labels_hash = "mended";
    for (std::size_t i = 0; i < record.reference.annotations.size(); i += 2)
      record.reference.annotations[i].label = "\"";
    score_beats(candidate.spec.score, record);
  }
  const Gate gate = check_release(frozen, candidate, no_cost());
  EXPECT_EQ(gate.outcome, GateOutcome::passed) << gate.sentence;
  EXPECT_NE(gate.notes.at(0).find("8 recordings were mended"), std::string::npos);
}

TEST(ReleaseGate, AWorstFigureIsComparedInTheCandidatesWorst) {
  PlantedRelease planted;
  planted.beats = 1000;
  const Frozen frozen = planted_frozen(planted);
  StudyResult candidate = planted_result(planted, true);
  candidate.spec.requirements[0].statistic = "ec57.sensitivity_worst";
  candidate.spec.requirements[0].bound.bound = 0.5;
  auto& events = candidate.records[40].run.events;
  events.erase(events.begin(), events.begin() + 300);
  score_beats(candidate.spec.score, candidate.records[40]);
  const Gate gate = check_release(frozen, candidate, no_cost());
  const GateTest& test = planted_test(gate, pooled);
  EXPECT_EQ(test.who, "p40");
  EXPECT_EQ(test.outcome, GateOutcome::refused);
  EXPECT_NEAR(test.estimate.value, -0.3, 0.01);
  EXPECT_LT(test.estimate.interval.low, test.estimate.value);
  EXPECT_TRUE(planted_test(gate, "small").identical);
}

TEST(ReleaseGate, LessIsBetterWhereTheStatisticSaysSo) {
  PlantedRelease planted;
  const Frozen frozen = planted_frozen(planted);
  StudyResult candidate = planted_result(planted, true);
  RequirementSpec& asked = candidate.spec.requirements[0];
  asked.statistic = "ec57.unreadable_share";
  asked.bound = {Direction::at_most, 0.5, 0.95};
  for (RecordResult& record : candidate.records) {
    Event event;
    event.kind = Said::Kind::unreadable;
    event.interval = true;
    event.t_start_s = event.t_s = 8;
    event.t_end_s = 24;
    record.run.events.push_back(event);
    record.run.unreadable_s = 16;
    score_beats(candidate.spec.score, record);
  }
  const Gate gate = check_release(frozen, candidate, no_cost());
  EXPECT_EQ(planted_test(gate, pooled).outcome, GateOutcome::refused) << planted_test(gate, pooled).why;
  EXPECT_LT(planted_test(gate, pooled).estimate.value, -0.15);
  EXPECT_EQ(gate.stretches, 100);
}

TEST(ReleaseGate, TheAnswerDoesNotDependOnThreads) {
  PlantedRelease planted;
  planted.lost = 0.01;
  const Frozen frozen = planted_frozen(planted);
  const StudyResult candidate = planted_result(planted, true);
  EXPECT_EQ(as_json(check_release(frozen, candidate, no_cost(), {1})).dump(),
            as_json(check_release(frozen, candidate, no_cost(), {4})).dump());
}

DetectorCost a_cost(double instructions) {
  DetectorCost cost;
  cost.detector = "health.beats";
  cost.version = "1";
  cost.compiler = "12.2.1";
  cost.rate_hz = 250;
  cost.cores["m4f"].instructions_per_sample = instructions;
  cost.cores["m4f"].ram_bytes = 4000;
  return cost;
}

TEST(ReleaseGate, CostIsHeldToItsLimitAndWithoutOneToTheFrozenFigure) {
  Budgets budgets;
  budgets.compiler = "12.2.1";
  budgets.all.push_back({"health.beats", "m4f", {{"instructions_per_sample", 110}}, {}, {}});
  const KnownCost before{a_cost(100), ""};
  EXPECT_EQ(gate_cost(before, {a_cost(109), ""}, &budgets).outcome, GateOutcome::passed);
  EXPECT_EQ(gate_cost(before, {a_cost(112), ""}, &budgets).outcome, GateOutcome::refused);
  EXPECT_EQ(gate_cost(before, {a_cost(100.5), ""}, nullptr).outcome, GateOutcome::passed);
  EXPECT_EQ(gate_cost(before, {a_cost(109), ""}, nullptr).outcome, GateOutcome::refused);
  KnownCost other{a_cost(300), ""};
  other.cost->compiler = "14.1";
  EXPECT_EQ(gate_cost(before, other, &budgets).outcome, GateOutcome::passed);
  EXPECT_NE(gate_cost(before, other, &budgets).why.find("not compared"), std::string::npos);
  EXPECT_EQ(gate_cost(before, {std::nullopt, "no compiler"}, &budgets).outcome, GateOutcome::not_shown);
  EXPECT_EQ(gate_cost({std::nullopt, "x"}, {std::nullopt, "no compiler"}, &budgets).outcome, GateOutcome::passed);
}

}  // namespace
}  // namespace vagus::lab
