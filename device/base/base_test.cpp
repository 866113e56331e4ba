#include <gtest/gtest.h>

#include <deque>
#include <type_traits>

#include "device/base/convert.h"
#include "device/base/fixed_vector.h"
#include "device/base/ring.h"

namespace {

using namespace vagus;

TEST(Convert, FloatToIntegerHoldsToTheRangeAndTakesNanForZero) {
  EXPECT_EQ(to_i32(1e10F), INT32_MAX);
  EXPECT_EQ(to_i32(-1e10F), INT32_MIN);
  EXPECT_EQ(to_i32(infinity), INT32_MAX);
  EXPECT_EQ(to_i32(-infinity), INT32_MIN);
  EXPECT_EQ(to_i32(2147483520.0F), 2147483520);
  EXPECT_EQ(to_i32(-2147483648.0F), INT32_MIN);
  EXPECT_EQ(to_i32(canonical_nan), 0);
  EXPECT_EQ(to_i32(-canonical_nan), 0);
  EXPECT_EQ(to_i32(-1.9F), -1);
  EXPECT_EQ(to_i16(4e4F), INT16_MAX);
  EXPECT_EQ(to_i16(-4e4F), INT16_MIN);
}

TEST(Convert, RoundingGoesToTheNearestAndHalvesToEven) {
  EXPECT_EQ(round_to_i32(0.5F), 0);
  EXPECT_EQ(round_to_i32(1.5F), 2);
  EXPECT_EQ(round_to_i32(-2.5F), -2);
  EXPECT_EQ(round_to_i32(-0.51F), -1);
  EXPECT_EQ(round_to_i32(4194305.0F), 4194305);
  EXPECT_EQ(round_to_i32(16777215.0F), 16777215);
  EXPECT_EQ(round_to_i32(-16777215.0F), -16777215);
  for (std::int32_t i = 4194000; i < 8388700; i += 37) EXPECT_EQ(round_to_i32(static_cast<float>(i)), i);
  EXPECT_EQ(round_to_i32(5000001.5F), 5000002);
  EXPECT_EQ(round_to_i32(5000002.5F), 5000002);
  EXPECT_EQ(round_to_i32(-5000002.5F), -5000002);
  EXPECT_EQ(round_to_i32(3e9F), INT32_MAX);
  EXPECT_EQ(round_to_i32(canonical_nan), 0);
}

TEST(Convert, FloorGoesDown) {
  EXPECT_EQ(floor_to_i32(-0.25F), -1);
  EXPECT_EQ(floor_to_i32(2.75F), 2);
  EXPECT_EQ(floor_to_i32(-3.0F), -3);
  EXPECT_EQ(floor_to_i32(-infinity), INT32_MIN);
  EXPECT_EQ(floor_to_i32(canonical_nan), 0);
}

TEST(Convert, ClampAndCanonicalNeverLetANanThroughInItsOwnBits) {
  EXPECT_EQ(clamp(canonical_nan, -1.0F, 2.0F), -1.0F);
  EXPECT_EQ(clamp(infinity, -1.0F, 2.0F), 2.0F);
  EXPECT_EQ(clamp(0.5F, -1.0F, 2.0F), 0.5F);
  const float strange = std::bit_cast<float>(0xFFABCDEFU);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(canonical(strange)), 0x7FC00000U);
  EXPECT_EQ(canonical(-0.0F), 0.0F);
  EXPECT_FALSE(is_finite(strange));
  EXPECT_FALSE(is_finite(-infinity));
  EXPECT_TRUE(is_finite(3.4028235e38F));
}

TEST(Ring, HoldsTheNewestInOrderLikeADequeThatDropsItsFront) {
  Ring<int, 7> ring;
  std::deque<int> model;
  static_assert(std::is_trivially_copyable_v<Ring<int, 7>>);
  std::uint32_t seed = 1;
  for (int step = 0; step < 5000; ++step) {
    seed = seed * 1664525U + 1013904223U;
    if ((seed >> 24U) < 60 && !model.empty()) {
      ring.pop();
      model.pop_front();
    } else if ((seed >> 24U) == 255) {
      ring.clear();
      model.clear();
    } else {
      ring.push(step);
      model.push_back(step);
      if (model.size() > 7) model.pop_front();
    }
    ASSERT_EQ(ring.size(), model.size());
    for (std::uint32_t i = 0; i < ring.size(); ++i) ASSERT_EQ(ring[i], model[i]);
    if (!model.empty()) {
      ASSERT_EQ(ring.front(), model.front());
      ASSERT_EQ(ring.back(), model.back());
      ASSERT_EQ(ring.newest(ring.size() - 1), model.front());
    }
  }
}

TEST(FixedVector, RefusesWhatDoesNotFitAndClosesHoles) {
  FixedVector<int, 3> v;
  static_assert(std::is_trivially_copyable_v<FixedVector<int, 3>>);
  EXPECT_TRUE(v.push_back(1) && v.push_back(2) && v.push_back(3));
  EXPECT_FALSE(v.push_back(4));
  v.erase(0);
  ASSERT_EQ(v.size(), 2U);
  EXPECT_EQ(v[0], 2);
  EXPECT_EQ(v.back(), 3);
  EXPECT_TRUE(v.push_back(5));
  EXPECT_EQ(v.back(), 5);
  int sum = 0;
  for (const int x : v) sum += x;
  EXPECT_EQ(sum, 10);
}

}  // namespace
