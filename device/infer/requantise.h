#pragma once
/// From the sum of a layer's products to the eight bits of its output, as TensorFlow Lite rounds it.
/// Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
/// Inference", CVPR 2018, and the rounding of gemmlowp (a product of which the upper half is kept, rounded half up;
/// then a right shift, rounded half away from zero).
#include <cstdint>

namespace vagus::infer {

/// The scale of one output: real scale = multiplier / 2^31 / 2^shift.
struct Scale {
  std::int32_t multiplier;  ///< 2^30 to 2^31 - 1; less only where `shift` is at its greatest
  std::int32_t offset;      ///< 2^(shift - 1) + (zero point << shift)
  std::uint8_t shift;       ///< 1 to 22
};
inline constexpr std::uint8_t least_shift = 1, greatest_shift = 22;

/// Sums stay below this, so that twice their value fits into 32 bits.
inline constexpr std::int32_t sum_limit = 1 << 30;

constexpr std::int8_t saturated(std::int32_t x) {
  return static_cast<std::int8_t>(x < -128 ? -128 : x > 127 ? 127 : x);
}

/// `sum` (below `sum_limit` in size) on the output's scale, zero point added, held within -128 to 127.
constexpr std::int8_t requantised(std::int32_t sum, const Scale& scale) {
  const auto product = std::int64_t{sum} * scale.multiplier;
  const auto high = static_cast<std::int32_t>((product + (std::int64_t{1} << 30)) >> 31);
  return saturated((high + (high >> 31) + scale.offset) >> scale.shift);
}

}  // namespace vagus::infer
