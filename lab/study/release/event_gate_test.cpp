/// The gate of protocol events, on people whose falls and alarms are planted.
#include <gtest/gtest.h>

#include "lab/stats/random.h"
#include "lab/study/release/freeze.h"
#include "lab/study/release/gate.h"
#include "lab/study/score_record.h"
#include "lab/study/verdict.h"

namespace vagus::lab {
namespace {

struct PlantedFalls {
  std::uint64_t seed = 1;
  int subjects = 100, in_group = 5, falls = 40;
  double found = 0.97;
  double lost_in_group = 0;  ///< share of its found falls that the candidate loses in people of the group
  double lost = 0;           ///< the same in everybody
  double later_s = 0;        ///< how much later the candidate tells of each
  double alarms_per_day = 1, more_alarms_in_group = 0;  ///< of the candidate, beside the release's
};

StudySpec planted_falls_spec(const PlantedFalls& planted) {
  const std::string latency = R"(
[[requirement]]
name = "Falls are told soon"
statistic = "events.latency_median_s"
direction = "at_most"
bound = 10
margin = 2
)";
  return parse_spec(R"(
name = "planted"
[data]
sets = ["planted"]
[detector]
name = "elsewhere"
events = "somewhere"
[score]
protocol = "events"
[[requirement]]
name = "Falls are found"
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.9
margin = 0.03
[[requirement]]
name = "Alarms are rare"
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 3
margin = 0.5
[[group]]
name = "small"
where = "small == 'yes'"
)" + (planted.later_s > 0 ? latency : ""),
                    "planted.toml");
}

/// A person of five days of wear, a recording.
RecordResult planted_falls_record(const PlantedFalls& planted, int index, bool candidate) {
  SplitMix random = SplitMix::stream(planted.seed, static_cast<std::uint64_t>(index));
  const bool in_group = index < planted.in_group;
  RecordResult record;
  record.item.set = "planted";
  record.item.name = record.item.subject = "p" + std::to_string(index);
  record.item.signal_hash = "signal " + record.item.name;
  record.item.attributes["small"] = in_group ? "yes" : "no";
  constexpr double days = 5;
  record.item.duration_s = days * 86400;
  EventReference truth;
  truth.worn = {{0, days * 86400}};
  EventTest said;
  for (int fall = 0; fall < planted.falls; ++fall) {
    const double impact_s = 5000 + 10'000 * fall + 100 * random.uniform();
    truth.events.push_back({unknown_s, impact_s, unknown_s, "fall"});
    const bool before = random.uniform() < planted.found;
    const double share = in_group ? 1 - (1 - planted.lost) * (1 - planted.lost_in_group) : planted.lost;
    const bool kept = random.uniform() >= share;
    const double decided_s = impact_s + 6 * random.uniform() + (candidate ? planted.later_s : 0);
    if (before && (kept || !candidate)) said.detections.push_back({decided_s, impact_s + 0.25, 0.9});
  }
  const auto alarms = [&](double per_day, double off_s) {
    for (double t = off_s; t < days * 86400; t += 86400 / per_day) said.detections.push_back({t, t - 1, 0.8});
  };
  alarms(planted.alarms_per_day, 1000 + 3000 * random.uniform());
  if (candidate && in_group && planted.more_alarms_in_group > 0)
    alarms(planted.more_alarms_in_group, 8000 + 500 * random.uniform());
  score_reported(planted_falls_spec(planted).score, std::move(truth), {}, std::move(said), record);
  return record;
}

StudyResult planted_falls_result(const PlantedFalls& planted, bool candidate) {
  StudyResult result;
  result.spec = planted_falls_spec(planted);
  result.contract = *detector("health.beats").contract;
  result.code = candidate ? "candidate" : "frozen";
  for (int i = 0; i < planted.subjects; ++i) result.records.push_back(planted_falls_record(planted, i, candidate));
  judge_study(result, {});
  return result;
}

Frozen planted_falls_frozen(const PlantedFalls& planted) {
  const StudyResult result = planted_falls_result(planted, false);
  return freeze("planted", result, {}, nullptr, "none was planted");
}

Gate planted_falls_gate(const PlantedFalls& planted) {
  return check_release(planted_falls_frozen(planted), planted_falls_result(planted, true), no_cost(), {1});
}

const GateTest& test_of(const Gate& gate, const std::string& requirement, const std::string& part) {
  for (const GateTest& test : gate.tests)
    if (test.requirement == requirement && test.part == part) return test;
  throw Error("no such test");
}

constexpr const char *everybody = "what is judged", *found = "Falls are found", *quiet = "Alarms are rare",
                     *soon = "Falls are told soon";

TEST(EventGate, OneFallInFiveLostInAGroupOfFiveIsNeverReleasedThoughTheFigureOfAllPasses) {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    PlantedFalls planted;
    planted.seed = seed;
    planted.lost_in_group = 0.2;
    const Gate gate = planted_falls_gate(planted);
    // Two hundred falls of five people are fewer than the beats of gate_test: it may end in "not shown".
    EXPECT_NE(gate.outcome, GateOutcome::passed) << gate.sentence;
    refused += test_of(gate, found, "small").outcome == GateOutcome::refused ? 1 : 0;
    EXPECT_EQ(test_of(gate, found, everybody).outcome, GateOutcome::passed) << test_of(gate, found, everybody).why;
    EXPECT_GT(gate.lost, 0);
    EXPECT_EQ(gate.gained + gate.moved, 0);
  }
  EXPECT_GE(refused, 16);
}

TEST(EventGate, AnIdenticalCandidatePassesAndIsFrozenWithItsImpacts) {
  const PlantedFalls planted;
  const Frozen frozen = planted_falls_frozen(planted);
  const Frozen again = unpack_frozen(pack(frozen), "r.vgr");
  EXPECT_EQ(again.records, frozen.records);
  EXPECT_GE(again.records[0].events[0].t_impact_s, 0);
  const Gate gate = check_release(again, planted_falls_result(planted, true), no_cost());
  EXPECT_EQ(gate.outcome, GateOutcome::passed) << gate.sentence;
  EXPECT_TRUE(gate.identical);
  EXPECT_EQ(gate.rescored, 0);
}

TEST(EventGate, MoreAlarmsInAGroupAreRefusedAndSaidPerDay) {
  PlantedFalls planted;
  planted.more_alarms_in_group = 2;
  const Gate gate = planted_falls_gate(planted);
  const GateTest& test = test_of(gate, quiet, "small");
  EXPECT_EQ(test.outcome, GateOutcome::refused) << test.why;
  EXPECT_NEAR(test.estimate.value, -2, 0.1);
  EXPECT_NE(test.why.find("per day more"), std::string::npos) << test.why;
  EXPECT_EQ(test_of(gate, quiet, everybody).outcome, GateOutcome::passed) << test_of(gate, quiet, everybody).why;
  EXPECT_EQ(gate.gained, 50);
  EXPECT_FALSE(gate.changes.at(0).events.at(0).right_after);
}

TEST(EventGate, TellingThemLaterMovesThemAndIsHeldToTheMargin) {
  PlantedFalls planted;
  planted.later_s = 0.5;
  const Gate soon_enough = planted_falls_gate(planted);
  EXPECT_EQ(soon_enough.outcome, GateOutcome::passed) << soon_enough.sentence;
  EXPECT_GT(soon_enough.moved, 3000);
  EXPECT_EQ(soon_enough.lost + soon_enough.gained, 0);
  planted.later_s = 4;
  const Gate late = planted_falls_gate(planted);
  EXPECT_EQ(test_of(late, soon, everybody).outcome, GateOutcome::refused) << test_of(late, soon, everybody).why;
  EXPECT_EQ(test_of(late, found, everybody).outcome, GateOutcome::passed);
  EXPECT_NE(test_of(late, soon, everybody).why.find("s more"), std::string::npos) << test_of(late, soon, everybody).why;
}

TEST(EventGate, ACandidateWorseByTheMarginIsNotReleased) {
  int released = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    PlantedFalls planted;
    planted.seed = seed;
    planted.lost = 0.03 / planted.found;
    released += planted_falls_gate(planted).outcome == GateOutcome::passed ? 1 : 0;
  }
  EXPECT_LE(released, 1);
}

TEST(EventGate, OverTheSpecificationsBudgetIsNotReleasedAndAnUnknownCostIsNotShown) {
  const PlantedFalls planted;
  const Frozen frozen = planted_falls_frozen(planted);
  StudyResult candidate = planted_falls_result(planted, true);
  CostResult line;
  line.asked = {"m4f", "ram_bytes", 4096};
  line.measured = Interval{5000, 5000};
  line.verdict = Verdict::not_met;
  line.why = "By vagus cost, emulated.";
  candidate.costs = {line};
  const Gate over = check_release(frozen, candidate, no_cost());
  EXPECT_EQ(over.outcome, GateOutcome::refused);
  EXPECT_NE(over.sentence.find("Budget: m4f ram_bytes is 5000, and at most 4096 is allowed."), std::string::npos)
      << over.sentence;
  EXPECT_EQ(as_json(over)["budget"][0]["outcome"], "refused");
  EXPECT_EQ(check_release(frozen, candidate, no_cost(), {0, false}).outcome, GateOutcome::passed);
  candidate.costs[0].measured.reset();
  candidate.costs[0].verdict = Verdict::not_shown;
  EXPECT_EQ(check_release(frozen, candidate, no_cost()).outcome, GateOutcome::not_shown);
  candidate.costs[0].measured = Interval{3000, 3000};
  candidate.costs[0].verdict = Verdict::met;
  EXPECT_EQ(check_release(frozen, candidate, no_cost()).outcome, GateOutcome::passed);
}

}  // namespace
}  // namespace vagus::lab
