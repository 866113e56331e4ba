#include "lab/simulate/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lab/base/error.h"
#include "lab/simulate/spectrum_for_test.h"

namespace vagus::lab::sim {
namespace {

struct Pair {
  std::vector<double> a, b;
};

Pair of(SpectralNoise noise, double rate_hz, double seconds) {
  const auto n = static_cast<std::size_t>(rate_hz * seconds);
  Pair made{std::vector<double>(n), std::vector<double>(n)};
  // In uneven pieces: how it is asked for must not matter.
  for (std::size_t i = 0; i < n; i += 1000) {
    const std::size_t count = std::min<std::size_t>(1000, n - i);
    noise.next(std::span(made.a).subspan(i, count), std::span(made.b).subspan(i, count));
  }
  return made;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum / static_cast<double>(a.size()) / (sd_of(a) * sd_of(b));
}

TEST(SpectralNoise, HasUnitDeviationAtEveryRateAndIndependentLeads) {
  for (const double rate : {100.0, 250.0, 360.0, 1000.0}) {
    const Pair muscle = of(SpectralNoise(rate, 0.25, muscle_band(), Random(1, 1)), rate, 120);
    EXPECT_NEAR(sd_of(muscle.a), 1, 0.03) << rate;
    EXPECT_NEAR(sd_of(muscle.b), 1, 0.03) << rate;
    EXPECT_NEAR(correlation(muscle.a, muscle.b), 0, 0.03) << rate;
  }
}

TEST(SpectralNoise, LiesInItsBand) {
  const double rate = 360;
  const Pair muscle = of(SpectralNoise(rate, 0.25, muscle_band(), Random(2, 1)), rate, 30);
  EXPECT_LT(band_power(rate, muscle.a, 0, 19), 1e-3);
  EXPECT_LT(band_power(rate, muscle.a, 151, 180), 1e-3);
  const double low = band_power(rate, muscle.a, 20, 85);
  const double high = band_power(rate, muscle.a, 85, 150);
  EXPECT_NEAR(low / high, 1, 0.08);
  const Pair baseline = of(SpectralNoise(100, 1.0 / 64, baseline_band(), Random(2, 2)), 100, 1200);
  EXPECT_GT(band_power(100, baseline.a, 0.08, 0.53) / std::pow(sd_of(baseline.a), 2), 0.99);
}

TEST(SpectralNoise, DriftOfMotionFallsAsOneOverFrequencyInAmplitude) {
  const Pair drift = of(SpectralNoise(100, 1.0 / 32, motion_drift_band(), Random(3, 1)), 100, 1200);
  // Amplitude 1/f: power density 1/f^2, so a band [f, 2f] holds half the power of [f/2, f].
  const double first = band_power(100, drift.a, 1.1, 2.2);
  const double second = band_power(100, drift.a, 2.2, 4.4);
  const double slope = std::log2((second / 2) / first);  // of the density, per octave
  EXPECT_NEAR(slope, -2, 0.2);
}

TEST(SpectralNoise, ElectrodeNoiseFallsAsOneOverFrequencyInPower) {
  const Pair noise = of(SpectralNoise(250, 0.0625, electrode_band(), Random(4, 1)), 100, 200);
  const double first = band_power(100, noise.a, 1, 4);
  const double second = band_power(100, noise.a, 4, 16);
  EXPECT_NEAR(second / first, 1, 0.15);  // equal power in equal ratios of frequency
}

TEST(SpectralNoise, PowerIsEvenAlongTheBlocks) {
  // Blocks of 1 s overlap by half: the variance at every place within the hop, over 3000 hops, must be the same.
  SpectralNoise noise(100, 0.78125, muscle_band(), Random(5, 1));
  std::vector<double> power(64, 0);
  std::vector<double> x(64);
  for (int hop = 0; hop < 3000; ++hop) {
    noise.next(x, {});
    for (std::size_t i = 0; i < x.size(); ++i) power[i] += x[i] * x[i] / 3000;
  }
  for (const double p : power) EXPECT_NEAR(p, 1, 5 * std::sqrt(2.0 / 3000));
}

TEST(MotionSteps, HaveUnitDeviationByCampbellsTheorem) {
  for (const double rate : {100.0, 360.0, 1000.0}) {
    MotionSteps steps(rate, Random(6, 1));
    std::vector<double> x(static_cast<std::size_t>(rate * 7200));
    for (double& v : x) v = steps.next();
    EXPECT_NEAR(mean_of(x), 0, 0.01) << rate;
    EXPECT_NEAR(sd_of(x), 1, 0.06) << rate;
  }
}

TEST(MotionNoise, HasUnitDeviation) {
  MotionNoise motion(250, Random(7, 1), Random(7, 2), Random(7, 3));
  std::vector<double> a(250 * 3600);
  std::vector<double> b(a.size());
  motion.next(a, b);
  EXPECT_NEAR(sd_of(a), 1, 0.06);
  EXPECT_NEAR(sd_of(b), 1, 0.06);
  EXPECT_NEAR(correlation(a, b), 0, 0.05);
}

TEST(NoiseKind, IsFoundByNameAndAWrongOneIsAUsageError) {
  EXPECT_EQ(noise_kind("motion"), NoiseKind::motion);
  EXPECT_THROW(noise_kind("thunder"), UsageError);
}

}  // namespace
}  // namespace vagus::lab::sim
