// Energy held against closed forms, and the constants' files.
#include "lab/deploy/energy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

Constant exactly(double value) { return {{value, value}, "", "", "", "", false}; }
Constant between(double low, double high) { return {{low, high}, "", "", "", "", false}; }

Part part(const std::string& name = "part") {
  return {name, "m4f", "", exactly(3), exactly(64), exactly(50), exactly(2), std::nullopt};
}
std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::bad_input);
    return error.what();
  }
  return "nothing was refused";
}

TEST(Energy, ComputeIsCyclesTimesChargeTimesVoltage) {
  // 200 cycles, 250 Hz, a day: 4.32e9 cycles of 50 pC at 3 V, 648 mJ.
  const Range mj = compute_mj_per_day(part(), {200, 200}, {250, 1});
  EXPECT_NEAR(mj.low, 648, 1e-9);
  EXPECT_NEAR(mj.high, 648, 1e-9);
  EXPECT_NEAR(compute_mj_per_day(part(), {200, 200}, {250, 0.25}).low, 162, 1e-9);
}
TEST(Energy, SleepFillsWhatComputingLeavesOfTheDay) {
  // 4.32e9 cycles at 64 MHz take 67.5 s of 86400; 2 uA at 3 V are 6 uW.
  EXPECT_NEAR(sleep_mj_per_day(part(), {200, 200}, {250, 1}).low, 6e-3 * (86400 - 67.5), 1e-9);
  EXPECT_NEAR(sleep_mj_per_day(part(), {0, 0}, {250, 1}).high, 518.4, 1e-9);
}
TEST(Energy, RangesComeFromTheEndsOfTheConstants) {
  Part p = part();
  p.run_ua_per_mhz = between(40, 100);
  p.supply_v = between(2, 3);
  const Range mj = compute_mj_per_day(p, {100, 300}, {250, 1});
  EXPECT_NEAR(mj.low, 100 * 250 * 86400.0 * 40 * 2 * 1e-9, 1e-9);
  EXPECT_NEAR(mj.high, 300 * 250 * 86400.0 * 100 * 3 * 1e-9, 1e-9);
  p.clock_mhz = between(1, 100);
  EXPECT_LT(sleep_mj_per_day(p, {100, 300}, {250, 1}).low, sleep_mj_per_day(p, {100, 300}, {250, 1}).high);
}
TEST(Energy, ASensorIsOnForItsShareOfTheDay) {
  const FrontEnd sensor{"ecg", "ecg", "", exactly(1.8), exactly(100), exactly(1), std::nullopt};
  EXPECT_NEAR(sensor_mj_per_day(sensor, {250, 1}).low, 100 * 1.8 * 86.4, 1e-9);
  EXPECT_NEAR(sensor_mj_per_day(sensor, {250, 0.1}).low, (100 * 0.1 + 1 * 0.9) * 1.8 * 86.4, 1e-9);
}
TEST(Energy, AnLedIsItsPeakForItsPulses) {
  FrontEnd ppg{"ppg", "ppg", "", exactly(1.8), exactly(0), exactly(0), std::nullopt};
  ppg.leds = LedDrive{exactly(5), exactly(20), exactly(123), exactly(1)};
  // 20 mA x 123 us x 25 Hz = 61.5 uA
  EXPECT_NEAR(sensor_mj_per_day(ppg, {25, 1}).low, 61.5 * 5 * 86.4, 1e-6);
  EXPECT_NEAR(sensor_mj_per_day(ppg, {25, 0.5}).low, 61.5 * 5 * 43.2, 1e-6);
}

TEST(Energy, TheProgramsConstantsAreWholeAndSourced) {
  const EnergyConstants& all = energy_constants();
  for (const char* name : {"STM32L476", "nRF52840", "Apollo4", "STM32U575", "nRF5340"})
    EXPECT_TRUE(std::any_of(all.parts.begin(), all.parts.end(), [&](const Part& p) { return p.name == name; })) << name;
  for (const Part& p : all.parts) {
    for (const Constant* c : {&p.supply_v, &p.clock_mhz, &p.run_ua_per_mhz, &p.sleep_ua}) {
      EXPECT_FALSE(c->source.empty()) << p.name;
      EXPECT_FALSE(c->unit.empty()) << p.name;
      EXPECT_GT(c->value.low, 0) << p.name;
    }
    EXPECT_EQ(p.core == "m55", p.cycles_per_instruction.has_value()) << p.name;
  }
  for (const char* kind : {"ecg", "ppg", "accelerometer", "imu"})
    EXPECT_TRUE(std::any_of(all.sensors.begin(), all.sensors.end(), [&](const FrontEnd& s) { return s.kind == kind; }))
        << kind;
  for (const FrontEnd& s : all.sensors) EXPECT_EQ(s.kind == "ppg", s.leds.has_value()) << s.name;
}

TEST(Energy, OptionsWhoseRangesOverlapAreTied) {
  EnergyConstants constants;
  constants.parts = {part("a"), part("b"), part("c")};
  constants.parts[0].run_ua_per_mhz = between(40, 60);
  constants.parts[1].run_ua_per_mhz = between(55, 90);
  constants.parts[2].run_ua_per_mhz = between(300, 400);
  constants.sensors = {{"front end", "ecg", "", exactly(1.8), between(50, 500), exactly(1), std::nullopt}};
  DetectorCost cost{"health.beats", "1", "", 250, {}};
  cost.cores["m4f"].cycles_per_sample = Range{200, 200};
  const DetectorEnergy energy = energy_of(detector("health.beats"), cost, constants, 1, {});
  ASSERT_EQ(energy.parts.size(), 3U);
  EXPECT_EQ(energy.parts[0].part, "a");
  EXPECT_EQ(energy.parts[0].tied, std::vector<std::string>{"b"});
  EXPECT_TRUE(energy.parts[2].tied.empty()) << "the sensor's range is common to all and ties nothing";
  EXPECT_FALSE(energy.parts[0].measured);
  EXPECT_THROW(energy_of(detector("health.beats"), cost, constants, 1, {"no such"}), UsageError);
}

TEST(Energy, BenchCurrentsReplaceConstantsAndAreSaidToBeMeasured) {
  EnergyConstants constants = energy_constants();
  apply_measured(constants,
                 "[part.nRF52840]\nrun_ua_per_mhz = [49, 51]\nsleep_ua = 2\n[sensor.AD8233]\nactive_ua = 48\n",
                 "bench.toml");
  for (const Part& p : constants.parts) {
    EXPECT_EQ(p.run_ua_per_mhz.measured, p.name == "nRF52840");
    if (p.name == "nRF52840") {
      EXPECT_EQ(p.run_ua_per_mhz.value.high, 51);
    }
  }
  DetectorCost cost{"health.beats", "1", "", 250, {}};
  cost.cores["m4f"].cycles_per_sample = Range{200, 200};
  for (const PartEnergy& p : energy_of(detector("health.beats"), cost, constants, 1, {}).parts)
    EXPECT_EQ(p.measured, p.part == "nRF52840") << p.part;
}

TEST(Energy, ABenchFileThatIsWrongIsRefusedWithItsLine) {
  const auto refused = [](const std::string& text) {
    return message_of([&] {
      EnergyConstants constants = energy_constants();
      apply_measured(constants, text, "bench.toml");
    });
  };
  EXPECT_NE(refused("[part.nRF52480]\nsleep_ua = 1\n").find("bench.toml line 1"), std::string::npos);
  EXPECT_NE(refused("[part.nRF52480]\nsleep_ua = 1\n").find("nRF52840"), std::string::npos) << "the nearest name";
  EXPECT_NE(refused("[part.nRF52840]\n\nsleep_uA = 1\n").find("line 3"), std::string::npos);
  EXPECT_NE(refused("[part.nRF52840]\nsleep_ua = [2, 1]\n").find("line 2"), std::string::npos);
  EXPECT_NE(refused("[part.nRF52840]\nsleep_ua = \"low\"\n").find("line 2"), std::string::npos);
  EXPECT_NE(refused("[parts.nRF52840]\nsleep_ua = 1\n").find("parts"), std::string::npos);
  EXPECT_NE(refused("[part.nRF52840\n").find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace vagus::lab
