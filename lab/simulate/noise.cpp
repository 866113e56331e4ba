#include "lab/simulate/noise.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "lab/base/error.h"
#include "lab/simulate/math.h"

namespace vagus::lab::sim {
namespace {

constexpr double pi = 3.141592653589793238462643383280;
constexpr double steps_per_s = 0.5;
constexpr double steps_corner_hz = 0.3;

/// In-place inverse FFT without scaling, radix 2, first two stages in one. `twiddle` holds e^(2 pi i k / (2 half)), k <
/// half, for half = 4, 8 ... n/2, one after the other, so that every stage reads in order.
void inverse_fft(std::vector<std::complex<double>>& x, const std::vector<std::complex<double>>& twiddle) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t i = 0; i < n; i += 4) {
    const std::complex<double> a = x[i] + x[i + 1];
    const std::complex<double> b = x[i] - x[i + 1];
    const std::complex<double> c = x[i + 2] + x[i + 3];
    const std::complex<double> d = x[i + 2] - x[i + 3];
    x[i] = a + c;
    x[i + 2] = a - c;
    x[i + 1] = {b.real() - d.imag(), b.imag() + d.real()};
    x[i + 3] = {b.real() + d.imag(), b.imag() - d.real()};
  }
  const std::complex<double>* stage = twiddle.data();
  for (std::size_t half = 4; half < n; half *= 2) {
    for (std::size_t start = 0; start < n; start += 2 * half) {
      std::complex<double>* low = x.data() + start;
      std::complex<double>* high = low + half;
      for (std::size_t k = 0; k < half; ++k) {
        const double wr = stage[k].real();
        const double wi = stage[k].imag();
        const double re = high[k].real() * wr - high[k].imag() * wi;  // operator* would look for infinities
        const double im = high[k].real() * wi + high[k].imag() * wr;
        high[k] = {low[k].real() - re, low[k].imag() - im};
        low[k] = {low[k].real() + re, low[k].imag() + im};
      }
    }
    stage += half;
  }
}

}  // namespace

SpectralNoise::SpectralNoise(double rate_hz, double resolution_hz, const Band& band, Random random)
    : random_(random), each_(std::max<std::size_t>(1, static_cast<std::size_t>(rate_hz / (16 * band.highest_hz)))) {
  const double made_hz = rate_hz / static_cast<double>(each_);
  std::size_t n = 4;
  while (static_cast<double>(n) * resolution_hz < made_hz) n *= 2;
  line_.assign(n, 0);
  double power = 0;
  for (std::size_t k = 1; k < n / 2; ++k) {
    const double a = band.amplitude(static_cast<double>(k) * made_hz / static_cast<double>(n));
    line_[k] = line_[n - k] = a;
    power += 2 * a * a;
  }
  const double scale = power > 0 ? 1 / std::sqrt(power) : 0;
  for (double& a : line_) a *= scale;
  for (std::size_t half = 4; half < n; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const double turns = static_cast<double>(k) / static_cast<double>(2 * half);
      twiddle_.emplace_back(cos_turns(turns), sin_turns(turns));
    }
  }
  for (std::size_t k = 0; k < n; ++k)
    window_.push_back(sin_turns((static_cast<double>(k) + 0.5) / (2 * static_cast<double>(n))));
  for (std::size_t k = 0; k < each_; ++k) {
    const double x = static_cast<double>(k) / static_cast<double>(each_);
    weights_.push_back({-x * (x - 1) * (x - 2) / 6, (x + 1) * (x - 1) * (x - 2) / 2, -(x + 1) * x * (x - 2) / 2,
                        (x + 1) * x * (x - 1) / 6});
  }
  block_.resize(n);
  ready_.resize(n / 2);
  make_block();
  make_block();
  for (std::complex<double>& point : points_) point = made();
}

void SpectralNoise::make_block() {
  const std::size_t n = line_.size();
  for (std::size_t k = 0; k < n / 2; ++k) ready_[k] = block_[n / 2 + k] * window_[n / 2 + k];
  for (std::size_t k = 0; k < n; ++k) {
    if (line_[k] == 0) {
      block_[k] = 0;
    } else {
      const double re = random_.normal();
      block_[k] = {line_[k] * re, line_[k] * random_.normal()};
    }
  }
  inverse_fft(block_, twiddle_);
  for (std::size_t k = 0; k < n / 2; ++k) ready_[k] += block_[k] * window_[k];
  at_ = 0;
}

std::complex<double> SpectralNoise::made() {
  if (at_ == ready_.size()) make_block();
  return ready_[at_++];
}

void SpectralNoise::next(std::span<double> a, std::span<double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::complex<double> value;
    if (each_ == 1) {
      value = made();
    } else {
      const std::array<double, 4>& w = weights_[phase_];
      value = points_[0] * w[0] + points_[1] * w[1] + points_[2] * w[2] + points_[3] * w[3];
      if (++phase_ == each_) {
        phase_ = 0;
        points_ = {points_[1], points_[2], points_[3], made()};
      }
    }
    a[i] = value.real();
    if (!b.empty()) b[i] = value.imag();
  }
}

std::string_view name(NoiseKind kind) {
  switch (kind) {
    case NoiseKind::baseline:
      return "baseline";
    case NoiseKind::muscle:
      return "muscle";
    case NoiseKind::motion:
      return "motion";
  }
  return "";
}

NoiseKind noise_kind(std::string_view text) {
  for (const NoiseKind kind : {NoiseKind::baseline, NoiseKind::muscle, NoiseKind::motion})
    if (text == name(kind)) return kind;
  throw UsageError("no noise is called '" + std::string(text) + "'", "there are baseline, muscle and motion");
}

const Band& baseline_band() {
  static const Band band{[](double hz) { return hz >= 0.1 && hz <= 0.5 ? 1.0 : 0.0; }, 0.5};
  return band;
}
const Band& muscle_band() {
  static const Band band{[](double hz) { return hz >= 20 && hz <= 150 ? 1.0 : 0.0; }, 150};
  return band;
}
const Band& motion_drift_band() {
  static const Band band{[](double hz) { return hz >= 1 && hz <= 8 ? 1 / hz : 0.0; }, 8};
  return band;
}
const Band& electrode_band() {
  static const Band band{[](double hz) { return hz >= 0.5 && hz <= 40 ? 1 / std::sqrt(hz) : 0.0; }, 40};
  return band;
}

MotionSteps::MotionSteps(double rate_hz, Random random) : random_(random), rate_hz_(rate_hz) {
  // Bilinear transform with the corner prewarped; tan from sin and cos in turns.
  const double k = sin_turns(steps_corner_hz / (2 * rate_hz)) / cos_turns(steps_corner_hz / (2 * rate_hz));
  const double norm = 1 / (1 + std::sqrt(2.0) * k + k * k);
  b0_ = norm;
  b1_ = -2 * norm;
  b2_ = norm;
  a1_ = 2 * (k * k - 1) * norm;
  a2_ = (1 - std::sqrt(2.0) * k + k * k) * norm;
  // Campbell's theorem: the variance of a Poisson sum of unit-variance steps is their rate times the energy of one
  // step's response; for this filter that is the integral of (e^(-ct) (cos ct - sin ct))^2 = 1 / (4 c), c = 2 pi f /
  // sqrt(2).
  const double c = 2 * pi * steps_corner_hz / std::sqrt(2.0);
  scale_ = 1 / std::sqrt(steps_per_s / (4 * c));
  until_next_s_ = random_.exponential() / steps_per_s;
  for (int warm = static_cast<int>(10 * rate_hz); warm > 0; --warm) (void)next();  // the first 10 s settle the filter
}

double MotionSteps::next() {
  while (until_next_s_ <= 0) {
    level_ += random_.normal();
    until_next_s_ += random_.exponential() / steps_per_s;
  }
  until_next_s_ -= 1 / rate_hz_;
  const double y = b0_ * level_ + s1_;
  s1_ = b1_ * level_ - a1_ * y + s2_;
  s2_ = b2_ * level_ - a2_ * y;
  return scale_ * y;
}

MotionNoise::MotionNoise(double rate_hz, Random drift, Random steps_a, Random steps_b)
    : drift_(rate_hz, 1.0 / 32, motion_drift_band(), drift), steps_a_(rate_hz, steps_a), steps_b_(rate_hz, steps_b) {}

void MotionNoise::next(std::span<double> a, std::span<double> b) {
  drift_.next(a, b);
  const double scale = std::sqrt(0.5);
  for (double& value : a) value = scale * (value + steps_a_.next());
  for (double& value : b) value = scale * (value + steps_b_.next());
}

}  // namespace vagus::lab::sim
