#pragma once
/// Flight records as they come from a device (docs/flight-record.md): blocks in any order, some missing, some damaged.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "device/flight/format.h"

namespace vagus::lab {

/// What happened next in a window.
struct FlightStep {
  enum class Kind : std::uint8_t { row, gap, event, unreadable, finish } kind;
  std::vector<std::uint8_t> bytes;  ///< the record's own bytes
};

/// One window: with `snapshot` it can be run again from `first_sample` on.
struct FlightWindow {
  std::uint32_t session = 0;
  std::uint32_t first = 0, last = 0;  ///< sequence numbers of the blocks that are there, first and last
  bool has_begin = false;             ///< its first block is there
  bool has_end = false;               ///< its last block is there
  std::int64_t first_sample = 0;      ///< samples pushed before it; meaningful where `has_begin`
  std::string detector, version, model, hardware;
  std::uint32_t state_bytes = 0, state_align = 0, row_bytes = 0;
  std::vector<std::uint32_t> config;  ///< four bytes a field
  std::int64_t start_us = 0;
  std::vector<std::byte> snapshot;  ///< empty where not whole
  std::vector<FlightStep> steps;    ///< as far as no block is missing
  std::int64_t rows = 0;            ///< in `steps`
  std::int64_t rows_cut_off = 0;    ///< behind a lost block: their state is unknown
  std::optional<flight::Close> close;
};

/// Blocks that should be there and are not: sequence numbers first to last, inclusive. Not certain where the window
/// after them lacks its end, which would say what was let go on purpose.
struct LostBlocks {
  std::uint32_t session, first, last;
  bool certain;
};

struct FlightRecord {
  std::vector<FlightWindow> windows;  ///< by session in order of appearance, then by sequence
  std::vector<LostBlocks> lost;
  std::vector<std::size_t>
      corrupt;  ///< bytes at which no whole block begins where one should: CRC or frame is wrong, or bytes are missing
  std::size_t blocks = 0;    ///< good ones
  std::size_t repeated = 0;  ///< blocks that were there twice
};

/// Reads what is there. Throws Error only where nothing is: no good block. Blocks that are all 0x00 or all 0xFF are
/// empty flash. What a window's end says was let go on purpose is not lost; what the ring overwrote before the oldest
/// block is not known and not told.
FlightRecord read_flight_record(std::span<const std::byte> bytes);

}  // namespace vagus::lab
