#pragma once
/// Recordings made of columns that another program holds in memory.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab {

/// One channel.
struct Column {
  /// As in canonical CSV says quantity and unit ("acc_x_g", "wrist.ppg_green"); any name where `unit` tells it.
  std::string name, unit;
  Samples samples;
  double rate_hz = 0;                               ///< even samples from 0 s on, where there are no stamps
  std::optional<std::span<const double>> stamps_s;  ///< one a sample, NaN where unknown
};

/// A fact by its name: "subject", "session", "start" (ISO 8601), or any other; what identifies a person is kept apart.
/// Throws UsageError for a start that is no time.
void set_fact(Recording& recording, const std::string& key, const std::string& value);

/// Adds the columns to `about`, whose name and facts stand; stamps are put on an even grid by the rule of every reader,
/// and the earliest sample is at 0 s. Throws UsageError naming the column for no sample, a wrong rate, an unknown unit,
/// as many stamps as not samples, a name that is taken, or without a channel; Error where stamps give no rate.
Recording from_columns(Recording about, std::vector<Column> columns);

}  // namespace vagus::lab
