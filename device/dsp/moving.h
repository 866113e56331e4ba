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
  template <class T>
  static T of(const T& a, const T& b) {
    return smaller(a, b);
  }
};
struct TakeLarger {
  template <class T>
  static T of(const T& a, const T& b) {
    return larger(a, b);
  }
};

/// The extreme of the last `length` samples in O(log length) steps, the same steps whatever the data: a tree of
/// extremes over the window, of which one leaf and its parents change. (A monotonic queue is O(1) on average, but its
/// worst sample costs the whole window, and packs cannot share it.) Until `length` samples came: the extreme of those
/// there. Input without NaN. Two samples of memory per sample of window.
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
    if (!started_) {
      // A window full of the first sample has the extreme of what came, from then on.
      for (std::uint32_t i = 1; i < 2 * length_; ++i) tree_[i] = x;
      started_ = true;
    }
    // Node i has the children 2i and 2i + 1; the leaves are length_ .. 2 length_ - 1. Taking an extreme does not mind
    // the order, so a length that is no power of two is no special case.
    std::uint32_t i = length_ + at_;
    tree_[i] = x;
    for (i /= 2; i >= 1; i /= 2) tree_[i] = Take::of(tree_[2 * i], tree_[2 * i + 1]);
    at_ = at_ + 1 == length_ ? 0 : at_ + 1;
    return tree_[1];
  }

 private:
  T tree_[2 * MaxLength]{};
  std::uint32_t length_ = 1;
  std::uint32_t at_ = 0;
  bool started_ = false;
};

template <class T = float, std::uint32_t MaxLength = 256>
using MovingMinimum = MovingExtreme<TakeSmaller, T, MaxLength>;
template <class T = float, std::uint32_t MaxLength = 256>
using MovingMaximum = MovingExtreme<TakeLarger, T, MaxLength>;

}  // namespace vagus::dsp
