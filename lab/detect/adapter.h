#pragma once
/// From a device detector's contract to the lab's description of it and a running instance, at compile time.
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "device/lanes.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/detect/detector.h"

namespace vagus::lab {

/// What a detector says, as the lab hears it.
template <Detector D>
struct Sink {
  using Output = typename D::Output;
  const std::int64_t* pushed;  ///< samples pushed so far
  Wanted wanted;
  const Listener* listener;
  bool at_end;

  Said said(Said::Kind kind, std::int64_t first, std::int64_t end, float value) const {
    return {.kind = kind,
            .known_sample = *pushed,
            .at_end = at_end,
            .sample = first,
            .end_sample = end,
            .value = value,
            .probe = -1,
            .reason = nullptr,
            .values = {}};
  }
  void operator()(const Output& output) const {
    std::array<FieldValue, D::output_fields.size()> values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_of(D::output_fields[i], output);
    Said what{};
    if constexpr (is_moment<Output>) {
      what = said(Said::Kind::event, output.sample, output.sample, output.quality);
    } else {
      what = said(Said::Kind::event, output.start_sample, output.end_sample, output.quality);
    }
    what.values = values;
    (*listener)(what);
  }
  void candidate(const Candidate& c) const {
    if (wanted.scores) (*listener)(said(Said::Kind::candidate, c.sample, c.sample, c.score));
  }
  void score(const Score& s) const {
    if (wanted.scores) (*listener)(said(Said::Kind::score, s.sample, s.sample, s.score));
  }
  void unreadable(const Unreadable& u) const {
    Said what = said(Said::Kind::unreadable, u.start_sample, u.end_sample, 0);
    what.reason = u.reason;
    (*listener)(what);
  }

 private:
  [[gnu::noinline]] static FieldValue value_of(const Field<Output>& field, const Output& output) {
    if (field.f32 != nullptr) return {.number = output.*field.f32};
    if (field.i32 != nullptr) return {.kind = FieldInfo::Kind::integer, .integer = output.*field.i32};
    if (field.i64 != nullptr) return {.kind = FieldInfo::Kind::integer, .integer = output.*field.i64};
    if (field.boolean != nullptr) return {.kind = FieldInfo::Kind::flag, .integer = output.*field.boolean ? 1 : 0};
    return {.kind = FieldInfo::Kind::label, .label = field.labels[output.*field.label]};
  }
};

/// The same with probes.
template <Detector D>
struct ProbingSink : Sink<D> {
  void probe(int id, std::int64_t sample, float value) const {
    Said what = Sink<D>::said(Said::Kind::probe, sample, sample, value);
    what.probe = id;
    (*Sink<D>::listener)(what);
  }
};

/// Drives one `D`. Sinks are chosen at compile time, so that probes that nobody wants cost nothing.
template <Detector D>
class Running final : public Instance {
 public:
  using Input = typename D::Input;
  using Output = typename D::Output;
  static constexpr std::size_t channel_count = sizeof(Input) / sizeof(float);
  static_assert(std::is_trivially_copyable_v<Input> && sizeof(Input) == channel_count * sizeof(float));

  Running(const D& detector, Wanted wanted) : detector_(detector), wanted_(wanted) {}

  void push(std::span<const float* const> columns, std::size_t count, const Listener& listener) override {
    if (wanted_.probes) {
      push_into(ProbingSink<D>{plain(listener, false)}, columns, count);
    } else {
      push_into(plain(listener, false), columns, count);
    }
  }
  void gap(Duration lost) override { detector_.gap(lost); }
  void finish(const Listener& listener) override {
    if (wanted_.probes) {
      detector_.finish(ProbingSink<D>{plain(listener, true)});
    } else {
      detector_.finish(plain(listener, true));
    }
  }
  std::span<const std::byte> snapshot() const override { return std::as_bytes(std::span(&detector_, 1)); }
  void restore(std::span<const std::byte> bytes) override {
    if (bytes.size() != sizeof(D)) throw Error("the snapshot is not of this detector");
    std::memcpy(static_cast<void*>(&detector_), bytes.data(), sizeof(D));
  }

 private:
  Sink<D> plain(const Listener& listener, bool at_end) const { return {&pushed_, wanted_, &listener, at_end}; }

  template <class Ear>
  void push_into(const Ear& sink, std::span<const float* const> columns, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::array<float, channel_count> row;
      for (std::size_t c = 0; c < channel_count; ++c) {
        row[c] = columns[c] == nullptr ? std::numeric_limits<float>::quiet_NaN() : columns[c][i];
      }
      ++pushed_;
      detector_.push(std::bit_cast<Input>(row), sink);
    }
  }

  D detector_;
  Wanted wanted_;
  std::int64_t pushed_ = 0;
};

/// Drives `L`, lanes of `D`.
template <Detector D, class L>
class RunningLanes final : public Lanes {
 public:
  static constexpr std::size_t lane_count = L::lane_count;
  static_assert(sizeof(typename D::Input) == sizeof(float), "lanes of one channel");

  RunningLanes(const L& lanes, Wanted wanted) : lanes_(lanes), wanted_(wanted) {}

  std::size_t count() const override { return lane_count; }
  void push(std::span<const float* const> values, std::size_t samples,
            std::span<const Listener* const> listeners) override {
    std::array<const float*, lane_count> from;
    constexpr float nobody = 0;
    std::array<std::size_t, lane_count> stride;
    for (std::size_t i = 0; i < lane_count; ++i) {
      from[i] = values[i] == nullptr ? &nobody : values[i];
      stride[i] = values[i] == nullptr ? 0 : 1;
    }
    const auto sinks = [&](int i) { return Sink<D>{&pushed_, wanted_, listeners[static_cast<std::size_t>(i)], false}; };
    for (std::size_t s = 0; s < samples; ++s) {
      float row[lane_count];
      for (std::size_t i = 0; i < lane_count; ++i) row[i] = from[i][s * stride[i]];
      ++pushed_;
      lanes_.push(row, sinks);
    }
  }
  void gap(std::size_t lane, Duration lost) override { lanes_.gap(static_cast<int>(lane), lost); }
  void finish(std::size_t lane, const Listener& listener) override {
    lanes_.finish(static_cast<int>(lane), Sink<D>{&pushed_, wanted_, &listener, true});
  }

 private:
  L lanes_;
  Wanted wanted_;
  std::int64_t pushed_ = 0;  ///< to every lane that has not ended
};

/// The double that prints as the float does: 0.02, not 0.0199999996.
inline double decimal(float value) {
  double tidy = 0;
  parse_double(shortest(value), tidy);
  return tidy;
}

template <class Owner>
FieldInfo describe(const Field<Owner>& field) {
  using Kind = typename Field<Owner>::Kind;
  FieldInfo info{.name = field.name,
                 .unit = field.unit,
                 .meaning = field.meaning,
                 .kind = FieldInfo::Kind::number,
                 .low = decimal(field.low),
                 .high = decimal(field.high),
                 .standard = 0,
                 .labels = {}};
  if (field.kind == Kind::i64) info.bytes = 8;
  if (field.kind == Kind::boolean || field.kind == Kind::label) info.bytes = 1;
  if (field.kind == Kind::i32 || field.kind == Kind::i64) info.kind = FieldInfo::Kind::integer;
  if (field.kind == Kind::boolean) {
    info.kind = FieldInfo::Kind::flag;
    info.high = 1;
  }
  if (field.kind == Kind::label) {
    info.kind = FieldInfo::Kind::label;
    info.high = static_cast<double>(field.labels.size()) - 1;
    info.labels.assign(field.labels.begin(), field.labels.end());
  }
  return info;
}

// Not inlined: with the table of fields known, GCC 12 warns of the members that a field does not have.
template <class Owner>
[[gnu::noinline]] double get(const Field<Owner>& field, const Owner& owner) {
  if (field.f32 != nullptr) return decimal(owner.*field.f32);
  if (field.i32 != nullptr) return static_cast<double>(owner.*field.i32);
  if (field.boolean != nullptr) return owner.*field.boolean ? 1 : 0;
  return owner.*field.label;
}

template <class Owner>
[[gnu::noinline]] void set(const Field<Owner>& field, Owner& owner, double value) {
  if (field.f32 != nullptr) owner.*field.f32 = static_cast<float>(value);
  if (field.i32 != nullptr) owner.*field.i32 = static_cast<std::int32_t>(value);
  if (field.boolean != nullptr) owner.*field.boolean = value != 0;
  if (field.label != nullptr) owner.*field.label = static_cast<std::uint8_t>(value);
}

template <Detector D>
DetectorInfo describe();

/// A configuration by names, checked and typed.
template <Detector D>
typename D::Config config_of(const Config& wished) {
  static const DetectorInfo own = describe<D>();
  typename D::Config config{};
  for (const auto& [key, value] : wished) {
    check_config(own, key, value);
    for (const auto& field : D::config_fields) {
      if (key == field.name) set(field, config, value);
    }
  }
  return config;
}

/// The type's name as source code spells it, from what GCC and clang say of a function: "... [with T = NAME]".
template <class T>
std::string type_name() {
  const std::string_view said = __PRETTY_FUNCTION__;
  const std::size_t from = said.find("T = ") + 4;
  return std::string(said.substr(from, said.find_first_of(";]", from) - from));
}

/// The lab's description of `D`.
template <Detector D>
DetectorInfo describe() {
  static_assert(sizeof(D) <= D::contract.ram_bytes);
  DetectorInfo info{.contract = &D::contract,
                    .config = {},
                    .outputs = {},
                    .moment = is_moment<typename D::Output>,
                    .state_bytes = sizeof(D),
                    .state_align = alignof(D),
                    .type = type_name<D>(),
                    .make = {},
                    .make_lanes = {}};
  const typename D::Config standard{};
  for (const auto& field : D::config_fields) {
    info.config.push_back(describe(field));
    info.config.back().standard = get(field, standard);
  }
  for (const auto& field : D::output_fields) info.outputs.push_back(describe(field));
  info.make = [](const Config& wished, Wanted wanted) -> std::unique_ptr<Instance> {
    const Result<D> made = D::make(config_of<D>(wished));
    if (!made) throw UsageError(std::string(D::contract.name) + ": " + sentence(made.error()));
    return std::make_unique<Running<D>>(made.value(), wanted);
  };
  using Many = typename LanesOf<D>::type;
  if constexpr (!std::is_void_v<Many>) {
    info.make_lanes = [](const Config& wished, Wanted wanted) -> std::unique_ptr<Lanes> {
      const Result<Many> made = Many::make(config_of<D>(wished));
      if (!made) throw UsageError(std::string(D::contract.name) + ": " + sentence(made.error()));
      return std::make_unique<RunningLanes<D, Many>>(made.value(), wanted);
    };
  }
  return info;
}

}  // namespace vagus::lab
