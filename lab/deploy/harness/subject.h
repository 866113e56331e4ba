#pragma once
/// The detector whose cost is measured, behind the functions that an application would call. Which one it is and how it
/// is configured stands in a settings.h on the include path, which `vagus cost` writes:
///   #define VAGUS_COST_DETECTOR "health.beats"
///   #define VAGUS_COST_SETTINGS {"rate_hz", 250.0}, ...   what differs from the defaults; may be empty
///   #define VAGUS_COST_SECONDS 120                        of the standard signal
#include <cstdint>

#include "device/base/convert.h"
#include "device/conformance/kit.h"
#include "device/registry.h"
#include "settings.h"

namespace vagus::cost {

template <class T>
struct Holds {
  using Type = T;
};
template <class First, class... Rest>
constexpr auto named(TypeList<First, Rest...> /*list*/) {
  if constexpr (conformance::same_text(First::contract.name, VAGUS_COST_DETECTOR)) {
    return Holds<First>{};
  } else {
    return named(TypeList<Rest...>{});
  }
}
/// The detector.
using Subject = decltype(named(Registry{}))::Type;

struct Setting {
  const char* key;
  double value;
};

/// The defaults with the settings over them; evaluated by the compiler.
constexpr Subject::Config configured() {
  using Kind = Field<Subject::Config>::Kind;
  Subject::Config config{};
  constexpr Setting settings[] = {{"", 0.0}, VAGUS_COST_SETTINGS};
  for (const Setting& setting : settings) {
    for (const auto& field : Subject::config_fields) {
      if (!conformance::same_text(field.name, setting.key)) continue;
      if (field.kind == Kind::f32) config.*field.f32 = static_cast<float>(setting.value);
      if (field.kind == Kind::i32) config.*field.i32 = static_cast<std::int32_t>(setting.value);
      if (field.kind == Kind::boolean) config.*field.boolean = setting.value > 0.5;
      if (field.kind == Kind::label) config.*field.label = static_cast<std::uint8_t>(setting.value);
    }
  }
  return config;
}

/// What `make` gave back.
using Made = Result<Subject>;
inline const char* why_not(const Made& made) { return sentence(made.error()); }
inline float rate_hz() {
  constexpr Subject::Config config = configured();
  return conformance::rate_of<Subject>(config);
}
inline std::uint64_t state_bytes() { return sizeof(Subject); }
/// `make` builds the detector in its frame and hands it back by value.
inline constexpr std::size_t measured_stack_bytes = 8192 + 4 * ((sizeof(Subject) + 7) / 8 * 8);

}  // namespace vagus::cost

extern "C" {
/// Into memory that holds nothing yet.
void vagus_subject_make(vagus::Result<vagus::cost::Subject>* into);
void vagus_subject_push(vagus::cost::Subject* subject, const vagus::cost::Subject::Input* input);
void vagus_subject_gap(vagus::cost::Subject* subject, std::int32_t lost_ms);
void vagus_subject_finish(vagus::cost::Subject* subject);

/// The application's: an event, a stretch that cannot be read.
void vagus_subject_said(const vagus::cost::Subject::Output* output);
void vagus_subject_unreadable(const vagus::Unreadable* stretch);
}
