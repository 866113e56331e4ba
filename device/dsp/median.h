#pragma once
/// Median of the last `length` samples.
#include <bit>
#include <cstdint>

#include "device/base/result.h"
#include "device/dsp/pack.h"

namespace vagus::dsp {

namespace detail {

/// Whole numbers in the order of the floats, -0 below 0, a NaN at the end that its sign says; and back.
constexpr std::int32_t order_key(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  return bits ^ ((bits >> 31) & 0x7FFFFFFF);
}
constexpr float from_order_key(std::int32_t key) { return std::bit_cast<float>(key ^ ((key >> 31) & 0x7FFFFFFF)); }
inline constexpr std::int32_t above_all = 0x7FFFFFFF;

}  // namespace detail

/// The window kept in order: the place of the sample that leaves is found by halving, and those between it and the
/// place of the one that comes move by one. O(length) a sample, yet a third of the cost of two heaps (W. Hardle and W.
/// Steiger, Algorithm AS 296, 1995) at the lengths that signals ask for: 50 to 100. Until `length` samples came: the
/// median of those there. Of an even number, the mean of the middle two. A NaN counts as above (its sign set: below)
/// every number, and is gone `length` samples later.
template <class T = float, std::uint32_t MaxLength = 256>
class MovingMedian {
  static_assert(MaxLength >= 1 && MaxLength <= 4096);

 public:
  /// Refuses `capacity_exceeded` unless 1 <= length <= MaxLength.
  static Result<MovingMedian> make(std::uint32_t length) {
    if (length < 1 || length > MaxLength) return Errc::capacity_exceeded;
    MovingMedian m;
    m.length_ = length;
    m.reset();
    return m;
  }
  std::uint32_t length() const { return length_; }
  void reset() {
    // Places without a sample are above all samples, and leave first.
    for (std::uint32_t i = 0; i < length_; ++i) past_[i] = sorted_[i] = detail::above_all;
    at_ = count_ = 0;
  }

  T push(const T& x) {
    const std::int32_t key = detail::order_key(x);
    replace(past_[at_], key);
    past_[at_] = key;
    at_ = at_ + 1 == length_ ? 0 : at_ + 1;
    if (count_ < length_) ++count_;
    const float high = detail::from_order_key(sorted_[count_ / 2]);
    return count_ % 2 == 1 ? high : 0.5F * (detail::from_order_key(sorted_[count_ / 2 - 1]) + high);
  }

 private:
  void replace(std::int32_t old, std::int32_t key) {
    // The first place that holds `old`.
    const std::int32_t* from = sorted_;
    for (std::uint32_t left = length_; left > 1;) {
      const std::uint32_t half = left / 2;
      from += from[half - 1] < old ? half : 0;
      left -= half;
    }
    std::int32_t* place = sorted_ + (from - sorted_);
    if (key > old) {
      const std::int32_t* last = sorted_ + (length_ - 1);
      for (; place != last && place[1] < key; ++place) place[0] = place[1];
    } else {
      for (; place != sorted_ && place[-1] > key; --place) place[0] = place[-1];
    }
    *place = key;
  }

  std::int32_t past_[MaxLength]{};
  std::int32_t sorted_[MaxLength]{};
  std::uint32_t length_ = 1;
  std::uint32_t count_ = 0;
  std::uint32_t at_ = 0;
};

/// In lanes the places differ, so every place of the window is looked at: it keeps what it holds, takes its
/// neighbour's, or takes the new sample.
template <std::uint32_t Lanes, std::uint32_t MaxLength>
class MovingMedian<Pack<Lanes>, MaxLength> {
 public:
  static Result<MovingMedian> make(std::uint32_t length) {
    if (length < 1 || length > MaxLength) return Errc::capacity_exceeded;
    MovingMedian m;
    m.length_ = length;
    m.reset();
    return m;
  }
  std::uint32_t length() const { return length_; }
  void reset() {
    for (std::uint32_t i = 0; i < length_; ++i) past_[i] = sorted_[i] = Wholes{} + detail::above_all;
    at_ = count_ = 0;
  }

  Pack<Lanes> push(const Pack<Lanes>& x) {
    const Wholes bits = std::bit_cast<Wholes>(x.lane);
    const Wholes key = bits ^ ((bits >> 31) & 0x7FFFFFFF);
    const Wholes old = past_[at_];
    past_[at_] = key;
    at_ = at_ + 1 == length_ ? 0 : at_ + 1;
    if (count_ < length_) ++count_;
    // Without `old`, place i holds `kept`; with the new one, what of it and its neighbours lies in the middle.
    Wholes before = Wholes{} - detail::above_all - 1;
    Wholes here = sorted_[0];
    for (std::uint32_t i = 0; i + 1 < length_; ++i) {
      const Wholes next = sorted_[i + 1];
      const Wholes kept = here < old ? here : next;
      const Wholes low = kept < key ? kept : key;
      sorted_[i] = before > low ? before : low;
      before = kept;
      here = next;
    }
    sorted_[length_ - 1] = before > key ? before : key;
    const Pack<Lanes> high = value(sorted_[count_ / 2]);
    return count_ % 2 == 1 ? high : 0.5F * (value(sorted_[count_ / 2 - 1]) + high);
  }

 private:
  using Wholes = typename WholePack<Lanes>::Vector;
  static Pack<Lanes> value(const Wholes& key) {
    using Floats = typename Pack<Lanes>::Vector;
    return Pack<Lanes>(std::bit_cast<Floats>(key ^ ((key >> 31) & 0x7FFFFFFF)));
  }

  Wholes past_[MaxLength]{};
  Wholes sorted_[MaxLength]{};
  std::uint32_t length_ = 1;
  std::uint32_t count_ = 0;
  std::uint32_t at_ = 0;
};

}  // namespace vagus::dsp
