#include "lab/study/operating/decision.h"

#include <gtest/gtest.h>

#include "lab/base/error.h"
#include "lab/study/operating/cohort_for_test.h"

namespace vagus::lab::operating {
namespace {

/// The times at which a rule alarms over scores a second apart.
std::vector<double> alarms(const DecisionRule& rule, const std::vector<double>& scores) {
  Decider decider(rule);
  std::vector<double> out;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (decider(static_cast<double>(i), scores[i])) out.push_back(static_cast<double>(i));
  return out;
}
using Times = std::vector<double>;

DecisionRule rule_on(double on) {
  DecisionRule rule;
  rule.on = on;
  return rule;
}

TEST(DecisionRule, WithoutMoreItIsTheThreshold) {
  const std::vector<Day> days = days_for_test(8, 1, 50);
  const Cohort cohort = cohort_for_test(days);
  const OperatingCurve curve(cohort);
  for (const double threshold : curve.thresholds(10)) {
    const RuleResult result = apply(rule_on(threshold), cohort);
    EXPECT_EQ(result.tally, curve.at(threshold).tally());
    EXPECT_EQ(result.subjects, curve.subjects_at(threshold));
    EXPECT_EQ(static_cast<float>(result.latency_median_s), curve.at(threshold).latency_median_s);
    EXPECT_EQ(static_cast<float>(result.latency_p90_s), curve.at(threshold).latency_p90_s);
  }
}

TEST(DecisionRule, HysteresisHoldsThroughADipAndAlarmsOnceAsItBegins) {
  DecisionRule rule = rule_on(0.8);
  rule.edges = true;
  const std::vector<double> scores = {0.1, 0.9, 0.6, 0.9, 0.3, 0.9};
  EXPECT_EQ(alarms(rule, scores), (Times{1, 3, 5}));
  rule.off = 0.5;
  EXPECT_EQ(alarms(rule, scores), (Times{1, 5}));
}

TEST(DecisionRule, ConfirmationNeedsMOfTheLastNHigh) {
  DecisionRule rule = rule_on(0.5);
  rule.m = 2;
  rule.n = 3;
  EXPECT_EQ(alarms(rule, {1, 0, 0, 1, 0, 1, 1, 0, 0}), (Times{5, 6}));
  rule.m = 3;
  EXPECT_EQ(alarms(rule, {1, 1, 0, 1, 1, 1, 1}), (Times{5, 6}));
  rule.within_s = 1.5;  // three scores a second apart do not fit
  EXPECT_EQ(alarms(rule, {1, 1, 1, 1}), Times{});
}

TEST(DecisionRule, NothingAlarmsInTheRefractoryTimeAndWhatIsSuppressedDoesNotProlongIt) {
  DecisionRule rule = rule_on(0.5);
  rule.refractory_s = 3;
  EXPECT_EQ(alarms(rule, {1, 1, 1, 1, 1, 1, 1, 0, 1}), (Times{0, 3, 6}));
}

TEST(DecisionRule, StricterRulesNeverAlarmMore) {
  const Cohort cohort = cohort_for_test(days_for_test(10, 2));
  std::vector<DecisionRule> rules(4, rule_on(0.7));
  rules[1].refractory_s = 3600;
  rules[2].m = rules[2].n = 2;
  rules[3].m = rules[3].n = 3;
  const std::vector<RuleResult> results = sweep(rules, cohort);
  const std::vector<RuleResult> alone = sweep(rules, cohort, 1);
  for (std::size_t k = 0; k < rules.size(); ++k) {
    EXPECT_EQ(results[k].tally, alone[k].tally);
    EXPECT_LE(results[k].tally.alarms(), results[0].tally.alarms());
    EXPECT_LE(results[k].tally.detected, results[0].tally.detected);
  }
  EXPECT_LE(results[3].tally.alarms(), results[2].tally.alarms());
  EXPECT_LT(results[1].tally.alarms(), results[0].tally.alarms());
}

TEST(DecisionRule, ARuleThatCannotBeIsRefused) {
  DecisionRule rule = rule_on(0.5);
  rule.off = 0.6;
  EXPECT_THROW(check(rule), UsageError);
  rule = rule_on(0.5);
  rule.m = 3;
  rule.n = 2;
  EXPECT_THROW(check(rule), UsageError);
  rule = rule_on(0.5);
  rule.refractory_s = -1;
  EXPECT_THROW(check(rule), UsageError);
  EXPECT_EQ(rule_on(0.5).name(), "on 0.5");
}

}  // namespace
}  // namespace vagus::lab::operating
