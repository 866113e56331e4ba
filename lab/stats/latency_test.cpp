#include "lab/stats/latency.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

using Outcome = EventLatency::Outcome;

TEST(Latency, HasThePublishedCurveOfLeukaemiaRemission) {
  // Freireich et al. 1963, as in Cox and Oakes 1984: weeks of remission under 6-MP; median 23, lower quartile 13, and
  // under placebo 8 and 4.
  const double drug[] = {6, 6, 6, 7, 10, 13, 16, 22, 23}, until[] = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
  const double placebo[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  std::vector<EventLatency> a, b;
  for (const double t : drug) a.push_back({0, Outcome::detected, t});
  for (const double t : until) a.push_back({0, Outcome::censored, t});
  for (const double t : placebo) b.push_back({0, Outcome::detected, t});
  EXPECT_EQ(latency_quantile(a, 0.5).value, 23);
  EXPECT_EQ(latency_quantile(a, 0.25).value, 13);
  EXPECT_EQ(latency_quantile(b, 0.5).value, 8);
  EXPECT_EQ(latency_quantile(b, 0.25).value, 4);
  // Brookmeyer and Crowley's interval of that median on this scale: 13 to no upper end, and 4 to 11.
  EXPECT_EQ(latency_quantile(a, 0.5).interval, (Interval{13, HUGE_VAL}));
  EXPECT_EQ(latency_quantile(b, 0.5).interval, (Interval{4, 11}));
}

TEST(Latency, MissesAreNeverAndCountAmongAll) {
  std::vector<EventLatency> events;
  for (int i = 1; i <= 6; ++i) events.push_back({i, Outcome::detected, 0. + i});
  for (int i = 7; i <= 10; ++i) events.push_back({i, Outcome::missed, 0});
  EXPECT_EQ(latency_quantile(events, 0.5).value, 5);
  EXPECT_EQ(latency_quantile(events, 0.6).value, 6);
  EXPECT_TRUE(std::isinf(latency_quantile(events, 0.7).value));
  EXPECT_TRUE(std::isinf(latency_quantile(events, 0.7).interval.high));
}

TEST(Latency, IntervalsOfSubjectsCoverWhereEventsOfOneGoTogether) {
  SplitMix random(12);
  int single = 0, clustered = 0;
  constexpr int rounds = 200;
  BootstrapOptions options;
  options.resamples = 200;
  for (int round = 0; round < rounds; ++round) {
    std::vector<EventLatency> events;
    for (int k = 0; k < 25; ++k) {
      const double own = draw_normal(random);
      for (int i = 0; i < 6; ++i) events.push_back({k, Outcome::detected, own + 0.3 * draw_normal(random)});
    }
    const Interval s = latency_quantile(events, 0.5).interval;
    const Interval c = cluster_latency_quantile(events, 0.5, options).interval;
    single += s.low <= 0 && 0 <= s.high ? 1 : 0;
    clustered += c.low <= 0 && 0 <= c.high ? 1 : 0;
  }
  EXPECT_LT(single, 0.8 * rounds);
  EXPECT_GE(clustered, 0.90 * rounds);
}

TEST(Latency, IsNeverOfZeroWidthAndSaysWhatIsMissing) {
  const std::vector<EventLatency> ties(9, EventLatency{0, Outcome::detected, 2}),
      lost(3, EventLatency{0, Outcome::missed, 0});
  EXPECT_GT(latency_quantile(ties, 0.5).interval.width(), 0);
  EXPECT_FALSE(latency_quantile(lost, 0.5).trusted());
  EXPECT_TRUE(std::isinf(latency_quantile(lost, 0.5).value));
  EXPECT_FALSE(latency_quantile({}, 0.5).trusted());
  EXPECT_FALSE(cluster_latency_quantile(ties, 0.5).trusted());
  EXPECT_THROW(latency_quantile(ties, 1), UsageError);
  const std::vector<EventLatency> bad{{0, Outcome::detected, std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_THROW(latency_quantile(bad, 0.5), UsageError);
}

}  // namespace
}  // namespace vagus::lab
