#pragma once
/// Which stream of a seed's random numbers serves what: one each, so that no setting shifts another's numbers.
#include <cstdint>

namespace vagus::lab::sim {

enum class Stream : std::uint64_t {
  modulation = 1,
  beats,
  ectopy,
  episodes,
  sizes,
  white,
  electrode,
  muscle,
  baseline,
  motion_drift,
  motion_steps_a,
  motion_steps_b,
  artefacts,
  gains,
  jumps,
  lead_off,
  gaps,
  fibrillation,
  cohort,
  stress,
  hum,
};
constexpr std::uint64_t stream(Stream which, std::uint64_t index = 0) {
  return static_cast<std::uint64_t>(which) | (index << 32);
}

}  // namespace vagus::lab::sim
