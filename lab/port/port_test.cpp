#include <gtest/gtest.h>

#include <cmath>

#include "lab/port/port_parts.h"

namespace {

using namespace vagus::lab;

std::vector<PortEvent> at(const std::vector<double>& times) {
  std::vector<PortEvent> events;
  for (const double t_s : times) {
    const auto row = std::llround(t_s * 1000);
    events.push_back({t_s, t_s, row, row, ""});
  }
  return events;
}

int pairs_of(const std::vector<PortPair>& all) {
  int both = 0;
  for (const PortPair& pair : all) both += pair.both() ? 1 : 0;
  return both;
}

TEST(Align, EveryEventIsPairedAtMostOnceAndAllAreTold) {
  const auto all = align(at({1, 2, 3}), at({1.01, 3.02, 3.03, 9}), 0.05);
  EXPECT_EQ(pairs_of(all), 2);
  EXPECT_EQ(all.size(), 5U);
  std::vector<int> seen_a(3), seen_b(4);
  for (const PortPair& pair : all) {
    if (pair.a >= 0) ++seen_a[static_cast<std::size_t>(pair.a)];
    if (pair.b >= 0) ++seen_b[static_cast<std::size_t>(pair.b)];
  }
  EXPECT_EQ(seen_a, std::vector<int>(3, 1));
  EXPECT_EQ(seen_b, std::vector<int>(4, 1));
}

TEST(Align, AsManyPairsAsPossibleThenTheNearest) {
  // The exact pair 1.04 = 1.04 would leave two events alone.
  EXPECT_EQ(pairs_of(align(at({1.00, 1.04}), at({1.04, 1.08}), 0.05)), 2);
  // Where the number is the same, the nearest.
  const auto all = align(at({1.00, 1.04}), at({1.04}), 0.05);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].a, 1);
  EXPECT_EQ(all[1].b, 0);
}

TEST(Align, TheToleranceIsHeldAndLabelsHaveToBeTheSame) {
  EXPECT_EQ(pairs_of(align(at({1}), at({1.05}), 0.0501)), 1);
  EXPECT_EQ(pairs_of(align(at({1}), at({1.06}), 0.0501)), 0);
  EXPECT_EQ(pairs_of(align(at({1}), at({1}), 0)), 1);
  auto other = at({1});
  other[0].says = "class=\"V\" ";
  EXPECT_EQ(pairs_of(align(at({1}), other, 0.05)), 0);
}

TEST(Align, ManyEventsWithinTheToleranceAreStillOneToOne) {
  std::vector<double> times;
  for (int i = 0; i < 5000; ++i) times.push_back(0.01 * i);
  EXPECT_EQ(pairs_of(align(at(times), at(times), 0.05)), 5000);
  times.resize(300);
  EXPECT_EQ(pairs_of(align(at(times), at(times), 10)), 300);
}

ProbeSeries series(const std::vector<float>& values, std::int64_t first_row = 0) {
  ProbeSeries out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t row = first_row + static_cast<std::int64_t>(i);
    out.points.push_back({row, static_cast<double>(row) / 100, values[i]});
  }
  return out;
}

TEST(Probes, TheFirstSampleThatDiffersIsTold) {
  const auto found = compare_probe("x", series({1, 1, 1, 1}), series({1, 1, 1.5F, 2}), 0.001);
  EXPECT_EQ(found.compared, 4);
  EXPECT_EQ(found.differing, 2);
  ASSERT_TRUE(found.t_s.has_value());
  EXPECT_DOUBLE_EQ(*found.t_s, 0.02);
  EXPECT_FLOAT_EQ(found.b, 1.5F);
}

TEST(Probes, RoundingIsNoDifferenceAndOnlyCommonRowsAreCompared) {
  const auto rounded = compare_probe("x", series({1, -1, 1}), series({1.0005F, -1, 1}), 0.001);
  EXPECT_FALSE(rounded.t_s.has_value());
  const auto shifted = compare_probe("x", series({1, 2, 3}), series({3, 4}, 2), 0.001);
  EXPECT_EQ(shifted.compared, 1);
  EXPECT_FALSE(shifted.t_s.has_value());
  const float nan = std::nanf("");
  EXPECT_FALSE(compare_probe("x", series({nan, 1}), series({nan, 1}), 0.001).t_s.has_value());
  EXPECT_TRUE(compare_probe("x", series({nan, 1}), series({0, 1}), 0.001).t_s.has_value());
}

}  // namespace
