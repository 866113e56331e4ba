#pragma once
/// The conformance kit: laws that every detector keeps, tried on any type that meets the `Detector` concept. No law
/// knows a detector; adding one to device/registry.h is all it takes to be held to them. No heap and no library, so
/// that the same laws run on a wrist's core; the programs beside it report for the host.
#include <bit>
#include <cstdint>

#include "device/base/contract.h"
#include "device/base/convert.h"
#include "device/conformance/signals.h"

namespace vagus::conformance {

/// Whether a law held; where not, at which sample and how. `why` is a sentence without a full stop.
struct Finding {
  bool ok = true;
  const char* why = "";
  std::int64_t sample = 0;
  float rate_hz = 0;
};

constexpr bool same_text(const char* a, const char* b) {
  while (*a != 0 && *a == *b) {
    ++a;
    ++b;
  }
  return *a == *b;
}

/// FNV-1a over 32-bit words: order and every bit count.
struct Digest {
  std::uint64_t value = 14695981039346656037U;
  void word(std::uint32_t x) { value = (value ^ x) * 1099511628211U; }
  void number(float x) { word(std::bit_cast<std::uint32_t>(x)); }
  void index(std::int64_t x) {
    word(static_cast<std::uint32_t>(x));
    word(static_cast<std::uint32_t>(static_cast<std::uint64_t>(x) >> 32U));
  }
  void text(const char* s) {
    for (; *s != 0; ++s) word(static_cast<std::uint8_t>(*s));
    word(0);
  }
};

/// Everything a detector says, judged as it is said and folded into a digest.
template <Detector D>
struct Ear {
  using Output = typename D::Output;

  Digest all;     ///< events, candidates, scores, unreadable stretches and, where wanted, probes
  Digest events;  ///< events alone
  std::int64_t pushed = 0;
  std::int64_t count = 0;  ///< events
  bool at_end = false;
  float rate_hz = 0;
  std::int64_t recent[32]{};  ///< the last events' moments
  Finding fault;

  void blame(const char* why, std::int64_t sample) {
    if (fault.ok) fault = {false, why, sample, rate_hz};
  }
  void take(const Output& output, Digest& into) {
    into.index(pushed);
    into.word(at_end ? 1U : 0U);
    for (const auto& field : D::output_fields) {
      using Kind = typename Field<Output>::Kind;
      switch (field.kind) {
        case Kind::f32:
          if (is_nan(output.*field.f32) && std::bit_cast<std::uint32_t>(output.*field.f32) != 0x7FC00000U) {
            blame("an output holds a NaN that is not the canonical one", pushed);
          }
          into.number(output.*field.f32);
          break;
        case Kind::i32:
          into.index(output.*field.i32);
          break;
        case Kind::i64:
          into.index(output.*field.i64);
          break;
        case Kind::boolean:
          into.word(output.*field.boolean ? 1U : 0U);
          break;
        case Kind::label:
          if (output.*field.label >= field.labels.size()) blame("an output's label has no text", pushed);
          into.word(output.*field.label);
          break;
      }
    }
  }
  void operator()(const Output& output) {
    take(output, all);
    take(output, events);
    if (!(output.quality >= 0.0F && output.quality <= 1.0F)) blame("a quality is outside 0 to 1", pushed);
    std::int64_t start = 0;
    std::int64_t last = 0;
    if constexpr (is_moment<Output>) {
      start = last = output.sample;
      for (std::int64_t i = 0; i < (count < 32 ? count : 32); ++i) {
        if (recent[i] == output.sample) blame("a moment is reported twice", output.sample);
      }
      recent[count % 32] = output.sample;
    } else {
      start = output.start_sample;
      last = output.end_sample - 1;
      if (output.end_sample <= output.start_sample) blame("an interval is empty", pushed);
    }
    if (start < 0) blame("an output lies before the first sample", start);
    if (last >= pushed) blame("an output lies after the last sample pushed", last);
    // The push that says it is number pushed - 1.
    const float late_ms = static_cast<float>(pushed - 1 - last) / rate_hz * 1000.0F;
    if (!at_end && late_ms > D::contract.latency_ms * 1.000001F) {
      blame("an output came later than the contract's latency", last);
    }
    ++count;
  }
  void candidate(const Candidate& c) {
    all.text("c");
    all.index(c.sample);
    all.number(c.score);
    if (c.sample < 0 || c.sample >= pushed) blame("a candidate lies outside what was pushed", c.sample);
    if (!is_finite(c.score)) blame("a candidate's score is not a finite number", c.sample);
  }
  void score(const Score& s) {
    all.text("s");
    all.index(s.sample);
    all.number(s.score);
    if (s.sample < 0 || s.sample > pushed) blame("a score lies outside what was pushed", s.sample);
    if (!is_finite(s.score)) blame("a score is not a finite number", s.sample);
  }
  void unreadable(const Unreadable& u) {
    all.text("u");
    all.index(u.start_sample);
    all.index(u.end_sample);
    all.text(u.reason == nullptr ? "" : u.reason);
    if (u.start_sample < 0 || u.end_sample > pushed)
      blame("an unreadable stretch lies outside what was pushed", u.start_sample);
    if (u.end_sample <= u.start_sample) blame("an unreadable stretch is empty", u.start_sample);
    if (u.reason == nullptr || *u.reason == 0) blame("an unreadable stretch has no reason", u.start_sample);
  }
};

/// The same with probes.
template <Detector D>
struct ProbedEar : Ear<D> {
  void probe(int id, std::int64_t sample, float value) {
    this->all.text("p");
    this->all.word(static_cast<std::uint32_t>(id));
    this->all.index(sample);
    this->all.number(value);
    if (id < 0 || static_cast<std::size_t>(id) >= D::contract.probes.size())
      this->blame("a probe is not in the contract", sample);
    if (sample < 0 || sample >= this->pushed) this->blame("a probe lies outside what was pushed", sample);
  }
};

/// What is done to the signal for a while.
enum class Insult : std::uint8_t {
  none,
  nan,
  infinite,
  flat,
  saturated,
  denormal,
  impossible,
  alternating,
  gap,
  long_gap,
};
inline constexpr int insult_count = 10;
constexpr const char* name(Insult insult) {
  constexpr const char* names[insult_count] = {
      "none",       "NaN",          "infinities",        "flat line",
      "saturation", "denormals",    "impossible values", "largest floats in turn",
      "gaps",       "an hour's gap"};
  return names[static_cast<int>(insult)];
}

/// One detector, the standard signal at one rate, and an ear.
template <Detector D, class EarType = Ear<D>>
struct Bench {
  using Input = typename D::Input;
  static constexpr std::size_t channels = sizeof(Input) / sizeof(float);

  D detector;
  Wearer wearer;
  EarType ear;
  Insult insult = Insult::none;

  Bench(const D& fresh, float rate_hz) : detector(fresh), wearer(rate_hz) { ear.rate_hz = rate_hz; }

  /// The next sample of every channel, spoiled by the insult of the moment.
  Input next() {
    wearer.advance();
    float row[channels];
    for (std::size_t i = 0; i < channels; ++i) {
      const ChannelNeed& need = D::contract.reads[i];
      float x = wearer.value(need.quantity, need.unit);
      const bool odd = (ear.pushed & 1) != 0;
      switch (insult) {
        case Insult::nan:
          x = odd ? canonical_nan : std::bit_cast<float>(0xFFC12345U);
          break;
        case Insult::infinite:
          x = odd ? infinity : -infinity;
          break;
        case Insult::flat:
          x = 0.0F;
          break;
        case Insult::saturated:
          x = x > 0.0F ? 32.767F : -32.768F;
          break;
        case Insult::denormal:
          x = odd ? 1e-45F : -1e-40F;
          break;
        case Insult::impossible:
          x = x * 1e6F;
          break;
        case Insult::alternating:
          x = odd ? 3.4028235e38F : -3.4028235e38F;
          break;
        case Insult::none:
        case Insult::gap:
        case Insult::long_gap:
          break;
      }
      row[i] = x;
    }
    Input input;
    __builtin_memcpy(&input, row, sizeof(input));
    return input;
  }
  void step() { step(detector); }
  /// The next sample into a detector of the caller's, which stands for the bench's own.
  void step(D& subject) {
    if (insult == Insult::gap && ear.pushed % 37 == 0) subject.gap(Duration::from_ms(ear.pushed % 1000));
    if (insult == Insult::long_gap && ear.pushed % 97 == 0) subject.gap(Duration::from_ms(3600000));
    const Input input = next();
    ++ear.pushed;
    subject.push(input, ear);
  }
  void run(float seconds) {
    const std::int64_t end = ear.pushed + static_cast<std::int64_t>(to_i32(seconds * ear.rate_hz));
    while (ear.pushed < end) step();
  }
  void finish() {
    ear.at_end = true;
    detector.finish(ear);
  }
};

/// The default configuration, at `rate_hz` where it has a field of that name (0: as it is).
template <Detector D>
typename D::Config config_at(float rate_hz) {
  typename D::Config config{};
  for (const auto& field : D::config_fields) {
    if (field.kind == Field<typename D::Config>::Kind::f32 && rate_hz > 0.0F && same_text(field.name, "rate_hz")) {
      config.*field.f32 = rate_hz;
    }
  }
  return config;
}
/// The rate a configuration is for; where it has none, the lowest that the first channel may have.
template <Detector D>
float rate_of(const typename D::Config& config) {
  for (const auto& field : D::config_fields) {
    if (field.kind == Field<typename D::Config>::Kind::f32 && same_text(field.name, "rate_hz"))
      return config.*field.f32;
  }
  return D::contract.reads[0].min_rate_hz;
}
template <Detector D>
float default_rate_hz() {
  return rate_of<D>(typename D::Config{});
}
/// Lowest, default and highest rate; only the default where the configuration has no rate.
template <Detector D>
struct Rates {
  float hz[3]{};
  int count = 1;
  Rates() {
    hz[0] = default_rate_hz<D>();
    for (const auto& field : D::config_fields) {
      if (!same_text(field.name, "rate_hz")) continue;
      float low = 0.0F;
      float high = infinity;
      for (const ChannelNeed& need : D::contract.reads) {
        if (need.optional) continue;
        low = vagus::max(low, need.min_rate_hz);
        high = vagus::min(high, need.max_rate_hz);
      }
      hz[count++] = low;
      hz[count++] = high;
    }
  }
};

}  // namespace vagus::conformance
