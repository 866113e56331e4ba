#pragma once
/// Noise for the tests of this folder: the same numbers everywhere, no library behind it.
#include <cstdint>
#include <vector>

namespace vagus::dsp {

/// Uniform in [-1, 1), white.
struct TestNoise {
  std::uint64_t state = 1;
  float operator()() {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<float>(static_cast<std::int32_t>(state >> 32U)) * 0x1p-31F;
  }
};

inline std::vector<float> noise(std::size_t count, std::uint64_t seed = 1) {
  TestNoise next{seed};
  std::vector<float> out(count);
  for (float& x : out) x = next();
  return out;
}

}  // namespace vagus::dsp
