#pragma once
/// Streams of weights drawn from a seed, for the tests and the conformance stream: every scale that is allowed, biases
/// that leave room for the sums.
#include <cstdint>

#include "device/infer/depthwise.h"

namespace vagus::infer {

/// A linear congruential generator of 32 bits, of which the upper are used (Numerical Recipes, 3rd ed., 7.1).
struct Draws {
  std::uint32_t state;
  std::uint32_t word() { return state = state * 1664525U + 1013904223U; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(word() >> 24U); }
  std::int32_t within(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>((std::uint64_t{word()} * static_cast<std::uint32_t>(high - low + 1)) >> 32U);
  }
};

namespace detail {

inline std::uint8_t* put(std::uint8_t* at, std::int32_t word) {
  __builtin_memcpy(at, &word, sizeof word);
  return at + sizeof word;
}

inline std::uint8_t* put_scales(std::uint8_t* at, Draws& draws, std::uint8_t mid_shift) {
  std::int32_t shift[4];
  for (std::int32_t& s : shift) {
    s = draws.within(mid_shift - 2, mid_shift + 2);
    s = s < least_shift ? least_shift : s > greatest_shift ? greatest_shift : s;
  }
  for (int o = 0; o < 4; ++o) at = put(at, draws.within(1 << 30, 0x7FFFFFFF));
  for (const std::int32_t s : shift) at = put(at, (1 << (s - 1)) + (draws.within(-128, 127) * (1 << s)));
  for (const std::int32_t s : shift) at = put(at, s);
  return at;
}

}  // namespace detail

/// Weights of a `dense` layer; `mid_shift` near log2 of the sums' size over 128 uses the outputs' whole range.
inline void draw_dense(std::uint8_t* at, std::uint32_t inputs, std::uint32_t outputs, std::uint8_t mid_shift,
                       Draws& draws) {
  for (std::uint32_t q = 0; q < quads(outputs); ++q) {
    for (std::uint32_t o = 0; o < 4; ++o) at = detail::put(at, 2 * draws.within(-(1 << 18), 1 << 18));
    for (std::uint32_t i = 0; i < sixteens(inputs); ++i) {
      for (std::uint32_t o = 0; o < 4; ++o) {
        for (std::uint32_t k = 0; k < 16; ++k)
          *at++ = 16 * i + k < inputs && 4 * q + o < outputs ? draws.byte() : std::uint8_t{0};
      }
    }
    at = detail::put_scales(at, draws, mid_shift);
  }
}

/// Weights of a `depthwise` layer.
inline void draw_depthwise(std::uint8_t* at, std::uint32_t channels, std::uint32_t taps, std::uint8_t mid_shift,
                           Draws& draws) {
  for (std::uint32_t q = 0; q < quads(channels); ++q) {
    for (std::uint32_t c = 0; c < 4; ++c) at = detail::put(at, 2 * draws.within(-(1 << 14), 1 << 14));
    for (std::uint32_t k = 0; k < 2 * tap_pairs(taps); k += 2) {
      for (std::uint32_t c = 0; c < 4; ++c) {
        const bool used = 4 * q + c < channels;
        const std::int32_t first = used ? 2 * draws.within(-128, 127) : 0;
        const std::int32_t second = used && k + 1 < taps ? 2 * draws.within(-128, 127) : 0;
        at = detail::put(at, static_cast<std::int32_t>((static_cast<std::uint32_t>(second) << 16U) |
                                                       (static_cast<std::uint32_t>(first) & 0xFFFFU)));
      }
    }
    at = detail::put_scales(at, draws, mid_shift);
  }
}

}  // namespace vagus::infer
