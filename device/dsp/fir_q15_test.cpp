#include "device/dsp/fir_q15.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "device/base/convert.h"
#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

std::vector<std::int16_t> whole_noise(std::size_t n, std::uint64_t seed, float size) {
  std::vector<std::int16_t> out;
  for (const float x : noise(n, seed)) out.push_back(to_i16(x * size));
  return out;
}

TEST(FirQ15, IsTheRoundedAndHeldConvolutionWithItsTaps) {
  for (const std::uint32_t count : {1U, 7U, 8U, 9U, 31U, 32U, 40U}) {
    const auto taps = whole_noise(count, 3, 32767.0F / static_cast<float>(count));
    const auto x = whole_noise(800, 4, 60000.0F);
    auto fir = FirQ15<40>::make(taps.data(), count).value();
    for (std::size_t n = 0; n < x.size(); ++n) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < count && k <= n; ++k) sum += std::int64_t{taps[k]} * x[n - k];
      const long double want = std::floor(static_cast<long double>(sum) / 32768.0L + 0.5L);
      ASSERT_EQ(fir.push(x[n]), std::fmin(std::fmax(want, -32768.0L), 32767.0L)) << count << ' ' << n;
    }
  }
}

TEST(FirQ15, InBlocksOfAnyLengthGivesWhatOneSampleACallGives) {
  const auto x = whole_noise(1500, 6, 32767.0F);
  for (std::uint32_t count = 1; count <= 40; ++count) {
    const auto taps = whole_noise(count, 5, 32767.0F / static_cast<float>(count));
    auto single = FirQ15<40>::make(taps.data(), count).value();
    auto blocks = single;
    std::vector<std::int16_t> y(x.size());
    std::size_t n = 0;
    for (std::uint32_t length = 1; n + length <= x.size(); n += length, ++length)
      blocks.push(x.data() + n, y.data() + n, length);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(y[i], single.push(x[i])) << count << ' ' << i;
  }
}

TEST(FirQ15, TheLargestTapsAndSamplesStayWithin32BitsAndMoreIsRefused) {
  const std::int16_t largest[] = {-32768, -32766};
  auto fir = FirQ15<8>::make(largest, 2).value();
  fir.push(-32768);
  EXPECT_EQ(fir.push(-32768), 32767);
  fir.push(32767);
  EXPECT_EQ(fir.push(32767), -32768);
  const std::int16_t more[] = {-32768, -32767};
  EXPECT_EQ(FirQ15<8>::make(more, 2).error(), Errc::field_out_of_range);
  EXPECT_EQ(FirQ15<8>::make(more, 0).error(), Errc::capacity_exceeded);
  EXPECT_EQ(FirQ15<8>::make(more, 9).error(), Errc::capacity_exceeded);
}

}  // namespace
