#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "device/infer/random_stream.h"
#include "device/infer/trees.h"

namespace vagus::infer {
namespace {

/// What TensorFlow Lite's reference kernels do with a sum, step by step in wide integers: the doubled product's upper
/// half rounded to nearest, then the shift rounded to nearest, ties away from zero, then zero point and saturation.
int by_definition(std::int64_t sum, std::int64_t multiplier, int shift, int zero_point) {
  const std::int64_t product = sum * multiplier, nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30);
  const std::int64_t high = (product + nudge) / (std::int64_t{1} << 31);
  const std::int64_t mask = (std::int64_t{1} << shift) - 1, rest = high & mask;
  const std::int64_t y = (high >> shift) + (rest > (mask >> 1) + (high < 0 ? 1 : 0) ? 1 : 0) + zero_point;
  return static_cast<int>(std::clamp<std::int64_t>(y, -128, 127));
}

std::int32_t word(const std::vector<std::uint8_t>& stream, std::size_t at) {
  std::int32_t value;
  std::memcpy(&value, stream.data() + at, sizeof value);
  return value;
}

int scaled(const std::vector<std::uint8_t>& stream, std::size_t scales, std::int64_t sum) {
  const int shift = word(stream, scales + 32);
  const int zero_point = (word(stream, scales + 16) - (1 << (shift - 1))) >> shift;
  return by_definition(sum, word(stream, scales), shift, zero_point);
}

TEST(Requantised, IsTensorFlowLitesRoundingForEverySize) {
  Draws draws{1};
  for (int turn = 0; turn < 200000; ++turn) {
    const int size = draws.within(0, 29), shift = draws.within(least_shift, greatest_shift);
    const std::int32_t sum = draws.within(-(1 << size), 1 << size);
    const std::int32_t multiplier = draws.within(1 << 30, 0x7FFFFFFF), zero_point = draws.within(-128, 127);
    const Scale scale{multiplier, (1 << (shift - 1)) + zero_point * (1 << shift), static_cast<std::uint8_t>(shift)};
    ASSERT_EQ(requantised(sum, scale), by_definition(sum, multiplier, shift, zero_point)) << sum << " " << shift;
  }
}

TEST(Requantised, TiesGoAwayFromZero) {
  // 2^30 / 2^31 / 2 = a quarter: 2 and -2 lie half way between whole numbers.
  const Scale quarter{1 << 30, 1, 1};
  EXPECT_EQ(requantised(2, quarter), 1);
  EXPECT_EQ(requantised(6, quarter), 2);
  EXPECT_EQ(requantised(-6, quarter), by_definition(-6, 1 << 30, 1, 0));
  EXPECT_EQ(requantised(100000, quarter), 127);
  EXPECT_EQ(requantised(-100000, quarter), -128);
}

TEST(Dense, IsTheSumOfProductsWhateverTheSize) {
  Draws draws{2};
  for (int turn = 0; turn < 300; ++turn) {
    const auto inputs = static_cast<std::uint32_t>(draws.within(1, 300));
    const auto outputs = static_cast<std::uint32_t>(draws.within(1, 40));
    std::vector<std::uint8_t> stream(dense_stream_bytes(inputs, outputs)), scratch(dense_scratch_bytes(inputs));
    draw_dense(stream.data(), inputs, outputs, static_cast<std::uint8_t>(draws.within(6, 12)), draws);
    std::vector<std::int8_t> x(16 * sixteens(inputs)), y(4 * quads(outputs), 99);
    for (auto& value : x) value = static_cast<std::int8_t>(draws.byte());
    dense(stream.data(), inputs, outputs, x.data(), y.data(), scratch.data());
    for (std::uint32_t o = 0; o < outputs; ++o) {
      const std::size_t quad = o / 4 * dense_quad_bytes(inputs);
      std::int64_t sum = word(stream, quad + 4 * (o % 4)) / 2;
      for (std::uint32_t i = 0; i < inputs; ++i)
        sum += static_cast<std::int8_t>(stream[quad + 16 + 64 * (i / 16) + 16 * (o % 4) + i % 16]) * x[i];
      ASSERT_EQ(y[o], scaled(stream, quad + 16 + 64 * sixteens(inputs) + 4 * (o % 4), sum)) << inputs << " " << o;
    }
  }
}

TEST(Depthwise, EachChannelHasItsOwnTaps) {
  Draws draws{3};
  for (int turn = 0; turn < 300; ++turn) {
    const auto channels = static_cast<std::uint32_t>(draws.within(1, 40));
    const auto taps = static_cast<std::uint32_t>(draws.within(1, 9));
    const std::uint32_t row = channels + static_cast<std::uint32_t>(draws.within(0, 5));
    std::vector<std::uint8_t> stream(depthwise_stream_bytes(channels, taps));
    draw_depthwise(stream.data(), channels, taps, static_cast<std::uint8_t>(draws.within(4, 9)), draws);
    std::vector<std::int8_t> x(row * 2 * tap_pairs(taps) + 4), y(4 * quads(channels));
    for (auto& value : x) value = static_cast<std::int8_t>(draws.byte());
    depthwise(stream.data(), channels, taps, x.data(), row, y.data());
    for (std::uint32_t c = 0; c < channels; ++c) {
      const std::size_t quad = c / 4 * depthwise_quad_bytes(taps);
      std::int64_t sum = word(stream, quad + 4 * (c % 4)) / 2;
      for (std::uint32_t k = 0; k < taps; ++k) {
        const std::int32_t both = word(stream, quad + 16 + 16 * (k / 2) + 4 * (c % 4));
        const int weight = k % 2 == 0 ? static_cast<std::int16_t>(both & 0xFFFF) / 2 : (both >> 16) / 2;
        sum += weight * x[k * row + c];
      }
      ASSERT_EQ(y[c], scaled(stream, quad + 16 + 16 * tap_pairs(taps) + 4 * (c % 4), sum)) << channels << " " << c;
    }
  }
}

TEST(Trees, TheWayGoesRightWhereTheFeatureIsAtLeastTheThreshold) {
  // One split: feature 1 at 7; leaves -5 and 9.
  const std::uint16_t tree[] = {0, 1 | 7U << 8U, static_cast<std::uint16_t>(-5), 9};
  for (const auto& [value, leaf] : {std::pair{6, -5}, {7, 9}, {0, -5}, {255, 9}}) {
    const std::uint8_t features[] = {99, static_cast<std::uint8_t>(value)};
    EXPECT_EQ(sum_of_trees(tree, 1, 1, features), leaf) << value;
  }
}

TEST(Trees, TheSumIsThatOfEveryTreesLeafForAnyDepthAndCount) {
  Draws draws{4};
  for (int turn = 0; turn < 200; ++turn) {
    const auto depth = static_cast<std::uint32_t>(draws.within(1, 8)),
               count = static_cast<std::uint32_t>(draws.within(0, 9));
    std::vector<std::uint16_t> trees(count * tree_entries(depth));
    for (auto& entry : trees) entry = static_cast<std::uint16_t>(draws.word() >> 16U);
    std::vector<std::uint8_t> features(256);
    for (auto& feature : features) feature = draws.byte();
    std::int32_t expected = 0;
    for (std::uint32_t t = 0; t < count; ++t) {
      const std::uint16_t* tree = trees.data() + t * tree_entries(depth);
      std::uint32_t at = 1;
      while (at < 1U << depth) at = features[tree[at] % 256] < tree[at] / 256 ? 2 * at : 2 * at + 1;
      expected += static_cast<std::int16_t>(tree[at]);
    }
    ASSERT_EQ(sum_of_trees(trees.data(), depth, count, features.data()), expected) << depth << " " << count;
  }
}

}  // namespace
}  // namespace vagus::infer
