#pragma once
/// A vector whose capacity is part of its type.
#include <cstdint>

namespace vagus {

/// Up to `Capacity` values in place. Trivially copyable if `T` is; no heap. `push_back` on a full one is refused.
/// Indices are not checked.
template <class T, std::uint32_t Capacity>
class FixedVector {
 public:
  static constexpr std::uint32_t capacity() { return Capacity; }
  constexpr std::uint32_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == Capacity; }

  /// False, and nothing done, where it is full.
  constexpr bool push_back(const T& value) {
    if (full()) return false;
    data_[size_++] = value;
    return true;
  }
  constexpr void pop_back() { --size_; }
  /// Removes the i-th value and closes the hole, O(n).
  constexpr void erase(std::uint32_t i) {
    for (--size_; i < size_; ++i) data_[i] = data_[i + 1];
  }
  constexpr void clear() { size_ = 0; }

  constexpr const T& operator[](std::uint32_t i) const { return data_[i]; }
  constexpr T& operator[](std::uint32_t i) { return data_[i]; }
  constexpr const T& back() const { return data_[size_ - 1]; }
  constexpr T& back() { return data_[size_ - 1]; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr T* begin() { return data_; }
  constexpr T* end() { return data_ + size_; }

 private:
  T data_[Capacity]{};
  std::uint32_t size_ = 0;
};

}  // namespace vagus
