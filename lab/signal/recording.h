#pragma once
/// One recording: who, when, what was measured, and what is known about it.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/base/units.h"
#include "lab/signal/annotation.h"
#include "lab/signal/samples.h"
#include "lab/signal/time_axis.h"

namespace vagus::lab {

/// Where on the body a sensor sits; `unknown` where nothing says.
enum class Placement : std::uint8_t {
  unknown,
  wrist,
  waist,
  chest,
  pocket,
  arm,
  ankle,
  thigh,
  head,
  hand,
  back,
  finger,
  bag,
  vehicle
};
std::string_view name(Placement placement);
std::optional<Placement> placement_of(std::string_view name);

/// One measured quantity over time.
struct Channel {
  std::string name;  ///< as the source calls it ("MLII", "acc_x_g"); unique within a recording
  Quantity quantity = Quantity::other;
  Unit unit = Unit::none;
  std::string unit_text;  ///< the unit as the source writes it, where `unit` cannot say it
  Placement placement = Placement::unknown;
  Samples samples;
  TimeAxis time;
  std::int32_t resolution_bits = 0;                     ///< of the converter; 0 unknown
  std::optional<std::int32_t> adc_zero;                 ///< converter's zero, where the format has one
  std::optional<double> saturates_low, saturates_high;  ///< physical limits of the sensor, where known
};

/// Factor and offset that take a value from one unit to another: to = from * factor + offset. Nothing if they measure
/// different things. Any unit converts to itself.
struct Conversion {
  double factor = 1, offset = 0;
};
std::optional<Conversion> conversion(Unit from, Unit to);
std::optional<Unit> unit_of(
    std::string_view name);  ///< canonical CSV names and the usual spellings ("mV", "m/s^2", "deg/s")
std::optional<Quantity> quantity_of(std::string_view name);  ///< canonical CSV names
/// What an unlabelled lead name most likely is: "MLII", "V5", "ECG", "PLETH", "ABP", "RESP" ...; `other` if it says
/// nothing.
Quantity quantity_from_label(std::string_view label);

/// The moment `t_s` counts from.
struct Start {
  std::int64_t us = 0;              ///< microseconds since 1970-01-01T00:00:00 on the clock below
  std::optional<int> zone_minutes;  ///< offset of local time from UTC; `us` is UTC where `utc`, else local time
  bool utc = false;
  friend bool operator==(const Start&, const Start&) = default;
};
/// ISO 8601: "2011-03-02T14:05:00Z" if UTC is known, without the Z if only local time is.
std::string iso(const Start& start);
std::optional<Start> start_from_iso(std::string_view text);

struct Recording {
  std::string name;     ///< of the recording within its set: "100"
  std::string subject;  ///< "" unknown
  std::string session;
  std::optional<Start> start;
  std::vector<Channel> channels;
  std::vector<Track> tracks;
  std::map<std::string, std::string>
      attributes;  ///< age, sex, device, sensor_part, hardware_revision, firmware_revision ...
  std::map<std::string, std::string>
      identifiers;  ///< names, birth dates, free text of headers: never in a report unless asked for
  std::map<std::string, std::int64_t> repairs;  ///< what was mended or dropped while reading, and how often

  const Channel* find(std::string_view channel_name) const;
  const Track* track(std::string_view track_name) const;
  /// The longest channel's end in seconds since the start.
  double duration_s() const;
};

}  // namespace vagus::lab
