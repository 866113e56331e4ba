#pragma once
/// Errors of the device half: one flat enum, one sentence per code, and a value-or-error that never allocates.
#include <cstdint>
#include <new>
#include <type_traits>

namespace vagus {

enum class Errc : std::uint8_t {
  ok,
  rate_out_of_range,
  field_out_of_range,
  field_not_finite,
  corner_out_of_range,
  capacity_exceeded,
};

/// The sentence for a code, without a full stop. Never null.
constexpr const char* sentence(Errc code) {
  switch (code) {
    case Errc::ok:
      return "no error";
    case Errc::rate_out_of_range:
      return "the sampling rate is outside the range the detector declares";
    case Errc::field_out_of_range:
      return "a configuration field is outside its range";
    case Errc::field_not_finite:
      return "a configuration field is not a finite number";
    case Errc::corner_out_of_range:
      return "a filter corner does not lie between 0 and half the sampling rate";
    case Errc::capacity_exceeded:
      return "a fixed capacity is too small for this configuration";
  }
  return "unknown error";
}

/// A value of `T` or an error code. `T` is trivially copyable, as all device state is, so this is too.
/// `value()` may be called only where `ok()`; device code cannot throw, so it is not checked again.
template <class T>
class Result {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  constexpr Result(const T& value) : value_(value), error_(Errc::ok) {}  // NOLINT: conversion is the point
  constexpr Result(Errc error) : empty_{}, error_(error) {}              // NOLINT
  constexpr bool ok() const { return error_ == Errc::ok; }
  constexpr explicit operator bool() const { return ok(); }
  constexpr Errc error() const { return error_; }
  constexpr const T& value() const { return value_; }
  constexpr T& value() { return value_; }

 private:
  struct Empty {};
  union {
    T value_;
    Empty empty_;
  };
  Errc error_;
};

}  // namespace vagus
