#pragma once
/// What an ECG lead was like at a moment: size, muscle noise, wander. The beats' places are told, for noise is measured
/// between them.
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab {

/// Measures of one channel, asked for by time in seconds since the recording's start. NaN where there is no signal.
/// Missing samples repeat the last value and count in nothing.
class EcgMeasures {
 public:
  /// @param beats_s  in order
  /// Throws Error if the channel's unit is no voltage or its rate is below 100 Hz.
  EcgMeasures(const Channel& channel, const std::vector<double>& beats_s);

  /// Peak to peak within 60 ms of a moment, in mV. Unknown where noise alone would be half of it.
  float amplitude_mv(double t_s) const;
  float peak_to_peak_mv(double from_s, double to_s) const;
  /// Root mean square above 30 Hz within 1 s, what lies within 80 ms of a beat left out, in mV.
  float muscle_noise_mv(double t_s) const;
  /// Standard deviation of the running mean over 0.8 s, within 3 s, in mV.
  float baseline_wander_mv(double t_s) const;
  /// The greatest difference of two means over 0.8 s, one after the other, that part within 0.8 s of a moment, in mV.
  float baseline_shift_mv(double t_s) const;

 private:
  std::size_t row(double t_s) const;
  const TimeAxis& time_;
  double rate_hz_;
  std::size_t rows_;
  std::vector<float> wave_, mean_;
  std::vector<bool> known_;
  std::vector<double> noise_squares_, mean_sum_, mean_squares_;  ///< running sums, one longer than the rows
  std::vector<std::uint32_t> between_beats_;                     ///< running count of samples that noise is measured on
};

}  // namespace vagus::lab
