#pragma once
/// The signals of a record put together from its segments.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/formats/wfdb/signals.h"
#include "lab/signal/recording.h"

namespace vagus::lab::wfdb {

/// Consecutive rows of one signal.
struct Piece {
  Digits digits;
  std::int64_t rows = 0;
  std::int64_t first_frame = 0, frames = 0;
  double rate_hz = 0;
  double gain = 200;
  double baseline = 0;
};

/// One signal of the whole record.
struct Assembled {
  SignalLine line;            ///< as the layout, or the first segment that has it, describes it
  std::vector<Piece> pieces;  ///< in order of time
  std::int32_t least = INT32_MAX, greatest = INT32_MIN;
};

/// The signals of a single-segment record, or of all segments of a multi-segment one.
std::vector<Assembled> assemble(Files& files, const Header& header, const std::string& shown, bool samples,
                                std::map<std::string, std::int64_t>& repairs);

/// The channel: pieces joined, time axis, unit, quantity and limits. `number` is its 0-based place in the record.
/// Takes the digits out of `signal`.
Channel channel_of(Assembled& signal, double frame_rate_hz, std::size_t number, bool samples);

}  // namespace vagus::lab::wfdb
