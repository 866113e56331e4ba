#pragma once
/// The sample types that operators are written for: `float`, and packs of floats that go through the same code.
///
/// An operator `Op<T>` uses only T + T, T - T, -T, T * float, float * T, T * T, T / T and the functions below, each
/// lane by itself and in the written order. So `Op<Pack<8>>` fed eight channels gives, lane by lane, the bits that
/// eight `Op<float>` give (pack_test). Coefficients stay plain floats.
#include <cstdint>

#include "device/base/convert.h"
#include "device/base/math.h"

namespace vagus::dsp {

/// `Lanes` floats side by side, every operation lane by lane.
template <std::uint32_t Lanes>
struct Pack {
  float lane[Lanes];

  Pack() = default;
  constexpr Pack(float all) {  // NOLINT: a number is a pack of that number
    for (float& x : lane) x = all;
  }

  template <class F>
  static constexpr Pack each(const F& f) {
    Pack out(0.0F);
    for (std::uint32_t i = 0; i < Lanes; ++i) out.lane[i] = f(i);
    return out;
  }
  friend constexpr Pack operator+(const Pack& a, const Pack& b) {
    return each([&](std::uint32_t i) { return a.lane[i] + b.lane[i]; });
  }
  friend constexpr Pack operator-(const Pack& a, const Pack& b) {
    return each([&](std::uint32_t i) { return a.lane[i] - b.lane[i]; });
  }
  friend constexpr Pack operator*(const Pack& a, const Pack& b) {
    return each([&](std::uint32_t i) { return a.lane[i] * b.lane[i]; });
  }
  friend constexpr Pack operator/(const Pack& a, const Pack& b) {
    return each([&](std::uint32_t i) { return a.lane[i] / b.lane[i]; });
  }
  friend constexpr Pack operator-(const Pack& a) {
    return each([&](std::uint32_t i) { return -a.lane[i]; });
  }
  constexpr Pack& operator+=(const Pack& b) { return *this = *this + b; }
  constexpr Pack& operator-=(const Pack& b) { return *this = *this - b; }
};

/// a * b + c, rounded once.
inline float fused(float a, float b, float c) { return math::fused(a, b, c); }
template <std::uint32_t Lanes>
inline Pack<Lanes> fused(const Pack<Lanes>& a, const Pack<Lanes>& b, const Pack<Lanes>& c) {
  return Pack<Lanes>::each([&](std::uint32_t i) { return math::fused(a.lane[i], b.lane[i], c.lane[i]); });
}
template <std::uint32_t Lanes>
inline Pack<Lanes> fused(float a, const Pack<Lanes>& b, const Pack<Lanes>& c) {
  return Pack<Lanes>::each([&](std::uint32_t i) { return math::fused(a, b.lane[i], c.lane[i]); });
}

inline float smaller(float a, float b) { return vagus::min(a, b); }
inline float larger(float a, float b) { return vagus::max(a, b); }
inline float root(float x) { return math::sqrt(x); }
inline float canonical(float x) { return vagus::canonical(x); }
template <std::uint32_t Lanes>
inline Pack<Lanes> smaller(const Pack<Lanes>& a, const Pack<Lanes>& b) {
  return Pack<Lanes>::each([&](std::uint32_t i) { return vagus::min(a.lane[i], b.lane[i]); });
}
template <std::uint32_t Lanes>
inline Pack<Lanes> larger(const Pack<Lanes>& a, const Pack<Lanes>& b) {
  return Pack<Lanes>::each([&](std::uint32_t i) { return vagus::max(a.lane[i], b.lane[i]); });
}
template <std::uint32_t Lanes>
inline Pack<Lanes> root(const Pack<Lanes>& a) {
  return Pack<Lanes>::each([&](std::uint32_t i) { return math::sqrt(a.lane[i]); });
}

template <std::uint32_t Lanes>
inline Pack<Lanes> canonical(const Pack<Lanes>& a) {
  return Pack<Lanes>::each([&](std::uint32_t i) { return vagus::canonical(a.lane[i]); });
}

}  // namespace vagus::dsp
