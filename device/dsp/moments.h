#pragma once
/// Mean, spread and shape of a stream.
#include <cstdint>

#include "device/base/result.h"
#include "device/dsp/pack.h"

namespace vagus::dsp {

/// Moments of all samples so far, one pass, no cancellation.
/// Source: P. Pebay, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
/// moments, SAND2008-6212, equations 2.1 and 3.x with n_B = 1.
template <class T = float>
struct Moments {
  std::uint32_t count = 0;
  T mean{};
  T m2{}, m3{}, m4{};  ///< sums of powers of the distance from the mean

  void push(const T& x) {
    const auto before = static_cast<float>(count);
    ++count;
    const auto n = static_cast<float>(count);
    const T delta = x - mean;
    const T step = delta * (1.0F / n);
    const T square = step * step;
    const T term = delta * step * before;
    mean += step;
    m4 += term * square * (n * n - 3.0F * n + 3.0F) + (6.0F * square) * m2 - (4.0F * step) * m3;
    m3 += term * step * (n - 2.0F) - (3.0F * step) * m2;
    m2 += term;
  }
  void reset() { *this = Moments{}; }

  /// Divided by n, and by n - 1 (the unbiased one). 0 before there are enough.
  T variance() const { return count > 0 ? m2 * (1.0F / static_cast<float>(count)) : T{}; }
  T sample_variance() const { return count > 1 ? m2 * (1.0F / static_cast<float>(count - 1)) : T{}; }
  /// m3 / m2^1.5 and m4 / m2^2 - 3, each of moments divided by n; the canonical NaN or infinite where nothing varies.
  T skewness() const {
    const auto n = static_cast<float>(count);
    return canonical((m3 * math::sqrt(n)) / (m2 * root(m2)));
  }
  T excess_kurtosis() const {
    const auto n = static_cast<float>(count);
    return canonical((m4 * n) / (m2 * m2) - T(3.0F));
  }
};

/// Mean and variance of the last `length` samples, O(1) a sample.
/// Sums of the distance from an origin near the mean, not of the samples: a large baseline costs no digits. The sums
/// are replaced by fresh ones once every `length` samples, with the mean of that moment as their origin, so that
/// neither rounding nor a wandering baseline adds up. Until `length` samples came: of those there.
template <class T = float, std::uint32_t MaxLength = 256>
class MovingMoments {
 public:
  /// Refuses `capacity_exceeded` unless 1 <= length <= MaxLength.
  static Result<MovingMoments> make(std::uint32_t length) {
    if (length < 1 || length > MaxLength) return Errc::capacity_exceeded;
    MovingMoments m;
    m.length_ = length;
    return m;
  }
  void reset() {
    const std::uint32_t length = length_;
    *this = MovingMoments{};
    length_ = length;
  }
  void push(const T& x) {
    if (count_ == 0) now_.origin = next_.origin = x;
    if (count_ == length_) {
      const T old = past_[at_] - now_.origin;
      now_.sum -= old;
      now_.squares = now_.squares - old * old;
    } else {
      ++count_;
    }
    now_.add(x);
    next_.add(x);
    past_[at_] = x;
    if (++at_ == length_) {
      at_ = 0;
      now_ = next_;
      next_ = Sums{};
      next_.origin = mean();
    }
  }
  std::uint32_t count() const { return count_; }
  T mean() const { return now_.origin + now_.sum * (1.0F / static_cast<float>(count_)); }
  /// Divided by the number of samples; never below 0.
  T variance() const {
    const float share = 1.0F / static_cast<float>(count_);
    const T offset = now_.sum * share;
    return larger(now_.squares * share - offset * offset, T(0.0F));
  }

 private:
  struct Sums {
    T origin{};
    T sum{};
    T squares{};
    void add(const T& x) {
      const T d = x - origin;
      sum += d;
      squares += d * d;
    }
  };
  T past_[MaxLength]{};
  Sums now_;
  Sums next_;
  std::uint32_t length_ = 1;
  std::uint32_t count_ = 0;
  std::uint32_t at_ = 0;
};

}  // namespace vagus::dsp
