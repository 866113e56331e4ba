#include "lab/simulate/noise_stress.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/simulate/math.h"
#include "lab/simulate/streams.h"

namespace vagus::lab {
namespace {

constexpr double clean_s = 300;
constexpr double turn_s = 120;
constexpr std::size_t most_counted = 300;

bool is_beat(std::string_view label) {
  static constexpr std::string_view beats = "NLRBAaJSVrFejnE/fQ?";
  return label.size() == 1 && beats.find(label[0]) != std::string_view::npos;
}

const Track* reference_of(const Recording& recording) {
  const auto holds_beats = [](const Track& track) {
    return !track.layers.empty() && std::any_of(track.current().begin(), track.current().end(),
                                                [](const Annotation& a) { return is_beat(a.label); });
  };
  if (const Track* atr = recording.track("atr"); atr != nullptr && holds_beats(*atr)) return atr;
  const auto it = std::find_if(recording.tracks.begin(), recording.tracks.end(), holds_beats);
  return it == recording.tracks.end() ? nullptr : &*it;
}

double mean(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

double rms_about_mean(std::span<const double> x) {
  const double middle = mean(x);
  double sum = 0;
  for (const double v : x) sum += (v - middle) * (v - middle);
  return std::sqrt(sum / static_cast<double>(x.size()));
}

void scale_to_unit(std::vector<double>& x) {
  const double sd = rms_about_mean(x);
  if (sd > 0)
    for (double& v : x) v /= sd;
}

template <class Value>
void add_noise(SampleColumn<Value>& values, const std::vector<std::size_t>& rows, const std::vector<double>& noise,
               double scale) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Value& value = values[rows[i]];
    if constexpr (std::is_floating_point_v<Value>) {
      value = static_cast<Value>(static_cast<double>(value) + scale * noise[i]);  // NaN stays
    } else {
      using Limits = std::numeric_limits<Value>;
      if (value == Limits::min()) continue;  // missing
      const double sum = static_cast<double>(value) + std::floor(scale * noise[i] + 0.5);
      value = static_cast<Value>(
          std::clamp(sum, static_cast<double>(Limits::min()) + 1, static_cast<double>(Limits::max())));
    }
  }
}

/// What takes the channel's unit to millivolts; 0 where it measures no voltage.
double to_mv(const Channel& channel) {
  const std::optional<Conversion> conversion_to_mv = conversion(channel.unit, Unit::mv);
  return conversion_to_mv ? conversion_to_mv->factor : 1;
}

void stress(Channel& channel, const Track& reference, sim::NoiseKind kind, double snr_db, std::uint64_t seed,
            std::uint64_t index, const std::string& where) {
  std::vector<double> wave(channel.samples.size());
  channel.samples.read(0, wave);
  const double factor = to_mv(channel);
  for (double& v : wave) v *= factor;
  const double rate = channel.time.rate_hz;

  std::vector<std::size_t> noisy;
  std::vector<std::int64_t> beats;
  for (const Stretch& stretch : channel.time.stretches) {
    for (std::int64_t row = stretch.first_row; row < stretch.first_row + stretch.rows; ++row)
      if (noise_stressed(stretch.time_of(row))) noisy.push_back(static_cast<std::size_t>(row));
  }
  for (const Annotation& a : reference.current()) {
    if (beats.size() >= most_counted) break;
    if (!is_beat(a.label)) continue;
    const double t = reference.time_of(a.tick);
    for (const Stretch& s : channel.time.stretches) {
      if (t < s.t_start_s || t >= s.time_of(s.first_row + s.rows)) continue;
      beats.push_back(s.first_row + static_cast<std::int64_t>(std::floor((t - s.t_start_s) * s.rate_hz + 0.5)));
    }
  }
  if (noisy.empty())
    throw Error("lasts less than the 5 minutes that stay clean", where, "a noise stress test needs a longer recording");
  const double power = qrs_power(wave, rate, beats);
  if (!(power > 0)) throw Error("holds no QRS at its reference beats", where + " channel " + channel.name);

  // Measured over at least the 300 windows that the definition asks for, however little of it is added.
  const auto enough = static_cast<std::size_t>(std::ceil(static_cast<double>(most_counted) * rate));
  const std::vector<double> noise = stress_noise(kind, rate, std::max(noisy.size(), enough), seed, index);
  const double amplitude = std::sqrt(power / sim::pow(10, snr_db / 10)) / noise_amplitude(noise, rate);
  const double scale = amplitude / factor * (channel.samples.is_integer() ? channel.samples.gain() : 1.0);
  std::visit([&](auto& values) { add_noise(values, noisy, noise, scale); }, channel.samples.storage());
  channel.saturates_low.reset();
  channel.saturates_high.reset();
}

}  // namespace

bool noise_stressed(double t_s) {
  return t_s >= clean_s && (static_cast<std::int64_t>((t_s - clean_s) / turn_s) % 2) == 0;
}

double middle_mean(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t cut = values.size() / 20;
  return mean(std::span(values).subspan(cut, values.size() - 2 * cut));
}

double qrs_power(std::span<const double> wave_mv, double rate_hz, std::span<const std::int64_t> beat_rows) {
  const auto reach = static_cast<std::int64_t>(std::floor(0.05 * rate_hz + 0.5));
  std::vector<double> heights;
  for (const std::int64_t row : beat_rows.first(std::min(beat_rows.size(), most_counted))) {
    if (row < reach || row + reach >= static_cast<std::int64_t>(wave_mv.size())) continue;
    const auto window = wave_mv.subspan(static_cast<std::size_t>(row - reach), static_cast<std::size_t>(2 * reach + 1));
    if (std::any_of(window.begin(), window.end(), [](double v) { return !std::isfinite(v); })) continue;
    const auto [low, high] = std::minmax_element(window.begin(), window.end());
    heights.push_back(*high - *low);
  }
  const double height = middle_mean(std::move(heights));
  return height * height / 8;
}

double noise_amplitude(std::span<const double> noise, double rate_hz) {
  const auto window = static_cast<std::size_t>(std::max(1.0, std::floor(rate_hz + 0.5)));
  std::vector<double> amplitudes;
  for (std::size_t first = 0; first + window <= noise.size() && amplitudes.size() < most_counted; first += window)
    amplitudes.push_back(rms_about_mean(noise.subspan(first, window)));
  return middle_mean(std::move(amplitudes));
}

std::vector<double> stress_noise(sim::NoiseKind kind, double rate_hz, std::size_t samples, std::uint64_t seed,
                                 std::uint64_t channel) {
  using sim::Random;
  using sim::Stream;
  std::vector<double> noise(samples);
  const auto random = [&](std::uint64_t part) { return Random(seed, sim::stream(Stream::stress, 4 * channel + part)); };
  switch (kind) {
    case sim::NoiseKind::baseline:
      sim::SpectralNoise(rate_hz, 1.0 / 64, sim::baseline_band(), random(0)).next(noise, {});
      break;
    case sim::NoiseKind::muscle:
      sim::SpectralNoise(rate_hz, 0.25, sim::muscle_band(), random(1)).next(noise, {});
      break;
    case sim::NoiseKind::motion: {
      sim::SpectralNoise(rate_hz, 1.0 / 32, sim::motion_drift_band(), random(2)).next(noise, {});
      scale_to_unit(noise);
      sim::MotionSteps steps(rate_hz, random(3));
      std::vector<double> stepped(samples);
      for (double& v : stepped) v = steps.next();
      scale_to_unit(stepped);
      for (std::size_t i = 0; i < samples; ++i) noise[i] += stepped[i];
      break;
    }
  }
  scale_to_unit(noise);
  return noise;
}

Recording noise_stress(const Recording& recording, sim::NoiseKind kind, double snr_db, std::uint64_t seed) {
  if (!(snr_db >= -60 && snr_db <= 60)) throw UsageError("a signal-to-noise ratio lies between -60 and 60 dB");
  const Track* reference = reference_of(recording);
  if (reference == nullptr)
    throw Error("has no reference beats to measure the QRS at", recording.name, "put its .atr file beside it");
  Recording stressed = recording;
  std::uint64_t index = 0;
  for (Channel& channel : stressed.channels)
    if (channel.quantity == Quantity::ecg) stress(channel, *reference, kind, snr_db, seed, index++, recording.name);
  if (index == 0) throw Error("has no ECG channel", recording.name);
  stressed.attributes.try_emplace("simulated", "noise");
  stressed.attributes["simulated_noise"] =
      std::string(sim::name(kind)) + ", " + shortest(snr_db) + " dB, seed " + std::to_string(seed);
  return stressed;
}

}  // namespace vagus::lab
