#include "lab/deploy/flight_record.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

using namespace vagus::flight;

struct Head {
  std::uint32_t sequence, first, session;
  std::int64_t sample;
  std::uint16_t used, flags;
};

/// The head and tail of a block that is whole; nothing of one that is not.
std::optional<Head> head_of(const Block& block) {
  const std::uint8_t* at = block.bytes;
  const std::uint8_t* tail = at + block_bytes - tail_bytes;
  if (get<std::uint32_t>(at) != magic) return std::nullopt;
  const auto used = get<std::uint16_t>(tail);
  if (used > room_bytes || crc_of(block, used) != get<std::uint32_t>(tail + 4)) return std::nullopt;
  const Head head{get<std::uint32_t>(at + 4),
                  get<std::uint32_t>(at + 8),
                  get<std::uint32_t>(at + 12),
                  static_cast<std::int64_t>(get<std::uint64_t>(at + 16)),
                  used,
                  get<std::uint16_t>(tail + 2)};
  if (head.first > head.sequence || head.sample < 0) return std::nullopt;
  return head;
}

bool empty(const Block& block) {
  const std::uint8_t x = block.bytes[0];
  return (x == 0 || x == 0xFF) && std::all_of(block.bytes, block.bytes + block_bytes, [&](auto b) { return b == x; });
}

std::string hex(const std::uint8_t* bytes, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += "0123456789abcdef"[bytes[i] >> 4U];
    out += "0123456789abcdef"[bytes[i] & 15U];
  }
  return out;
}

/// Where the first whole block at or after `from` begins; the end of the bytes if there is none.
std::size_t next_whole_block(std::span<const std::byte> bytes, std::size_t from) {
  for (std::size_t at = from; at + block_bytes <= bytes.size(); ++at) {
    if (get<std::uint32_t>(reinterpret_cast<const std::uint8_t*>(bytes.data() + at)) != magic) continue;
    Block block{};
    std::memcpy(block.bytes, bytes.data() + at, block_bytes);
    if (head_of(block)) return at;
  }
  return bytes.size();
}

/// Puts a window together, record by record.
class Assembler {
 public:
  explicit Assembler(FlightWindow& window) : window_(window) {}

  /// `follows`: no block is missing between the last one and this.
  void block(const Block& block, const Head& head, bool follows) {
    connected_ = connected_ && follows;
    const std::uint8_t* at = block.bytes + head_bytes;
    const std::uint8_t* end = at + head.used;
    while (end - at >= static_cast<std::ptrdiff_t>(record_head_bytes)) {
      const std::uint32_t count = at[1];
      if (end - at - static_cast<std::ptrdiff_t>(record_head_bytes) < static_cast<std::ptrdiff_t>(count)) return;
      record(static_cast<Record>(at[0]), at + record_head_bytes, count);
      at += record_head_bytes + count;
    }
  }
  void end() {
    const bool whole = connected_bytes_ == window_.state_bytes && window_.state_bytes > 0;
    if (!whole) window_.snapshot.clear();
  }

 private:
  void record(Record kind, const std::uint8_t* bytes, std::uint32_t count) {
    const auto text = [&] { return std::string(reinterpret_cast<const char*>(bytes), count); };
    switch (kind) {
      case Record::name:
        window_.detector = text();
        break;
      case Record::version:
        window_.version = text();
        break;
      case Record::layout:
        if (count < 8) break;
        window_.state_bytes = get<std::uint32_t>(bytes);
        window_.state_align = get<std::uint16_t>(bytes + 4);
        window_.row_bytes = get<std::uint16_t>(bytes + 6);
        break;
      case Record::config:
        window_.config.clear();
        for (std::uint32_t i = 0; i + 4 <= count; i += 4) window_.config.push_back(get<std::uint32_t>(bytes + i));
        break;
      case Record::model:
        window_.model = hex(bytes, count);
        break;
      case Record::hardware:
        window_.hardware = hex(bytes, count);
        break;
      case Record::start:
        if (count == 8) window_.start_us = static_cast<std::int64_t>(get<std::uint64_t>(bytes));
        break;
      case Record::snapshot:
        chunk(bytes, count);
        break;
      case Record::row:
        if (!connected_) {
          ++window_.rows_cut_off;
          break;
        }
        ++window_.rows;
        step(FlightStep::Kind::row, bytes, count);
        break;
      case Record::gap:
        step(FlightStep::Kind::gap, bytes, count);
        break;
      case Record::event:
        step(FlightStep::Kind::event, bytes, count);
        break;
      case Record::unreadable:
        step(FlightStep::Kind::unreadable, bytes, count);
        break;
      case Record::finish:
        step(FlightStep::Kind::finish, bytes, count);
        break;
      case Record::close:
        if (count >= Close::encoded_bytes) window_.close = close_of(bytes);
        break;
    }
  }
  void step(FlightStep::Kind kind, const std::uint8_t* bytes, std::uint32_t count) {
    if (connected_) window_.steps.push_back({kind, std::vector<std::uint8_t>(bytes, bytes + count)});
  }
  /// Chunks come in order; one out of it spoils the snapshot.
  void chunk(const std::uint8_t* bytes, std::uint32_t count) {
    if (count < 2 || get<std::uint16_t>(bytes) != (window_.snapshot.size() & 0xFFFFU)) return;
    const auto* from = reinterpret_cast<const std::byte*>(bytes);
    window_.snapshot.insert(window_.snapshot.end(), from + 2, from + count);
    connected_bytes_ = window_.snapshot.size();
  }
  static Close close_of(const std::uint8_t* bytes) {
    Close close;
    close.let_go_from = get<std::uint32_t>(bytes);
    close.reason = bytes[4];
    close.pushed = get<std::uint64_t>(bytes + 5);
    close.worn = get<std::uint64_t>(bytes + 13);
    close.gated = get<std::uint64_t>(bytes + 21);
    close.gaps = get<std::uint32_t>(bytes + 29);
    close.events = get<std::uint32_t>(bytes + 33);
    close.unreadable = get<std::uint32_t>(bytes + 37);
    return close;
  }

  FlightWindow& window_;
  bool connected_ = true;
  std::size_t connected_bytes_ = 0;
};

struct Placed {
  Block block;
  Head head;
};
using Session = std::map<std::uint32_t, Placed>;  ///< by sequence

FlightWindow window_of(Session::const_iterator from, Session::const_iterator to) {
  FlightWindow window;
  const Head& head = from->second.head;
  window.session = head.session;
  window.first = head.sequence;
  window.last = std::prev(to)->first;
  window.has_begin = head.sequence == head.first;
  window.has_end = (std::prev(to)->second.head.flags & last_of_window) != 0;
  window.first_sample = head.sample;
  Assembler assembler(window);
  std::uint32_t expected = head.first;
  for (auto at = from; at != to; ++at) {
    assembler.block(at->second.block, at->second.head, at->first == expected);
    expected = at->first + 1;
  }
  assembler.end();
  return window;
}

/// Adds first..last (exclusive) unless it is empty; joins it to the one before where they touch.
void lose(std::vector<LostBlocks>& lost, std::uint32_t session, std::uint32_t first, std::uint32_t end, bool certain) {
  if (first >= end) return;
  if (!lost.empty() && lost.back().session == session && lost.back().last + 1 == first &&
      lost.back().certain == certain) {
    lost.back().last = end - 1;
  } else {
    lost.push_back({session, first, end - 1, certain});
  }
}

void read_session(const Session& blocks, FlightRecord& out) {
  bool oldest = true;
  std::uint32_t expected = 0;
  for (auto at = blocks.begin(); at != blocks.end();) {
    const Head& head = at->second.head;
    auto end = at;
    while (end != blocks.end() && end->second.head.first == head.first) ++end;
    const FlightWindow window = window_of(at, end);
    // Between the windows: what this one's end says was let go is not lost. Before the oldest nothing is known.
    if (!oldest) {
      const std::uint32_t let_go =
          window.close && window.close->let_go_from <= head.first ? window.close->let_go_from : head.first;
      lose(out.lost, head.session, expected, std::min(let_go, head.first), window.close.has_value());
    }
    expected = head.first;
    for (auto block = at; block != end; ++block) {
      lose(out.lost, head.session, expected, block->first, true);
      expected = block->first + 1;
    }
    // A window always ends with a block that says so: at least that one is missing.
    if (!window.has_end && end == blocks.end()) lose(out.lost, head.session, expected, expected + 1, true);
    out.windows.push_back(window);
    oldest = false;
    at = end;
  }
}

}  // namespace

FlightRecord read_flight_record(std::span<const std::byte> bytes) {
  FlightRecord out;
  std::vector<std::uint32_t> order;
  std::map<std::uint32_t, Session> sessions;
  std::size_t next = 0;  // where the next whole block begins, as far as it was looked for
  for (std::size_t at = 0, step = 0; at < bytes.size(); at += step) {
    step = block_bytes;
    Block block{};
    const std::size_t count = std::min<std::size_t>(block_bytes, bytes.size() - at);
    std::memcpy(block.bytes, bytes.data() + at, count);
    const std::optional<Head> head = count == block_bytes ? head_of(block) : std::nullopt;
    if (!head) {
      if (next <= at) next = next_whole_block(bytes, at + 1);
      // Bytes were lost or put in: the blocks go on at another distance.
      if (next < bytes.size() && next - at < block_bytes) step = next - at;
      if (count < block_bytes || !empty(block)) out.corrupt.push_back(at);
      continue;
    }
    if (!sessions.contains(head->session)) order.push_back(head->session);
    const bool added = sessions[head->session].emplace(head->sequence, Placed{block, *head}).second;
    out.blocks += added ? 1 : 0;
    out.repeated += added ? 0 : 1;
  }
  if (out.blocks == 0) throw Error("holds no whole block of a flight record");
  for (const std::uint32_t session : order) read_session(sessions[session], out);
  return out;
}

}  // namespace vagus::lab
