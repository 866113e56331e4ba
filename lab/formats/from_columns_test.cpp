#include "lab/formats/from_columns.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

Column column(const std::string& name, std::vector<float> values, double rate_hz = 50) {
  Column made;
  made.name = name;
  made.samples = Samples(std::move(values));
  made.rate_hz = rate_hz;
  return made;
}

TEST(FromColumns, NamesTellQuantityUnitAndPlace) {
  const Recording made = from_columns({}, {column("wrist.acc_x_g", {1, 2, 3}), column("ecg_mv", {4, 5}, 250)});
  EXPECT_EQ(made.channels[0].quantity, Quantity::acc_x);
  EXPECT_EQ(made.channels[0].unit, Unit::g);
  EXPECT_EQ(made.channels[0].placement, Placement::wrist);
  EXPECT_EQ(made.channels[1].quantity, Quantity::ecg);
  EXPECT_EQ(made.channels[1].time.rate_hz, 250);
}

TEST(FromColumns, TheEarliestSampleOfAllIsAtZero) {
  const std::vector<double> late = {12.0, 12.02, 12.04, 12.06}, early = {10.5, 10.52, 10.54, 10.56};
  Column a = column("acc_x_g", {1, 2, 3, 4}), b = column("acc_y_g", {1, 2, 3, 4});
  a.stamps_s = late;
  b.stamps_s = early;
  const Recording made = from_columns({}, {a, b});
  EXPECT_NEAR(made.channels[0].time.stretches.front().t_start_s, 1.5, 1e-12);
  EXPECT_EQ(made.channels[1].time.stretches.front().t_start_s, 0);
}

TEST(FromColumns, RowsAreMovedWhereTheirStampsBelong) {
  std::vector<double> stamps;
  std::vector<float> values;
  for (int i = 0; i < 100; ++i) {
    stamps.push_back(i / 50.0);
    values.push_back(static_cast<float>(i));
  }
  std::swap(stamps[40], stamps[41]);
  std::swap(values[40], values[41]);
  Column one = column("acc_x_g", values);
  one.stamps_s = stamps;
  const Recording made = from_columns({}, {one});
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(made.channels[0].samples.at(i), static_cast<double>(i));
  EXPECT_FALSE(made.repairs.empty());
}

TEST(FromColumns, FactsThatIdentifyAreKeptApart) {
  Recording about;
  set_fact(about, "subject", "p07");
  set_fact(about, "age", "61");
  set_fact(about, "birth date", "1965-01-01");
  set_fact(about, "start", "2026-03-02T14:05:00Z");
  EXPECT_EQ(about.subject, "p07");
  EXPECT_EQ(about.attributes.size(), 1U);
  EXPECT_EQ(about.identifiers.size(), 1U);
  EXPECT_TRUE(about.start && about.start->utc);
  EXPECT_THROW(set_fact(about, "start", "yesterday"), UsageError);
}

TEST(FromColumns, WhatIsNoColumnIsRefused) {
  EXPECT_THROW(from_columns({}, {}), UsageError);
  EXPECT_THROW(from_columns({}, {column("ecg_mv", {})}), UsageError);
  EXPECT_THROW(from_columns({}, {column("ecg_mv", {1}, std::nan(""))}), UsageError);
  EXPECT_THROW(from_columns({}, {column("ecg_mv", {1}), column("ecg_mv", {1})}), UsageError);
  Column unknown = column("lead", {1});
  unknown.unit = "furlongs";
  EXPECT_THROW(from_columns({}, {unknown}), UsageError);
  const std::vector<double> two = {0, 1};
  Column shape = column("ecg_mv", {1, 2, 3});
  shape.stamps_s = two;
  EXPECT_THROW(from_columns({}, {shape}), UsageError);
}

}  // namespace
}  // namespace vagus::lab
