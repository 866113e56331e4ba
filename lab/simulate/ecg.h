#pragma once
/// The ECG simulator: rhythm, beat shapes, fibrillatory waves, noises, faults and the converter, with exact
/// annotations.
#include <cstdint>
#include <vector>

#include "lab/signal/recording.h"
#include "lab/simulate/rhythm.h"
#include "lab/simulate/simulate.h"

namespace vagus::lab::sim {

/// Noises are standard deviations in mV, faults Poisson events an hour.
struct EcgSpec {
  double rate_hz = 360;
  int leads = 2;
  RhythmSpec rhythm;
  bool inverted = false;
  double fwave_mv = 0.08, fwave_hz = 6;
  double white_mv = 0.005, electrode_mv = 0, muscle_mv = 0.01, baseline_mv = 0.05, motion_mv = 0;
  double hum_mv = 0, hum_hz = 50;
  double artefact_share = 1, artefact_s = 15;  ///< muscle and motion come in bouts if the share is below 1
  double gain_changes_per_hour = 0;
  double jumps_per_hour = 0, jump_mv = 1;
  double lead_off_per_hour = 0, lead_off_s = 8;
  double gaps_per_hour = 0, gap_s = 3;
  double range_mv = 5, resolution_uv = 5;
};

const std::vector<Parameter>& ecg_parameters();
/// UsageError on an unknown setting, a value out of range, or settings that do not fit together.
EcgSpec ecg_spec(const Settings& settings);

/// Channels "MLII" and "V1" in mV, even from 0 on, 16-bit with `range_mv` and `resolution_uv`; samples lost in gaps are
/// missing. Track "atr": beats at the sample of the first lead's QRS extremum in the wave before noise and converter
/// (beats that fall where every lead is off or lost are left out: nothing of them was recorded), rhythm changes "+"
/// with "(N" "(AFIB" "(B" "(T" "(VT" "(P", and signal quality "~" whose subtype has bit i set where lead i is noisy, -1
/// where nothing can be read.
Recording make_ecg(const EcgSpec& spec, double duration_s, std::uint64_t seed);
Recording simulate_ecg(const Settings& settings, double duration_s, std::uint64_t seed);

}  // namespace vagus::lab::sim
