#pragma once
/// The noise stress test of EC57 with simulated noise (PROTOCOLS): clean for 5 minutes, then 2 minutes noisy and 2
/// minutes clean in turn, at a stated signal-to-noise ratio.
#include <cstdint>
#include <span>
#include <vector>

#include "lab/signal/recording.h"
#include "lab/simulate/noise.h"

namespace vagus::lab {

/// Whether a moment lies in a noisy stretch: [300, 420), [540, 660), ... seconds.
bool noise_stressed(double t_s);

/// Mean of what is left when the smallest and the largest 5 % (rounded down) are taken away; 0 of nothing.
double middle_mean(std::vector<double> values);

/// Signal power as the WFDB program nst has it: an eighth of the squared mean peak-to-peak QRS, over the first 300
/// beats, 50 ms to either side, the middle 90 %. Beats with missing samples are passed over; 0 if none is left.
double qrs_power(std::span<const double> wave_mv, double rate_hz, std::span<const std::int64_t> beat_rows);

/// Noise amplitude as nst has it: the rms about the mean in each of the first 300 windows of 1 s, the middle 90 %.
double noise_amplitude(std::span<const double> noise, double rate_hz);

/// Noise of a kind; the parts of motion (drift, steps) each scaled to unit SD of what is returned, then added.
std::vector<double> stress_noise(sim::NoiseKind kind, double rate_hz, std::size_t samples, std::uint64_t seed,
                                 std::uint64_t channel);

/// Adds noise to every ECG channel so that 10 log10(signal power / squared noise amplitude) is `snr_db`, per channel,
/// each with noise of its own. Reference beats are those of track "atr", else of the first track that holds beats.
/// Samples, gain and annotations stay as they are otherwise; what leaves the storage type's range is clipped to it.
/// Attributes say what was added ("simulated_noise").
/// @param snr_db  -60 .. 60
/// Throws UsageError for another ratio, Error if there is no ECG, no reference beat or no noisy stretch.
Recording noise_stress(const Recording& recording, sim::NoiseKind kind, double snr_db, std::uint64_t seed);

}  // namespace vagus::lab
