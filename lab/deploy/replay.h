#pragma once
/// Runs a flight record again: every window from its snapshot, every answer compared bit for bit.
#include <optional>
#include <string>

#include "lab/base/numbers.h"
#include "lab/deploy/flight_record.h"

namespace vagus::lab {

/// The first answer that differs.
struct ReplayDifference {
  std::uint32_t session = 0, window = 0;  ///< the window's first block
  std::int64_t pushed = 0;                ///< samples pushed when it was said
  std::string what;                       ///< "event", "unreadable": what stands there in the record or here
  std::string field;                      ///< the first field that differs; "" where one of the two is not there
  std::string recorded, here;             ///< both values; "nothing" where one is not there
};

struct Replay {
  FlightRecord record;
  std::int64_t windows = 0;           ///< that could be run again, wholly or as far as no block is missing
  std::int64_t rows = 0;              ///< samples run again
  std::int64_t rows_cut_off = 0;      ///< samples there whose state is lost with a block before them
  std::int64_t answers = 0;           ///< events and unreadable stretches compared
  std::vector<std::string> left_out;  ///< windows that could not be run again, and why
  std::optional<ReplayDifference> difference;
  Json json() const;
};

/// Throws Error where nothing can be run again: no block, no whole snapshot, a detector or version that this program
/// does not have, a state laid out otherwise, a configuration that is refused.
Replay replay(std::span<const std::byte> bytes);

}  // namespace vagus::lab
