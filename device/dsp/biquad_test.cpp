#include "device/dsp/biquad.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "device/dsp/butterworth.h"
#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

double gain(const BiquadCoefficients& c, double hz, double rate) {
  const std::complex<double> z = std::polar(1.0, -2 * std::numbers::pi * hz / rate);
  const auto d = [](float x) { return static_cast<double>(x); };
  return std::abs((d(c.b0) + d(c.b1) * z + d(c.b2) * z * z) / (1.0 + d(c.a1) * z + d(c.a2) * z * z));
}
template <class C>
double gain_of(const C& cascade, double hz, double rate) {
  double product = 1;
  for (std::uint32_t i = 0; i < cascade.sections; ++i) product *= gain(cascade.c[i], hz, rate);
  return product;
}
double db(double x) { return 20 * std::log10(x); }

TEST(Biquad, DesignsHaveUnitGainInTheirPassBandAndMinusThreeDecibelsAtTheCorner) {
  for (const double rate : {50.0, 250.0, 360.0, 1000.0}) {
    for (const double corner : {0.5, 5.0, 15.0, 20.0}) {
      const auto corner_hz = static_cast<float>(corner);
      const auto rate_hz = static_cast<float>(rate);
      const auto low = lowpass(corner_hz, rate_hz).value();
      EXPECT_NEAR(gain(low, 0, rate), 1, 1e-6);
      EXPECT_NEAR(db(gain(low, corner, rate)), -3.0103, 0.02);
      const auto high = highpass(corner_hz, rate_hz).value();
      EXPECT_NEAR(gain(high, rate / 2, rate), 1, 1e-6);
      EXPECT_NEAR(db(gain(high, corner, rate)), -3.0103, 0.02);
      EXPECT_LT(gain(high, 0, rate), 1e-9);
      const auto band = bandpass(corner_hz, rate_hz, 2).value();
      EXPECT_NEAR(gain(band, corner, rate), 1, 1e-3);
      const auto hole = notch(corner_hz, rate_hz, 10).value();
      EXPECT_NEAR(gain(hole, 0, rate), 1, 2e-5);
      EXPECT_NEAR(gain(hole, rate / 2, rate), 1, 1e-6);
      if (corner >= 5.0) {
        EXPECT_LT(gain(hole, corner, rate), 0.005);
      }
    }
  }
}

TEST(Biquad, RefusesCornersOutsideTheBandAndRatesThatAreNone) {
  EXPECT_EQ(lowpass(0.0F, 100.0F).error(), Errc::corner_out_of_range);
  EXPECT_EQ(lowpass(50.0F, 100.0F).error(), Errc::corner_out_of_range);
  EXPECT_EQ(highpass(-1.0F, 100.0F).error(), Errc::corner_out_of_range);
  EXPECT_EQ(highpass(canonical_nan, 100.0F).error(), Errc::corner_out_of_range);
  EXPECT_EQ(bandpass(10.0F, 0.0F, 1).error(), Errc::rate_out_of_range);
  EXPECT_EQ(notch(10.0F, infinity, 1).error(), Errc::rate_out_of_range);
  EXPECT_EQ(notch(10.0F, 100.0F, 0).error(), Errc::field_out_of_range);
  EXPECT_EQ((butterworth_lowpass<float, 2>(5, 10, 100).error()), Errc::capacity_exceeded);
  EXPECT_EQ((butterworth_bandpass<float, 2>(2, 20, 10, 100).error()), Errc::corner_out_of_range);
  EXPECT_EQ((butterworth_bandpass<float, 2>(0, 5, 10, 100).error()), Errc::field_out_of_range);
}

TEST(Biquad, FollowsItsDifferenceEquationInLongDouble) {
  const auto c = lowpass(11, 250, 3).value();
  const auto ld = [](float v) { return static_cast<long double>(v); };
  Biquad<> filter(c);
  long double x1 = 0;
  long double x2 = 0;
  long double y1 = 0;
  long double y2 = 0;
  TestNoise next;
  for (int i = 0; i < 20000; ++i) {
    const float x = next();
    const long double y = ld(c.b0) * ld(x) + ld(c.b1) * x1 + ld(c.b2) * x2 - ld(c.a1) * y1 - ld(c.a2) * y2;
    x2 = x1;
    x1 = ld(x);
    y2 = y1;
    y1 = y;
    ASSERT_NEAR(static_cast<double>(filter.push(x)), static_cast<double>(y), 2e-6);
  }
}

TEST(Biquad, InBlocksOfAnyLengthACascadeGivesTheBitsOfOneSampleACall) {
  const auto x = noise(2000, 3);
  for (std::uint32_t order = 1; order <= 8; ++order) {
    for (const std::uint32_t length : {1U, 4U, 5U, 17U, 100U}) {
      auto single = butterworth_lowpass(order, 20, 250).value();
      auto blocks = single;
      std::vector<float> y(x.size());
      for (std::size_t i = 0; i + length <= x.size(); i += length) blocks.push(x.data() + i, y.data() + i, length);
      std::vector<float> in_place = x;
      auto same = single;
      same.push(in_place.data(), in_place.data(), 2000);
      for (std::size_t i = 0; i < x.size() / length * length; ++i) {
        const auto want = std::bit_cast<std::uint32_t>(single.push(x[i]));
        ASSERT_EQ(std::bit_cast<std::uint32_t>(y[i]), want) << order << ' ' << length << ' ' << i;
        ASSERT_EQ(std::bit_cast<std::uint32_t>(in_place[i]), want) << order << ' ' << i;
      }
    }
  }
}

TEST(Biquad, SettledOnAConstantItStaysThere) {
  auto filter = butterworth_bandpass(2, 1, 20, 250).value();
  filter.settle(5.0F);
  for (int i = 0; i < 1000; ++i) EXPECT_NEAR(filter.push(5.0F), 0.0F, 1e-4F);
  auto smooth = butterworth_lowpass(3, 2, 250).value();
  EXPECT_NEAR(smooth.settle(-3.0F), -3.0F, 1e-5F);
  for (int i = 0; i < 1000; ++i) EXPECT_NEAR(smooth.push(-3.0F), -3.0F, 1e-4F);
}

TEST(Butterworth, LowAndHighPassFollowTheClosedFormAtEveryOrder) {
  const double rate = 250;
  for (std::uint32_t order = 1; order <= 8; ++order) {
    const auto low = butterworth_lowpass(order, 20, 250).value();
    const auto high = butterworth_highpass(order, 20, 250).value();
    for (int step = 0; step < 32; ++step) {
      const double hz = 1 + 3.7 * step;
      const double ratio = std::tan(std::numbers::pi * hz / rate) / std::tan(std::numbers::pi * 20 / rate);
      const double power = std::pow(ratio, 2.0 * order);
      EXPECT_NEAR(db(gain_of(low, hz, rate)), db(1 / std::sqrt(1 + power)), 0.002) << order << ' ' << hz;
      EXPECT_NEAR(db(gain_of(high, hz, rate)), db(std::sqrt(power / (1 + power))), 0.002) << order << ' ' << hz;
    }
  }
}

TEST(Butterworth, BandPassFollowsTheClosedFormAtEveryOrderAndWidth) {
  const double rate = 360;
  for (std::uint32_t order = 1; order <= 4; ++order) {
    for (const auto& [low_hz, high_hz] : {std::pair{5.0F, 15.0F}, {0.5F, 40.0F}, {20.0F, 150.0F}, {0.7F, 170.0F}}) {
      const auto band = butterworth_bandpass(order, low_hz, high_hz, 360).value();
      EXPECT_EQ(band.sections, order);
      const double low = std::tan(std::numbers::pi * static_cast<double>(low_hz) / rate);
      const double high = std::tan(std::numbers::pi * static_cast<double>(high_hz) / rate);
      for (int step = 0; step < 24; ++step) {
        const double hz = 0.3 * std::pow(1.3, step);
        const double w = std::tan(std::numbers::pi * hz / rate);
        const double ratio = (w * w - low * high) / (w * (high - low));
        EXPECT_NEAR(db(gain_of(band, hz, rate)), db(1 / std::sqrt(1 + std::pow(ratio, 2.0 * order))), 0.02)
            << order << ' ' << low_hz << ' ' << hz;
      }
    }
  }
}

}  // namespace
