#pragma once
/// Power spectral density of a stream, and autocorrelation.
#include <cstddef>
#include <cstdint>

#include "device/base/result.h"
#include "device/dsp/fft.h"
#include "device/dsp/kernels.h"

namespace vagus::dsp {

/// Welch's estimate: segments of N samples that overlap by half, each freed of its mean, under a Hann window.
/// `density(k)` is in unit^2 / Hz at k * rate / N, one-sided: its sum times rate / N is the variance.
/// A segment is transformed within the push that completes it; memory 12 N bytes a float lane.
/// Source: P. Welch, IEEE Trans. Audio Electroacoust. 15(2), 1967.
template <std::uint32_t N, class T = float>
class Welch {
 public:
  static constexpr std::uint32_t bins = N / 2 + 1;

  /// Refuses `rate_out_of_range` unless the rate is positive and finite.
  static Result<Welch> make(float rate_hz) {
    if (!is_finite(rate_hz) || !(rate_hz > 0.0F)) return Errc::rate_out_of_range;
    Welch w;
    w.rate_hz_ = rate_hz;
    return w;
  }
  /// True where this sample completed a segment.
  bool push(const T& x) {
    past_[at_] = x;
    at_ = at_ + 1 == N ? 0 : at_ + 1;
    if (++waiting_ < N) return false;
    waiting_ = N / 2;
    transform();
    return true;
  }
  /// Samples were lost: what was gathered of the running segment is dropped, finished ones stay.
  void gap() {
    at_ = 0;
    waiting_ = 0;
  }
  void reset() {
    gap();
    segments_ = 0;
    for (T& s : sum_) s = T{};
  }
  std::uint32_t segments() const { return segments_; }
  float frequency_hz(std::uint32_t k) const { return static_cast<float>(k) * (rate_hz_ / static_cast<float>(N)); }
  /// Mean over the segments so far; call only where there is one.
  T density(std::uint32_t k) const {
    // The Hann window's squares sum to 3 N / 8.
    const float one_sided = k == 0 || k == N / 2 ? 1.0F : 2.0F;
    const float scale = one_sided / (rate_hz_ * (0.375F * static_cast<float>(N)) * static_cast<float>(segments_));
    return sum_[k] * scale;
  }

 private:
  void transform() {
    T sum[4]{};
    for (std::uint32_t i = 0; i < N; i += 4) {
      sum[0] += past_[i];
      sum[1] += past_[i + 1];
      sum[2] += past_[i + 2];
      sum[3] += past_[i + 3];
    }
    const T mean = ((sum[0] + sum[1]) + (sum[2] + sum[3])) * (1.0F / static_cast<float>(N));
    // A segment ends in the middle of the ring or at its end. Of the window, four samples have one cosine but for its
    // sign.
    constexpr std::uint32_t half = N / 2;
    const T* first = past_ + at_;
    const T* second = past_ + (half - at_);
    const auto four = [&](std::uint32_t i, float up, float down) {
      work_[i] = (first[i] - mean) * up;
      work_[half - i] = (first[half - i] - mean) * down;
      work_[half + i] = (second[i] - mean) * down;
      work_[N - i] = (second[half - i] - mean) * up;
    };
    work_[0] = T{};
    work_[half] = second[0] - mean;
    for (std::uint32_t i = 1; i <= N / 4; ++i) {
      const float cosine = 0.5F * detail::quarter_wave<N>.sine[N / 4 - i];
      four(i, 0.5F - cosine, 0.5F + cosine);
    }
    real_fft<N>(work_);
    for (std::uint32_t k = 0; k < bins; ++k) sum_[k] += power_at<N>(work_, k);
    ++segments_;
  }

  T past_[N]{};
  T work_[N]{};
  T sum_[bins]{};
  float rate_hz_ = 1;
  std::uint32_t at_ = 0;
  std::uint32_t waiting_ = 0;
  std::uint32_t segments_ = 0;
};

/// out[k] = sum over i of x[i] x[i + k], k = 0 .. lags - 1, over the n samples there are (so the later lags have fewer
/// terms: the biased estimate once divided by n). O(n lags). `lags <= n`. Take the mean off before.
template <class T>
inline void autocorrelation(const T* x, std::uint32_t n, T* out, std::uint32_t lags) {
  const std::uint32_t by_eight = lags - lags % 8;  // said so, or -O3 of GCC 12 sees the last loop run past the end
  for (std::uint32_t k = 0; k < by_eight; k += 8) {
    for (std::uint32_t w = 0; w < 8; ++w) out[k + w] = T{};
    // What all eight lags have, then what the shorter of them have over that.
    const std::uint32_t shared = n - k - 7;
    detail::correlate_8(out + k, x, x + k, shared);
    for (std::uint32_t w = 0; w < 7; ++w) {
      for (std::uint32_t i = shared; i < n - k - w; ++i) out[k + w] = fused(x[i], x[i + k + w], out[k + w]);
    }
  }
  for (std::uint32_t k = by_eight; k < lags; ++k) {
    T sum{};
    for (std::uint32_t i = 0; i < n - k; ++i) sum = fused(x[i], x[i + k], sum);
    out[k] = sum;
  }
}

/// The same for all lags 0 .. N / 2 - 1 through two transforms, O(N log N), in place. In: up to N / 2 samples, the rest
/// of data[0..N) 0. Out: data[k] is lag k, k < N / 2; the rest is scratch. Error about 1e-6 of lag 0.
template <std::uint32_t N, class T>
inline void autocorrelation_fft(T* data) {
  real_fft<N>(data);
  // The power spectrum is real and even, so its forward transform is its inverse but for 1 / N.
  T nyquist = power_at<N>(data, N / 2);
  data[0] = power_at<N>(data, 0);
  for (std::uint32_t k = 1; k < N / 2; ++k) data[std::size_t{2} * k] = power_at<N>(data, k);
  // Spread from the even places to 0 .. N / 2, then mirror.
  for (std::uint32_t k = 1; k < N / 2; ++k) data[k] = data[std::size_t{2} * k];
  data[N / 2] = nyquist;
  for (std::uint32_t k = 1; k < N / 2; ++k) data[N - k] = data[k];
  real_fft<N>(data);
  for (std::uint32_t k = 1; k < N / 2; ++k) data[k] = data[std::size_t{2} * k];
  for (std::uint32_t k = 0; k < N / 2; ++k) data[k] = data[k] * (1.0F / static_cast<float>(N));
}

}  // namespace vagus::dsp
