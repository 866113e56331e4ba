#include "device/dsp/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

/// Largest distance from the transform by its definition in double, over the rms of the exact one.
template <std::uint32_t N>
double fft_error() {
  const auto x = noise(N, N);
  std::vector<float> data = x;
  real_fft<N>(data.data());
  std::vector<std::complex<double>> turn(N);
  for (std::uint32_t i = 0; i < N; ++i) turn[i] = std::polar(1.0, -2 * std::numbers::pi * i / N);
  double most = 0;
  double power = 0;
  for (std::uint32_t k = 0; k <= N / 2; ++k) {
    std::complex<double> want = 0;
    for (std::uint32_t n = 0; n < N; ++n) want += static_cast<double>(x[n]) * turn[static_cast<std::size_t>(k) * n % N];
    const auto at = [&](std::uint32_t i) { return static_cast<double>(data[i]); };
    const std::complex<double> got = k == 0       ? std::complex<double>(at(0), 0)
                                     : k == N / 2 ? std::complex<double>(at(1), 0)
                                                  : std::complex<double>(at(2 * k), at(2 * k + 1));
    most = std::max(most, std::abs(got - want));
    power += std::norm(want) / (N / 2 + 1);
  }
  return most / std::sqrt(power);
}

TEST(RealFft, EqualsTheDefinitionAtEverySize) {
  EXPECT_LT(fft_error<8>(), 6e-7);
  EXPECT_LT(fft_error<16>(), 6e-7);
  EXPECT_LT(fft_error<32>(), 6e-7);
  EXPECT_LT(fft_error<64>(), 6e-7);
  EXPECT_LT(fft_error<128>(), 6e-7);
  EXPECT_LT(fft_error<256>(), 6e-7);
  EXPECT_LT(fft_error<512>(), 6e-7);
  EXPECT_LT(fft_error<1024>(), 6e-7);
  EXPECT_LT(fft_error<2048>(), 6e-7);
  const double largest = fft_error<4096>();
  std::printf("  4096 points: %.2g\n", largest);
  EXPECT_LT(largest, 6e-7);
}

TEST(RealFft, TableIsRoundedFromTheExactSine) {
  for (std::uint32_t k = 0; k < 4096; ++k) {
    const auto w = detail::twiddle<4096>(k);
    const long double angle = 2 * std::numbers::pi_v<long double> * k / 4096;
    ASSERT_NEAR(static_cast<double>(w.sin), static_cast<double>(std::sin(angle)), 3.1e-8);
    ASSERT_NEAR(static_cast<double>(w.cos), static_cast<double>(std::cos(angle)), 3.1e-8);
  }
}

TEST(Welch, IntegratesToTheVarianceOfWhiteNoise) {
  auto welch = Welch<256>::make(100).value();
  double power = 0;
  const auto x = noise(100000);
  for (const float v : x) {
    welch.push(v);
    power += static_cast<double>(v) * static_cast<double>(v);
  }
  EXPECT_EQ(welch.segments(), (100000U - 256) / 128 + 1);
  double sum = 0;
  for (std::uint32_t k = 0; k < Welch<256>::bins; ++k) sum += static_cast<double>(welch.density(k)) * 100 / 256;
  EXPECT_NEAR(sum, power / 100000, 0.01 * power / 100000);
}

TEST(Welch, PutsASineAtItsFrequencyAndAGapDropsTheSegment) {
  auto welch = Welch<512>::make(250).value();
  for (int i = 0; i < 600; ++i) welch.push(static_cast<float>(std::sin(2 * std::numbers::pi * 25 * i / 250)));
  welch.gap();
  for (int i = 0; i < 511; ++i) EXPECT_FALSE(welch.push(0.0F));
  EXPECT_EQ(welch.segments(), 1U);
  std::uint32_t top = 0;
  for (std::uint32_t k = 1; k < Welch<512>::bins; ++k) {
    if (welch.density(k) > welch.density(top)) top = k;
  }
  EXPECT_NEAR(welch.frequency_hz(top), 25.0F, 0.25F);
  EXPECT_EQ(Welch<512>::make(0).error(), Errc::rate_out_of_range);
}

TEST(Autocorrelation, DirectAndByTransformAgreeWithTheDefinition) {
  const auto x = noise(500, 8);
  std::vector<float> direct(500);
  autocorrelation(x.data(), 500, direct.data(), 500);
  std::vector<float> data(1024, 0.0F);
  std::copy(x.begin(), x.end(), data.begin());
  autocorrelation_fft<1024>(data.data());
  for (std::size_t k = 0; k < 500; ++k) {
    double want = 0;
    for (std::size_t i = 0; i + k < 500; ++i) want += static_cast<double>(x[i]) * static_cast<double>(x[i + k]);
    ASSERT_NEAR(static_cast<double>(direct[k]), want, 1e-4);
    ASSERT_NEAR(static_cast<double>(data[k]), want, 3e-4);
  }
}

}  // namespace
