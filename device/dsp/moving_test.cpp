#include "device/dsp/moving.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "device/dsp/median.h"
#include "device/dsp/moments.h"
#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

std::vector<float> window(const std::vector<float>& x, std::size_t end, std::size_t length) {
  const std::size_t from = end >= length ? end - length : 0;
  return {x.begin() + static_cast<std::ptrdiff_t>(from), x.begin() + static_cast<std::ptrdiff_t>(end)};
}
/// Noise with long ties and steps in it.
std::vector<float> steps(std::size_t count) {
  auto x = noise(count, 3);
  for (std::size_t i = 0; i < count; ++i) {
    if ((i / 100) % 3 == 1) x[i] = std::round(3 * x[i]);
    if ((i / 100) % 5 == 2) x[i] += 10.0F;
  }
  return x;
}

TEST(MovingExtreme, EqualsTheExtremeOfTheWindowAtEveryLength) {
  const auto x = steps(1500);
  for (const std::uint32_t length : {1U, 2U, 3U, 7U, 8U, 31U, 100U}) {
    auto low = MovingMinimum<float, 100>::make(length).value();
    auto high = MovingMaximum<float, 100>::make(length).value();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto w = window(x, i + 1, length);
      ASSERT_EQ(low.push(x[i]), *std::min_element(w.begin(), w.end())) << length << ' ' << i;
      ASSERT_EQ(high.push(x[i]), *std::max_element(w.begin(), w.end())) << length << ' ' << i;
    }
  }
  EXPECT_EQ((MovingMinimum<float, 8>::make(9).error()), Errc::capacity_exceeded);
  EXPECT_EQ((MovingMinimum<float, 8>::make(0).error()), Errc::capacity_exceeded);
}

TEST(MovingMedian, EqualsTheMedianOfTheSortedWindowAtEveryLength) {
  const auto x = steps(3000);
  for (const std::uint32_t length : {1U, 2U, 3U, 4U, 5U, 6U, 9U, 32U, 101U}) {
    auto median = MovingMedian<float, 101>::make(length).value();
    for (std::size_t i = 0; i < x.size(); ++i) {
      auto w = window(x, i + 1, length);
      std::sort(w.begin(), w.end());
      const std::size_t n = w.size();
      const float want = n % 2 == 1 ? w[n / 2] : 0.5F * (w[n / 2 - 1] + w[n / 2]);
      ASSERT_EQ(median.push(x[i]), want) << length << ' ' << i;
    }
  }
  EXPECT_EQ((MovingMedian<float, 8>::make(9).error()), Errc::capacity_exceeded);
}

TEST(MovingAverage, EqualsTheMeanOfTheWindowHoweverLongItRuns) {
  auto average = MovingAverage<float, 64>::make(50).value();
  std::vector<float> last(50, 0.0F);
  TestNoise next;
  for (int i = 0; i < 2000000; ++i) {
    const float x = 1000.0F + next();
    last[static_cast<std::size_t>(i) % 50] = x;
    const float got = average.push(x);
    if (i > 1999000) {
      double sum = 0;
      for (const float v : last) sum += static_cast<double>(v);
      ASSERT_NEAR(static_cast<double>(got), sum / 50, 1000 * 1e-6);
    }
  }
}

TEST(MovingAverage, ForgetsANanAfterTwoWindows) {
  auto average = MovingAverage<float, 16>::make(10).value();
  average.push(canonical_nan);
  float y = 0;
  for (int i = 0; i < 20; ++i) y = average.push(3.0F);
  EXPECT_NEAR(y, 3.0F, 1e-6F);
  average.reset(7.0F);
  EXPECT_NEAR(average.push(7.0F), 7.0F, 1e-6F);
}

TEST(Moments, EqualTheTwoPassFiguresInLongDouble) {
  Moments<> m;
  std::vector<float> x = noise(5000, 9);
  for (float& v : x) v = 20.0F + v * v * 3.0F;
  for (const float v : x) m.push(v);
  long double mean = 0;
  for (const float v : x) mean += static_cast<long double>(v);
  mean /= static_cast<long double>(x.size());
  long double p2 = 0;
  long double p3 = 0;
  long double p4 = 0;
  for (const float v : x) {
    const long double d = static_cast<long double>(v) - mean;
    p2 += d * d;
    p3 += d * d * d;
    p4 += d * d * d * d;
  }
  const auto n = static_cast<long double>(x.size());
  EXPECT_NEAR(static_cast<double>(m.mean), static_cast<double>(mean), 2e-4);
  EXPECT_NEAR(static_cast<double>(m.variance()), static_cast<double>(p2 / n), 1e-4);
  EXPECT_NEAR(static_cast<double>(m.sample_variance()), static_cast<double>(p2 / (n - 1)), 1e-4);
  EXPECT_NEAR(static_cast<double>(m.skewness()), static_cast<double>((p3 / n) / std::pow(p2 / n, 1.5L)), 1e-3);
  EXPECT_NEAR(static_cast<double>(m.excess_kurtosis()), static_cast<double>((p4 / n) / (p2 / n * p2 / n) - 3), 1e-3);
}

TEST(MovingMoments, HoldOnALargeWanderingBaseline) {
  auto m = MovingMoments<float, 128>::make(100).value();
  std::vector<float> x = noise(30000, 4);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] += 500.0F + 200.0F * static_cast<float>(std::sin(static_cast<double>(i) * 1e-3));
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    m.push(x[i]);
    const auto w = window(x, i + 1, 100);
    long double mean = 0;
    for (const float v : w) mean += static_cast<long double>(v);
    mean /= static_cast<long double>(w.size());
    long double square = 0;
    for (const float v : w) square += std::pow(static_cast<long double>(v) - mean, 2.0L);
    ASSERT_NEAR(static_cast<double>(m.mean()), static_cast<double>(mean), 2e-4) << i;
    const long double variance = square / static_cast<long double>(w.size());
    ASSERT_NEAR(static_cast<double>(m.variance()), static_cast<double>(variance),
                1e-5 + 1e-3 * static_cast<double>(variance))
        << i;
  }
}

}  // namespace
