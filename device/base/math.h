#pragma once
/// Elementary functions that give the same bits everywhere: own polynomials, no libm, no double, no compiler-made
/// fusing.
///
/// Every fused multiply-add is written as `fused`; it is one instruction on x86-64-v3, armv8.2-a, Cortex-M4F and M55,
/// and rounds once on all of them. `sqrt` is the core's own instruction, which IEEE 754 fixes to the bit.
///
/// Largest errors in ulp (1 ulp = the spacing of floats of the exact result's size) against 80-bit long double, as
/// math_test measures and holds them over dense sweeps of every magnitude, subnormal arguments and results included:
///   sqrt 0.50   sin 0.73   cos 0.73   tan 0.85   exp 0.76   log 0.62   pow 0.80   atan2 1.03
/// Special values follow IEEE 754-2019, clause 9.2.1; any NaN returned is the canonical one.
///
/// Sources: argument reduction by W. Cody and W. Waite, Software Manual for the Elementary Functions (1980), and by
/// M. Payne and R. Hanek, Radian reduction for trigonometric functions (SIGNUM 1983); exact sums and products by
/// T. Dekker (Numer. Math. 18, 1971) and O. Moller's TwoSum. The coefficients are minimax fits made for these files:
/// weighted least squares at 400 Chebyshev nodes, reweighted to level the error, each rounded to float in turn.
#include <bit>
#include <cstdint>

#include "device/base/convert.h"

namespace vagus::math {

inline constexpr float pi = 3.14159274F;
inline constexpr float two_pi = 6.28318548F;

/// a * b + c, rounded once.
inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

/// Square root, correctly rounded; NaN below zero (-0 gives -0).
inline float sqrt(float x) { return x >= 0.0F ? __builtin_sqrtf(x) : canonical_nan; }

namespace detail {

constexpr std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }
constexpr float from_bits(std::uint32_t x) { return std::bit_cast<float>(x); }
/// 2^n for n in [-126, 127].
constexpr float power_of_two(std::int32_t n) { return from_bits(static_cast<std::uint32_t>(n + 127) << 23U); }
/// x * 2^n for x in [0.5, 2) and n in [-150, 128]; in two steps, of which only the second can round.
constexpr float scale(float x, std::int32_t n) {
  const std::int32_t half = n >> 1;
  return (x * power_of_two(half)) * power_of_two(n - half);
}
/// The nearest whole number, for |x| < 2^22.
constexpr float nearest(float x) { return (x + 12582912.0F) - 12582912.0F; }

/// An unevaluated sum, |low| at most half an ulp of `high` or a little more.
struct Pair {
  float high;
  float low;
};
/// a + b exactly, for |a| >= |b| or a == 0.
constexpr Pair quick_sum(float a, float b) {
  const float sum = a + b;
  return {sum, (a - sum) + b};
}
/// a + b exactly.
constexpr Pair exact_sum(float a, float b) {
  const float sum = a + b;
  const float part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}
/// a * b exactly (where it does not underflow).
inline Pair exact_product(float a, float b) {
  const float product = a * b;
  return {product, fused(a, b, -product)};
}

inline constexpr Pair half_pi = {1.57079637F, -4.37113883e-08F};
inline constexpr float half_pi_third = -1.71512451e-15F;

struct Reduced {
  Pair rest;               ///< x less the nearest multiple of pi / 2
  std::uint32_t quadrant;  ///< that multiple, modulo 4
};

/// |x| > 4096, by Payne and Hanek: the 96 bits of 2 / pi that matter, times the 24 of x, modulo 4 quarter turns.
inline Reduced reduce_large(float x) {
  constexpr std::uint32_t two_over_pi[] = {0,           0xA2F9836EU, 0x4E441529U, 0xFC2757D1U, 0xF534DDC0U,
                                           0xDB629599U, 0x3C439041U, 0xFE5163ABU, 0xDEBBC561U};
  const std::uint32_t word = bits(x);
  const std::uint64_t mantissa = (word & 0x7FFFFFU) | 0x800000U;
  // x = mantissa * 2^(e - 150); the first bit of 2 / pi whose product is below 4 has weight 2^-(e - 151).
  const std::uint32_t first = ((word >> 23U) & 0xFFU) - 151U + 31U;
  const std::uint32_t index = first >> 5U;
  const std::uint32_t shift = first & 31U;
  const auto window = [&](std::uint32_t i) {
    const std::uint64_t both = (std::uint64_t{two_over_pi[index + i]} << 32U) | two_over_pi[index + i + 1];
    return static_cast<std::uint32_t>((both << shift) >> 32U);
  };
  const std::uint64_t turns = ((mantissa * window(0)) << 32U) + mantissa * window(1) + ((mantissa * window(2)) >> 32U);
  const std::uint64_t quarter = (turns + (std::uint64_t{1} << 61U)) >> 62U;
  const auto rest = static_cast<std::int64_t>(turns - (quarter << 62U));  // units of 2^-62 quarter turns
  const bool negative = (word >> 31U) != 0;
  const std::uint32_t quadrant = static_cast<std::uint32_t>(negative ? 4 - quarter : quarter) & 3U;
  std::uint64_t size =
      rest < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(rest) : static_cast<std::uint64_t>(rest);
  if (size == 0) return {{0.0F, 0.0F}, quadrant};
  const int zeros = std::countl_zero(size);
  size <<= zeros;
  const float high = static_cast<float>(static_cast<std::int32_t>(size >> 40U)) * 0x1p-24F;
  const float low = static_cast<float>(static_cast<std::int32_t>((size >> 16U) & 0xFFFFFFU)) * 0x1p-48F;
  const Pair angle = exact_product(high, half_pi.high);
  const float tail = fused(low, half_pi.high, fused(high, half_pi.low, angle.low));
  const float unit = (rest < 0) != negative ? -power_of_two(2 - zeros) : power_of_two(2 - zeros);
  return {{angle.high * unit, tail * unit}, quadrant};
}

/// x finite.
inline Reduced reduce(float x) {
  if (abs(x) <= 0.785398185F) return {{x, 0.0F}, 0};
  if (abs(x) > 4096.0F) return reduce_large(x);
  // n < 2^12, so that the first step is exact; the second is kept exactly, for arguments next to a multiple of pi / 2.
  const float n = nearest(x * 0.636619747F);
  const float first = fused(-n, half_pi.high, x);
  const Pair second = exact_product(n, half_pi.low);
  const Pair rest = exact_sum(first, -second.high);
  return {{rest.high, rest.low - fused(n, half_pi_third, second.low)},
          static_cast<std::uint32_t>(static_cast<std::int32_t>(n)) & 3U};
}

/// sin and cos of |x.high + x.low| <= pi / 4.
inline Pair sine(Pair x) {
  const float z = x.high * x.high;
  float p = fused(2.83751319e-06F, z, -0.000198535112F);
  p = fused(p, z, 0.00833338033F);
  p = fused(p, z, -0.166666672F);
  return quick_sum(x.high, fused(x.high * z, p, fused(-0.5F * z, x.low, x.low)));
}
inline Pair cosine(Pair x) {
  const Pair square = exact_product(x.high, x.high);
  const float z = square.high;
  float p = fused(-2.88812146e-07F, z, 2.48220222e-05F);
  p = fused(p, z, -0.001388898F);
  p = fused(p, z, 0.0416666679F);
  const Pair start = quick_sum(1.0F, -0.5F * z);
  const float tail = fused(z * z, p, fused(-x.high, x.low, start.low - 0.5F * square.low));
  return quick_sum(start.high, tail);
}

}  // namespace detail

/// x in radians, any finite value to full accuracy; NaN for infinities.
inline float sin(float x) {
  if (!is_finite(x)) return canonical_nan;
  if (x == 0.0F) return x;
  const detail::Reduced r = detail::reduce(x);
  const float value = (r.quadrant & 1U) != 0 ? detail::cosine(r.rest).high : detail::sine(r.rest).high;
  return (r.quadrant & 2U) != 0 ? -value : value;
}

/// As `sin`.
inline float cos(float x) {
  if (!is_finite(x)) return canonical_nan;
  const detail::Reduced r = detail::reduce(x);
  const float value = (r.quadrant & 1U) != 0 ? detail::sine(r.rest).high : detail::cosine(r.rest).high;
  return ((r.quadrant + 1U) & 2U) != 0 ? -value : value;
}

/// As `sin`.
inline float tan(float x) {
  if (!is_finite(x)) return canonical_nan;
  if (abs(x) < 1e-12F) return x;
  const detail::Reduced r = detail::reduce(x);
  const detail::Pair s = detail::sine(r.rest);
  const detail::Pair c = detail::cosine(r.rest);
  const bool odd = (r.quadrant & 1U) != 0;
  const detail::Pair over = odd ? c : s;
  const detail::Pair under = odd ? detail::Pair{-s.high, -s.low} : c;
  const float quotient = over.high / under.high;
  const float rest = fused(-quotient, under.low, fused(-quotient, under.high, over.high) + over.low);
  return quotient + rest / under.high;
}

/// e^x; infinity from 88.7228394 up, 0 below -103.972084.
inline float exp(float x) {
  if (is_nan(x)) return canonical_nan;
  if (x > 88.7228394F) return infinity;
  if (x < -103.972084F) return 0.0F;
  const float n = detail::nearest(x * 1.44269502F);
  const float first = fused(-n, 0.693147182F, x);
  const detail::Pair r = detail::quick_sum(first, n * 1.90465421e-09F);
  float p = fused(0.000197402493F, r.high, 0.00139350793F);
  p = fused(p, r.high, 0.00833357032F);
  p = fused(p, r.high, 0.041666463F);
  p = fused(p, r.high, 0.166666657F);
  p = fused(p, r.high, 0.5F);
  const detail::Pair start = detail::quick_sum(1.0F, r.high);
  const float sum = start.high + (start.low + fused(r.high * r.high, p, r.low));
  return detail::scale(sum, static_cast<std::int32_t>(n));
}

namespace detail {

struct Split {
  float mantissa;  ///< in [sqrt(1/2), sqrt(2))
  float exponent;
};
/// x = mantissa * 2^exponent, x positive and finite.
constexpr Split split(float x) {
  std::uint32_t word = bits(x);
  std::int32_t exponent = 0;
  if (word < 0x00800000U) {
    word = bits(x * 0x1p23F);
    exponent = -23;
  }
  word -= 0x3F3504F3U;  // sqrt(1/2)
  exponent += static_cast<std::int32_t>(word) >> 23;
  return {from_bits((word & 0x007FFFFFU) + 0x3F3504F3U), static_cast<float>(exponent)};
}

}  // namespace detail

/// Natural logarithm; -infinity at 0, NaN below.
inline float log(float x) {
  if (!(x > 0.0F)) return x == 0.0F ? -infinity : canonical_nan;
  if (x == infinity) return infinity;
  const detail::Split part = detail::split(x);
  const float f = part.mantissa - 1.0F;
  float p = fused(0.0675095618F, f, -0.116714492F);
  p = fused(p, f, 0.11883568F);
  p = fused(p, f, -0.124060318F);
  p = fused(p, f, 0.142203271F);
  p = fused(p, f, -0.166679963F);
  p = fused(p, f, 0.20002073F);
  p = fused(p, f, -0.250000089F);
  p = fused(p, f, 0.333333135F);
  const detail::Pair square = detail::exact_product(f, f);
  const detail::Pair start = detail::quick_sum(f, -0.5F * square.high);
  const float tail = fused(square.high * f, p, start.low - 0.5F * square.low);
  const detail::Pair whole = detail::exact_product(part.exponent, 0.693147182F);
  const detail::Pair sum = detail::quick_sum(whole.high, start.high);
  return sum.high + (sum.low + (whole.low + fused(part.exponent, -1.90465421e-09F, tail)));
}

namespace detail {

/// Base-2 logarithm as a pair, about 2^-40 relative; x positive and finite.
inline Pair log2_pair(float x) {
  const Split part = split(x);
  // log2(m) = 2 / ln 2 * atanh(s), s = (m - 1) / (m + 1)
  const float over = part.mantissa - 1.0F;
  const Pair under = exact_sum(part.mantissa, 1.0F);
  const float s = over / under.high;
  const float s_low = fused(-s, under.low, fused(-s, under.high, over)) / under.high;
  const Pair z = exact_product(s, s);
  const float z_low = fused(2.0F * s, s_low, z.low);
  float p = fused(0.0977882743F, z.high, 0.11089851F);
  p = fused(p, z.high, 0.142859861F);
  p = fused(p, z.high, 0.199999988F);
  const Pair third = exact_product(z.high, 0.333333343F);
  const float third_low = fused(z_low, 0.333333343F, fused(z.high, -9.93410776e-09F, third.low));
  const Pair u = quick_sum(third.high, fused(z.high * z.high, p, third_low));
  const Pair v = exact_product(s, u.high);
  const Pair sum = quick_sum(s, v.high);
  const float sum_low = sum.low + (s_low + fused(s, u.low, fused(s_low, u.high, v.low)));
  const Pair l = exact_product(sum.high, 2.88539004F);
  const float l_low = fused(sum_low, 2.88539004F, fused(sum.high, 3.85192607e-08F, l.low));
  const Pair whole = quick_sum(part.exponent, l.high);
  return quick_sum(whole.high, whole.low + l_low);
}

/// 2^(x.high + x.low).
inline float exp2_pair(Pair x) {
  if (x.high >= 128.5F) return infinity;
  if (x.high < -151.0F) return 0.0F;
  const float n = nearest(x.high);
  const Pair r = quick_sum(x.high - n, x.low);
  float p = fused(1.43225216e-05F, r.high, 0.000154521113F);
  p = fused(p, r.high, 0.00133379665F);
  p = fused(p, r.high, 0.00961808674F);
  p = fused(p, r.high, 0.0555040501F);
  p = fused(p, r.high, 0.240226507F);
  // ln 2 in two parts: the first product is kept whole.
  const Pair line = exact_product(r.high, 0.693147182F);
  const float tail = fused(r.high, -1.90465421e-09F, fused(r.low, 0.693147182F, line.low));
  const Pair start = quick_sum(1.0F, line.high);
  const float sum = start.high + (start.low + fused(r.high * r.high, p, tail));
  return scale(sum, static_cast<std::int32_t>(n));
}

}  // namespace detail

/// x^y. A negative x takes whole y only (else NaN); pow(x, 0) = pow(1, y) = 1 even for NaN.
inline float pow(float x, float y) {
  if (y == 0.0F || x == 1.0F) return 1.0F;
  if (is_nan(x) || is_nan(y)) return canonical_nan;
  const float size = abs(x);
  if (abs(y) == infinity) {
    if (size == 1.0F) return 1.0F;
    return (size > 1.0F) == (y > 0.0F) ? infinity : 0.0F;
  }
  // Every float from 2^23 up is whole, from 2^24 up even.
  const bool whole = abs(y) >= 8388608.0F || static_cast<float>(static_cast<std::int32_t>(y)) == y;
  const bool odd = whole && abs(y) < 16777216.0F && (static_cast<std::int32_t>(y) & 1) != 0;
  const bool negative = detail::bits(x) >> 31U != 0;
  const float sign = negative && odd ? -1.0F : 1.0F;
  if (size == 0.0F) return y > 0.0F ? sign * 0.0F : sign * infinity;
  if (size == infinity) return y > 0.0F ? sign * infinity : sign * 0.0F;
  if (negative && !whole) return canonical_nan;
  if (size == 1.0F) return sign;
  const detail::Pair l = detail::log2_pair(size);
  const float rough = y * l.high;
  if (rough >= 128.5F) return sign * infinity;
  if (rough < -151.0F) return sign * 0.0F;
  const detail::Pair product = detail::exact_product(y, l.high);
  return sign * detail::exp2_pair(detail::quick_sum(product.high, fused(y, l.low, product.low)));
}

/// The angle of (x, y) in (-pi, pi], radians.
inline float atan2(float y, float x) {
  if (is_nan(x) || is_nan(y)) return canonical_nan;
  const float ax = abs(x);
  const float ay = abs(y);
  const bool left = detail::bits(x) >> 31U != 0;
  const bool steep = ay > ax;
  float over = steep ? ax : ay;
  float under = steep ? ay : ax;
  if (under == infinity) {
    over = over == infinity ? 1.0F : 0.0F;
    under = 1.0F;
  }
  detail::Pair angle = {0.0F, 0.0F};
  if (over != 0.0F) {
    const float q = over / under;
    // The quotient's own rounding, where it is not lost to underflow.
    const float rest = q > 1e-18F ? fused(-q, under, over) / under : 0.0F;
    const float z = q * q;
    float p = fused(0.00113452214F, z, -0.00742536318F);
    p = fused(p, z, 0.022777617F);
    p = fused(p, z, -0.0449832566F);
    p = fused(p, z, 0.0676364899F);
    p = fused(p, z, -0.0882146209F);
    p = fused(p, z, 0.110612333F);
    p = fused(p, z, -0.142803431F);
    p = fused(p, z, 0.199997157F);
    p = fused(p, z, -0.333333284F);
    angle = detail::quick_sum(q, fused(q * z, p, rest / (1.0F + z)));
  }
  // pi / 2 - a, pi - a or pi / 2 + a
  if (steep || left) {
    const float turns = steep ? 1.0F : 2.0F;
    const float sign = steep == left ? 1.0F : -1.0F;
    const detail::Pair sum = detail::quick_sum(turns * detail::half_pi.high, sign * angle.high);
    angle = {sum.high + (sum.low + fused(turns, detail::half_pi.low, sign * angle.low)), 0.0F};
  }
  return detail::bits(y) >> 31U != 0 ? -angle.high : angle.high;
}

}  // namespace vagus::math
