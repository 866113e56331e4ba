#pragma once
/// The detector contract: what every detector declares about itself and how it is driven.
///
/// A detector `D` is a trivially copyable class (its snapshot is its bytes, its memory is `sizeof(D)`) with
///   struct Config                      every tunable, default member initialisers are the defaults
///   struct Input                       one even-grid sample: one float per entry of `contract.reads`, in that order
///   struct Output                      one answer: see `output_fields`
///   static constexpr Contract contract
///   static constexpr ... config_fields array of Field<Config>
///   static constexpr ... output_fields array of Field<Output>; the names in it are the JSON names
///   static Result<D> make(const Config&)
///   template <class Emit> void push(Input, Emit&&)
///   void gap(Duration)
///   template <class Emit> void finish(Emit&&)
///
/// Samples are counted from 0 as they are pushed; a gap does not advance the count (the lab maps the count back to rows
/// and times). `Output` holds `std::int64_t sample` (a moment) or `std::int64_t start_sample, end_sample` (a half-open
/// interval), and `float quality`, the calibrated probability that the answer is right.
///
/// The sink `Emit` is called as `emit(output)`. It may also offer
///   emit.candidate(Candidate)          what was weighed and not reported, so that thresholds can be swept later
///   emit.score(Score)                  a running score
///   emit.unreadable(Unreadable)        "I cannot tell", for a stretch
///   emit.probe(int id, int64 sample, float value)   inner signals, `id` indexes `contract.probes`
/// Detectors offer these through the functions below, which cost nothing where the sink does not take them.
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "device/base/result.h"
#include "device/base/units.h"

namespace vagus {

/// A channel a detector reads. Rates are those of the even grid it accepts, in Hz.
struct ChannelNeed {
  Quantity quantity;
  Unit unit;
  float min_rate_hz;
  float max_rate_hz;
  bool optional = false;
};

/// A named inner signal, with its unit ("" for a bare number).
struct ProbeInfo {
  const char* name;
  const char* unit;
};

/// What a detector declares about itself.
struct Contract {
  const char* name;                   ///< "health.beats"
  const char* version;                ///< SemVer of the algorithm: changes whenever its output can
  const char* summary;                ///< one sentence
  const char* source;                 ///< papers and standards the method stands on
  const char* event;                  ///< plural noun the summary counts: "beats"
  const char* evidence = "none yet";  ///< where it was measured: the study or command that gives the figures
  std::span<const ChannelNeed> reads;
  std::span<const ProbeInfo> probes;
  float latency_ms;         ///< upper bound from a moment to the push that reports it
  std::uint32_t ram_bytes;  ///< upper bound of sizeof, any configuration
};

/// One member of a `Config` or `Output`, described so that programs can set, print and range-check it.
template <class Owner>
struct Field {
  enum class Kind : std::uint8_t { f32, i32, i64, boolean, label };
  const char* name;
  const char* unit;
  const char* meaning;
  float low = 0;   ///< smallest value allowed (configuration only)
  float high = 0;  ///< largest value allowed (configuration only)
  Kind kind;
  float Owner::*f32 = nullptr;
  std::int32_t Owner::*i32 = nullptr;
  std::int64_t Owner::*i64 = nullptr;
  bool Owner::*boolean = nullptr;
  std::uint8_t Owner::*label = nullptr;      ///< an index into `labels`
  std::span<const char* const> labels = {};  ///< printed instead of the index

  static constexpr Field number(const char* name, const char* unit, float Owner::*member, float low, float high,
                                const char* meaning) {
    return {.name = name, .unit = unit, .meaning = meaning, .low = low, .high = high, .kind = Kind::f32, .f32 = member};
  }
  static constexpr Field number(const char* name, const char* unit, float Owner::*member, const char* meaning) {
    return {.name = name, .unit = unit, .meaning = meaning, .kind = Kind::f32, .f32 = member};
  }
  static constexpr Field integer(const char* name, const char* unit, std::int32_t Owner::*member, float low, float high,
                                 const char* meaning) {
    return {.name = name, .unit = unit, .meaning = meaning, .low = low, .high = high, .kind = Kind::i32, .i32 = member};
  }
  static constexpr Field sample(const char* name, std::int64_t Owner::*member, const char* meaning) {
    return {.name = name, .unit = "sample", .meaning = meaning, .kind = Kind::i64, .i64 = member};
  }
  static constexpr Field flag(const char* name, bool Owner::*member, const char* meaning) {
    return {.name = name, .unit = "", .meaning = meaning, .kind = Kind::boolean, .boolean = member};
  }
  static constexpr Field text(const char* name, std::uint8_t Owner::*member, std::span<const char* const> labels,
                              const char* meaning) {
    return {.name = name, .unit = "", .meaning = meaning, .kind = Kind::label, .label = member, .labels = labels};
  }
};

/// What was weighed at a moment and not reported. `score` grows with the evidence; the detector's threshold is on it.
struct Candidate {
  std::int64_t sample;
  float score;
};

/// A running score, for the half-open stretch or hop that ends at `sample`.
struct Score {
  std::int64_t sample;
  float score;
};

/// A stretch [start_sample, end_sample) in which the detector cannot tell, and why (one word or a short phrase).
struct Unreadable {
  std::int64_t start_sample;
  std::int64_t end_sample;
  const char* reason;
};

template <class Emit>
inline constexpr bool takes_probes = requires(Emit& emit) {
  emit.probe(0, std::int64_t{0}, 0.0F);
};

template <class Emit>
constexpr void probe(Emit& emit, int id, std::int64_t sample, float value) {
  if constexpr (takes_probes<Emit>) emit.probe(id, sample, value);
}
template <class Emit>
constexpr void candidate(Emit& emit, const Candidate& what) {
  if constexpr (requires { emit.candidate(what); }) emit.candidate(what);
}
template <class Emit>
constexpr void score(Emit& emit, const Score& what) {
  if constexpr (requires { emit.score(what); }) emit.score(what);
}
template <class Emit>
constexpr void unreadable(Emit& emit, const Unreadable& what) {
  if constexpr (requires { emit.unreadable(what); }) emit.unreadable(what);
}

/// A sink that takes nothing but outputs and drops them.
template <class Output>
struct Discard {
  constexpr void operator()(const Output&) const {}
};

template <class Output>
inline constexpr bool is_moment = requires(Output o) {
  o.sample;
};

/// What the registry accepts.
template <class D>
concept Detector = std::is_trivially_copyable_v<D> &&
    requires(D d, const typename D::Config& config, typename D::Input input, Discard<typename D::Output> emit) {
  { D::contract } -> std::convertible_to<const Contract&>;
  { D::make(config) } -> std::same_as<Result<D>>;
  {D::config_fields.size()};
  {D::output_fields.size()};
  { d.push(input, emit) } -> std::same_as<void>;
  { d.gap(Duration{}) } -> std::same_as<void>;
  { d.finish(emit) } -> std::same_as<void>;
} &&(is_moment<typename D::Output> || requires(typename D::Output o) {
  o.start_sample;
  o.end_sample;
});

}  // namespace vagus
