#pragma once
/// The flight record's bytes (docs/flight-record.md): blocks of 512, each with a CRC, little-endian on every core.
#include <cstdint>

namespace vagus::flight {

inline constexpr std::uint32_t magic = 0x31524656U;  ///< "VFR1": the format's version is its last digit
inline constexpr std::uint32_t block_bytes = 512;
inline constexpr std::uint32_t head_bytes = 24;
inline constexpr std::uint32_t tail_bytes = 8;
inline constexpr std::uint32_t room_bytes = block_bytes - head_bytes - tail_bytes;  ///< for records
inline constexpr std::uint32_t record_head_bytes = 2;                               ///< kind and length
inline constexpr std::uint32_t chunk_bytes = 32;                                    ///< of a snapshot in one record
inline constexpr std::uint16_t last_of_window = 1;                                  ///< flag in a block's tail

/// What a record inside a block is. A reader skips kinds that it does not know.
enum class Record : std::uint8_t {
  name = 1,    ///< the detector's name
  version,     ///< the detector's version
  layout,      ///< u32 bytes of state, u16 its alignment, u16 bytes of a row
  config,      ///< four bytes a field: f32, i32, or a flag or label as u32
  model,       ///< 32 bytes: hash of the model; zeros where the model is code
  hardware,    ///< 16 bytes that name the device
  start,       ///< i64: UTC of the first sample in us, 0 unknown
  snapshot,    ///< u16 offset, then up to 32 bytes of the state before the window's first row
  row,         ///< one f32 per channel, as pushed
  gap,         ///< i64: us lost
  event,       ///< i64 samples pushed when it was said, u8 at_end, then the output's fields
  unreadable,  ///< as event, then i64 start, i64 end, reason as text
  finish,      ///< the signal ended
  close,       ///< the window ended: see `Close`
};

/// Why a window was kept, and how it ended.
enum Reason : std::uint8_t {
  held_event = 1,  ///< something was said in it
  by_chance = 2,   ///< chosen at random
  stopped = 4,     ///< ended before it was full: read out, or the signal ended
  overrun = 8,     ///< more was said than it had room for: what it holds is the beginning
};

/// CRC-32 (IEEE 802.3, reflected, as zlib and Ethernet have it), four bits a step: 64 bytes of table.
class Crc32 {
 public:
  void byte(std::uint8_t x) {
    state_ ^= x;
    state_ = (state_ >> 4U) ^ table[state_ & 15U];
    state_ = (state_ >> 4U) ^ table[state_ & 15U];
  }
  void bytes(const std::uint8_t* from, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) byte(from[i]);
  }
  std::uint32_t value() const { return ~state_; }

 private:
  static constexpr std::uint32_t table[16] = {
      0x00000000U, 0x1DB71064U, 0x3B6E20C8U, 0x26D930ACU, 0x76DC4190U, 0x6B6B51F4U, 0x4DB26158U, 0x5005713CU,
      0xEDB88320U, 0xF00F9344U, 0xD6D6A3E8U, 0xCB61B38CU, 0x9B64C2B0U, 0x86D3D2D4U, 0xA00AE278U, 0xBDBDF21CU};
  std::uint32_t state_ = 0xFFFFFFFFU;
};

template <class Unsigned>
constexpr void put(std::uint8_t* to, Unsigned value) {
  for (unsigned i = 0; i < sizeof(Unsigned); ++i) to[i] = static_cast<std::uint8_t>(value >> (8U * i));
}
template <class Unsigned>
constexpr Unsigned get(const std::uint8_t* from) {
  Unsigned value = 0;
  for (unsigned i = 0; i < sizeof(Unsigned); ++i)
    value = static_cast<Unsigned>(value | static_cast<Unsigned>(static_cast<Unsigned>(from[i]) << (8U * i)));
  return value;
}

/// One block. Head: u32 magic, u32 sequence, u32 sequence of the window's first block, u32 session, i64 samples pushed
/// before its first record. Then records; then the tail: u16 bytes of records, u16 flags, u32 CRC over head, those
/// records, and the tail before it.
struct Block {
  std::uint8_t bytes[block_bytes];
};

/// The CRC that a whole block should carry. `used` must not exceed `room_bytes`.
inline std::uint32_t crc_of(const Block& block, std::uint32_t used) {
  Crc32 crc;
  crc.bytes(block.bytes, head_bytes + used);
  crc.bytes(block.bytes + block_bytes - tail_bytes, 4);
  return crc.value();
}

/// What the last record of a window tells; counts are since the recorder began.
struct Close {
  std::uint32_t let_go_from =
      0;                     ///< blocks from here to the window's first were let go on purpose, none if equal to it
  std::uint8_t reason = 0;   ///< bits of `Reason`
  std::uint64_t pushed = 0;  ///< samples
  std::uint64_t worn = 0;    ///< of these, while the device was worn
  std::uint64_t gated = 0;   ///< samples that a gate kept from the detector
  std::uint32_t gaps = 0;
  std::uint32_t events = 0;
  std::uint32_t unreadable = 0;  ///< stretches
  static constexpr std::uint32_t encoded_bytes = 41;
};

}  // namespace vagus::flight
