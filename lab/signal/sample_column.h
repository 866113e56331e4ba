#pragma once
/// The stored values of one channel: their own, or somebody else's memory that is only read.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace vagus::lab {

/// As a std::vector of numbers. One that was lent memory copies it before the first change; copies share it until then.
template <class T>
class SampleColumn {
 public:
  using value_type = T;

  SampleColumn() = default;
  SampleColumn(std::vector<T> values)
      : own_(std::move(values)) {}  // NOLINT(google-explicit-constructor): it is its values
  explicit SampleColumn(std::size_t size) : own_(size) {}
  /// Memory that stays as it is while `owner` lives.
  SampleColumn(const T* values, std::size_t size, std::shared_ptr<const void> owner)
      : lent_(values), lent_size_(size), owner_(std::move(owner)) {}

  std::size_t size() const { return owner_ ? lent_size_ : own_.size(); }
  bool empty() const { return size() == 0; }
  const T* data() const { return owner_ ? lent_ : own_.data(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const T& operator[](std::size_t i) const { return data()[i]; }

  T* data() { return owned().data(); }
  T* begin() { return owned().data(); }
  T* end() { return owned().data() + own_.size(); }
  T& operator[](std::size_t i) { return owned()[i]; }
  void resize(std::size_t size) { owned().resize(size); }

  friend bool operator==(const SampleColumn& a, const SampleColumn& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::vector<T>& owned() {
    if (owner_) {
      own_.assign(lent_, lent_ + lent_size_);
      owner_.reset();
    }
    return own_;
  }

  std::vector<T> own_;
  const T* lent_ = nullptr;
  std::size_t lent_size_ = 0;
  std::shared_ptr<const void> owner_;
};

}  // namespace vagus::lab
