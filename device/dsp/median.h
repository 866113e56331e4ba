#pragma once
/// Median of the last `length` samples.
#include <cstdint>

#include "device/base/result.h"
#include "device/dsp/pack.h"

namespace vagus::dsp {

/// O(log length) a sample: the lower half of the window in a heap with its largest on top, the upper half in one with
/// its smallest on top, and the place of every sample in them (W. Hardle and W. Steiger, Algorithm AS 296, 1995). Until
/// `length` samples came: the median of those there. Of an even number, the mean of the middle two. Input without NaN
/// (a NaN would break the order for as long as it is in the window).
template <class T = float, std::uint32_t MaxLength = 256>
class MovingMedian {
  static_assert(MaxLength >= 1 && MaxLength <= 32767);

 public:
  /// Refuses `capacity_exceeded` unless 1 <= length <= MaxLength.
  static Result<MovingMedian> make(std::uint32_t length) {
    if (length < 1 || length > MaxLength) return Errc::capacity_exceeded;
    MovingMedian m;
    m.length_ = static_cast<std::uint16_t>(length);
    return m;
  }
  std::uint32_t length() const { return length_; }
  void reset() { low_.size = high_.size = at_ = 0; }

  T push(const T& x) {
    if (low_.size + high_.size == length_) remove(at_);
    value_[at_] = x;
    const bool goes_low = low_.size == 0 || !(x > value_[low_.item[0]]);
    insert(goes_low, at_);
    at_ = at_ + 1 == length_ ? std::uint16_t{0} : static_cast<std::uint16_t>(at_ + 1);
    // low has as many as high, or one more.
    if (low_.size > high_.size + 1) {
      const std::uint16_t moved = low_.item[0];
      take_out(true, 0);
      insert(false, moved);
    } else if (high_.size > low_.size) {
      const std::uint16_t moved = high_.item[0];
      take_out(false, 0);
      insert(true, moved);
    }
    const T& middle = value_[low_.item[0]];
    return low_.size > high_.size ? middle : 0.5F * (middle + value_[high_.item[0]]);
  }

 private:
  struct Heap {
    std::uint16_t item[MaxLength / 2 + 2]{};
    std::uint16_t size = 0;
  };
  Heap& heap(bool low) { return low ? low_ : high_; }
  /// Whether window slot a belongs above slot b in that heap.
  bool above(bool low, std::uint16_t a, std::uint16_t b) const {
    return low ? value_[a] > value_[b] : value_[a] < value_[b];
  }
  void put(bool low, std::uint16_t place, std::uint16_t slot) {
    heap(low).item[place] = slot;
    place_[slot] = place;
    in_low_[slot] = low;
  }
  void rise(bool low, std::uint16_t place) {
    const std::uint16_t slot = heap(low).item[place];
    while (place > 0) {
      const auto parent = static_cast<std::uint16_t>((place - 1) / 2);
      if (!above(low, slot, heap(low).item[parent])) break;
      put(low, place, heap(low).item[parent]);
      place = parent;
    }
    put(low, place, slot);
  }
  void sink(bool low, std::uint16_t place) {
    const std::uint16_t slot = heap(low).item[place];
    const std::uint16_t size = heap(low).size;
    for (;;) {
      auto child = static_cast<std::uint16_t>(2 * place + 1);
      if (child >= size) break;
      if (child + 1 < size && above(low, heap(low).item[child + 1], heap(low).item[child])) ++child;
      if (!above(low, heap(low).item[child], slot)) break;
      put(low, place, heap(low).item[child]);
      place = child;
    }
    put(low, place, slot);
  }
  void insert(bool low, std::uint16_t slot) {
    const std::uint16_t place = heap(low).size++;
    heap(low).item[place] = slot;
    rise(low, place);
  }
  void take_out(bool low, std::uint16_t place) {
    const std::uint16_t last = --heap(low).size;
    if (place == last) return;
    put(low, place, heap(low).item[last]);
    rise(low, place);
    sink(low, place_[heap(low).item[place]]);
  }
  void remove(std::uint16_t slot) {
    take_out(in_low_[slot], place_[slot]);
    // One may have lost two more than the other for a moment; the next insertion and its balancing restore them.
    if (high_.size > low_.size) {
      const std::uint16_t moved = high_.item[0];
      take_out(false, 0);
      insert(true, moved);
    }
  }

  T value_[MaxLength]{};
  std::uint16_t place_[MaxLength]{};
  bool in_low_[MaxLength]{};
  Heap low_;
  Heap high_;
  std::uint16_t length_ = 1;
  std::uint16_t at_ = 0;
};

/// A median is a choice, which lanes make apart: each has its own window.
template <std::uint32_t Lanes, std::uint32_t MaxLength>
class MovingMedian<Pack<Lanes>, MaxLength> {
 public:
  static Result<MovingMedian> make(std::uint32_t length) {
    const auto one = MovingMedian<float, MaxLength>::make(length);
    if (!one.ok()) return one.error();
    MovingMedian m;
    for (auto& lane : m.lane_) lane = one.value();
    return m;
  }
  std::uint32_t length() const { return lane_[0].length(); }
  void reset() {
    for (auto& lane : lane_) lane.reset();
  }
  Pack<Lanes> push(const Pack<Lanes>& x) {
    return Pack<Lanes>::each([&](std::uint32_t i) { return lane_[i].push(x.lane[i]); });
  }

 private:
  MovingMedian<float, MaxLength> lane_[Lanes];
};

}  // namespace vagus::dsp
