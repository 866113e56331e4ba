#pragma once
/// What a channel measures, in which unit, and spans of time: the vocabulary shared by device and lab.
#include <compare>
#include <cstdint>

namespace vagus {

/// What a channel measures. A three-axis sensor is three channels.
enum class Quantity : std::uint8_t {
  ecg,
  ppg_green,
  ppg_red,
  ppg_ir,
  ppg_1,
  ppg_2,
  ppg_3,
  acc_x,
  acc_y,
  acc_z,
  gyr_x,
  gyr_y,
  gyr_z,
  mag_x,
  mag_y,
  mag_z,
  baro,
  temp,
  hr,
  rr,
  spo2,
  gps_lat,
  gps_lon,
  gps_alt,
  gps_speed,
  resp,
  abp,
  eda,
  light,
  steps,
  other,
};
inline constexpr int quantity_count = static_cast<int>(Quantity::other) + 1;

/// The unit of a channel's numbers. `none` is a bare number (sensor counts, codes).
enum class Unit : std::uint8_t {
  none,
  mv,
  uv,
  v,
  g,
  mps2,
  dps,
  rad_s,
  ut,
  hpa,
  pa,
  degc,
  bpm,
  ms,
  s,
  pct,
  deg,
  m,
  mps,
  mmhg,
  us,
  lux,
  count,
};
inline constexpr int unit_count = static_cast<int>(Unit::count) + 1;

/// The channel's name as canonical CSV writes it: "ecg", "ppg_green", "acc_x" ...
constexpr const char* name(Quantity q) {
  constexpr const char* names[quantity_count] = {
      "ecg",     "ppg_green", "ppg_red",   "ppg_ir", "ppg_1", "ppg_2", "ppg_3", "acc_x", "acc_y", "acc_z", "gyr_x",
      "gyr_y",   "gyr_z",     "mag_x",     "mag_y",  "mag_z", "baro",  "temp",  "hr",    "rr",    "spo2",  "gps_lat",
      "gps_lon", "gps_alt",   "gps_speed", "resp",   "abp",   "eda",   "light", "steps", "other"};
  return names[static_cast<int>(q)];
}

/// The unit as canonical CSV writes it: "mv", "mps2", "rad_s" ...; "" for a bare number.
constexpr const char* name(Unit u) {
  constexpr const char* names[unit_count] = {"",    "mv",  "uv",  "v",    "g",   "mps2", "dps",  "rad_s",
                                             "ut",  "hpa", "pa",  "c",    "bpm", "ms",   "s",    "pct",
                                             "deg", "m",   "mps", "mmhg", "us",  "lux",  "count"};
  return names[static_cast<int>(u)];
}

/// A span of time. Microseconds in 64 bits: exact to compare, 292,000 years long.
struct Duration {
  std::int64_t us = 0;
  static constexpr Duration from_us(std::int64_t us) { return {us}; }
  static constexpr Duration from_ms(std::int64_t ms) { return {ms * 1000}; }
  constexpr float seconds() const { return static_cast<float>(us) * 1e-6F; }
  friend constexpr auto operator<=>(const Duration&, const Duration&) = default;  // NOLINT(modernize-use-nullptr)
};

}  // namespace vagus
