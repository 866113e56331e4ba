#pragma once
/// Independent of the simulator: the power of a signal in a band by direct Fourier sums, for its tests.
#include <cmath>
#include <cstddef>
#include <span>

namespace vagus::lab::sim {

inline double mean_of(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

inline double sd_of(std::span<const double> x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double v : x) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / static_cast<double>(x.size()));
}

/// Mean power (variance) of `x`, taken at `times`, between two frequencies: Hann-weighted periodogram on a grid of a
/// quarter of the resolution. Works for uneven times (a tachogram) too.
inline double band_power(std::span<const double> times, std::span<const double> x, double low_hz, double high_hz) {
  const double span = times.back() - times.front();
  const double step_hz = 0.5 / span;
  const double mean = mean_of(x);
  double weights = 0;
  double power = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = 0.5 - 0.5 * std::cos(2 * M_PI * (times[i] - times.front()) / span);
    weights += w * w;
  }
  for (double f = low_hz; f < high_hz; f += step_hz) {
    double re = 0;
    double im = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double w = 0.5 - 0.5 * std::cos(2 * M_PI * (times[i] - times.front()) / span);
      re += w * (x[i] - mean) * std::cos(2 * M_PI * f * times[i]);
      im += w * (x[i] - mean) * std::sin(2 * M_PI * f * times[i]);
    }
    power += re * re + im * im;
  }
  return 2 * power * step_hz * span / (weights * static_cast<double>(x.size()));
}

/// The same for even samples.
inline double band_power(double rate_hz, std::span<const double> x, double low_hz, double high_hz) {
  const double span = static_cast<double>(x.size()) / rate_hz;
  const double step_hz = 1 / span;
  const double mean = mean_of(x);
  double power = 0;
  for (double f = low_hz; f < high_hz; f += step_hz) {
    double re = 0;
    double im = 0;
    // A rotating phasor instead of a cosine a sample; renewed now and then.
    const double cr = std::cos(2 * M_PI * f / rate_hz);
    const double ci = std::sin(2 * M_PI * f / rate_hz);
    double pr = 1;
    double pi = 0;
    for (const double v : x) {
      re += (v - mean) * pr;
      im += (v - mean) * pi;
      const double next = pr * cr - pi * ci;
      pi = pr * ci + pi * cr;
      pr = next;
    }
    power += re * re + im * im;
  }
  const double n = static_cast<double>(x.size());
  return 2 * power / (n * n);
}

}  // namespace vagus::lab::sim
