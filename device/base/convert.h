#pragma once
/// Numbers that are the same bits on every core: the canonical NaN, and conversions whose edge cases are written down.
/// C++ leaves `int(1e10f)` and `int(NaN)` undefined, and x86-64 and Arm answer differently; 0/0 has its sign bit set on
/// x86-64 and not on Arm.
#include <bit>
#include <cstdint>

namespace vagus {

/// The one NaN that device code stores or emits: quiet, positive, no payload (0x7FC00000).
inline constexpr float canonical_nan = std::bit_cast<float>(std::uint32_t{0x7FC00000U});
inline constexpr float infinity = std::bit_cast<float>(std::uint32_t{0x7F800000U});

/// True unless `x` is infinite or NaN. Reads the exponent, so that no floating-point flag or compiler option matters.
constexpr bool is_finite(float x) { return (std::bit_cast<std::uint32_t>(x) & 0x7F800000U) != 0x7F800000U; }
constexpr bool is_nan(float x) { return (std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFFU) > 0x7F800000U; }

/// `x`, any NaN replaced by the canonical one.
constexpr float canonical(float x) { return is_nan(x) ? canonical_nan : x; }

constexpr float abs(float x) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFFU); }

/// The smaller and larger of two; of a NaN and a number the second argument.
constexpr float min(float a, float b) { return a < b ? a : b; }
constexpr float max(float a, float b) { return a > b ? a : b; }

/// `x` held to [low, high]; NaN becomes `low`.
constexpr float clamp(float x, float low, float high) { return x > low ? (x < high ? x : high) : low; }

/// Towards zero; held to the type's range; NaN is 0.
constexpr std::int32_t to_i32(float x) {
  if (is_nan(x)) return 0;
  if (x >= 2147483648.0F) return INT32_MAX;
  if (x < -2147483648.0F) return INT32_MIN;
  return static_cast<std::int32_t>(x);
}

/// To the nearest whole number, halves to the even one; held to the type's range; NaN is 0.
constexpr std::int32_t round_to_i32(float x) {
  const float size = abs(x);
  if (!(size < 8388608.0F)) return to_i32(x);  // whole already, or NaN
  // Adding 2^23 leaves no bit below the point, rounded as IEEE 754 rounds.
  const auto whole = static_cast<std::int32_t>((size + 8388608.0F) - 8388608.0F);
  return x < 0.0F ? -whole : whole;
}

/// Towards minus infinity; held to the type's range; NaN is 0.
constexpr std::int32_t floor_to_i32(float x) {
  const std::int32_t whole = to_i32(x);
  return static_cast<float>(whole) > x && whole > INT32_MIN ? whole - 1 : whole;
}

constexpr std::int16_t to_i16(float x) {
  const std::int32_t wide = to_i32(x);
  return static_cast<std::int16_t>(wide < INT16_MIN ? INT16_MIN : (wide > INT16_MAX ? INT16_MAX : wide));
}

}  // namespace vagus
