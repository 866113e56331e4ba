#include "lab/formats/arrays/array.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

namespace vagus::lab {
namespace {

/// Calls `use` with a value of the array's number type.
template <class Use>
auto with_type(Array::Type type, Use use) {
  switch (type) {
    case Array::Type::i8:
      return use(std::int8_t{});
    case Array::Type::u8:
      return use(std::uint8_t{});
    case Array::Type::i16:
      return use(std::int16_t{});
    case Array::Type::u16:
      return use(std::uint16_t{});
    case Array::Type::i32:
      return use(std::int32_t{});
    case Array::Type::u32:
      return use(std::uint32_t{});
    case Array::Type::i64:
      return use(std::int64_t{});
    case Array::Type::u64:
      return use(std::uint64_t{});
    case Array::Type::f32:
      return use(float{});
    default:
      return use(double{});
  }
}

template <class T>
T value_at(const Bytes& data, std::size_t index) {
  T value{};
  std::memcpy(&value, data.view().data() + index * sizeof(T), sizeof(T));  // arrays in archives lie anywhere
  return value;
}

template <class From, class To>
std::vector<To> picked(const Bytes& data, std::size_t first, std::size_t step, std::size_t count) {
  std::vector<To> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<To>(value_at<From>(data, first + i * step));
  return out;
}

template <class T>
bool holds_lowest(const std::vector<T>& values) {
  return std::find(values.begin(), values.end(), std::numeric_limits<T>::min()) != values.end();
}

}  // namespace

std::size_t Array::size() const {
  std::size_t product = 1;
  for (const std::size_t n : shape) product *= n;
  return product;
}

double Array::number(std::size_t index) const {
  return with_type(type, [&](auto kind) { return static_cast<double>(value_at<decltype(kind)>(data, index)); });
}

std::string Array::shape_text() const {
  std::string text;
  for (const std::size_t n : shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text.empty() ? "one value" : text;
}

Samples Array::samples(std::size_t first, std::size_t step, std::size_t count, double gain, double offset) const {
  // physical = value * gain + offset = (value - baseline) / (1 / gain)
  const double per_unit = 1 / gain;
  const double baseline = -offset / gain;
  return with_type(type, [&](auto kind) {
    using T = decltype(kind);
    if constexpr (std::is_floating_point_v<T>) {
      auto values = picked<T, T>(data, first, step, count);
      if (gain != 1 || offset != 0) {
        std::transform(values.begin(), values.end(), values.begin(),
                       [&](T v) { return static_cast<T>(static_cast<double>(v) * gain + offset); });
      }
      return Samples(std::move(values));
    } else {
      // The lowest integer is the mark of a missing sample: where it occurs as a value, the next wider type has room.
      if constexpr (sizeof(T) == 1 || std::is_same_v<T, std::int16_t>) {
        auto values = picked<T, std::int16_t>(data, first, step, count);
        if (!holds_lowest(values)) return Samples(std::move(values), per_unit, baseline);
      }
      if constexpr (sizeof(T) <= 2 || std::is_same_v<T, std::int32_t>) {
        auto values = picked<T, std::int32_t>(data, first, step, count);
        if (!holds_lowest(values)) return Samples(std::move(values), per_unit, baseline);
      }
      auto values = picked<T, double>(data, first, step, count);
      for (double& v : values) v = v * gain + offset;
      return Samples(std::move(values));
    }
  });
}

}  // namespace vagus::lab
