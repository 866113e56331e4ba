#pragma once
/// A configuration held against the ranges that its fields declare, so that every `make` refuses alike.
#include <cstddef>
#include <utility>

#include "device/base/contract.h"
#include "device/base/convert.h"

namespace vagus {

namespace detail {

constexpr bool is_rate(const char* name) {
  const char* rate = "rate_hz";
  while (*rate != 0 && *rate == *name) {
    ++rate;
    ++name;
  }
  return *rate == *name;
}

template <const auto& fields, std::size_t i, class Config>
constexpr Errc check_field(const Config& config) {
  // Constants one by one: through a reference GCC 12 reads the table instead of folding it.
  using Kind = typename Field<Config>::Kind;
  constexpr Kind kind = fields[i].kind;
  constexpr float low = fields[i].low;
  constexpr float high = fields[i].high;
  constexpr Errc outside = is_rate(fields[i].name) ? Errc::rate_out_of_range : Errc::field_out_of_range;
  if constexpr (kind == Kind::f32) {
    constexpr float Config::*member = fields[i].f32;
    if (!is_finite(config.*member)) return Errc::field_not_finite;
    return config.*member >= low && config.*member <= high ? Errc::ok : outside;
  } else if constexpr (kind == Kind::i32) {
    constexpr std::int32_t Config::*member = fields[i].i32;
    return config.*member >= to_i32(low) && config.*member <= to_i32(high) ? Errc::ok : outside;
  } else if constexpr (kind == Kind::label) {
    constexpr std::uint8_t Config::*member = fields[i].label;
    constexpr std::size_t labels = fields[i].labels.size();
    return config.*member < labels ? Errc::ok : outside;
  } else {
    return Errc::ok;
  }
}

}  // namespace detail

/// `ok`, or the error of the first field outside its range: `field_not_finite`, `field_out_of_range`, or, for the field
/// called `rate_hz`, `rate_out_of_range`. `fields` is the detector's `config_fields`. Ranges are folded into the code,
/// so that neither the table nor the texts it points to take a byte of a device.
template <const auto& fields, class Config>
constexpr Errc check_config(const Config& config) {
  Errc error = Errc::ok;
  [&]<std::size_t... i>(std::index_sequence<i...> /*each*/) {
    (void)(((error = detail::check_field<fields, i>(config)) == Errc::ok) && ...);
  }
  (std::make_index_sequence<fields.size()>{});
  return error;
}

}  // namespace vagus
