// The reader of flight records on anything: it may refuse, it may not read outside or give more than was there.
#include <cstdlib>
#include <vector>

#include "lab/base/error.h"
#include "lab/deploy/flight_record.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace vagus;
  // Blocks get their CRC, so that what lies behind it is reached.
  std::vector<flight::Block> blocks(size / flight::block_bytes);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (std::uint32_t k = 0; k < flight::block_bytes; ++k) blocks[i].bytes[k] = data[i * flight::block_bytes + k];
    std::uint8_t* tail = blocks[i].bytes + flight::block_bytes - flight::tail_bytes;
    const auto used = flight::get<std::uint16_t>(tail);
    if (used > flight::room_bytes) continue;
    flight::put(blocks[i].bytes, flight::magic);
    flight::put(tail + 4, flight::crc_of(blocks[i], used));
  }
  try {
    const lab::FlightRecord record = lab::read_flight_record(std::as_bytes(std::span(blocks)));
    std::size_t steps = 0;
    for (const lab::FlightWindow& window : record.windows) steps += window.steps.size();
    if (record.blocks > blocks.size() || steps * flight::record_head_bytes > size) std::abort();
  } catch (const lab::Error&) {
  }
  try {
    lab::read_flight_record(std::as_bytes(std::span(data, size)));
  } catch (const lab::Error&) {
  }
  return 0;
}
