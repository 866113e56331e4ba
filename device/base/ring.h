#pragma once
/// A ring of the last `Capacity` values, in place.
#include <cstdint>

namespace vagus {

/// The newest `Capacity` values pushed, oldest first by index. Trivially copyable if `T` is; no heap.
/// `push` is O(1). Indices are not checked: `i < size()` is the caller's to keep.
template <class T, std::uint32_t Capacity>
class Ring {
  static_assert(Capacity > 0);

 public:
  static constexpr std::uint32_t capacity() { return Capacity; }
  constexpr std::uint32_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == Capacity; }

  /// Adds a value; where the ring is full the oldest goes.
  constexpr void push(const T& value) {
    data_[head_] = value;
    head_ = head_ + 1 == Capacity ? 0 : head_ + 1;
    if (size_ < Capacity) ++size_;
  }
  /// Drops the oldest value. Not on an empty ring.
  constexpr void pop() { --size_; }
  constexpr void clear() { head_ = size_ = 0; }

  /// The i-th value counted from the oldest.
  constexpr const T& operator[](std::uint32_t i) const { return data_[place(i)]; }
  constexpr T& operator[](std::uint32_t i) { return data_[place(i)]; }
  constexpr const T& front() const { return (*this)[0]; }
  constexpr const T& back() const { return (*this)[size_ - 1]; }
  /// The value pushed `age` pushes before the newest: `newest(0) == back()`.
  constexpr const T& newest(std::uint32_t age) const { return (*this)[size_ - 1 - age]; }

 private:
  constexpr std::uint32_t place(std::uint32_t i) const {
    const std::uint32_t start = head_ >= size_ ? head_ - size_ : head_ + Capacity - size_;
    const std::uint32_t at = start + i;
    return at >= Capacity ? at - Capacity : at;
  }
  T data_[Capacity]{};
  std::uint32_t head_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace vagus
