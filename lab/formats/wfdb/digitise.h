#pragma once
/// A channel's numbers as integers for a WFDB signal file.
#include <cstdint>
#include <string>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab::wfdb {

/// Digital values of a channel, row by row; INT32_MIN where missing.
struct Digital {
  std::vector<std::int32_t> values;
  int format = 16;
  double gain = 1;
  std::int64_t baseline = 0;
  bool rounded = false;      ///< physical values were digitised
  double largest_error = 0;  ///< of the digitised against the given values, in the channel's unit
};

/// @param format  one that WFDB has, or 0: 16 where the values fit, else 24, else 32 (floats: 16, unless `gain` is
/// given)
/// @param gain    for floats; 0: the largest 1, 2 or 5 times a power of ten that keeps the values within the format,
/// about
///                a baseline of 0 or, where the values lie far from 0, about their middle
/// Throws Error naming the channel and what does not fit.
Digital digitise(const Channel& channel, int format, double gain);

/// The largest 1, 2 or 5 times a power of ten that is not above `value` (> 0).
double round_down_125(double value);

}  // namespace vagus::lab::wfdb
