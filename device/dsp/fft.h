#pragma once
/// Fourier transform of real signals, power of two from 8 to 4096, in place.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "device/dsp/pack.h"

namespace vagus::dsp {

namespace detail {

/// sin(2 pi k / N) for k = 0 .. N / 4, made while compiling (nothing of it runs on the wrist), rounded once to float.
template <std::uint32_t N>
struct QuarterWave {
  float sine[N / 4 + 1]{};

  // NOLINTBEGIN(bugprone-narrowing-conversions): constants of the compiler, rounded on purpose
  consteval QuarterWave() {
    for (std::uint32_t k = 0; k <= N / 4; ++k) {
      // Series on [0, pi / 4]: sin up to N / 8, cos beyond.
      const bool first = k <= N / 8;
      const double x = 6.283185307179586476925286766559 * static_cast<double>(first ? k : N / 4 - k) / N;
      double term = first ? x : 1.0;
      double sum = term;
      for (int i = first ? 2 : 1; i < 24; i += 2) {
        term *= -x * x / (static_cast<double>(i) * (i + 1));
        sum += term;
      }
      sine[k] = static_cast<float>(sum);
    }
  }
  // NOLINTEND(bugprone-narrowing-conversions)
};
template <std::uint32_t N>
inline constexpr QuarterWave<N> quarter_wave{};

struct Twiddle {
  float cos, sin;
};
/// cos and sin of 2 pi k / N, 0 <= k < N.
template <std::uint32_t N>
constexpr Twiddle twiddle(std::uint32_t k) {
  const float* s = quarter_wave<N>.sine;
  constexpr std::uint32_t quarter = N / 4;
  if (k <= quarter) return {s[quarter - k], s[k]};
  if (k <= 2 * quarter) return {-s[k - quarter], s[2 * quarter - k]};
  if (k <= 3 * quarter) return {-s[3 * quarter - k], -s[k - 2 * quarter]};
  return {s[k - 3 * quarter], -s[4 * quarter - k]};
}

template <class T>
struct ComplexOf {
  T re, im;
};
template <class T>
inline ComplexOf<T> load(const T* at) {
  return {at[0], at[1]};
}
template <class T>
inline void store(T* at, const T& re, const T& im) {
  at[0] = re;
  at[1] = im;
}
/// z * (cos - i sin)
template <class T>
inline ComplexOf<T> turn(const ComplexOf<T>& z, const Twiddle& w) {
  return {fused(w.cos, z.re, w.sin * z.im), fused(w.cos, z.im, (-w.sin) * z.re)};
}

/// One radix-4 butterfly of a decimation in time whose input order is bit-reversed: b and c stand swapped to the
/// textbook.
template <class T>
inline void butterfly4(T* data, std::size_t step, const ComplexOf<T>& a, const ComplexOf<T>& b, const ComplexOf<T>& c,
                       const ComplexOf<T>& d) {
  const ComplexOf<T> sum_ab{a.re + b.re, a.im + b.im};
  const ComplexOf<T> dif_ab{a.re - b.re, a.im - b.im};
  const ComplexOf<T> sum_cd{c.re + d.re, c.im + d.im};
  const ComplexOf<T> dif_cd{c.re - d.re, c.im - d.im};
  store<T>(data, sum_ab.re + sum_cd.re, sum_ab.im + sum_cd.im);
  store<T>(data + step, dif_ab.re + dif_cd.im, dif_ab.im - dif_cd.re);
  store<T>(data + 2 * step, sum_ab.re - sum_cd.re, sum_ab.im - sum_cd.im);
  store<T>(data + 3 * step, dif_ab.re - dif_cd.im, dif_ab.im + dif_cd.re);
}

/// The pairs of places that change over when the indices' bits are mirrored.
template <std::uint32_t Points>
struct MirrorPairs {
  using Place = std::conditional_t<Points <= 256, std::uint8_t, std::uint16_t>;
  static constexpr int bits = std::bit_width(Points) - 1;
  /// All places but those that are their own mirror image.
  static constexpr std::uint32_t count = (Points - (std::uint32_t{1} << std::uint32_t{(bits + 1) / 2})) / 2;
  struct Pair {
    Place first, second;
  };
  Pair pair[count]{};

  consteval MirrorPairs() {
    std::uint32_t n = 0;
    for (std::uint32_t i = 0; i < Points; ++i) {
      std::uint32_t mirrored = 0;
      for (int bit = 0; bit < bits; ++bit) mirrored |= ((i >> bit) & 1U) << (bits - 1 - bit);
      if (i < mirrored) pair[n++] = {static_cast<Place>(i), static_cast<Place>(mirrored)};
    }
  }
};
template <std::uint32_t Points>
inline constexpr MirrorPairs<Points> mirror_pairs{};

/// What a radix-4 butterfly turns its inputs by: once, twice and three times 2 pi j / Points.
struct Turns {
  Twiddle once, twice, thrice;
};
/// For j = 0 .. Points / 4, as the last pass takes them; an earlier one takes every fourth, sixteenth ...
template <std::uint32_t Points>
struct TurnTable {
  Turns turns[Points / 4]{};

  consteval TurnTable() {
    for (std::uint32_t j = 0; j < Points / 4; ++j)
      turns[j] = {twiddle<2 * Points>(2 * j), twiddle<2 * Points>(4 * j), twiddle<2 * Points>(6 * j)};
  }
};
template <std::uint32_t Points>
inline constexpr TurnTable<Points> turn_table{};

/// Four and eight neighbours at once, bit-reversed: nothing to turn by but eighths of a circle.
template <std::uint32_t Points, class T>
inline void first_pass_of_4(T* data) {
  for (T* at = data; at != data + std::size_t{2} * Points; at += 8)
    butterfly4<T>(at, 2, load(at), load(at + 2), load(at + 4), load(at + 6));
}
/// Sums and differences of a and z (1 - i) / sqrt(2) or, `Third`, z (-1 - i) / sqrt(2).
template <bool Third, class T>
inline void eighth(T* sum, T* difference, const ComplexOf<T>& a, const ComplexOf<T>& z) {
  constexpr float share = 0.707106769F;
  const T re = Third ? z.im - z.re : z.re + z.im;
  const T im = Third ? z.re + z.im : z.im - z.re;
  constexpr float share_im = Third ? -share : share;
  store<T>(sum, fused(share, re, a.re), fused(share_im, im, a.im));
  store<T>(difference, fused(-share, re, a.re), fused(-share_im, im, a.im));
}
template <class T>
struct FourOf {
  ComplexOf<T> z0, z1, z2, z3;
};
template <class T>
inline FourOf<T> transform4(const T* at) {
  const ComplexOf<T> a = load(at);
  const ComplexOf<T> b = load(at + 2);
  const ComplexOf<T> c = load(at + 4);
  const ComplexOf<T> d = load(at + 6);
  const ComplexOf<T> sum_ab{a.re + b.re, a.im + b.im};
  const ComplexOf<T> dif_ab{a.re - b.re, a.im - b.im};
  const ComplexOf<T> sum_cd{c.re + d.re, c.im + d.im};
  const ComplexOf<T> dif_cd{c.re - d.re, c.im - d.im};
  return {{sum_ab.re + sum_cd.re, sum_ab.im + sum_cd.im},
          {dif_ab.re + dif_cd.im, dif_ab.im - dif_cd.re},
          {sum_ab.re - sum_cd.re, sum_ab.im - sum_cd.im},
          {dif_ab.re - dif_cd.im, dif_ab.im + dif_cd.re}};
}
template <std::uint32_t Points, class T>
inline void first_pass_of_8(T* data) {
  for (T* at = data; at != data + std::size_t{2} * Points; at += 16) {
    const FourOf<T> even = transform4(at);
    const FourOf<T> odd = transform4(at + 8);
    store<T>(at, even.z0.re + odd.z0.re, even.z0.im + odd.z0.im);
    store<T>(at + 8, even.z0.re - odd.z0.re, even.z0.im - odd.z0.im);
    eighth<false, T>(at + 2, at + 10, even.z1, odd.z1);
    store<T>(at + 4, even.z2.re + odd.z2.im, even.z2.im - odd.z2.re);
    store<T>(at + 12, even.z2.re - odd.z2.im, even.z2.im + odd.z2.re);
    eighth<true, T>(at + 6, at + 14, even.z3, odd.z3);
  }
}

/// The passes after `Done` points stand together.
template <std::uint32_t Points, std::uint32_t Done, class T>
inline void passes_of_4(T* data) {
  if constexpr (Done < Points) {
    constexpr std::size_t step = std::size_t{2} * Done;
    constexpr std::size_t group = 4 * step;
    const T* end = data + std::size_t{2} * Points;
    const Turns* w = turn_table<Points>.turns;
    constexpr std::uint32_t stride = Points / (4 * Done);
    for (T* at = data; at != end; at += group)
      butterfly4<T>(at, step, load(at), load(at + step), load(at + 2 * step), load(at + 3 * step));
    for (std::uint32_t j = 1; j < Done; ++j) {
      w += stride;
      const Turns by = *w;
      T* at = data + std::size_t{2} * j;
      for (std::uint32_t i = 0; i < stride; ++i, at += group) {
        butterfly4<T>(at, step, load(at), turn(load(at + step), by.twice), turn(load(at + 2 * step), by.once),
                      turn(load(at + 3 * step), by.thrice));
      }
    }
    passes_of_4<Points, 4 * Done, T>(data);
  }
}

/// Complex transform of N / 2 points, interleaved re, im.
template <std::uint32_t N, class T>
inline void complex_fft(T* data) {
  constexpr std::uint32_t points = N / 2;
  for (const auto& pair : mirror_pairs<points>.pair) {
    T* first = data + std::size_t{2} * pair.first;
    T* second = data + std::size_t{2} * pair.second;
    const ComplexOf<T> one = load(first);
    const ComplexOf<T> other = load(second);
    store<T>(second, one.re, one.im);
    store<T>(first, other.re, other.im);
  }
  // Fours where the number of halvings is even, else eights, then fours.
  if constexpr (std::bit_width(points) % 2 == 1) {
    first_pass_of_4<points, T>(data);
    passes_of_4<points, 4, T>(data);
  } else {
    first_pass_of_8<points, T>(data);
    passes_of_4<points, 8, T>(data);
  }
}

}  // namespace detail

/// X[k] = sum over n of x[n] e^(-2 pi i k n / N), k = 0 .. N / 2, in place.
/// In: N samples. Out: data[0] = X[0], data[1] = X[N / 2] (both real), then data[2 k], data[2 k + 1] = re, im of X[k].
/// Largest error against float64 over the rms of X: below 6e-7 at any N (spectrum_test). Flash: about N + N / 8
/// floats a size. Source: Cooley and Tukey (1965), radix 4, decimation in time; the split of a real transform into one
/// complex transform of half the size as in W. Press et al., Numerical Recipes, 3rd ed., 12.3.2.
template <std::uint32_t N, class T>
inline void real_fft(T* data) {
  static_assert(std::has_single_bit(N) && N >= 8 && N <= 4096);
  detail::complex_fft<N, T>(data);
  const T first = data[0];
  data[0] = first + data[1];
  data[1] = first - data[1];
  // Even and odd samples' own transforms, from Z[k] and the conjugate of Z[N / 2 - k].
  T* low = data + 2;
  T* high = data + (N - 2);
  const float* sine = detail::quarter_wave<N>.sine + 1;
  const float* cosine = detail::quarter_wave<N>.sine + (N / 4 - 1);
  for (; low != high; low += 2, high -= 2, ++sine, --cosine) {
    const detail::ComplexOf<T> even{0.5F * (low[0] + high[0]), 0.5F * (low[1] - high[1])};
    const detail::ComplexOf<T> odd =
        detail::turn<T>({0.5F * (low[1] + high[1]), 0.5F * (high[0] - low[0])}, {*cosine, *sine});
    detail::store<T>(low, even.re + odd.re, even.im + odd.im);
    detail::store<T>(high, even.re - odd.re, odd.im - even.im);
  }
  low[1] = -low[1];
}

/// |X[k]|^2 of what `real_fft` left, k = 0 .. N / 2.
template <std::uint32_t N, class T>
inline T power_at(const T* data, std::uint32_t k) {
  if (k == 0) return data[0] * data[0];
  if (k == N / 2) return data[1] * data[1];
  const T* bin = data + std::size_t{2} * k;
  return fused(bin[0], bin[0], bin[1] * bin[1]);
}

}  // namespace vagus::dsp
