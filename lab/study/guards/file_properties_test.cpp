#include "lab/study/guards/file_properties.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/study/guards/copies_for_test.h"

namespace vagus::lab::guards {
namespace {

/// Movement that falls off gently, with impacts, and a sensor's white noise; then a filter of the device, if any.
Recording movement(std::uint64_t seed, double impacts, double cut_hz) {
  constexpr double rate_hz = 100;
  SplitMix random(seed);
  std::vector<double> raw;
  double slow = 0, state = 0;
  for (int i = 0; i < 3000; ++i) {
    slow = 0.97 * slow + 0.05 * draw_normal(random);
    if (random.uniform() < impacts) state += 3;
    state *= 0.6;
    raw.push_back(1 + slow + state + 0.01 * draw_normal(random));
  }
  if (cut_hz == 0) return of_values({raw.begin(), raw.end()}, rate_hz);
  std::vector<float> out;
  constexpr int half = 60;
  for (int i = half; i + half < 3000; ++i) {
    double sum = 0;
    for (int k = -half; k <= half; ++k) {
      const double x = 2 * cut_hz / rate_hz * k;
      const double window = 0.42 + 0.5 * std::cos(M_PI * k / half) + 0.08 * std::cos(2 * M_PI * k / half);
      sum += raw[static_cast<std::size_t>(i + k)] * 2 * cut_hz / rate_hz * window *
             (k == 0 ? 1 : std::sin(M_PI * x) / (M_PI * x));
    }
    out.push_back(static_cast<float>(sum));
  }
  return of_values(std::move(out), rate_hz);
}

TEST(FileProperties, ADevicesFilterIsSeenAndContentIsNot) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const double impacts : {0.0, 0.02}) {
      EXPECT_EQ(bandwidth_hz(movement(seed, impacts, 0).channels[0]), 50) << seed << " " << impacts;
      EXPECT_NEAR(bandwidth_hz(movement(seed, impacts, 20).channels[0]), 20, 3) << seed << " " << impacts;
      EXPECT_NEAR(bandwidth_hz(movement(seed, impacts, 10).channels[0]), 10, 2.5) << seed << " " << impacts;
    }
  }
}

TEST(FileProperties, TheStepOfValuesIsFoundInIntegersAndInReals) {
  std::vector<std::int16_t> digital;
  std::vector<float> real;
  std::vector<float> smooth;
  SplitMix random(2);
  for (int i = 0; i < 1000; ++i) {
    const auto step = static_cast<std::int16_t>(random.below(100));
    digital.push_back(static_cast<std::int16_t>(4 * step));
    real.push_back(0.25F * static_cast<float>(step));
    smooth.push_back(static_cast<float>(draw_normal(random)));
  }
  Channel channel;
  channel.samples = Samples(digital, 200);
  EXPECT_DOUBLE_EQ(quantisation_of(channel), 0.02);
  channel.samples = Samples(real);
  EXPECT_NEAR(quantisation_of(channel), 0.25, 1e-6);
  channel.samples = Samples(smooth);
  EXPECT_EQ(quantisation_of(channel), 0);
}

TEST(FileProperties, TheyAreThoseOfTheRecordingAndComeBackFromBytes) {
  Recording recording = simulated_ecg(1, 2, 30);
  recording.start = start_from_iso("2024-05-06T18:30:00");
  const FileProperties found = file_properties(recording, 0);
  EXPECT_EQ(found.true_rate_hz, recording.channels[0].time.rate_hz);
  EXPECT_NEAR(found.length_s, 30, 0.01);
  EXPECT_NEAR(found.start_h, 18.5, 1e-9);
  EXPECT_FALSE(found.device.empty());
  const auto back = unpack_file_properties(pack(found));
  ASSERT_TRUE(back);
  EXPECT_EQ(pack(*back), pack(found));
  EXPECT_FALSE(unpack_file_properties("short"));
}

}  // namespace
}  // namespace vagus::lab::guards
