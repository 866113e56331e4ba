#pragma once
/// The sample types that operators are written for: `float`, and packs of floats that go through the same code.
///
/// An operator `Op<T>` uses only T + T, T - T, -T, T * float, float * T, T * T, T / T and the functions below, each
/// lane by itself and in the written order. So `Op<Pack<8>>` fed eight channels gives, lane by lane, the bits that
/// eight `Op<float>` give (pack_test). Coefficients stay plain floats.
#include <bit>
#include <cstdint>

#include "device/base/convert.h"
#include "device/base/math.h"

namespace vagus::dsp {

namespace detail {

// NOLINTBEGIN(modernize-use-using): the attribute wants a typedef
template <std::uint32_t Lanes>
struct Vectors;
template <>
struct Vectors<4> {
  typedef float Floats __attribute__((vector_size(16)));
  typedef std::int32_t Wholes __attribute__((vector_size(16)));
};
template <>
struct Vectors<8> {
  typedef float Floats __attribute__((vector_size(32)));
  typedef std::int32_t Wholes __attribute__((vector_size(32)));
};
// NOLINTEND(modernize-use-using)

}  // namespace detail

/// `Lanes` whole numbers side by side; what a comparison of packs gives: all bits of a lane set where it holds.
template <std::uint32_t Lanes>
struct WholePack {
  using Vector = typename detail::Vectors<Lanes>::Wholes;
  Vector lane;
};

/// 4 or 8 floats side by side in vector registers, every operation lane by lane. For hosts: the vectors of Helium flush
/// denormals.
template <std::uint32_t Lanes>
struct Pack {
#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
  static_assert(Lanes == 0, "no packs on the wrist");
#endif
  using Vector = typename detail::Vectors<Lanes>::Floats;
  Vector lane;

  Pack() = default;
  /// A number is a pack of that number (less 0, which leaves -0 what it is).
  Pack(float all) : lane(all - Vector{}) {}  // NOLINT: without a word
  explicit Pack(const Vector& lanes) : lane(lanes) {}

  template <class F>
  static Pack each(const F& f) {
    Pack out(0.0F);
    for (std::uint32_t i = 0; i < Lanes; ++i) out.lane[i] = f(i);
    return out;
  }
  friend Pack operator+(const Pack& a, const Pack& b) { return Pack(a.lane + b.lane); }
  friend Pack operator-(const Pack& a, const Pack& b) { return Pack(a.lane - b.lane); }
  friend Pack operator*(const Pack& a, const Pack& b) { return Pack(a.lane * b.lane); }
  friend Pack operator/(const Pack& a, const Pack& b) { return Pack(a.lane / b.lane); }
  friend Pack operator-(const Pack& a) { return Pack(-a.lane); }
  Pack& operator+=(const Pack& b) { return *this = *this + b; }
  Pack& operator-=(const Pack& b) { return *this = *this - b; }
};

/// a * b + c, rounded once.
inline float fused(float a, float b, float c) { return math::fused(a, b, c); }
template <std::uint32_t Lanes>
inline Pack<Lanes> fused(const Pack<Lanes>& a, const Pack<Lanes>& b, const Pack<Lanes>& c) {
#if defined(__FMA__)
  if constexpr (Lanes == 8) return Pack<Lanes>(__builtin_ia32_vfmaddps256(a.lane, b.lane, c.lane));
  if constexpr (Lanes == 4) return Pack<Lanes>(__builtin_ia32_vfmaddps(a.lane, b.lane, c.lane));
#endif
  return Pack<Lanes>::each([&](std::uint32_t i) { return math::fused(a.lane[i], b.lane[i], c.lane[i]); });
}
template <std::uint32_t Lanes>
inline Pack<Lanes> fused(float a, const Pack<Lanes>& b, const Pack<Lanes>& c) {
  return fused(Pack<Lanes>(a), b, c);
}

template <std::uint32_t Lanes>
inline WholePack<Lanes> greater(const Pack<Lanes>& a, const Pack<Lanes>& b) {
  return {a.lane > b.lane};
}
/// `a` where the mask is set, else `b`.
template <std::uint32_t Lanes>
inline Pack<Lanes> choose(const WholePack<Lanes>& mask, const Pack<Lanes>& a, const Pack<Lanes>& b) {
  return Pack<Lanes>(mask.lane ? a.lane : b.lane);
}

/// Whether the mask is set in any lane.
template <std::uint32_t Lanes>
inline bool any(const WholePack<Lanes>& mask) {
#if defined(__AVX2__)
  if constexpr (Lanes == 8) {
    return __builtin_ia32_movmskps256(std::bit_cast<typename Pack<Lanes>::Vector>(mask.lane)) != 0;
  }
#endif
  std::int32_t all = 0;
  for (std::uint32_t i = 0; i < Lanes; ++i) all |= mask.lane[i];
  return all != 0;
}

inline float smaller(float a, float b) { return vagus::min(a, b); }
inline float larger(float a, float b) { return vagus::max(a, b); }
inline float root(float x) { return math::sqrt(x); }
inline float canonical(float x) { return vagus::canonical(x); }
template <std::uint32_t Lanes>
inline Pack<Lanes> smaller(const Pack<Lanes>& a, const Pack<Lanes>& b) {
  return choose(greater(b, a), a, b);
}
template <std::uint32_t Lanes>
inline Pack<Lanes> larger(const Pack<Lanes>& a, const Pack<Lanes>& b) {
  return choose(greater(a, b), a, b);
}
template <std::uint32_t Lanes>
inline Pack<Lanes> root(const Pack<Lanes>& a) {
  return Pack<Lanes>::each([&](std::uint32_t i) { return math::sqrt(a.lane[i]); });
}
template <std::uint32_t Lanes>
inline Pack<Lanes> canonical(const Pack<Lanes>& a) {
  return choose(WholePack<Lanes>{a.lane == a.lane}, a, Pack<Lanes>(canonical_nan));
}

}  // namespace vagus::dsp
