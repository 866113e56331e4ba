#pragma once
/// Between the sampling context, where the detector runs, and the main loop, which has time for radios and displays.
#include <atomic>
#include <cstdint>

namespace vagus::firmware {

/// Up to `Capacity` (a power of two) events; one context puts, one takes, neither ever waits. What finds no room is
/// counted and dropped: the detector is not to be held up by a slow display.
template <class Event, std::uint32_t Capacity>
class EventQueue {
  static_assert((Capacity & (Capacity - 1)) == 0);

 public:
  void put(const Event& event) {
    const std::uint32_t end = end_.load(std::memory_order_relaxed);
    if (end - begin_.load(std::memory_order_acquire) == Capacity) {
      dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      return;
    }
    events_[end % Capacity] = event;
    end_.store(end + 1, std::memory_order_release);
  }
  /// False where it is empty.
  bool take(Event& event) {
    const std::uint32_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_.load(std::memory_order_acquire)) return false;
    event = events_[begin % Capacity];
    begin_.store(begin + 1, std::memory_order_release);
    return true;
  }
  std::uint32_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  Event events_[Capacity];
  std::atomic<std::uint32_t> begin_{0};
  std::atomic<std::uint32_t> end_{0};
  std::atomic<std::uint32_t> dropped_{0};
};

}  // namespace vagus::firmware
