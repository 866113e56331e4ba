#include "lab/simulate/random.h"

#include <cmath>
#include <cstddef>

#include "lab/simulate/math.h"

namespace vagus::lab::sim {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t multiplier0 = 0xD2511F53U;
  constexpr std::uint64_t multiplier1 = 0xCD9E8D57U;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = multiplier0 * c[0];
    const std::uint64_t b = multiplier1 * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return c;
}

std::uint32_t Random::bits() {
  if (left_ == 0) {
    words_ = philox({static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32),
                     static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                    {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
    ++block_;
    left_ = 4;
  }
  --left_;
  return words_[static_cast<std::size_t>(3 - left_)];
}

double Random::uniform() {
  const std::uint64_t high = bits();
  const std::uint64_t low = bits();
  const std::uint64_t mantissa = ((high << 32) | low) >> 12;
  return (static_cast<double>(mantissa) + 0.5) * 0x1p-52;
}

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2 * log(uniform()));
  const double turns = uniform();
  spare_ = radius * sin_turns(turns);
  has_spare_ = true;
  return radius * cos_turns(turns);
}

double Random::exponential() { return -log(uniform()); }

}  // namespace vagus::lab::sim
