#pragma once
/// The sample types of several recordings side by side, one a lane, for the front end of the ECG detectors on a host.
#include <cstdint>

namespace vagus::health {

/// The vectors of `Count` numbers that the host's compiler knows. Each width by itself: GCC loses the attribute of a
/// type whose width depends on a template argument.
template <int Count>
struct LaneTypes;
template <>
struct LaneTypes<4> {
  using Real [[gnu::vector_size(16)]] = float;
  using Int [[gnu::vector_size(16)]] = std::int32_t;
  using Word [[gnu::vector_size(16)]] = std::uint32_t;
};
template <>
struct LaneTypes<8> {
  using Real [[gnu::vector_size(32)]] = float;
  using Int [[gnu::vector_size(32)]] = std::int32_t;
  using Word [[gnu::vector_size(32)]] = std::uint32_t;
};

/// `Count` lanes, 4 or 8, in the vector registers of the host, with the operators of C++ lane by lane.
template <int Count>
struct ManyLanes : LaneTypes<Count> {
  static constexpr int count = Count;
  using typename LaneTypes<Count>::Real;
  using typename LaneTypes<Count>::Int;
  using typename LaneTypes<Count>::Word;
  using Mask = Int;  ///< -1 where true
  static Int magnitude(const Int& v) { return v < 0 ? -v : v; }
  static Int whole(const Word& v) { return reinterpret_cast<Int>(v); }
  static Word word(const Int& v) { return reinterpret_cast<Word>(v); }
  /// Towards zero.
  static Int truncated(const Real& v) { return __builtin_convertvector(v, Int); }
  static bool any(const Mask& m) {
    std::int32_t all = 0;
    for (int i = 0; i < Count; ++i) all |= m[i];
    return all != 0;
  }
};

}  // namespace vagus::health
