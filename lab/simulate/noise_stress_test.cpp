#include "lab/simulate/noise_stress.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/simulate/simulate.h"
#include "lab/simulate/spectrum_for_test.h"

namespace vagus::lab {
namespace {

/// Beats every second, each a triangle 2 mV high and 60 ms wide, on a flat line: closed forms follow.
Recording triangles(double rate_hz, double duration_s, double gain) {
  const auto rows = static_cast<std::int64_t>(rate_hz * duration_s);
  std::vector<std::int16_t> x(static_cast<std::size_t>(rows), 0);
  Recording r;
  r.name = "triangles";
  Track track{"atr", rate_hz, {Layer{}}};
  for (double t = 0.5; t < duration_s; t += 1) {
    const auto peak = static_cast<std::int64_t>(t * rate_hz);
    const auto half = static_cast<std::int64_t>(0.03 * rate_hz);
    for (std::int64_t k = -half; k <= half; ++k)
      x[static_cast<std::size_t>(peak + k)] = static_cast<std::int16_t>(
          std::lround(2 * gain * (1 - static_cast<double>(std::abs(k)) / static_cast<double>(half))));
    Annotation a;
    a.tick = a.end_tick = peak;
    a.label = "N";
    track.layers[0].annotations.push_back(a);
  }
  r.tracks.push_back(track);
  Channel c;
  c.name = "MLII";
  c.quantity = Quantity::ecg;
  c.unit = Unit::mv;
  c.samples = Samples(std::move(x), gain, 0);
  c.time = TimeAxis::even(rate_hz, rows);
  r.channels.push_back(std::move(c));
  return r;
}

std::vector<double> difference(const Recording& noisy, const Recording& clean, std::size_t channel = 0) {
  std::vector<double> a(noisy.channels[channel].samples.size());
  std::vector<double> b(a.size());
  noisy.channels[channel].samples.read(0, a);
  clean.channels[channel].samples.read(0, b);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

TEST(NoiseStress, SignalPowerIsAnEighthOfTheSquaredPeakToPeak) {
  // A sine of peak-to-peak A has power A^2 / 8: that is where the eighth comes from.
  std::vector<double> x(36000);
  std::vector<std::int64_t> beats;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1.5 * std::sin(2 * M_PI * 18 * static_cast<double>(i) / 360);
  for (std::int64_t row = 100; row < 35000; row += 360) beats.push_back(row);
  EXPECT_NEAR(qrs_power(x, 360, beats), 1.5 * 1.5 / 2, 1e-9);
  EXPECT_NEAR(noise_amplitude(x, 360), 1.5 / std::sqrt(2.0), 1e-9);
}

TEST(NoiseStress, OutliersBeyondTheMiddleNineTenthsDoNotCount) {
  std::vector<double> values(100, 2.0);
  for (std::size_t i = 0; i < 5; ++i) values[i] = 1e6;
  for (std::size_t i = 5; i < 10; ++i) values[i] = -1e6;
  EXPECT_DOUBLE_EQ(middle_mean(values), 2);
  EXPECT_DOUBLE_EQ(middle_mean({1, 2, 3}), 2);
  EXPECT_DOUBLE_EQ(middle_mean({}), 0);
}

TEST(NoiseStress, TheRatioIsTheOneAskedForByClosedForm) {
  const Recording clean = triangles(360, 1800, 2000);  // 0.5 uV a step, so that rounding is out of the way
  for (const sim::NoiseKind kind : {sim::NoiseKind::baseline, sim::NoiseKind::muscle, sim::NoiseKind::motion}) {
    for (const double snr : {24.0, 6.0, -6.0}) {
      const std::vector<double> added = difference(noise_stress(clean, kind, snr, 3), clean);
      std::vector<double> noise;
      for (std::size_t i = 0; i < added.size(); ++i) {
        if (noise_stressed(static_cast<double>(i) / 360))
          noise.push_back(added[i]);
        else
          EXPECT_EQ(added[i], 0);
      }
      // Signal power 2^2 / 8 = 0.5 mV^2; noise amplitude from its definition, written out here.
      std::vector<double> rms;
      for (std::size_t window = 0; window < 300; ++window)
        rms.push_back(sim::sd_of(std::span(noise).subspan(window * 360, 360)));
      std::sort(rms.begin(), rms.end());
      double amplitude = 0;
      for (std::size_t i = 15; i < 285; ++i) amplitude += rms[i] / 270;
      EXPECT_NEAR(10 * std::log10(0.5 / (amplitude * amplitude)), snr, 0.01) << name(kind);
    }
  }
}

TEST(NoiseStress, SixDecibelsLessIsTheSameNoiseTwiceAsLarge) {
  const Recording clean = triangles(360, 900, 2000);
  const std::vector<double> loud = difference(noise_stress(clean, sim::NoiseKind::motion, 0, 3), clean);
  const std::vector<double> soft =
      difference(noise_stress(clean, sim::NoiseKind::motion, 20 * std::log10(2.0), 3), clean);
  for (std::size_t i = 0; i < loud.size(); ++i) ASSERT_NEAR(loud[i], 2 * soft[i], 0.002);
}

TEST(NoiseStress, FiveMinutesStayCleanThenTwoNoisyAndTwoCleanInTurn) {
  EXPECT_FALSE(noise_stressed(0));
  EXPECT_FALSE(noise_stressed(299.999));
  EXPECT_TRUE(noise_stressed(300));
  EXPECT_TRUE(noise_stressed(419.999));
  EXPECT_FALSE(noise_stressed(420));
  EXPECT_TRUE(noise_stressed(540));
  EXPECT_TRUE(noise_stressed(1799.9));
}

TEST(NoiseStress, LeadsGetNoiseOfTheirOwnAtTheirOwnSignal) {
  const Recording clean = simulate("ecg", {{"range_mv", "30"}}, 900, 5);
  const Recording noisy = noise_stress(clean, sim::NoiseKind::muscle, 0, 5);
  const std::vector<double> a = difference(noisy, clean, 0);
  const std::vector<double> b = difference(noisy, clean, 1);
  double product = 0;
  for (std::size_t i = 0; i < a.size(); ++i) product += a[i] * b[i];
  EXPECT_NEAR(product / static_cast<double>(a.size()) / (sim::sd_of(a) * sim::sd_of(b)), 0, 0.02);
  EXPECT_EQ(noisy.track("atr")->current(), clean.track("atr")->current());
  EXPECT_EQ(noisy.attributes.at("simulated_noise"), "muscle, 0 dB, seed 5");
}

TEST(NoiseStress, TheSameSeedGivesTheSameAndAnotherAnother) {
  const Recording clean = triangles(250, 600, 200);
  const Recording a = noise_stress(clean, sim::NoiseKind::motion, 6, 1);
  EXPECT_EQ(a.channels[0].samples, noise_stress(clean, sim::NoiseKind::motion, 6, 1).channels[0].samples);
  EXPECT_FALSE(a.channels[0].samples == noise_stress(clean, sim::NoiseKind::motion, 6, 2).channels[0].samples);
}

TEST(NoiseStress, MissingSamplesStayMissing) {
  const Recording clean = simulate("ecg", {{"gaps_per_hour", "200"}}, 900, 6);
  const Recording noisy = noise_stress(clean, sim::NoiseKind::motion, -6, 6);
  std::size_t missing = 0;
  for (std::size_t i = 0; i < clean.channels[0].samples.size(); ++i) {
    EXPECT_EQ(clean.channels[0].samples.missing(i), noisy.channels[0].samples.missing(i));
    missing += clean.channels[0].samples.missing(i) ? 1 : 0;
  }
  EXPECT_GT(missing, 1000U);
}

TEST(NoiseStress, RefusesWhatItCannotDo) {
  Recording r = triangles(250, 200, 200);
  EXPECT_THROW(noise_stress(r, sim::NoiseKind::motion, 6, 1), Error);  // too short
  r = triangles(250, 400, 200);
  EXPECT_THROW(noise_stress(r, sim::NoiseKind::motion, std::nan(""), 1), UsageError);
  r.tracks.clear();
  EXPECT_THROW(noise_stress(r, sim::NoiseKind::motion, 6, 1), Error);  // no beats
  r = triangles(250, 400, 200);
  r.channels[0].quantity = Quantity::resp;
  EXPECT_THROW(noise_stress(r, sim::NoiseKind::motion, 6, 1), Error);  // no ECG
}

}  // namespace
}  // namespace vagus::lab
