#pragma once
/// HDF5's shuffle filter: byte k of every value together. Written so that the compiler vectorises it.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace vagus::lab {

inline void shuffle(std::span<const std::byte> in, std::size_t value_size, std::byte* out) {
  const std::size_t values = in.size() / value_size;
  for (std::size_t k = 0; k < value_size; ++k) {
    const std::byte* from = in.data() + k;
    std::byte* to = out + k * values;
    for (std::size_t i = 0; i < values; ++i) to[i] = from[i * value_size];
  }
}

inline void unshuffle(std::span<const std::byte> in, std::size_t value_size, std::byte* out) {
  const std::size_t values = in.size() / value_size;
  const auto* p = reinterpret_cast<const std::uint8_t*>(in.data());
  if (value_size == 2) {
    const std::uint8_t* low = p;
    const std::uint8_t* high = p + values;
    for (std::size_t i = 0; i < values; ++i) {
      const auto value = static_cast<std::uint16_t>(low[i] | (static_cast<unsigned>(high[i]) << 8U));
      std::memcpy(out + 2 * i, &value, 2);
    }
  } else if (value_size == 4) {
    for (std::size_t i = 0; i < values; ++i) {
      const std::uint32_t value = static_cast<std::uint32_t>(p[i]) | (static_cast<std::uint32_t>(p[values + i]) << 8U) |
                                  (static_cast<std::uint32_t>(p[2 * values + i]) << 16U) |
                                  (static_cast<std::uint32_t>(p[3 * values + i]) << 24U);
      std::memcpy(out + 4 * i, &value, 4);
    }
  } else {
    for (std::size_t k = 0; k < value_size; ++k) {
      const std::byte* from = in.data() + k * values;
      for (std::size_t i = 0; i < values; ++i) out[i * value_size + k] = from[i];
    }
  }
}

}  // namespace vagus::lab
