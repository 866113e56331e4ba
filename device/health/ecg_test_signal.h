#pragma once
/// A plain ECG for tests of the ECG detectors: Gaussian waves on a steady rhythm, with what may go wrong added.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace vagus::health::test {

struct EcgOptions {
  float rate_hz = 250;
  double gain_mv = 1;  ///< height of the R wave
  double bpm = 72;
  double noise_mv = 0;  ///< SD of white noise
  double seconds = 40;
};

struct Ecg {
  float rate_hz;
  std::vector<float> mv;
  std::vector<double> beats_s;
};

inline Ecg ecg(const EcgOptions& o) {
  struct Wave {
    double at_s, height, width_s;
  };
  // P, Q, R, S, T; P and T draw nearer as the heart beats faster.
  const double rr = 60 / o.bpm, squeeze = std::sqrt(std::min(1.0, rr / 0.8));
  const Wave waves[] = {{-0.17 * squeeze, 0.12, 0.020},
                        {-0.026, -0.1, 0.009},
                        {0, 1, 0.011},
                        {0.026, -0.2, 0.010},
                        {0.28 * squeeze, 0.25, 0.045 * squeeze}};
  Ecg out{.rate_hz = o.rate_hz, .mv = {}, .beats_s = {}};
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (double t = 0.37; t < o.seconds; t += rr * (1 + 0.02 * std::sin(1.6 * t))) out.beats_s.push_back(t);
  out.mv.resize(static_cast<std::size_t>(o.seconds * static_cast<double>(o.rate_hz)));
  const auto rate = static_cast<double>(o.rate_hz);
  std::vector<double> v(out.mv.size());
  for (std::size_t i = 0; i < v.size(); ++i)
    v[i] = 0.05 * std::sin(1.5 * static_cast<double>(i) / rate) * std::fabs(o.gain_mv) + o.noise_mv * normal(random);
  for (const double beat : out.beats_s) {
    for (const Wave& w : waves) {
      const double at = beat + w.at_s, first = std::max(0.0, (at - 6 * w.width_s) * rate);
      for (auto i = static_cast<std::size_t>(first); i < v.size(); ++i) {
        const double z = (static_cast<double>(i) / rate - at) / w.width_s;
        if (z > 6) break;
        v[i] += o.gain_mv * w.height * std::exp(-0.5 * z * z);
      }
    }
  }
  std::transform(v.begin(), v.end(), out.mv.begin(), [](double x) { return static_cast<float>(x); });
  return out;
}

}  // namespace vagus::health::test
