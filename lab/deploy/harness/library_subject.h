#pragma once
/// A detector in C (vagus_detector.h) as the subject whose cost is measured: what subject.h is for those that are built
/// in. settings.h, which `vagus cost` writes from what the detector said of itself on this core (describe.cpp), holds
///   #define VAGUS_COST_LIBRARY
///   #define VAGUS_COST_NAME "my.beats"
///   #define VAGUS_COST_READS {vagus::Quantity(0), vagus::Unit(1), 50.0F, 1500.0F, false}, ...
///   #define VAGUS_COST_RATE_HZ 250.0F
///   #define VAGUS_COST_SETTINGS 0.3F, ...               one for each setting, and a 0 behind them
///   #define VAGUS_COST_STATE_BYTES 208
///   #define VAGUS_COST_STATE_ALIGN 8
///   #define VAGUS_COST_SECONDS 120                        of the standard signal
#include <cstddef>
#include <cstdint>
#include <span>

#include "device/base/contract.h"
#include "device/conformance/signals.h"
#include "lab/prototype/vagus_detector.h"
#include "settings.h"

namespace vagus::cost {

/// The state, and what the harness asks of a detector's type.
struct Subject {
  static constexpr ChannelNeed reads[] = {VAGUS_COST_READS};
  struct Input {
    float values[sizeof reads / sizeof reads[0]];
  };
  struct Output {};
  static constexpr Contract contract = {.name = VAGUS_COST_NAME,
                                        .version = "",
                                        .summary = "",
                                        .source = "",
                                        .event = "",
                                        .reads = reads,
                                        .probes = {},
                                        .latency_ms = 0,
                                        .ram_bytes = 0};

  alignas(VAGUS_COST_STATE_ALIGN) unsigned char state[VAGUS_COST_STATE_BYTES];
};

/// What init gave back beside its state.
struct Made {
  Subject subject;
  int refused;
  bool ok() const { return refused == 0; }
  Subject& value() { return subject; }
};
inline const char* why_not(const Made& /*made*/) { return "init refuses the rate or the settings"; }
inline float rate_hz() { return VAGUS_COST_RATE_HZ; }
inline std::uint64_t state_bytes() { return vagus_detector()->state_bytes; }
inline constexpr std::size_t measured_stack_bytes = 16384;

}  // namespace vagus::cost

extern "C" {
void vagus_subject_make(vagus::cost::Made* into);
void vagus_subject_push(vagus::cost::Subject* subject, const vagus::cost::Subject::Input* input);
void vagus_subject_gap(vagus::cost::Subject* subject, std::int32_t lost_ms);
void vagus_subject_finish(vagus::cost::Subject* subject);

void vagus_subject_said(const vagus::cost::Subject::Output* output);
void vagus_subject_unreadable(const vagus::Unreadable* stretch);
}
