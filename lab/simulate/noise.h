#pragma once
/// Noise with a stated spectrum and standard deviation.
#include <array>
#include <complex>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "lab/simulate/random.h"

namespace vagus::lab::sim {

/// A spectrum: relative amplitude (root of the power density) at a frequency in Hz above 0, and where it ends.
struct Band {
  double (*amplitude)(double hz);
  double highest_hz;
};

/// Baseline 0.1 to 0.5 Hz even; muscle 20 to 150 Hz even (or to half the rate); the drift of motion 1/f in amplitude
/// from 1 to 8 Hz; electrode contact noise 1/f in power from 0.5 to 40 Hz.
const Band& baseline_band();
const Band& muscle_band();
const Band& motion_drift_band();
const Band& electrode_band();

/// Two independent stationary Gaussian noises of unit standard deviation, as many samples as are asked for.
/// Blocks of random spectral lines (inverse FFT) are cross-faded with sine windows, so the power is even throughout and
/// memory does not grow with the length; edges are blurred by about `resolution_hz`. A band far below the rate is made
/// at 16 times its highest frequency or more and interpolated by cubics (error below 6e-4 of the amplitude).
class SpectralNoise {
 public:
  /// @param resolution_hz  line spacing: well below the lowest frequency that matters
  SpectralNoise(double rate_hz, double resolution_hz, const Band& band, Random random);
  /// Writes the next samples of both; the spans are of one size, and `b` may be empty.
  void next(std::span<double> a, std::span<double> b);

 private:
  void make_block();
  std::complex<double> made();
  Random random_;
  std::size_t each_;  ///< one sample of this many is made, the others interpolated
  std::size_t at_ = 0, phase_ = 0;
  std::vector<double> line_;  ///< amplitude of each line of the complex spectrum
  std::vector<double> window_;
  std::vector<std::complex<double>> twiddle_, block_, ready_;
  std::vector<std::array<double, 4>> weights_;
  std::array<std::complex<double>, 4> points_;
};

/// The kinds of noise of the noise stress test (PROTOCOLS, ec57).
enum class NoiseKind { baseline, muscle, motion };
std::string_view name(NoiseKind kind);
/// UsageError with the nearest name if there is none.
NoiseKind noise_kind(std::string_view name);

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
