#include "lab/signal/even_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> even(int rows, double rate_hz, double start_s = 0) {
  std::vector<double> stamps(static_cast<std::size_t>(rows));
  for (int i = 0; i < rows; ++i) stamps[static_cast<std::size_t>(i)] = start_s + i / rate_hz;
  return stamps;
}

std::vector<double> rounded(std::vector<double> stamps, double step) {
  for (double& s : stamps) s = std::round(s / step) * step;
  return stamps;
}

TEST(EvenGrid, EvenStampsAreOneStretchWithoutJitter) {
  for (const double rate : {1.0, 12.5, 50.0, 102.4, 128.0, 250.0, 360.0, 1000.0}) {
    const Grid grid = even_grid(even(2000, rate));
    ASSERT_EQ(grid.time.stretches.size(), 1U);
    EXPECT_NEAR(grid.time.rate_hz, rate, 1e-9 * rate);
    EXPECT_EQ(grid.time.jitter_ms, 0) << rate;
    EXPECT_TRUE(grid.kept_rows.empty());
    EXPECT_TRUE(grid.repairs.empty());
  }
}

TEST(EvenGrid, RateWrittenInMillisecondsIsTheRoundRate) {
  const Grid grid = even_grid(rounded(even(10000, 360), 0.001));
  EXPECT_EQ(grid.time.rate_hz, 360);
  EXPECT_NEAR(grid.time.jitter_ms, 0.5, 0.06);
  EXPECT_TRUE(grid.repairs.empty());
}

TEST(EvenGrid, TrueMeanRateIsKeptWhereItIsNotRound) {
  const Grid grid = even_grid(rounded(even(3000, 49.73), 0.001));
  EXPECT_NEAR(grid.time.rate_hz, 49.73, 0.001);
}

TEST(EvenGrid, GapIsLongerThanFiveNominalIntervalsAndAQuarterSecond) {
  // 100 Hz: 0.25 s decides. 10 Hz: 5 intervals decide.
  for (const auto& [rate, pause, gaps] :
       {std::tuple{100.0, 0.24, 0}, {100.0, 0.27, 1}, {10.0, 0.45, 0}, {10.0, 0.55, 1}}) {
    std::vector<double> stamps = even(200, rate);
    for (std::size_t i = 100; i < stamps.size(); ++i) stamps[i] += pause - 1 / rate;
    EXPECT_EQ(even_grid(stamps).time.gaps(), gaps) << rate << " Hz, " << pause << " s";
  }
}

TEST(EvenGrid, RowsOfOneStampDoNotReachIntoTheNextStretch) {
  const Grid grid =
      even_grid(std::vector<double>{0, 0, 0, 0, 0, 0, 0, 0, 9.7, 9.738, 6.738, 6.976, 7.012, 7.062, 16.762});
  for (std::size_t i = 1; i < grid.time.stretches.size(); ++i) {
    const Stretch& before = grid.time.stretches[i - 1];
    EXPECT_GT(grid.time.stretches[i].t_start_s, before.time_of(before.first_row + before.rows - 1));
  }
}

TEST(EvenGrid, OfTwoIntervalsTheShorterIsNominal) {
  const Grid grid = even_grid(std::vector<double>{0, 0.01, 1e9});
  EXPECT_EQ(grid.time.gaps(), 1);
  EXPECT_EQ(grid.time.rate_hz, 100);
}

TEST(EvenGrid, StretchesAfterAGapStartAtTheirOwnStamp) {
  std::vector<double> stamps = even(500, 250);
  for (std::size_t i = 300; i < 500; ++i) stamps[i] += 7.5;
  const Grid grid = even_grid(stamps);
  ASSERT_EQ(grid.time.stretches.size(), 2U);
  EXPECT_EQ(grid.time.stretches[1].first_row, 300);
  EXPECT_DOUBLE_EQ(grid.time.stretches[1].t_start_s, stamps[300]);
  EXPECT_EQ(grid.time.rate_hz, 250);
}

TEST(EvenGrid, JitteredStampsKeepOrderOnTheMeanRateAndTheLargestDisplacementIsStated) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> jitter(-0.004, 0.004);
  std::vector<double> stamps = even(1000, 100);
  for (std::size_t i = 1; i + 1 < stamps.size(); ++i) stamps[i] += jitter(random);
  const Grid grid = even_grid(stamps);
  double largest = 0;
  for (std::size_t i = 0; i < stamps.size(); ++i) largest = std::max(largest, std::abs(stamps[i] - even(1000, 100)[i]));
  EXPECT_NEAR(grid.time.jitter_ms, 1000 * largest, 1e-6);
  EXPECT_EQ(grid.time.rows(), 1000);
  EXPECT_TRUE(grid.repairs.empty());
}

/// As in WEDA-FALL: every 100 ms five rows that are 1 to 2 ms apart.
std::vector<double> bursts(int packets) {
  std::vector<double> stamps;
  for (int p = 0; p < packets; ++p) {
    for (int k = 0; k < 5; ++k) stamps.push_back(0.1 * p + 0.0015 * k);
  }
  return rounded(std::move(stamps), 0.001);
}

TEST(EvenGrid, BurstsAreOneStretchAtTheMeanRate) {
  const Grid grid = even_grid(bursts(100));
  EXPECT_EQ(grid.time.gaps(), 0);
  EXPECT_NEAR(grid.time.rate_hz, 50, 0.5);
  EXPECT_LT(grid.time.jitter_ms, 100);
}

TEST(EvenGrid, PacketThatArrivedLateGoesWhereItsStampsBelong) {
  std::vector<double> stamps = bursts(60);
  const std::vector<double> truth = stamps;
  std::rotate(stamps.begin() + 100, stamps.begin() + 120, stamps.begin() + 150);  // 20 rows come 30 rows late
  const Grid grid = even_grid(stamps);
  EXPECT_EQ(grid.repairs.at("out of order stamps"), 20);
  ASSERT_EQ(grid.kept_rows.size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_EQ(stamps[static_cast<std::size_t>(grid.kept_rows[i])], truth[i]);
  }
  EXPECT_EQ(grid.time.gaps(), 0);
}

TEST(EvenGrid, EveryRowKnowsWhichRowOfTheInputItWas) {
  std::vector<double> stamps = bursts(60);
  std::rotate(stamps.begin() + 100, stamps.begin() + 120, stamps.begin() + 150);
  const Grid grid = even_grid(stamps);
  for (std::size_t i = 0; i < grid.kept_rows.size(); ++i)
    ASSERT_EQ(grid.time.input_rows.input_row_of(static_cast<std::int64_t>(i)), grid.kept_rows[i]);
  EXPECT_EQ(even_grid(even(100, 100)).time.input_rows, InputRows());
}

TEST(EvenGrid, SwappedRowsAreSwappedBack) {
  std::vector<double> stamps = even(100, 100);
  std::swap(stamps[40], stamps[41]);
  const Grid grid = even_grid(stamps);
  EXPECT_EQ(grid.repairs.at("out of order stamps"), 1);
  ASSERT_EQ(grid.kept_rows.size(), 100U);
  EXPECT_EQ(grid.kept_rows[40], 41);
  EXPECT_EQ(grid.kept_rows[41], 40);
  EXPECT_EQ(grid.time.input_rows.runs(), (std::vector<InputRows::Run>{{40, 41}, {41, 40}, {42, 42}}));
}

TEST(EvenGrid, WronglyStampedRowStaysInItsPlace) {
  for (const double wrong : {-5.0, 0.1, 1e6}) {
    std::vector<double> stamps = even(100, 100);
    stamps[50] = wrong;
    const Grid grid = even_grid(stamps);
    EXPECT_EQ(grid.repairs.at("out of order stamps"), 1) << wrong;
    EXPECT_TRUE(grid.kept_rows.empty()) << wrong;
    EXPECT_EQ(grid.time.rate_hz, 100);
    EXPECT_EQ(grid.time.gaps(), 0);
  }
}

TEST(EvenGrid, TimeThatRunsTwiceIsKeptOnce) {
  std::vector<double> stamps = even(300, 100);
  std::vector<double> twice = stamps;
  twice.insert(twice.begin() + 200, stamps.begin() + 100, stamps.begin() + 200);
  const Grid grid = even_grid(twice);
  // The row at the seam repeats the stamp before it.
  EXPECT_EQ(grid.repairs.at("out of order stamps") + grid.repairs.at("duplicated stamps"), 100);
  EXPECT_EQ(grid.time.rows(), 300);
  EXPECT_EQ(grid.time.rate_hz, 100);
}

TEST(EvenGrid, RepeatedRowOfAnEvenRecordingIsDropped) {
  std::vector<double> stamps = even(100, 100);
  stamps.insert(stamps.begin() + 30, stamps[30]);
  const Grid grid = even_grid(stamps);
  EXPECT_EQ(grid.repairs.at("duplicated stamps"), 1);
  EXPECT_EQ(grid.time.rows(), 100);
  EXPECT_EQ(grid.time.rate_hz, 100);
}

TEST(EvenGrid, RepeatedStampInARowsOwnPlaceKeepsTheRow) {
  std::vector<double> stamps = even(100, 100);
  stamps[31] = stamps[30];
  const Grid grid = even_grid(stamps);
  EXPECT_EQ(grid.repairs.at("duplicated stamps"), 1);
  EXPECT_EQ(grid.time.rows(), 100);
  EXPECT_EQ(grid.time.rate_hz, 100);
}

TEST(EvenGrid, StampsInWholeSecondsAreSpreadOverTheSecond) {
  std::vector<double> stamps = even(1000, 50);
  for (double& s : stamps) s = std::floor(s + 1e-9);
  const Grid grid = even_grid(stamps);
  EXPECT_NEAR(grid.time.rate_hz, 50, 1e-6);
  EXPECT_EQ(grid.time.gaps(), 0);
}

TEST(EvenGrid, UnreadableStampsKeepTheirRows) {
  std::vector<double> stamps = even(100, 100);
  stamps[0] = stamps[17] = stamps[18] = stamps[99] = nan;
  const Grid grid = even_grid(stamps);
  EXPECT_EQ(grid.repairs.at("unreadable stamps"), 4);
  EXPECT_EQ(grid.time.rows(), 100);
  EXPECT_NEAR(grid.time.rate_hz, 100, 1e-6);
  EXPECT_NEAR(grid.time.stretches[0].t_start_s, 0, 1e-9);
}

TEST(EvenGrid, WhatHasNoRateIsRefused) {
  EXPECT_THROW(even_grid({}), Error);
  EXPECT_THROW(even_grid(std::vector<double>{1}), Error);
  EXPECT_THROW(even_grid(std::vector<double>{1, 1, 1, 1}), Error);
  EXPECT_THROW(even_grid(std::vector<double>{1, nan, nan, nan, 2}), Error);
  EXPECT_THROW(even_grid(std::vector<double>{5, 4, 3, 2, 1}), Error);
}

TEST(EvenGrid, AnyStampsGiveAnAxisInOrderOfRowAndTime) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> kind(0, 9);
  std::uniform_real_distribution<double> step(0, 0.05);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<double> stamps;
    double t = 0;
    for (int i = 0; i < 200; ++i) {
      const int k = kind(random);
      t += k == 0 ? -step(random) * 30 : k == 1 ? step(random) * 40 : k == 2 ? 0 : step(random);
      stamps.push_back(k == 3 && i % 5 == 0 ? nan : t);
    }
    const Grid grid = even_grid(stamps);
    std::int64_t row = 0;
    double time = -std::numeric_limits<double>::infinity();
    for (const Stretch& s : grid.time.stretches) {
      ASSERT_EQ(s.first_row, row);
      ASSERT_GT(s.rows, 0);
      ASSERT_GT(s.rate_hz, 0);
      ASSERT_GT(s.t_start_s, time);
      row += s.rows;
      time = s.time_of(row - 1);
    }
    ASSERT_EQ(row, grid.kept_rows.empty() ? 200 : static_cast<std::int64_t>(grid.kept_rows.size()));
  }
}

}  // namespace
}  // namespace vagus::lab
