#pragma once
/// How a board runs the conformance signals over a serial line (docs/embedding.md): the host sends settings, samples
/// and gaps; the board answers with all that its detector said, in the words of stream.h; the host, which runs the same
/// code, compares. Nothing here knows a board: apps/firmware/link reads and writes its line.
///
/// A frame is 'V' 'g', u16 length, that many bytes, u32 CRC-32 of length and bytes; little-endian. The host asks
/// {u8 number, u8 `Ask`, ...}; the board answers every good frame with one of its own, {number, `Answer`, ...}. A
/// number asked again (the answer was lost) is answered again and not done again. A damaged frame is not answered.
#include "device/conformance/stream.h"
#include "device/flight/format.h"

namespace vagus::conformance {

inline constexpr std::uint8_t link_version = 1;
inline constexpr std::uint32_t most_asked = 1024;      ///< bytes in a frame to the board
inline constexpr std::uint32_t most_answered = 16384;  ///< bytes in a frame from it
inline constexpr std::uint32_t frame_bytes = 8;        ///< round what a frame carries

enum class Ask : std::uint8_t {
  hello =
      1,   ///< answered by u8 version, u8 count, then for each detector u32 bytes of state, u8 length, "NAME VERSION"
  make,    ///< u8 detector, four bytes a field of its configuration; answered by u8 `Errc`
  rows,    ///< samples of all channels; answered by what was said
  gap,     ///< i64 us
  finish,  ///< answered by what was said
};
enum class Answer : std::uint8_t { done, refused, overrun };

/// A frame's bytes round `count` bytes that stand at `frame + 4` already; the whole frame's length.
inline std::uint32_t seal_frame(std::uint8_t* frame, std::uint32_t count) {
  frame[0] = 'V';
  frame[1] = 'g';
  flight::put(frame + 2, static_cast<std::uint16_t>(count));
  flight::Crc32 crc;
  crc.bytes(frame + 2, count + 2);
  flight::put(frame + 4 + count, crc.value());
  return count + frame_bytes;
}

/// Finds frames of at most `Most` bytes in what comes over a line, byte by byte.
template <std::uint32_t Most>
class FrameReader {
 public:
  /// True where `x` completes a good frame; `bytes` and `count` then give what it carries.
  bool push(std::uint8_t x) {
    if ((at_ == 0 && x != 'V') || (at_ == 1 && x != 'g')) {
      at_ = x == 'V' ? 1 : 0;
      return false;
    }
    if (at_ >= 2) frame_[at_ - 2] = x;
    ++at_;
    if (at_ < 4) return false;
    count_ = flight::get<std::uint16_t>(frame_);
    if (count_ > Most) {
      at_ = 0;
      return false;
    }
    if (at_ < count_ + frame_bytes) return false;
    at_ = 0;
    flight::Crc32 crc;
    crc.bytes(frame_, count_ + 2);
    return crc.value() == flight::get<std::uint32_t>(frame_ + 2 + count_);
  }
  const std::uint8_t* bytes() const { return frame_ + 2; }
  std::uint32_t count() const { return count_; }

 private:
  std::uint8_t frame_[Most + frame_bytes];  // without the two that begin it
  std::uint32_t at_ = 0;
  std::uint32_t count_ = 0;
};

/// Words written into an answer; what does not fit is not written, and `overrun` says so.
class AnswerWords : public Words<AnswerWords> {
 public:
  void start(std::uint8_t* to) {
    begin_ = at_ = to;
    overrun = false;
  }
  void word(std::uint32_t x) {
    if (at_ + 4 > begin_ + room) {
      overrun = true;
      return;
    }
    flight::put(at_, x);
    at_ += 4;
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(at_ - begin_); }
  bool overrun = false;

 private:
  static constexpr std::uint32_t room = most_answered - 2;
  std::uint8_t* begin_ = nullptr;
  std::uint8_t* at_ = nullptr;
};

template <class List>
class LinkServer;

/// What the board does with a question. One detector runs at a time.
template <class... Detectors>
class LinkServer<TypeList<Detectors...>> {
 public:
  /// Answers `count` bytes of a frame: fills `frame` (most_answered + frame_bytes) with a whole frame; its length.
  std::uint32_t answer(const std::uint8_t* asked, std::uint32_t count, std::uint8_t* frame) {
    if (count < 2) return 0;
    const bool hello = static_cast<Ask>(asked[1]) == Ask::hello;  // a new host counts from the start
    if (!hello && answered_ > 0 && asked[0] == number_) return answered_;
    number_ = asked[0];
    std::uint8_t* to = frame + 4;
    to[0] = number_;
    std::uint32_t used = 0;
    const Answer result = act(static_cast<Ask>(asked[1]), asked + 2, count - 2, to + 2, used);
    to[1] = static_cast<std::uint8_t>(result);
    answered_ = seal_frame(frame, used + 2);
    return answered_;
  }

 private:
  static constexpr int none = -1;

  template <class D>
  struct Running {
    D detector;
    StreamEar<D, AnswerWords> ear;
  };

  Answer act(Ask ask, const std::uint8_t* from, std::uint32_t count, std::uint8_t* to, std::uint32_t& used) {
    if (ask == Ask::hello) {
      used = hello(to);
      return Answer::done;
    }
    if (ask == Ask::make) return make(from, count, to, used);
    int index = 0;
    Answer result = Answer::refused;
    words_.start(to);
    ((index++ == running_ ? void(result = drive<Detectors>(ask, from, count)) : void()), ...);
    used = words_.count();
    return words_.overrun ? Answer::overrun : result;
  }

  static std::uint32_t hello(std::uint8_t* to) {
    std::uint8_t* at = to;
    *at++ = link_version;
    *at++ = sizeof...(Detectors);
    const auto text = [&](const char* s) {
      for (; *s != 0; ++s) *at++ = static_cast<std::uint8_t>(*s);
    };
    const auto tell = [&](std::uint32_t bytes, const Contract& contract) {
      flight::put(at, bytes);
      at += 5;
      std::uint8_t* const begin = at;
      text(contract.name);
      text(" ");
      text(contract.version);
      begin[-1] = static_cast<std::uint8_t>(at - begin);
    };
    (tell(sizeof(Detectors), Detectors::contract), ...);
    return static_cast<std::uint32_t>(at - to);
  }

  Answer make(const std::uint8_t* from, std::uint32_t count, std::uint8_t* to, std::uint32_t& used) {
    if (count < 1) return Answer::refused;
    const int wished = from[0];
    int index = 0;
    Answer result = Answer::refused;
    running_ = none;
    ((index++ == wished ? void(result = start<Detectors>(from + 1, count - 1, to)) : void()), ...);
    if (result == Answer::done && to[0] == 0) running_ = wished;
    used = result == Answer::done ? 1 : 0;
    return result;
  }
  template <class D>
  Answer start(const std::uint8_t* from, std::uint32_t count, std::uint8_t* to) {
    if (count != 4 * D::config_fields.size()) return Answer::refused;
    typename D::Config config{};
    for (const auto& field : D::config_fields) {
      set(field, config, flight::get<std::uint32_t>(from));
      from += 4;
    }
    const Result<D> made = D::make(config);
    to[0] = static_cast<std::uint8_t>(made.error());
    if (made.ok()) ::new (static_cast<void*>(room_)) Running<D>{made.value(), {.out = &words_}};
    return Answer::done;
  }
  /// Not inlined: GCC 12 takes the null member pointers of a field's other kinds for writes to nothing.
  template <class Owner>
  [[gnu::noinline]] static void set(const Field<Owner>& field, Owner& owner, std::uint32_t bits) {
    using Kind = typename Field<Owner>::Kind;
    if (field.kind == Kind::f32) owner.*field.f32 = std::bit_cast<float>(bits);
    if (field.kind == Kind::i32) owner.*field.i32 = static_cast<std::int32_t>(bits);
    if (field.kind == Kind::boolean) owner.*field.boolean = bits != 0;
    if (field.kind == Kind::label) owner.*field.label = static_cast<std::uint8_t>(bits);
  }
  template <class D>
  Answer drive(Ask ask, const std::uint8_t* from, std::uint32_t count) {
    auto& running = *std::launder(reinterpret_cast<Running<D>*>(room_));
    if (ask == Ask::rows) {
      using Input = typename D::Input;
      if (count % sizeof(Input) != 0) return Answer::refused;
      for (; count > 0; count -= static_cast<std::uint32_t>(sizeof(Input)), from += sizeof(Input)) {
        Input row;
        __builtin_memcpy(&row, from, sizeof(Input));
        ++running.ear.pushed;
        running.detector.push(row, running.ear);
      }
      return Answer::done;
    }
    if (ask == Ask::gap) {
      if (count != 8) return Answer::refused;
      running.detector.gap(Duration::from_us(static_cast<std::int64_t>(flight::get<std::uint64_t>(from))));
      return Answer::done;
    }
    if (ask != Ask::finish) return Answer::refused;
    running.ear.at_end = true;
    running.detector.finish(running.ear);
    return Answer::done;
  }

  static constexpr std::size_t largest(std::initializer_list<std::size_t> sizes) {
    std::size_t most = 0;
    for (const std::size_t size : sizes) most = size > most ? size : most;
    return most;
  }
  alignas(8) unsigned char room_[largest({sizeof(Running<Detectors>)...})];
  AnswerWords words_;
  int running_ = none;
  std::uint32_t answered_ = 0;  ///< length of the last answer, which stands in the caller's frame
  std::uint8_t number_ = 0;
};

}  // namespace vagus::conformance
