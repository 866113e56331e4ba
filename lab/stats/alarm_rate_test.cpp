#include "lab/stats/alarm_rate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"
#include "lab/stats/population.h"

namespace vagus::lab {
namespace {

TEST(AlarmRate, CoversItsConfidenceWhenFewPeopleHaveNearlyAllAlarms) {
  for (const double shape : {0.2, 1.}) {
    for (const double per_day : {0.02, 0.5}) {
      SplitMix random(static_cast<std::uint64_t>(100 * shape + 1000 * per_day));
      int covered = 0, by_effective = 0;
      constexpr int rounds = 400;
      for (int round = 0; round < rounds; ++round) {
        const std::vector<Cluster> people = draw(AlarmPopulation{per_day, shape, 7, 21}, 20, random);
        const Interval i = alarm_rate(people).interval, e = effective_count_rate(people).interval;
        covered += i.low <= per_day && per_day <= i.high ? 1 : 0;
        by_effective += e.low <= per_day && per_day <= e.high ? 1 : 0;
      }
      // 93 % less two and a half standard errors at 400 rounds.
      EXPECT_GE(covered, 0.898 * rounds) << shape << " " << per_day;
      EXPECT_GE(by_effective, 0.898 * rounds) << shape << " " << per_day;
    }
  }
}

TEST(AlarmRate, OfPeopleWhoAreAlikeItIsNearTheExactPoissonInterval) {
  std::vector<Cluster> people;
  for (int k = 0; k < 200; ++k) people.push_back({1. + k % 2, 10});
  const double low = chi_squared_quantile(0.025, 600) / 2 / 2000, high = chi_squared_quantile(0.975, 602) / 2 / 2000;
  for (const Estimate& e : {alarm_rate(people), effective_count_rate(people)}) {
    EXPECT_DOUBLE_EQ(e.value, 0.15);
    EXPECT_NEAR(e.interval.low, low, 0.05 * (high - low));
    EXPECT_NEAR(e.interval.high, high, 0.05 * (high - low));
  }
  EXPECT_GT(alarm_shape(people), 100);
}

TEST(AlarmRate, FindsTheShapeThatPeopleWereDrawnWith) {
  SplitMix random(6);
  const std::vector<Cluster> people = draw(AlarmPopulation{2, 0.5, 7, 21}, 4000, random);
  EXPECT_NEAR(alarm_shape(people), 0.5, 0.05);
}

TEST(AlarmRate, WithoutAlarmsItStillHasAnUpperEndBeyondTheRuleOfThree) {
  const std::vector<Cluster> people(20, Cluster{0, 10});
  const Estimate e = alarm_rate(people);
  EXPECT_EQ(e.interval.low, 0);
  // (1 + mean / 0.2)^(-0.2 * 20) = 0.025 in closed form.
  EXPECT_NEAR(e.interval.high, 0.2 * (std::pow(0.025, -1. / 4) - 1) / 10, 1e-8);
  EXPECT_GT(e.interval.high, 3. / 200);
}

TEST(AlarmRate, TheUnitOfTimeDoesNotMatter) {
  SplitMix random(3);
  std::vector<Cluster> days = draw(AlarmPopulation{0.3, 0.5, 7, 21}, 20, random), hours = days;
  for (Cluster& c : hours) c.denominator *= 24;
  EXPECT_NEAR(alarm_rate(hours).interval.high * 24, alarm_rate(days).interval.high, 1e-5);
  EXPECT_NEAR(effective_count_rate(hours).interval.low * 24, effective_count_rate(days).interval.low, 1e-12);
}

TEST(AlarmSpread, TellsWhoHasThem) {
  std::vector<Cluster> people(200, Cluster{0, 10});
  people[17] = {90, 10};
  people[60] = {9, 5};
  people[61] = {1, 10};
  people.push_back({0, 0});
  const AlarmSpread spread = alarm_spread(people);
  EXPECT_EQ(spread.people, 200);
  EXPECT_EQ(spread.with_any, 3);
  EXPECT_EQ(spread.any, clopper_pearson(3, 200));
  EXPECT_EQ(spread.worst, 2);
  EXPECT_DOUBLE_EQ(spread.worst_per_day, 99. / 15);
  EXPECT_DOUBLE_EQ(spread.worst_share, 0.99);
}

TEST(AlarmRate, RefusesWhatIsNoCountAndTrustsNoOneAlone) {
  const std::vector<Cluster> half{{0.5, 1}, {1, 1}}, timeless{{1, 0}}, one{{5, 10}}, none;
  EXPECT_THROW(alarm_rate(half), UsageError);
  EXPECT_THROW(alarm_rate(timeless), UsageError);
  EXPECT_FALSE(alarm_rate(one).trusted());
  EXPECT_FALSE(alarm_rate(none).trusted());
  EXPECT_FALSE(effective_count_rate(std::vector<Cluster>{{5, 10}, {0, 10}}).trusted());
  EXPECT_THROW(alarm_shape(none), UsageError);
}

}  // namespace
}  // namespace vagus::lab
