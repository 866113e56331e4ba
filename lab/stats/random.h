#pragma once
/// The lab's own random numbers: the same on every machine and with any number of threads.
#include <cstdint>

namespace vagus::lab {

/// SplitMix64: one 64-bit state, every seed is good. Source: Steele, Lea, Flood, OOPSLA 2014, "Fast splittable
/// pseudorandom number generators".
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  /// The `index`-th of many streams of one seed, far apart from each other.
  static SplitMix stream(std::uint64_t seed, std::uint64_t index) {
    return SplitMix(SplitMix(seed).next() ^ SplitMix(~index).next());
  }

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// In [0, n), n >= 1 below 2^32; off uniform by less than n / 2^32.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32); }
  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace vagus::lab
