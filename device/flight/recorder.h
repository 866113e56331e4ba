#pragma once
/// The flight recorder: what a detector saw and said, in a ring that never grows, so that it can be run again.
#include <bit>
#include <cstdint>
#include <type_traits>

#include "device/base/contract.h"
#include "device/flight/format.h"

namespace vagus::flight {

/// Whose record it is. All of it is written into every window, so that any window can be read alone.
struct Identity {
  std::uint32_t session = 0;    ///< tells one start of the device from another
  std::uint32_t seed = 1;       ///< of the windows kept by chance
  std::int64_t start_us = 0;    ///< UTC of the first sample, us since 1970; 0 unknown
  std::uint8_t model[32] = {};  ///< hash of the model; zeros where the model is part of the code
  std::uint8_t hardware[16] = {};
};

/// Stands between the driver and a detector and records in windows of `WindowRows` samples. A window begins with the
/// identity and a snapshot of the detector, then come samples, gaps and answers in their order: it can be run again
/// with nothing but itself. A window is kept if something was said in it or in a neighbour, or by chance (`chance` of
/// them, deterministic); the others are let go, and the oldest kept give way to new ones.
///
/// Memory: `sizeof(Recorder)`, that is Slots windows and one snapshot. Work a sample: one row, at most `chunk_bytes` of
/// snapshot and what was said; where a window begins also one copy of the detector. No floating-point arithmetic.
/// Blocks may be read at any time by `read`; it closes the open window first.
template <Detector D, std::uint32_t Slots = 4, std::uint32_t WindowRows = 2048>
class Recorder {
  using Input = typename D::Input;
  using Output = typename D::Output;
  using Config = typename D::Config;

 public:
  static constexpr std::uint32_t chunks = (sizeof(D) + chunk_bytes - 1) / chunk_bytes;
  static_assert(Slots >= 3, "the open window, the one before it, and one that is kept");
  static_assert(WindowRows > chunks, "a window must be long enough for its snapshot");
  static_assert(sizeof(Input) <= 128);
  /// Of one window.
  static constexpr std::uint32_t slot_blocks =
      (512 + chunks * (record_head_bytes + 2 + chunk_bytes) +
       WindowRows * (record_head_bytes + static_cast<std::uint32_t>(sizeof(Input))) + 2048) /
          (room_bytes - 40) +
      2;

  /// `chance`: the share of windows kept though nothing was said, 0 to 1.
  void begin(const Identity& identity, const Config& config, float chance) {
    // Member by member: a whole one would not fit on a wrist's stack.
    for (Slot& slot : slots_) slot = {};
    identity_ = identity;
    config_ = config;
    total_ = {};
    sequence_ = 0;
    before_ = none;
    let_go_from_ = 0;
    let_go_end_ = 0xFFFFFFFFU;
    before_wanted_ = event_before_ = open_ = false;
    worn_ = true;
    random_ = identity.seed == 0 ? 1 : identity.seed;
    const float scaled = chance * 65536.0F;
    threshold_ = scaled > 0.0F ? (scaled < 65536.0F ? static_cast<std::uint32_t>(scaled) : 65536U) : 0U;
  }
  /// Whether the device is worn, from now on.
  void worn(bool yes) { worn_ = yes; }
  /// `samples` were kept from the detector by a gate (not worn, saving power). Tell the detector by `gap` too.
  void gated(std::uint32_t samples) { total_.gated += samples; }

  template <class Emit>
  void push(D& detector, Input in, Emit&& emit) {
    if (!open_) open(detector);
    std::uint8_t bytes[sizeof(Input)];
    static_assert(std::endian::native == std::endian::little);
    __builtin_memcpy(bytes, &in, sizeof(Input));
    append(Record::row, bytes, sizeof(Input));
    write_chunk();
    ++total_.pushed;
    if (worn_) ++total_.worn;
    ++rows_;
    detector.push(in, ear(emit, false));
    if (rows_ >= WindowRows || left() < reserve()) close(0);
  }
  void gap(D& detector, Duration lost) {
    if (!open_) open(detector);
    std::uint8_t bytes[8];
    put(bytes, static_cast<std::uint64_t>(lost.us));
    append(Record::gap, bytes, sizeof bytes);
    ++total_.gaps;
    detector.gap(lost);
    if (left() < reserve()) close(0);
  }
  template <class Emit>
  void finish(D& detector, Emit&& emit) {
    if (!open_) open(detector);
    append(Record::finish, nullptr, 0);
    detector.finish(ear(emit, true));
    close(stopped);
  }

  /// Every block there is, in the order of their sequence numbers: `take(const Block&)`.
  template <class Take>
  void read(Take&& take) {
    if (open_) close(stopped);
    std::uint32_t from = 0;
    for (std::uint32_t round = 0; round < Slots; ++round) {
      const Slot* next = nullptr;
      for (const Slot& slot : slots_) {
        if (slot.count > 0 && slot.first >= from && (next == nullptr || slot.first < next->first)) next = &slot;
      }
      if (next == nullptr) return;
      const auto place = static_cast<std::uint32_t>(next - slots_) * slot_blocks;
      for (std::uint32_t i = 0; i < next->count; ++i) take(static_cast<const Block&>(blocks_[place + i]));
      from = next->first + next->count;
    }
  }

 private:
  /// A window's place. `count` blocks are filled; 0: free.
  struct Slot {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  static constexpr std::uint32_t none = Slots;
  static constexpr std::uint32_t said_reserve = 1024;

  template <class Emit>
  struct Ear {
    Recorder& recorder;
    Emit& emit;
    bool at_end;

    void operator()(const Output& output) const {
      recorder.said(output, at_end);
      emit(output);
    }
    void unreadable(const Unreadable& what) const {
      recorder.said(what, at_end);
      vagus::unreadable(emit, what);
    }
    void candidate(const Candidate& what) const { vagus::candidate(emit, what); }
    void score(const Score& what) const { vagus::score(emit, what); }
    void probe(int id, std::int64_t sample, float value) const requires takes_probes<Emit> {
      emit.probe(id, sample, value);
    }
  };
  template <class Emit>
  Ear<Emit> ear(Emit& emit, bool at_end) {
    return {*this, emit, at_end};
  }

  Block& block() { return blocks_[slot_ * slot_blocks + slots_[slot_].count]; }
  /// Bytes of records that still fit into the window.
  std::uint32_t left() const { return (slot_blocks - slots_[slot_].count) * room_bytes - at_; }
  /// What a window must have left to go on: its snapshot, its end, and what one push may say.
  std::uint32_t reserve() const {
    return (chunks - chunk_) * (record_head_bytes + 2 + chunk_bytes) + said_reserve + 2 * room_bytes;
  }

  void open(const D& detector) {
    slot_ = none;
    std::uint32_t oldest = none;
    for (std::uint32_t i = 0; i < Slots; ++i) {
      if (slots_[i].count == 0) slot_ = i;
      if (i != before_ && slots_[i].count > 0 && (oldest == none || slots_[i].first < slots_[oldest].first)) oldest = i;
    }
    if (slot_ == none) slot_ = oldest;
    first_ = sequence_;
    slots_[slot_] = {first_, 0};
    open_ = true;
    rows_ = 0;
    chunk_ = 0;
    reason_ = static_cast<std::uint8_t>(chosen() ? by_chance : 0);
    __builtin_memcpy(snapshot_, &detector, sizeof(D));
    begin_block();
    write_identity();
    write_chunk();
  }
  bool chosen() {
    random_ ^= random_ << 13U;
    random_ ^= random_ >> 17U;
    random_ ^= random_ << 5U;
    return (random_ & 0xFFFFU) < threshold_;
  }

  void begin_block() {
    std::uint8_t* to = block().bytes;
    put(to, magic);
    put(to + 4, sequence_);
    put(to + 8, first_);
    put(to + 12, identity_.session);
    put(to + 16, total_.pushed);
    crc_ = {};
    crc_.bytes(to, head_bytes);
    at_ = 0;
    ++sequence_;
  }
  void end_block(std::uint16_t flags) {
    std::uint8_t* to = block().bytes;
    for (std::uint32_t i = head_bytes + at_; i < block_bytes - tail_bytes; ++i) to[i] = 0;
    std::uint8_t* tail = to + block_bytes - tail_bytes;
    put(tail, static_cast<std::uint16_t>(at_));
    put(tail + 2, flags);
    crc_.bytes(tail, 4);
    put(tail + 4, crc_.value());
    ++slots_[slot_].count;
  }
  void append(Record kind, const std::uint8_t* bytes, std::uint32_t count) {
    if (at_ + record_head_bytes + count > room_bytes) {
      // The last block of the slot is for the window's end.
      if (slots_[slot_].count + 2 >= slot_blocks && kind != Record::close) {
        reason_ |= overrun;
        return;
      }
      end_block(0);
      begin_block();
    }
    // After something was dropped nothing may follow but the end: what is there is a beginning.
    if ((reason_ & overrun) != 0 && kind != Record::close) return;
    std::uint8_t* to = block().bytes + head_bytes + at_;
    to[0] = static_cast<std::uint8_t>(kind);
    to[1] = static_cast<std::uint8_t>(count);
    for (std::uint32_t i = 0; i < count; ++i) to[2 + i] = bytes[i];
    crc_.bytes(to, record_head_bytes + count);
    at_ += record_head_bytes + count;
  }
  void append_text(Record kind, const char* text) {
    std::uint8_t bytes[64];
    std::uint32_t count = 0;
    for (; text[count] != 0 && count < sizeof bytes; ++count) bytes[count] = static_cast<std::uint8_t>(text[count]);
    append(kind, bytes, count);
  }
  void write_chunk() {
    if (chunk_ == chunks) return;
    const std::uint32_t from = chunk_ * chunk_bytes;
    constexpr std::uint32_t all = sizeof(D);
    const std::uint32_t count = all - from < chunk_bytes ? all - from : chunk_bytes;
    std::uint8_t bytes[2 + chunk_bytes];
    put(bytes, static_cast<std::uint16_t>(from));
    for (std::uint32_t i = 0; i < count; ++i) bytes[2 + i] = snapshot_[from + i];
    append(Record::snapshot, bytes, 2 + count);
    ++chunk_;
  }
  /// Not inlined: GCC 12 takes the null member pointers of a field's other kinds for reads of nothing.
  template <class Owner>
  [[gnu::noinline]] static std::uint64_t bits_of(const Field<Owner>& field, const Owner& owner) {
    using Kind = typename Field<Owner>::Kind;
    switch (field.kind) {
      case Kind::f32:
        return std::bit_cast<std::uint32_t>(owner.*field.f32);
      case Kind::i32:
        return static_cast<std::uint32_t>(owner.*field.i32);
      case Kind::i64:
        return static_cast<std::uint64_t>(owner.*field.i64);
      case Kind::boolean:
        return owner.*field.boolean ? 1U : 0U;
      case Kind::label:
        return owner.*field.label;
    }
    return 0;
  }
  void write_identity() {
    append_text(Record::name, D::contract.name);
    append_text(Record::version, D::contract.version);
    std::uint8_t layout[8];
    put(layout, static_cast<std::uint32_t>(sizeof(D)));
    put(layout + 4, static_cast<std::uint16_t>(alignof(D)));
    put(layout + 6, static_cast<std::uint16_t>(sizeof(Input)));
    append(Record::layout, layout, sizeof layout);
    constexpr std::uint32_t fields = D::config_fields.size();
    static_assert(fields <= 60);
    std::uint8_t config[4 * fields + 1];
    std::uint32_t at = 0;
    for (const auto& field : D::config_fields) {
      put(config + at, static_cast<std::uint32_t>(bits_of(field, config_)));
      at += 4;
    }
    append(Record::config, config, at);
    append(Record::model, identity_.model, sizeof identity_.model);
    append(Record::hardware, identity_.hardware, sizeof identity_.hardware);
    std::uint8_t start[8];
    put(start, static_cast<std::uint64_t>(identity_.start_us));
    append(Record::start, start, sizeof start);
  }

  void said(const Output& output, bool at_end) {
    ++total_.events;
    reason_ |= held_event;
    std::uint8_t bytes[9 + 8 * D::output_fields.size()];
    put(bytes, total_.pushed);
    bytes[8] = at_end ? 1 : 0;
    std::uint32_t at = 9;
    for (const auto& field : D::output_fields) {
      using Kind = typename Field<Output>::Kind;
      const std::uint64_t bits = bits_of(field, output);
      if (field.kind == Kind::i64) {
        put(bytes + at, bits);
        at += 8;
      } else if (field.kind == Kind::f32 || field.kind == Kind::i32) {
        put(bytes + at, static_cast<std::uint32_t>(bits));
        at += 4;
      } else {
        bytes[at++] = static_cast<std::uint8_t>(bits);
      }
    }
    static_assert(sizeof bytes <= 255);
    append(Record::event, bytes, at);
  }
  void said(const Unreadable& what, bool at_end) {
    ++total_.unreadable;
    reason_ |= held_event;
    std::uint8_t bytes[25 + 32];
    put(bytes, total_.pushed);
    bytes[8] = at_end ? 1 : 0;
    put(bytes + 9, static_cast<std::uint64_t>(what.start_sample));
    put(bytes + 17, static_cast<std::uint64_t>(what.end_sample));
    std::uint32_t at = 25;
    for (const char* c = what.reason; *c != 0 && at < sizeof bytes; ++c) bytes[at++] = static_cast<std::uint8_t>(*c);
    append(Record::unreadable, bytes, at);
  }

  /// Ends the open window and decides on the one before it.
  void close(std::uint8_t why) {
    while (chunk_ < chunks) write_chunk();
    reason_ = static_cast<std::uint8_t>(reason_ | why);
    const bool event = (reason_ & held_event) != 0;
    if (before_ != none && !event && !before_wanted_) {
      if (let_go_end_ != slots_[before_].first) let_go_from_ = slots_[before_].first;
      let_go_end_ = first_;
      slots_[before_].count = 0;
    }
    total_.let_go_from = let_go_end_ == first_ ? let_go_from_ : first_;
    total_.reason = reason_;
    std::uint8_t bytes[Close::encoded_bytes];
    put(bytes, total_.let_go_from);
    bytes[4] = total_.reason;
    put(bytes + 5, total_.pushed);
    put(bytes + 13, total_.worn);
    put(bytes + 21, total_.gated);
    put(bytes + 29, total_.gaps);
    put(bytes + 33, total_.events);
    put(bytes + 37, total_.unreadable);
    append(Record::close, bytes, sizeof bytes);
    end_block(last_of_window);
    before_wanted_ = reason_ != 0 || event_before_;
    event_before_ = event;
    before_ = slot_;
    open_ = false;
  }

  Block blocks_[Slots * slot_blocks];
  std::uint8_t snapshot_[sizeof(D)];
  Slot slots_[Slots] = {};
  Identity identity_{};
  Config config_{};
  Close total_{};
  Crc32 crc_{};
  std::uint32_t threshold_ = 0;
  std::uint32_t random_ = 1;
  std::uint32_t sequence_ = 0;  ///< of the next block
  std::uint32_t first_ = 0;     ///< of the open window
  std::uint32_t slot_ = 0;      ///< of the open window
  std::uint32_t at_ = 0;        ///< bytes of records in the open block
  std::uint32_t rows_ = 0;
  std::uint32_t chunk_ = chunks;  ///< next of the snapshot to be written
  std::uint32_t before_ = none;   ///< slot of the window before, not decided on yet
  std::uint32_t let_go_from_ = 0;
  std::uint32_t let_go_end_ = 0xFFFFFFFFU;
  std::uint8_t reason_ = 0;
  bool before_wanted_ = false;
  bool event_before_ = false;  ///< something was said in the window before
  bool open_ = false;
  bool worn_ = true;
};

}  // namespace vagus::flight
