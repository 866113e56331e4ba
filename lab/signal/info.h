#pragma once
/// What a recording holds, for people and programs: what `vagus info` says.
#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "lab/base/numbers.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// What is found by looking at every sample.
struct Extent {
  std::int64_t missing = 0;
  float low = std::numeric_limits<float>::quiet_NaN(), high = low;  ///< in the channel's unit; NaN where all is missing
};
Extent extent_of(const Channel& channel);
/// The unit's name, or as the source writes it.
std::string unit_text_of(const Channel& channel);
/// How often each label of the layer in force stands there.
std::map<std::string, std::int64_t> label_counts(const Track& track);

/// The object of `vagus info --json`; names, birth dates and free text of headers only with `identifiers`.
Json info_json(const Recording& recording, bool identifiers);

}  // namespace vagus::lab
