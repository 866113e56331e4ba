#include <gtest/gtest.h>

#include "lab/signal/recording.h"

namespace vagus::lab {
namespace {

TEST(Names, EveryCanonicalNameReadsBack) {
  for (int i = 0; i < unit_count; ++i) EXPECT_EQ(unit_of(vagus::name(static_cast<Unit>(i))), static_cast<Unit>(i));
  for (int i = 0; i < quantity_count; ++i) {
    EXPECT_EQ(quantity_of(vagus::name(static_cast<Quantity>(i))), static_cast<Quantity>(i));
  }
  for (int i = 0; i <= static_cast<int>(Placement::vehicle); ++i) {
    EXPECT_EQ(placement_of(name(static_cast<Placement>(i))), static_cast<Placement>(i));
  }
}

TEST(Names, UsualSpellingsOfUnitsAreKnown) {
  EXPECT_EQ(unit_of("mV"), Unit::mv);
  EXPECT_EQ(unit_of("\u00b5V"), Unit::uv);
  EXPECT_EQ(unit_of("m/s^2"), Unit::mps2);
  EXPECT_EQ(unit_of("deg/s"), Unit::dps);
  EXPECT_EQ(unit_of("rad/s"), Unit::rad_s);
  EXPECT_EQ(unit_of("mmHg"), Unit::mmhg);
  EXPECT_EQ(unit_of("%"), Unit::pct);
  EXPECT_FALSE(unit_of("furlong"));
}

TEST(Names, LeadLabelsSayWhatTheyMeasure) {
  for (const char* lead : {"MLII", "V5", "V1", "ECG", "ECG1", "aVF", "II", "mod.V1", "ecg_1"}) {
    EXPECT_EQ(quantity_from_label(lead), Quantity::ecg) << lead;
  }
  EXPECT_EQ(quantity_from_label("PLETH"), Quantity::ppg_1);
  EXPECT_EQ(quantity_from_label("ABP"), Quantity::abp);
  EXPECT_EQ(quantity_from_label("RESP"), Quantity::resp);
  EXPECT_EQ(quantity_from_label("accel_y"), Quantity::acc_y);
  EXPECT_EQ(quantity_from_label("EEG Fpz-Cz"), Quantity::other);
  EXPECT_EQ(quantity_from_label(""), Quantity::other);
}

TEST(Names, ConversionsAreInverseAndExactForPowersOfTen) {
  EXPECT_EQ(conversion(Unit::uv, Unit::mv)->factor, 1e-3);
  EXPECT_EQ(conversion(Unit::mv, Unit::uv)->factor, 1e3);
  EXPECT_EQ(conversion(Unit::g, Unit::mps2)->factor, 9.80665);
  EXPECT_NEAR(conversion(Unit::rad_s, Unit::dps)->factor, 57.29577951308232, 1e-9);
  EXPECT_FALSE(conversion(Unit::mv, Unit::g));
  for (int a = 0; a < unit_count; ++a) {
    for (int b = 0; b < unit_count; ++b) {
      const auto there = conversion(static_cast<Unit>(a), static_cast<Unit>(b));
      const auto back = conversion(static_cast<Unit>(b), static_cast<Unit>(a));
      ASSERT_EQ(there.has_value(), back.has_value());
      if (there) {
        EXPECT_NEAR(there->factor * back->factor, 1, 1e-12);
      }
    }
  }
}

}  // namespace
}  // namespace vagus::lab
