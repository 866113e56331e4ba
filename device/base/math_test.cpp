#include "device/base/math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using vagus::abs;
using vagus::canonical_nan;
using vagus::infinity;
using vagus::is_nan;
namespace math = vagus::math;

float from_bits(std::uint32_t word) { return std::bit_cast<float>(word); }
std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

/// Distance in units of the last place that a float of the reference's size has.
double ulps(float got, long double want) {
  const long double size = std::fabs(want);
  if (size > 3.4028235677973366e38L) return got == (want > 0 ? infinity : -infinity) ? 0 : 1e9;  // rounds to infinity
  int exponent = 0;
  std::frexp(size, &exponent);
  const long double unit = std::ldexp(1.0L, std::max(exponent - 24, -149));
  if (!vagus::is_finite(got)) return 1e9;
  return static_cast<double>(std::fabs(static_cast<long double>(got) - want) / unit);
}

/// The largest error of `f` against `g` over every `step`-th float between two, in order of their bits.
template <class F, class G>
double worst(F f, G g, float from, float to, std::uint32_t step) {
  double most = 0;
  float at = 0;
  for (std::uint64_t word = bits(from); word <= bits(to); word += step) {
    for (const float x : {from_bits(static_cast<std::uint32_t>(word)), -from_bits(static_cast<std::uint32_t>(word))}) {
      const long double want = g(static_cast<long double>(x));
      if (std::isnan(want)) continue;
      const double error = ulps(f(x), want);
      if (error > most) {
        most = error;
        at = x;
      }
    }
  }
  std::printf("  largest error %.4f ulp at %.9g (%08x)\n", most, static_cast<double>(at), bits(at));
  return most;
}

TEST(Math, SinStaysWithinItsStatedErrorOverEveryMagnitude) {
  const auto g = [](long double x) { return std::sin(x); };
  EXPECT_LE(worst(math::sin, g, 0.0F, std::numeric_limits<float>::max(), 1499), 0.73);
  EXPECT_LE(worst(math::sin, g, 0.1F, 30.0F, 31), 0.73);
}

TEST(Math, CosStaysWithinItsStatedErrorOverEveryMagnitude) {
  const auto g = [](long double x) { return std::cos(x); };
  EXPECT_LE(worst(math::cos, g, 0.0F, std::numeric_limits<float>::max(), 1499), 0.73);
  EXPECT_LE(worst(math::cos, g, 0.1F, 30.0F, 31), 0.73);
}

TEST(Math, TanStaysWithinItsStatedErrorOverEveryMagnitude) {
  const auto g = [](long double x) { return std::tan(x); };
  EXPECT_LE(worst(math::tan, g, 0.0F, std::numeric_limits<float>::max(), 1499), 0.85);
  EXPECT_LE(worst(math::tan, g, 0.1F, 30.0F, 31), 0.85);
}

TEST(Math, SineAndCosineHoldNextToMultiplesOfHalfPi) {
  double most = 0;
  for (int k = 1; k < 40000; ++k) {
    float x = static_cast<float>(static_cast<long double>(k) * 1.57079632679489661923132169163975144L);
    for (int i = 0; i < 2; ++i) x = std::nextafter(x, 0.0F);
    for (int i = 0; i < 5; ++i, x = std::nextafter(x, 1e9F)) {
      most = std::max({most, ulps(math::sin(x), std::sin(static_cast<long double>(x))),
                       ulps(math::cos(x), std::cos(static_cast<long double>(x)))});
    }
  }
  EXPECT_LE(most, 0.73);
}

TEST(Math, ExpStaysWithinItsStatedErrorFromUnderflowToOverflow) {
  const auto g = [](long double x) { return std::exp(x); };
  EXPECT_LE(worst(math::exp, g, 0.0F, 200.0F, 499), 0.76);
  EXPECT_LE(worst(math::exp, g, 0.01F, 104.0F, 53), 0.76);
}

TEST(Math, LogStaysWithinItsStatedErrorFromTheSmallestSubnormal) {
  const auto g = [](long double x) { return x > 0 ? std::log(x) : std::nanl(""); };
  EXPECT_LE(worst(math::log, g, from_bits(1), std::numeric_limits<float>::max(), 997), 0.62);
  EXPECT_LE(worst(math::log, g, 0.5F, 2.0F, 7), 0.62);
}

TEST(Math, SqrtIsCorrectlyRounded) {
  const auto g = [](long double x) { return x >= 0 ? std::sqrt(x) : std::nanl(""); };
  EXPECT_LE(worst(math::sqrt, g, 0.0F, std::numeric_limits<float>::max(), 997), 0.5);
}

TEST(Math, PowStaysWithinItsStatedError) {
  double most = 0;
  float at_x = 0;
  float at_y = 0;
  std::uint64_t seed = 1;
  const auto next = [&] {
    return static_cast<std::uint32_t>((seed = seed * 6364136223846793005U + 1442695040888963407U) >> 32U);
  };
  for (int i = 0; i < 3000000; ++i) {
    // Any base; exponents that keep the result in range, and a share near 1 where y is large.
    const float x = i % 3 == 0 ? from_bits(0x3F000000U + next() % 0x01000000U) : from_bits(1 + next() % 0x7F7FFFFEU);
    const long double reach = 104.0L / std::max(1e-6L, std::fabs(std::log(static_cast<long double>(x))));
    const auto y = static_cast<float>(reach * (static_cast<long double>(next()) / 2147483648.0L - 1));
    const double error = ulps(math::pow(x, y), std::pow(static_cast<long double>(x), static_cast<long double>(y)));
    if (error > most) {
      most = error;
      at_x = x;
      at_y = y;
    }
  }
  std::printf("  largest error %.4f ulp at %.9g ^ %.9g\n", most, static_cast<double>(at_x), static_cast<double>(at_y));
  EXPECT_LE(most, 0.80);
}

TEST(Math, Atan2StaysWithinItsStatedErrorInEveryQuadrant) {
  double most = 0;
  std::uint64_t seed = 2;
  const auto next = [&] {
    return static_cast<std::uint32_t>((seed = seed * 6364136223846793005U + 1442695040888963407U) >> 32U);
  };
  for (int i = 0; i < 4000000; ++i) {
    const std::uint32_t sign = next() & 0x80000000U;
    const float y = from_bits((i % 2 == 0 ? next() % 0x7F800000U : 0x3C000000U + next() % 0x06000000U) | sign);
    const float x =
        from_bits(i % 2 == 0 ? next() % 0xFF800000U : (next() & 0x80000000U) | (0x3C000000U + next() % 0x06000000U));
    if (!vagus::is_finite(x)) continue;
    most =
        std::max(most, ulps(math::atan2(y, x), std::atan2(static_cast<long double>(y), static_cast<long double>(x))));
  }
  std::printf("  largest error %.4f ulp\n", most);
  EXPECT_LE(most, 1.03);
}

TEST(Math, SpecialValuesFollowTheStandard) {
  const float inf = infinity;
  EXPECT_EQ(bits(math::sqrt(-1.0F)), bits(canonical_nan));
  EXPECT_EQ(bits(math::sqrt(-0.0F)), bits(-0.0F));
  for (const float bad : {inf, -inf, -canonical_nan}) {
    EXPECT_EQ(bits(math::sin(bad)), bits(canonical_nan));
    EXPECT_EQ(bits(math::cos(bad)), bits(canonical_nan));
    EXPECT_EQ(bits(math::tan(bad)), bits(canonical_nan));
  }
  EXPECT_EQ(bits(math::sin(-0.0F)), bits(-0.0F));
  EXPECT_EQ(bits(math::tan(-0.0F)), bits(-0.0F));
  EXPECT_EQ(math::exp(-inf), 0.0F);
  EXPECT_EQ(math::exp(inf), inf);
  EXPECT_EQ(math::exp(0.0F), 1.0F);
  EXPECT_EQ(math::log(0.0F), -inf);
  EXPECT_EQ(math::log(inf), inf);
  EXPECT_EQ(bits(math::log(1.0F)), bits(0.0F));
  EXPECT_EQ(bits(math::log(-1.0F)), bits(canonical_nan));
  EXPECT_EQ(bits(math::log(-canonical_nan)), bits(canonical_nan));
}

TEST(Math, PowAndAtan2AgreeWithTheLibraryOnEverySpecialPair) {
  const std::vector<float> values = {
      0.0F,     -0.0F,     1.0F,          -1.0F,  2.0F,    -2.0F, 3.0F,   -3.0F,       0.5F,        -0.5F,       1.5F,
      infinity, -infinity, canonical_nan, 1e-45F, -1e-45F, 3e38F, -3e38F, 16777215.0F, 16777217.0F, -8388607.0F, 1e30F};
  for (const float a : values) {
    for (const float b : values) {
      const auto check = [&](float got, double exact, const char* what) {
        const auto want = static_cast<float>(exact);
        if (is_nan(want)) {
          EXPECT_EQ(bits(got), bits(canonical_nan)) << what << ' ' << a << ' ' << b;
        } else {
          EXPECT_TRUE(got == want || abs(got - want) <= 1.2e-7F * abs(want))
              << what << ' ' << a << ' ' << b << ' ' << got;
          EXPECT_EQ(std::signbit(got), std::signbit(want)) << what << ' ' << a << ' ' << b;
        }
      };
      check(math::pow(a, b), std::pow(static_cast<double>(a), static_cast<double>(b)), "pow");
      check(math::atan2(a, b), std::atan2(static_cast<double>(a), static_cast<double>(b)), "atan2");
    }
  }
}

TEST(Math, EveryCompilerAndCoreGivesTheseBits) {
  // FNV-1a over the results' bits of every 40,009th float; the constant was made by GCC 12 at -O2 and holds for clang
  // 14 and -O0.
  std::uint64_t hash = 14695981039346656037U;
  const auto take = [&](float value) { hash = (hash ^ bits(value)) * 1099511628211U; };
  for (std::uint64_t word = 0; word < 0x100000000U; word += 40009) {
    const float x = from_bits(static_cast<std::uint32_t>(word));
    const float y = from_bits(static_cast<std::uint32_t>((word * 2654435761U) & 0xFFFFFFFFU));
    for (const float value : {math::sqrt(x), math::sin(x), math::cos(x), math::tan(x), math::exp(x), math::log(x),
                              math::pow(x, y), math::pow(abs(x), y), math::atan2(x, y)}) {
      take(value);
    }
  }
  EXPECT_EQ(hash, 0x80a918d01a49dcc8U);
}

}  // namespace
