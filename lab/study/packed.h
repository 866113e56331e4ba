#pragma once
/// Bytes of cached steps: little-endian numbers, texts, and sequences, read back with every length checked.
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace vagus::lab {

static_assert(std::endian::native == std::endian::little, "cached steps are copied as they lie in memory");

/// Appends values to a text of bytes.
class Packer {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint64_t>(value.size()));
    bytes_ += value;
  }
  /// A column: one member of every element of a sequence.
  template <class Range, class Get>
  void column(const Range& range, Get get) {
    for (const auto& element : range) number(get(element));
  }
  template <class T>
  void numbers(const std::vector<T>& values) {
    number(static_cast<std::uint64_t>(values.size()));
    const std::size_t at = bytes_.size();
    bytes_.resize(at + values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(bytes_.data() + at, values.data(), values.size() * sizeof(T));
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Takes values from a text of bytes in the order in which they were packed. What is too short reads as zero and clears
/// `good()`.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  T number() {
    T value{};
    if (bytes_.size() < sizeof value) {
      good_ = false;
      bytes_ = {};
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const auto length = size(1);
    std::string value(bytes_.substr(0, length));
    bytes_.remove_prefix(length);
    return value;
  }
  /// A count of elements that take at least `each` bytes; 0 (and not good) where so many cannot follow.
  std::size_t size(std::size_t each) {
    const auto count = number<std::uint64_t>();
    if (count > bytes_.size() / each) {
      good_ = false;
      return 0;
    }
    return static_cast<std::size_t>(count);
  }
  template <class T, class Range, class Set>
  void column(Range& range, Set set) {
    for (auto& element : range) set(element, number<T>());
  }
  template <class T>
  std::vector<T> numbers() {
    std::vector<T> values(size(sizeof(T)));
    if (!values.empty()) std::memcpy(values.data(), bytes_.data(), values.size() * sizeof(T));
    bytes_.remove_prefix(values.size() * sizeof(T));
    return values;
  }
  /// Everything asked for was there.
  bool good() const { return good_; }
  /// Everything was there and nothing is left over.
  bool whole() const { return good_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace vagus::lab
