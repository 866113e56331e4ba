#include "device/dsp/peaks.h"

#include <gtest/gtest.h>

#include <vector>

#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

TEST(PeakPicker, SaysExactlyTheSamplesThatTopTheirNeighbours) {
  auto x = noise(3000, 7);
  for (std::size_t i = 1000; i < 2000; ++i) x[i] = static_cast<float>(static_cast<int>(x[i] * 4));  // ties
  for (const std::uint32_t distance : {1U, 2U, 5U, 40U}) {
    std::vector<std::int64_t> got;
    auto picker = PeakPicker<64>::make(distance).value();
    for (std::size_t i = 0; i < x.size(); ++i) {
      picker.push(x[i], 0.25F, [&](const Peak& p) {
        got.push_back(p.sample);
        EXPECT_EQ(p.sample + distance, static_cast<std::int64_t>(i));
        EXPECT_EQ(p.value, x[static_cast<std::size_t>(p.sample)]);
      });
    }
    std::vector<std::int64_t> want;
    for (std::int64_t i = 0; i + distance < static_cast<std::int64_t>(x.size()); ++i) {
      bool peak = x[static_cast<std::size_t>(i)] >= 0.25F;
      for (std::int64_t j = std::max<std::int64_t>(0, i - distance); j <= i + distance; ++j) {
        const float other = x[static_cast<std::size_t>(j)];
        peak = peak && (j < i ? other < x[static_cast<std::size_t>(i)] : other <= x[static_cast<std::size_t>(i)]);
      }
      if (peak) want.push_back(i);
    }
    EXPECT_EQ(got, want) << distance;
    EXPECT_FALSE(want.empty());
  }
  EXPECT_EQ(PeakPicker<8>::make(9).error(), Errc::capacity_exceeded);
}

TEST(FindPeaks, TakesTheMiddleOfAFlatTopAndNeverTheEnds) {
  const std::vector<float> x = {9, 1, 2, 2, 2, 2, 1, 3, 1, 5, 5};
  FixedVector<WindowPeak, 8> peaks;
  ASSERT_TRUE(find_peaks(x.data(), static_cast<std::uint32_t>(x.size()), {}, peaks));
  ASSERT_EQ(peaks.size(), 2U);
  EXPECT_EQ(peaks[0].at, 3U);
  EXPECT_EQ(peaks[1].at, 7U);
  EXPECT_EQ(peaks[1].prominence, 2.0F);
}

TEST(FindPeaks, SaysWhereItsMemoryIsTooSmall) {
  const std::vector<float> x = {0, 1, 0, 1, 0, 1, 0};
  FixedVector<WindowPeak, 2> peaks;
  EXPECT_FALSE(find_peaks(x.data(), 7, {}, peaks));
  EXPECT_TRUE(find_peaks(x.data(), 5, {}, peaks));
}

}  // namespace
