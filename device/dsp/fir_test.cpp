#include "device/dsp/fir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

double gain(const std::vector<float>& taps, double hz, double rate) {
  std::complex<double> sum = 0;
  for (std::size_t k = 0; k < taps.size(); ++k) {
    sum += static_cast<double>(taps[k]) * std::polar(1.0, -2 * std::numbers::pi * hz / rate * static_cast<double>(k));
  }
  return std::abs(sum);
}

/// Largest gain between two frequencies, in dB, at a rate of 250 Hz.
double most_between(const std::vector<float>& taps, double low_hz, double high_hz) {
  double most = 0;
  for (int step = 0; step <= 90; ++step)
    most = std::max(most, gain(taps, low_hz + (high_hz - low_hz) * step / 90, 250));
  return 20 * std::log10(most);
}

TEST(Fir, IsTheConvolutionWithItsTapsInTheirOrder) {
  const auto taps = noise(37, 5);
  const auto x = noise(500, 6);
  auto fir = Fir<float, 40>::make(taps.data(), 37).value();
  for (std::size_t n = 0; n < x.size(); ++n) {
    long double want = 0;
    for (std::size_t k = 0; k < taps.size() && k <= n; ++k)
      want += static_cast<long double>(taps[k]) * static_cast<long double>(x[n - k]);
    ASSERT_NEAR(static_cast<double>(fir.push(x[n])), static_cast<double>(want), 3e-6);
  }
  EXPECT_EQ((Fir<float, 8>::make(taps.data(), 9).error()), Errc::capacity_exceeded);
  EXPECT_EQ((Fir<float, 8>::make(taps.data(), 0).error()), Errc::capacity_exceeded);
}

TEST(Fir, InBlocksOfAnyLengthGivesTheBitsOfOneSampleACall) {
  const auto taps = noise(40, 7);
  const auto x = noise(1500, 8);
  for (std::uint32_t count = 1; count <= 40; ++count) {
    auto single = Fir<float, 40>::make(taps.data(), count).value();
    auto blocks = single;
    std::vector<float> y(x.size());
    // Blocks of 1, 2, 3 ... samples: shorter than the taps, then longer.
    std::size_t n = 0;
    for (std::uint32_t length = 1; n + length <= x.size(); n += length, ++length)
      blocks.push(x.data() + n, y.data() + n, length);
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(y[i]), std::bit_cast<std::uint32_t>(single.push(x[i])))
          << count << ' ' << i;
    }
  }
}

TEST(Fir, ForgetsANanAfterItsTaps) {
  const auto taps = noise(5);
  auto fir = Fir<float, 8>::make(taps.data(), 5).value();
  EXPECT_TRUE(is_nan(fir.push(canonical_nan)));
  for (int i = 0; i < 4; ++i) fir.push(1.0F);
  EXPECT_TRUE(is_finite(fir.push(1.0F)));
}

TEST(FirDesign, PassesWhatItShouldAndStopsTheRest) {
  std::vector<float> taps(101);
  for (const auto& [window, floor_db] :
       {std::pair{Window::hamming, -48.0}, {Window::blackman, -70.0}, {Window::hann, -40.0}, {Window::kaiser, -55.0}}) {
    ASSERT_EQ(design_lowpass(taps.data(), 101, 20, 250, window), Errc::ok);
    EXPECT_NEAR(gain(taps, 0, 250), 1, 1e-6);
    EXPECT_NEAR(gain(taps, 20, 250), 0.5, 0.01);
    EXPECT_LT(most_between(taps, 30, 125), floor_db);
    ASSERT_EQ(design_highpass(taps.data(), 101, 20, 250, window), Errc::ok);
    EXPECT_NEAR(gain(taps, 125, 250), 1, 1e-6);
    EXPECT_LT(most_between(taps, 0, 10), floor_db);
    ASSERT_EQ(design_bandpass(taps.data(), 101, 20, 60, 250, window), Errc::ok);
    EXPECT_NEAR(gain(taps, 40, 250), 1, 1e-6);
    EXPECT_LT(most_between(taps, 0, 10), floor_db);
    EXPECT_LT(most_between(taps, 70, 125), floor_db);
  }
  EXPECT_EQ(design_lowpass(taps.data(), 101, 125, 250), Errc::corner_out_of_range);
  EXPECT_EQ(design_highpass(taps.data(), 100, 20, 250), Errc::field_out_of_range);
  EXPECT_EQ(design_bandpass(taps.data(), 101, 30, 20, 250), Errc::corner_out_of_range);
  EXPECT_EQ(design_lowpass(taps.data(), 101, 20, 0), Errc::rate_out_of_range);
}

}  // namespace
