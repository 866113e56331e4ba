#include "lab/simulate/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lab/simulate/math.h"

namespace vagus::lab::sim {
namespace {

TEST(Math, AgreesWithLongDoubleTo1e15) {
  Random random(1, 1);
  for (int i = 0; i < 20000; ++i) {
    const double turns = random.uniform(-1000, 1000);
    const long double exact =
        2 * std::acos(-1.0L) * (static_cast<long double>(turns) - std::floor(static_cast<long double>(turns)));
    EXPECT_NEAR(sin_turns(turns), static_cast<double>(std::sin(exact)), 4e-16);
    EXPECT_NEAR(cos_turns(turns), static_cast<double>(std::cos(exact)), 4e-16);
    const double x = random.uniform(-300, 300);
    const auto e = static_cast<double>(std::exp(static_cast<long double>(x)));
    EXPECT_NEAR(exp(x) / e, 1, 1e-15);
    EXPECT_NEAR(log(e), static_cast<double>(std::log(static_cast<long double>(e))), 1e-15 * std::max(1.0, std::abs(x)));
  }
}

TEST(Math, QuarterTurnsAreExact) {
  EXPECT_EQ(sin_turns(0.25), 1);
  EXPECT_EQ(cos_turns(0.5), -1);
  EXPECT_EQ(sin_turns(-7.0), 0);
  EXPECT_EQ(exp(0), 1);
  EXPECT_EQ(exp(-1e9), 0);
  EXPECT_EQ(log(1), 0);
}

TEST(Random, IsPhiloxByItsPublishedVectors) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, StreamsOfOneSeedDoNotDisturbEachOther) {
  Random a(5, 1);
  Random other(5, 2);
  std::vector<double> alone;
  for (int i = 0; i < 100; ++i) alone.push_back(a.normal());
  Random again(5, 1);
  for (int i = 0; i < 100; ++i) {
    (void)other.uniform();
    EXPECT_EQ(again.normal(), alone[static_cast<std::size_t>(i)]);
  }
  EXPECT_NE(Random(5, 1).uniform(), Random(5, 2).uniform());
  EXPECT_NE(Random(5, 1).uniform(), Random(6, 1).uniform());
}

TEST(Random, MomentsAreThoseOfItsDistributions) {
  constexpr int n = 400000;
  Random random(7, 3);
  double uniform = 0;
  double normal = 0;
  double square = 0;
  double fourth = 0;
  double exponential = 0;
  for (int i = 0; i < n; ++i) {
    uniform += random.uniform();
    const double x = random.normal();
    normal += x;
    square += x * x;
    fourth += x * x * x * x;
    exponential += random.exponential();
  }
  // Five standard errors each.
  EXPECT_NEAR(uniform / n, 0.5, 5 * 0.2887 / std::sqrt(n));
  EXPECT_NEAR(normal / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(square / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0 / n));
  EXPECT_NEAR(exponential / n, 1, 5 / std::sqrt(n));
}

}  // namespace
}  // namespace vagus::lab::sim
