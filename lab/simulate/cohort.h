#pragma once
/// A simulated cohort: people who differ in age, sex, heart, device and noise, each with recordings of exact truth.
#include <cstdint>
#include <map>
#include <string>

#include "lab/signal/recording.h"
#include "lab/simulate/simulate.h"

namespace vagus::lab {

/// Who is simulated. Settings hold for everyone and win over what is drawn for a member.
struct CohortSpec {
  std::string kind = "ecg";
  std::int64_t subjects = 20;
  double duration_s = 600;
  Settings settings;
};

/// One member, before anything is simulated. Depends on (seed, index) alone, not on how many there are.
struct CohortMember {
  std::string name;     ///< of the recording: "s0007"
  std::string subject;  ///< the same: one recording a person
  std::map<std::string, std::string>
      attributes;  ///< simulated, age (years), sex (F, M), device, rhythm, noise_level, hr_bpm
  Settings settings;
  std::uint64_t seed = 0;  ///< of the recording
  std::string recipe;      ///< names the content: simulator's version, kind, settings, duration and seed
};

/// Draws member `index` (from 0). ECG: ages around 58 (18 to 92); rate and variability by age and sex; sinus rhythm,
/// ectopy, bigeminy, fibrillation (more with age), pauses, ventricular runs, pacing, bundle blocks; normal, low, tall-T
/// and inverted waves; patch (250 Hz, one lead), holter (360 Hz, two leads) or watch (512 Hz, one lead); quiet,
/// moderate or strong noise. Shares are drawn, not counts. Throws UsageError as `simulate`, or for an index outside the
/// cohort.
CohortMember cohort_member(const CohortSpec& spec, std::uint64_t seed, std::int64_t index);

/// The member's recording: named, with subject and attributes. From any thread.
Recording simulate_member(const CohortSpec& spec, std::uint64_t seed, std::int64_t index);

}  // namespace vagus::lab
