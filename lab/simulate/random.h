#pragma once
/// Random numbers that depend on nothing but (seed, stream, index): no state of the standard library, no order of calls
/// between streams, the same on every machine.
#include <array>
#include <cstdint>

namespace vagus::lab::sim {

/// Philox4x32 with 10 rounds. Source: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A stream of random numbers. Streams of one seed are independent of each other, whatever is drawn from each.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}
  std::uint32_t bits();
  /// Uniform in (0, 1), 52 bits, never an end.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box and Muller 1958).
  double normal();
  /// Exponential with mean 1.
  double exponential();
  bool chance(double probability) { return uniform() < probability; }
  /// Uniform integer in [0, count).
  int below(int count) { return static_cast<int>(uniform() * count); }

 private:
  std::uint64_t seed_, stream_, block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int left_ = 0;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace vagus::lab::sim
