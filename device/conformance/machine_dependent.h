#pragma once
/// What the comparison of streams has to find: detectors that break the rules, each in one place. For tests alone.
#include <array>

#include "device/base/contract.h"
#include "device/base/convert.h"
#include "device/base/math.h"
#include "device/base/type_list.h"

namespace vagus::conformance {

enum class Dependence { contraction, conversion };

/// Says every hundredth sample. `contraction` leaves a product and a sum to the compiler's fusing; `conversion` turns
/// floats into integers that cannot hold them.
template <Dependence dependence>
class MachineDependent {
 public:
  struct Config {
    float rate_hz = 100;
  };
  struct Input {
    float ecg_mv;
  };
  struct Output {
    std::int64_t sample;
    float quality;
  };
  static constexpr ChannelNeed reads[] = {{Quantity::ecg, Unit::mv, 50, 200}};
  static constexpr ProbeInfo probe_points[] = {{"input", "mV"}, {"mixed", "mV"}};
  static constexpr Contract contract = {
      .name = dependence == Dependence::contraction ? "test.contraction" : "test.conversion",
      .version = "1.0.0",
      .summary = "Depends on the machine.",
      .source = "none",
      .event = "hundreds",
      .reads = reads,
      .probes = probe_points,
      .latency_ms = 0,
      .ram_bytes = 64};
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 50, 200, "rate")};
  static constexpr std::array output_fields = {Field<Output>::sample("sample", &Output::sample, "where"),
                                               Field<Output>::number("quality", "", &Output::quality, "how sure")};
  static Result<MachineDependent> make(const Config& /*config*/) { return MachineDependent{}; }

  template <class Emit>
  void push(Input in, Emit&& emit) {
    const float x = canonical(in.ecg_mv);
    probe(emit, 0, sample_, x);
    const float mixed =
        dependence == Dependence::contraction ? mix(x) : static_cast<float>(static_cast<std::int32_t>(x * 1e10F));
    mixed_ = is_finite(mixed) ? mixed : 0.0F;
    probe(emit, 1, sample_, mixed_);
    if (sample_ % 100 == 99) emit(Output{sample_, mixed_});
    ++sample_;
  }
  void gap(Duration /*lost*/) {}
  template <class Emit>
  void finish(Emit&& /*emit*/) {}

 private:
  float mix(float x) const {
#ifdef VAGUS_CONTRACTED  // as a compiler makes it of the other line where it may contract
    return math::fused(0.9F, mixed_, x);
#else
    return 0.9F * mixed_ + x;
#endif
  }

  float mixed_ = 0;
  std::int64_t sample_ = 0;
};

using MachineDependentRegistry =
    TypeList<MachineDependent<Dependence::contraction>, MachineDependent<Dependence::conversion>>;

}  // namespace vagus::conformance
