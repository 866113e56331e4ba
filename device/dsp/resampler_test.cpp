#include "device/dsp/resampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

using Wide = Resampler<float, 64, 32>;

Ratio ratio_of(float in_hz, float out_hz) {
  const auto ratio = rate_ratio(in_hz, out_hz);
  return ratio.ok() ? ratio.value() : Ratio{0, 0};
}
Wide wide(float in_hz, float out_hz) { return Wide::make(ratio_of(in_hz, out_hz)).value(); }

/// Largest error of a sine of `hz`, amplitude 1, taken from one rate to another, away from the ends.
double sine_error(float in_hz, float out_hz, double hz) {
  auto r = wide(in_hz, out_hz);
  double most = 0;
  int k = 0;
  const double step = static_cast<double>(r.ratio().down) / r.ratio().up / static_cast<double>(in_hz);
  for (int n = 0; n < 4000; ++n) {
    r.push(static_cast<float>(std::sin(2 * std::numbers::pi * hz * n / static_cast<double>(in_hz))), [&](float y) {
      const double t = k++ * step;
      if (n > 200) most = std::max(most, std::abs(static_cast<double>(y) - std::sin(2 * std::numbers::pi * hz * t)));
    });
  }
  return most;
}

TEST(RateRatio, IsInLowestTermsToAThousandthOfAHertz) {
  const auto is = [](float in, float out, std::uint32_t up, std::uint32_t down) {
    const Ratio r = ratio_of(in, out);
    EXPECT_EQ(r.up, up) << in << ' ' << out;
    EXPECT_EQ(r.down, down) << in << ' ' << out;
  };
  is(360, 250, 25, 36);
  is(128, 250, 125, 64);
  is(51.2F, 50, 125, 128);
  is(33.333F, 100, 100000, 33333);
  is(1000, 250, 1, 4);
  EXPECT_EQ(rate_ratio(0, 250).error(), Errc::rate_out_of_range);
  EXPECT_EQ(rate_ratio(canonical_nan, 250).error(), Errc::rate_out_of_range);
  EXPECT_EQ(rate_ratio(250, 2e5F).error(), Errc::rate_out_of_range);
}

TEST(Resampler, PutsASineExactlyWhereItBelongs) {
  // Stored phases: the stop band of the design bounds the error.
  EXPECT_LT(sine_error(360, 250, 10), 1.5e-3);
  EXPECT_LT(sine_error(1000, 250, 20), 1.5e-3);
  EXPECT_LT(sine_error(100, 250, 10), 1.5e-3);
  EXPECT_LT(sine_error(250, 250, 10), 1.5e-3);
  // Interpolated phases.
  EXPECT_LT(sine_error(128, 250, 10), 1.5e-3);
  EXPECT_LT(sine_error(33.333F, 100, 4), 1.5e-3);
  EXPECT_LT(sine_error(999.001F, 250, 20), 1.5e-3);
}

TEST(Resampler, KeepsAConstantToAFewUlp) {
  for (const float rate : {100.0F, 128.0F, 250.0F, 360.0F, 512.0F, 1000.0F}) {
    auto r = wide(rate, 250);
    r.reset(1.0F);
    for (int n = 0; n < 3000; ++n) r.push(1.0F, [](float y) { ASSERT_NEAR(y, 1.0F, 1e-6F); });
  }
}

TEST(Resampler, GivesTheOutputsInsideTheInputAndNoneTwice) {
  for (const float rate : {100.0F, 128.0F, 250.0F, 360.0F, 512.0F, 999.0F}) {
    auto r = wide(rate, 250);
    std::int64_t outputs = 0;
    const auto count = [&](float) { ++outputs; };
    for (int n = 0; n < 777; ++n) {
      r.push(0.5F, count);
      // Output k waits for input floor(k down / up) + delay.
      const std::int64_t reach = n - static_cast<std::int64_t>(r.delay());
      const std::int64_t due = reach < 0 ? 0 : ((reach + 1) * r.ratio().up - 1) / r.ratio().down + 1;
      ASSERT_EQ(outputs, due) << rate << ' ' << n;
    }
    r.finish(count);
    EXPECT_EQ(outputs, (777 * static_cast<std::int64_t>(r.ratio().up) - 1) / r.ratio().down + 1);
  }
}

TEST(Resampler, RemovesWhatTheLowerRateCannotHold) {
  auto r = wide(1000, 250);
  double most = 0;
  for (int n = 0; n < 4000; ++n) {
    r.push(static_cast<float>(std::sin(2 * std::numbers::pi * 190.0 * n / 1000)), [&](float y) {
      if (n > 100) most = std::max(most, std::abs(static_cast<double>(y)));
    });
  }
  EXPECT_LT(20 * std::log10(most), -55);
}

TEST(Resampler, RefusesWhatItsMemoryCannotDo) {
  using Short = Resampler<float, 16, 8>;
  EXPECT_EQ(Short::make({1, 40}).error(), Errc::capacity_exceeded);
  EXPECT_EQ(Short::make({0, 1}).error(), Errc::rate_out_of_range);
  EXPECT_EQ(Short::make({1, 1}, {.zeros = canonical_nan}).error(), Errc::field_out_of_range);
}

TEST(Resampler, InterpolatedPhasesStayBelowMinusSixtyDecibelsOfStoredOnes) {
  // The same filter at 125 stored phases and at 32 interpolated ones, on noise below 0.4 of the input rate.
  auto stored = Resampler<float, 48, 64>::make({61, 64}).value();
  auto between = Resampler<float, 48, 32>::make({61, 64}).value();
  double error = 0;
  double power = 0;
  std::vector<float> a;
  std::vector<float> b;
  for (const float x : noise(20000)) {
    stored.push(x, [&](float y) { a.push_back(y); });
    between.push(x, [&](float y) { b.push_back(y); });
  }
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    error += std::pow(static_cast<double>(a[i] - b[i]), 2);
    power += std::pow(static_cast<double>(a[i]), 2);
  }
  const double db = 10 * std::log10(error / power);
  std::printf("  interpolation error %.1f dB\n", db);
  EXPECT_LT(db, -60);
}

}  // namespace
