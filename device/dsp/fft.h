#pragma once
/// Fourier transform of real signals, power of two from 8 to 4096, in place.
#include <bit>
#include <cstddef>
#include <cstdint>

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
inline Twiddle twiddle(std::uint32_t k) {
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

/// Complex transform of N / 2 points, interleaved re, im.
template <std::uint32_t N, class T>
inline void complex_fft(T* data) {
  constexpr std::uint32_t points = N / 2;
  constexpr int log2_points = std::bit_width(points) - 1;
  for (std::uint32_t i = 0, j = 0; i < points; ++i) {
    if (i < j) {
      T* first = data + std::size_t{2} * i;
      T* second = data + std::size_t{2} * j;
      const ComplexOf<T> other = load(second);
      store<T>(second, first[0], first[1]);
      store<T>(first, other.re, other.im);
    }
    std::uint32_t bit = points / 2;
    while (bit != 0 && (j & bit) != 0) {
      j ^= bit;
      bit /= 2;
    }
    j |= bit;
  }
  // The first pass needs no multiplication: pairs where the number of passes is odd, fours where it is even.
  std::uint32_t done = 1;
  if constexpr (log2_points % 2 == 1) {
    for (std::uint32_t i = 0; i < points; i += 2) {
      T* at = data + i * std::size_t{2};
      const ComplexOf<T> a = load(at);
      const ComplexOf<T> b = load(at + 2);
      store<T>(at, a.re + b.re, a.im + b.im);
      store<T>(at + 2, a.re - b.re, a.im - b.im);
    }
    done = 2;
  } else {
    for (std::uint32_t i = 0; i < points; i += 4) {
      T* at = data + i * std::size_t{2};
      butterfly4<T>(at, 2, load(at), load(at + 2), load(at + 4), load(at + 6));
    }
    done = 4;
  }
  for (; done < points; done *= 4) {
    const std::size_t step = std::size_t{2} * done;
    const std::uint32_t stride = N / (4 * done);
    for (std::uint32_t j = 0; j < done; ++j) {
      const Twiddle w1 = twiddle<N>(j * stride);
      const Twiddle w2 = twiddle<N>(2 * j * stride);
      const Twiddle w3 = twiddle<N>(3 * j * stride);
      for (std::uint32_t i = j; i < points; i += 4 * done) {
        T* at = data + i * std::size_t{2};
        butterfly4<T>(at, step, load(at), turn(load(at + step), w2), turn(load(at + 2 * step), w1),
                      turn(load(at + 3 * step), w3));
      }
    }
  }
}

}  // namespace detail

/// X[k] = sum over n of x[n] e^(-2 pi i k n / N), k = 0 .. N / 2, in place.
/// In: N samples. Out: data[0] = X[0], data[1] = X[N / 2] (both real), then data[2 k], data[2 k + 1] = re, im of X[k].
/// Largest error against float64 over the rms of X: below 6e-7 at any N (spectrum_test). Flash: N / 4 + 1 floats a
/// size. Source: Cooley and Tukey (1965), radix 4, decimation in time; the split of a real transform into one complex
/// transform of half the size as in W. Press et al., Numerical Recipes, 3rd ed., 12.3.2.
template <std::uint32_t N, class T>
inline void real_fft(T* data) {
  static_assert(std::has_single_bit(N) && N >= 8 && N <= 4096);
  detail::complex_fft<N, T>(data);
  const T first = data[0];
  data[0] = first + data[1];
  data[1] = first - data[1];
  for (std::uint32_t k = 1; k <= N / 4; ++k) {
    T* low = data + std::size_t{2} * k;
    T* high = data + (N - std::size_t{2} * k);
    const detail::Twiddle w = detail::twiddle<N>(k);
    // Even and odd samples' own transforms, from Z[k] and the conjugate of Z[N / 2 - k].
    const detail::ComplexOf<T> even{0.5F * (low[0] + high[0]), 0.5F * (low[1] - high[1])};
    const detail::ComplexOf<T> odd = detail::turn<T>({0.5F * (low[1] + high[1]), 0.5F * (high[0] - low[0])}, w);
    detail::store<T>(low, even.re + odd.re, even.im + odd.im);
    detail::store<T>(high, even.re - odd.re, odd.im - even.im);
  }
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
