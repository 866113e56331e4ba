#pragma once
/// What a file is, whatever its signal shows: measured on the signal where the header may not say it.
#include <optional>
#include <string>
#include <string_view>

#include "lab/signal/recording.h"

namespace vagus::lab::guards {

/// Of one recording and the channel a detector reads first. NaN where it cannot be known.
struct FileProperties {
  double true_rate_hz = 0;  ///< found from the stamps
  double bandwidth_hz = 0;  ///< where the spectrum ends at a filter's edge; half the rate where there is none
  double length_s = 0;
  double quantisation = 0;  ///< the smallest step between values, in the channel's unit; 0: none to be seen
  double channels = 0, gaps = 0;
  double start_h = 0;  ///< hour of the day on the recording's clock
  std::string device;  ///< device, sensor part and revisions, as the attributes say
};
FileProperties file_properties(const Recording& recording, std::size_t channel);

/// The frequency above which a low-pass filter (of the sensor, or of a resampler) has left nothing: the spectrum falls
/// by 15 dB or more within half an octave, and stays down. Signals fall off gently, so that content alone makes no
/// edge. Half the rate without one; NaN below 256 values. Only what lies within 60 dB of the strongest counts.
double bandwidth_hz(const Channel& channel);

/// The step that all differences between values are multiples of (within a thousandth); 0 where there is none.
double quantisation_of(const Channel& channel);

std::string pack(const FileProperties& properties);
std::optional<FileProperties> unpack_file_properties(std::string_view bytes);
/// Names how they are measured: part of the key of those that are kept.
inline constexpr std::string_view file_properties_version = "1";

}  // namespace vagus::lab::guards
