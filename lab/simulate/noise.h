#pragma once
/// Noise with a stated spectrum and standard deviation.
#include <complex>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "lab/simulate/random.h"

namespace vagus::lab::sim {

/// Two independent stationary Gaussian noises of unit standard deviation, as many samples as are asked for.
/// Blocks of random spectral lines (inverse FFT) are cross-faded with sine windows, so the power is even throughout and
/// memory does not grow with the length. Edges are blurred by about `resolution_hz`.
class SpectralNoise {
 public:
  /// @param amplitude  relative spectral amplitude (root of the power density) at a frequency in Hz above 0
  /// @param resolution_hz  line spacing: well below the lowest frequency that matters
  SpectralNoise(double rate_hz, double resolution_hz, const std::function<double(double)>& amplitude, Random random);
  /// Writes the next samples of both; the spans are of one size, and `b` may be empty.
  void next(std::span<double> a, std::span<double> b);

 private:
  void make_block();
  Random random_;
  std::vector<double> line_;  ///< amplitude of each line of the complex spectrum
  std::vector<double> window_;
  std::vector<std::complex<double>> twiddle_, block_, ready_;
  std::size_t at_ = 0;
};

/// The kinds of noise of the noise stress test (PROTOCOLS, ec57).
enum class NoiseKind { baseline, muscle, motion };
std::string_view name(NoiseKind kind);
/// UsageError with the nearest name if there is none.
NoiseKind noise_kind(std::string_view name);

/// Amplitude spectra: baseline 0.1 to 0.5 Hz even; muscle 20 to 150 Hz even (or to half the rate); the drift of motion
/// 1/f in amplitude from 1 to 8 Hz; electrode contact noise 1/f in power from 0.5 Hz to 40 Hz.
double baseline_amplitude(double hz);
double muscle_amplitude(double hz);
double motion_drift_amplitude(double hz);
double electrode_amplitude(double hz);

/// Steps of motion: 0.5 a second (Poisson), Gaussian sizes, summed, then a second-order Butterworth high-pass at 0.3
/// Hz. Scaled to its stationary standard deviation of 1.
class MotionSteps {
 public:
  MotionSteps(double rate_hz, Random random);
  double next();

 private:
  Random random_;
  double rate_hz_, until_next_s_, level_ = 0, scale_;
  double b0_, b1_, b2_, a1_, a2_, s1_ = 0, s2_ = 0;
};

/// Motion: drift of unit SD plus steps of unit SD, over sqrt(2): unit SD, for two leads with steps of their own.
class MotionNoise {
 public:
  MotionNoise(double rate_hz, Random drift, Random steps_a, Random steps_b);
  void next(std::span<double> a, std::span<double> b);

 private:
  SpectralNoise drift_;
  MotionSteps steps_a_, steps_b_;
};

}  // namespace vagus::lab::sim
