#pragma once
/// A configuration held against the ranges that its fields declare, so that every `make` refuses alike.
#include "device/base/contract.h"
#include "device/base/convert.h"

namespace vagus {

/// `ok`, or the error of the first field outside its range: `field_not_finite`, `field_out_of_range`, or, for the field
/// called `rate_hz`, `rate_out_of_range`. `fields` is the detector's `config_fields`.
/// Not inlined: GCC 12 takes the null member pointers of a field's other kinds for reads of nothing.
template <class Config, class Fields>
[[gnu::noinline]] constexpr Errc check_config(const Config& config, const Fields& fields) {
  using Kind = typename Field<Config>::Kind;
  constexpr auto is_rate = [](const char* name) {
    const char* rate = "rate_hz";
    while (*rate != 0 && *rate == *name) {
      ++rate;
      ++name;
    }
    return *rate == *name;
  };
  for (const Field<Config>& field : fields) {
    bool inside = true;
    switch (field.kind) {
      case Kind::f32:
        if (!is_finite(config.*field.f32)) return Errc::field_not_finite;
        inside = config.*field.f32 >= field.low && config.*field.f32 <= field.high;
        break;
      case Kind::i32:
        inside = config.*field.i32 >= to_i32(field.low) && config.*field.i32 <= to_i32(field.high);
        break;
      case Kind::label:
        inside = config.*field.label < field.labels.size();
        break;
      case Kind::i64:
      case Kind::boolean:
        break;
    }
    if (!inside) return is_rate(field.name) ? Errc::rate_out_of_range : Errc::field_out_of_range;
  }
  return Errc::ok;
}

}  // namespace vagus
