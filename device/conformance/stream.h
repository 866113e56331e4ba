#pragma once
/// Everything a detector says, as a stream of words that two machines' runs are compared by (compare_streams.cpp).
///
/// Little-endian 32-bit words. A record is a head, kind << 24 | id << 16 | words that follow, and those words:
///   start       the magic number and the format's version, once, first
///   section     text: a title, then a line `outputs NAME:KIND ...`, then a line `probes NAME ...`
///   output      pushed (2 words), at the end (0 or 1), the fields in order: 64-bit numbers as 2 words, low first
///   candidate, score   sample (2), score
///   unreadable  start (2), end (2), the reason's text
///   probe       sample (2), value; `id` is the probe's
///   end         the number of sections, once, last: without it a stream is cut short
/// A section is one detector on one signal; the sections are the same on every machine, in the same order.
#include "device/base/type_list.h"
#include "device/conformance/kit.h"

namespace vagus::conformance {

enum class Record : std::uint8_t { start = 1, section, output, candidate, score, unreadable, probe, end };

inline constexpr std::uint32_t stream_magic = 0x53474156U;  ///< "VAGS"
inline constexpr std::uint32_t stream_version = 1;

/// The parts of records, for whatever takes words: `To` derives from this and has `word(std::uint32_t)`.
template <class To>
class Words {
 public:
  void head(Record kind, std::uint32_t id, std::uint32_t words) {
    to().word(static_cast<std::uint32_t>(kind) << 24U | id << 16U | words);
  }
  void number(float x) { to().word(std::bit_cast<std::uint32_t>(x)); }
  void index(std::int64_t x) {
    to().word(static_cast<std::uint32_t>(static_cast<std::uint64_t>(x)));
    to().word(static_cast<std::uint32_t>(static_cast<std::uint64_t>(x) >> 32U));
  }
  void value(Record kind, std::uint32_t id, std::int64_t sample, float x) {
    head(kind, id, 3);
    index(sample);
    number(x);
  }
  /// Four characters a word, the last filled up with 0.
  void text(const char* s, std::size_t length) {
    for (std::size_t i = 0; i < length; i += 4) {
      std::uint32_t four = 0;
      for (std::size_t k = i; k < length && k < i + 4; ++k)
        four |= static_cast<std::uint32_t>(static_cast<unsigned char>(s[k])) << (8U * (k - i));
      to().word(four);
    }
  }

 private:
  To& to() { return static_cast<To&>(*this); }
};

/// Gathers words and hands them on in blocks: `write(const void* bytes, std::size_t count)`.
template <class Write>
class WordStream : public Words<WordStream<Write>> {
 public:
  explicit WordStream(Write write) : write_(write) {
    this->head(Record::start, 0, 2);
    word(stream_magic);
    word(stream_version);
  }
  void word(std::uint32_t x) {
    words_[count_++] = x;
    if (count_ == capacity) flush();
  }
  void section(const char* s, std::size_t length) {
    ++sections_;
    this->head(Record::section, 0, static_cast<std::uint32_t>((length + 3) / 4));
    this->text(s, length);
  }
  void end() {
    this->head(Record::end, 0, 1);
    word(sections_);
    flush();
  }

 private:
  void flush() {
    write_(words_, count_ * sizeof(std::uint32_t));
    count_ = 0;
  }
  static constexpr std::size_t capacity = 2048;
  Write write_;
  std::uint32_t words_[capacity];
  std::size_t count_ = 0;
  std::uint32_t sections_ = 0;
};

/// A section's text while it is put together; what does not fit is cut.
struct SectionText {
  char characters[1024];
  std::size_t length = 0;
  SectionText& add(const char* s) {
    for (; *s != 0 && length < sizeof characters; ++s) characters[length++] = *s;
    return *this;
  }
  SectionText& add(std::int32_t whole) {
    char digits[12]{};
    int at = 11;
    for (std::int32_t rest = whole; at == 11 || rest != 0; rest /= 10)
      digits[--at] = static_cast<char>('0' + static_cast<char>(rest % 10));
    return add(digits + at);
  }
};

/// The sink that writes down all that a detector says, probes included.
template <Detector D, class Stream>
struct StreamEar {
  using Output = typename D::Output;
  Stream* out = nullptr;
  std::int64_t pushed = 0;
  bool at_end = false;
  float rate_hz = 0;

  // Not inlined: GCC 12 takes the member pointers of fields that are not there for reads of nothing.
  [[gnu::noinline]] void operator()(const Output& output) {
    using Kind = typename Field<Output>::Kind;
    std::uint32_t words = 3;
    for (const auto& field : D::output_fields) words += field.kind == Kind::i64 ? 2U : 1U;
    out->head(Record::output, 0, words);
    out->index(pushed);
    out->word(at_end ? 1U : 0U);
    for (const auto& field : D::output_fields) {
      if (field.kind == Kind::f32) out->number(output.*field.f32);
      if (field.kind == Kind::i32) out->word(static_cast<std::uint32_t>(output.*field.i32));
      if (field.kind == Kind::i64) out->index(output.*field.i64);
      if (field.kind == Kind::boolean) out->word(output.*field.boolean ? 1U : 0U);
      if (field.kind == Kind::label) out->word(output.*field.label);
    }
  }
  void candidate(const Candidate& c) { out->value(Record::candidate, 0, c.sample, c.score); }
  void score(const Score& s) { out->value(Record::score, 0, s.sample, s.score); }
  void unreadable(const Unreadable& u) {
    std::size_t length = 0;
    while (u.reason != nullptr && u.reason[length] != 0) ++length;
    out->head(Record::unreadable, 0, static_cast<std::uint32_t>(4 + (length + 3) / 4));
    out->index(u.start_sample);
    out->index(u.end_sample);
    out->text(u.reason, length);
  }
  void probe(int id, std::int64_t sample, float value) {
    out->value(Record::probe, static_cast<std::uint32_t>(id), sample, value);
  }
};

/// What one detector says about a set of signals: the standard one at its lowest, default and highest rate, every
/// insult in turn, floats of any bits, and the standard one with each setting at its ends.
template <Detector D, class Stream>
class DetectorStream {
  using Config = typename D::Config;
  using Ear = StreamEar<D, Stream>;
  static constexpr float calm_s = 12.0F;    ///< of the standard signal, first
  static constexpr float insult_s = 1.5F;   ///< each
  static constexpr float between_s = 3.0F;  ///< of the standard signal after each
  static constexpr float setting_s = 8.0F;  ///< with a setting at an end of its range

 public:
  explicit DetectorStream(Stream& out) : out_(out) {}

  void write() {
    const Rates<D> rates;
    for (int i = 0; i < rates.count; ++i) everything(config_at<D>(rates.hz[i]));
    for (const auto& field : D::config_fields) extremes(field);
  }

 private:
  void open(float rate_hz, const char* what, const char* detail) {
    SectionText text;
    text.add(D::contract.name).add(" ").add(D::contract.version).add(", ").add(to_i32(rate_hz)).add(" Hz, ");
    text.add(what).add(detail).add("\noutputs");
    for (const auto& field : D::output_fields)
      text.add(" ").add(field.name).add(":").add(static_cast<std::int32_t>(field.kind));
    text.add("\nprobes");
    for (const ProbeInfo& probe : D::contract.probes) text.add(" ").add(probe.name);
    out_.section(text.characters, text.length);
  }
  Bench<D, Ear> bench(const Config& config) {
    Bench<D, Ear> b(D::make(config).value(), rate_of<D>(config));
    b.ear.out = &out_;
    return b;
  }

  [[gnu::noinline]] void everything(const Config& config) {
    const float rate_hz = rate_of<D>(config);
    open(rate_hz, "the standard signal and every insult", "");
    auto b = bench(config);
    b.run(calm_s);
    for (int i = 0; i < insult_count; ++i) {
      b.insult = static_cast<Insult>(i);
      b.run(insult_s);
      b.insult = Insult::none;
      b.run(between_s);
    }
    std::uint32_t random = 2463534242U;
    for (std::int32_t n = to_i32(insult_s * rate_hz); n > 0; --n) {
      std::uint32_t words[sizeof(typename D::Input) / sizeof(float)];
      for (std::uint32_t& word : words) word = random = random * 1664525U + 1013904223U;
      typename D::Input input;
      __builtin_memcpy(&input, words, sizeof(input));
      ++b.ear.pushed;
      b.detector.push(input, b.ear);
    }
    b.run(between_s);
    b.finish();
  }

  [[gnu::noinline]] void extremes(const Field<Config>& field) {
    using Kind = typename Field<Config>::Kind;
    if (same_text(field.name, "rate_hz")) return;
    for (const bool high : {false, true}) {
      Config config{};
      if (field.kind == Kind::f32) config.*field.f32 = high ? field.high : field.low;
      if (field.kind == Kind::i32) config.*field.i32 = to_i32(high ? field.high : field.low);
      if (field.kind == Kind::boolean) config.*field.boolean = high;
      if (field.kind == Kind::label)
        config.*field.label = static_cast<std::uint8_t>(high ? field.labels.size() - 1 : 0);
      // Settings that must fit each other may be refused one by one.
      if (!D::make(config).ok()) continue;
      open(rate_of<D>(config), field.name, high ? " highest" : " lowest");
      auto b = bench(config);
      b.run(setting_s);
      b.finish();
    }
  }

  Stream& out_;
};

template <class Stream, class... Detectors>
void write_detectors(Stream& out, TypeList<Detectors...> /*list*/) {
  (DetectorStream<Detectors, Stream>(out).write(), ...);
}

}  // namespace vagus::conformance
