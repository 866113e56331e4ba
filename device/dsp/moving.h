#pragma once
/// Averages and extremes over the last `length` samples.
#include <cstdint>

#include "device/base/result.h"
#include "device/dsp/pack.h"

namespace vagus::dsp {

/// Mean of the last `length` samples, O(1) a sample. Samples before the first count as the value given to `reset` (0).
/// The running sum is replaced once every `length` samples by one summed afresh, so rounding never grows with time and
/// a NaN is gone at the latest 2 * length samples later. Group delay (length - 1) / 2.
template <class T = float, std::uint32_t MaxLength = 256>
class MovingAverage {
 public:
  /// Refuses `capacity_exceeded` unless 1 <= length <= MaxLength.
  static Result<MovingAverage> make(std::uint32_t length) {
    if (length < 1 || length > MaxLength) return Errc::capacity_exceeded;
    MovingAverage m;
    m.length_ = length;
    m.share_ = 1.0F / static_cast<float>(length);
    return m;
  }
  std::uint32_t length() const { return length_; }
  void reset(const T& x = T{}) {
    sum_ = T{};
    fresh_ = T{};
    at_ = 0;
    for (std::uint32_t i = 0; i < length_; ++i) {
      past_[i] = x;
      sum_ += x;
    }
  }
  T push(const T& x) {
    sum_ = (sum_ - past_[at_]) + x;
    fresh_ += x;
    past_[at_] = x;
    if (++at_ == length_) {
      at_ = 0;
      sum_ = fresh_;
      fresh_ = T{};
    }
    return sum_ * share_;
  }

 private:
  T past_[MaxLength]{};
  T sum_{};
  T fresh_{};
  float share_ = 1;
  std::uint32_t length_ = 1;
  std::uint32_t at_ = 0;
};

struct TakeSmaller {
  static constexpr float none = infinity;
  template <class T>
  static T of(const T& a, const T& b) {
    return smaller(a, b);
  }
};
struct TakeLarger {
  static constexpr float none = -infinity;
  template <class T>
  static T of(const T& a, const T& b) {
    return larger(a, b);
  }
};

/// The extreme of the last `length` samples in four steps a sample, the same steps whatever the data and the length.
/// The stream is cut into blocks of half a window. A window is then the end of one block, all of the next and the start
/// of the one that runs: the running extreme of that start, the extreme of the block between, and the extremes from
/// each place to the end of the oldest, of which one is made a sample while the block between is still whole. (The
/// same three parts as M. van Herk, Pattern Recognition Letters 13, 1992, and J. Gil and M. Werman, IEEE Trans. PAMI
/// 15, 1993, who make them all at once.) Until `length` samples came: the extreme of those there. Input without NaN.
/// One sample of memory per sample of window.
template <class Take, class T = float, std::uint32_t MaxLength = 256>
class MovingExtreme {
 public:
  /// Refuses `capacity_exceeded` unless 1 <= length <= MaxLength.
  static Result<MovingExtreme> make(std::uint32_t length) {
    if (length < 1 || length > MaxLength) return Errc::capacity_exceeded;
    MovingExtreme m;
    m.length_ = length;
    return m;
  }
  std::uint32_t length() const { return length_; }
  void reset() {
    at_ = 0;
    started_ = false;
  }
  T push(const T& x) {
    if (!started_) start(x);
    const std::uint32_t half = length_ / 2;
    if (half == 0) return x;
    T* oldest = block_[oldest_];
    T* between = block_[1 - oldest_];
    // An odd window is a sample longer at its old end.
    const T end = oldest[at_ + 1 - (length_ & 1U)];
    oldest[at_] = x;
    running_ = Take::of(running_, x);
    T& next_end = between[half - 1 - at_];
    ends_ = Take::of(next_end, ends_);
    next_end = ends_;
    const T extreme = Take::of(Take::of(end, between_), running_);
    if (++at_ == half) {
      at_ = 0;
      oldest_ = 1 - oldest_;
      between_ = running_;
      running_ = ends_ = T(Take::none);
    }
    return extreme;
  }

 private:
  /// A window full of the first sample has the extreme of what came, from then on.
  void start(const T& x) {
    for (auto& block : block_) {
      for (std::uint32_t i = 0; i < length_ / 2; ++i) block[i] = x;
      block[length_ / 2] = T(Take::none);
    }
    between_ = x;
    running_ = ends_ = T(Take::none);
    started_ = true;
  }

  T block_[2][MaxLength / 2 + 1]{};
  T between_{};  ///< of the block between
  T running_{};  ///< of the one that runs
  T ends_{};     ///< of the end of the block between, so far as it is made
  std::uint32_t length_ = 1;
  std::uint32_t at_ = 0;
  std::uint32_t oldest_ = 0;
  bool started_ = false;
};

template <class T = float, std::uint32_t MaxLength = 256>
using MovingMinimum = MovingExtreme<TakeSmaller, T, MaxLength>;
template <class T = float, std::uint32_t MaxLength = 256>
using MovingMaximum = MovingExtreme<TakeLarger, T, MaxLength>;

}  // namespace vagus::dsp
