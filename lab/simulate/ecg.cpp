#include "lab/simulate/ecg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lab/simulate/faults.h"
#include "lab/simulate/math.h"
#include "lab/simulate/noise.h"
#include "lab/simulate/streams.h"

namespace vagus::lab::sim {
namespace {

constexpr std::int64_t chunk_rows = 16384;
constexpr double fade_s = 0.25;       ///< bouts and f-waves come and go within this
constexpr double jump_decay_s = 3.2;  ///< of an amplifier coupled at 0.05 Hz

/// 1 inside, 0 outside, straight over `fade_s` around the ends.
double envelope(const Span& span, double t) {
  return std::clamp(std::min(t - span.start_s, span.end_s - t) / fade_s + 0.5, 0.0, 1.0);
}

/// Adds `gain * wave` of a two-lead noise, unless its SD is 0.
template <class Noise>
class Layer2 {
 public:
  Layer2(double sd_mv, std::optional<Noise> noise) : sd_mv_(sd_mv), noise_(std::move(noise)) {}
  void add(std::span<const std::span<double>> leads, std::span<const double> share, std::span<double> a,
           std::span<double> b) {
    if (!noise_) return;
    const std::size_t rows = leads[0].size();
    noise_->next(a.first(rows), b.first(rows));
    for (std::size_t lead = 0; lead < leads.size(); ++lead) {
      const std::span<double> wave = lead == 0 ? a : b;
      for (std::size_t i = 0; i < rows; ++i) leads[lead][i] += sd_mv_ * (share.empty() ? 1.0 : share[i]) * wave[i];
    }
  }

 private:
  double sd_mv_;
  std::optional<Noise> noise_;
};

std::optional<SpectralNoise> spectral(double sd_mv, double rate_hz, double resolution_hz, const Band& band,
                                      Random random) {
  if (sd_mv <= 0) return std::nullopt;
  return SpectralNoise(rate_hz, resolution_hz, band, random);
}

/// Fibrillatory waves: a sawtooth of three harmonics, modulated in frequency (0.3 Hz at 0.2 Hz) and in size (a third at
/// 0.1 Hz). Source: Stridh and Sornmo, IEEE Trans Biomed Eng 48:105, 2001, equations 1 to 3 and their table.
class Fibrillation {
 public:
  Fibrillation(const EcgSpec& spec, Random random) : spec_(spec), phase_(random.uniform()), slow_(random.uniform()) {}
  void add(const Span& span, double rate_hz, std::int64_t first_row, std::span<const std::span<double>> leads) const {
    for (std::size_t i = 0; i < leads[0].size(); ++i) {
      const double t = static_cast<double>(first_row + static_cast<std::int64_t>(i)) / rate_hz;
      const double share = envelope(span, t);
      if (share <= 0) continue;
      const double size = spec_.fwave_mv * share * (1 + sin_turns(0.1 * t + slow_) / 3);
      const double turns = spec_.fwave_hz * t + 0.3 / 0.2 / 6.283185307179586 * sin_turns(0.2 * t + slow_) + phase_;
      for (std::size_t lead = 0; lead < leads.size(); ++lead) {
        const double at = turns + 0.1 * static_cast<double>(lead);
        const double wave = sin_turns(at) + sin_turns(2 * at) / 2 + sin_turns(3 * at) / 3;
        leads[lead][i] -= (lead == 0 ? 1.0 : 1.6) * size * wave;
      }
    }
  }

 private:
  const EcgSpec& spec_;
  double phase_, slow_;
};

class Renderer {
 public:
  Renderer(const EcgSpec& spec, const Rhythm& rhythm, const Faults& faults, std::uint64_t seed)
      : spec_(spec),
        rhythm_(rhythm),
        faults_(faults),
        fibrillation_(spec, Random(seed, stream(Stream::fibrillation))),
        muscle_(spec.muscle_mv,
                spectral(spec.muscle_mv, spec.rate_hz, 0.25, muscle_band(), Random(seed, stream(Stream::muscle)))),
        baseline_(spec.baseline_mv, spectral(spec.baseline_mv, spec.rate_hz, 1.0 / 64, baseline_band(),
                                             Random(seed, stream(Stream::baseline)))),
        electrode_(spec.electrode_mv, spectral(spec.electrode_mv, spec.rate_hz, 0.0625, electrode_band(),
                                               Random(seed, stream(Stream::electrode)))),
        motion_(spec.motion_mv,
                spec.motion_mv > 0 ? std::optional(MotionNoise(spec.rate_hz, Random(seed, stream(Stream::motion_drift)),
                                                               Random(seed, stream(Stream::motion_steps_a)),
                                                               Random(seed, stream(Stream::motion_steps_b))))
                                   : std::nullopt),
        white_{Random(seed, stream(Stream::white)), Random(seed, stream(Stream::white, 1))},
        off_noise_(seed, stream(Stream::lead_off, 2)),
        hum_phase_(Random(seed, stream(Stream::hum)).uniform()),
        jump_keep_(exp(-1 / (jump_decay_s * spec.rate_hz))) {
    for (std::vector<double>& buffer : buffers_) buffer.resize(chunk_rows);
  }

  void render(std::int64_t first_row, std::span<const std::span<double>> leads) {
    const double rate = spec_.rate_hz;
    const double t0 = static_cast<double>(first_row) / rate;
    const double t1 = t0 + static_cast<double>(leads[0].size()) / rate;
    for (const std::span<double> lead : leads) std::fill(lead.begin(), lead.end(), 0.0);
    while (first_beat_ < rhythm_.beats.size() && rhythm_.beats[first_beat_].t_s < t0 - beat_reach_after_s)
      ++first_beat_;
    for (std::size_t i = first_beat_; i < rhythm_.beats.size() && rhythm_.beats[i].t_s < t1 + beat_reach_before_s; ++i)
      draw(rhythm_.beats[i], rate, first_row, true, leads);
    if (spec_.fwave_mv > 0) {
      for (const Span& span : rhythm_.fibrillation)
        if (span.end_s + fade_s > t0 && span.start_s - fade_s < t1) fibrillation_.add(span, rate, first_row, leads);
    }
    change_gain(first_row, leads);
    noises(t0, t1, leads);
    jumps(first_row, leads);
    lead_off(first_row, leads);
  }

 private:
  std::int64_t row_of(double t) const { return static_cast<std::int64_t>(std::ceil(t * spec_.rate_hz)); }

  void change_gain(std::int64_t first_row, std::span<const std::span<double>> leads) {
    for (std::size_t i = 0; i < leads[0].size(); ++i) {
      if (faults_.gains.empty()) return;
      while (next_gain_ < faults_.gains.size() &&
             row_of(faults_.gains[next_gain_].t_s) <= first_row + static_cast<std::int64_t>(i))
        gain_ = faults_.gains[next_gain_++].value[0];
      for (const std::span<double> lead : leads) lead[i] *= gain_;
    }
  }

  void noises(double t0, double t1, std::span<const std::span<double>> leads) {
    const std::size_t rows = leads[0].size();
    const std::span<double> a(buffers_[0]);
    const std::span<double> b(buffers_[1]);
    std::span<double> share;
    if (spec_.artefact_share < 1) {
      share = std::span<double>(buffers_[2]).first(rows);
      std::fill(share.begin(), share.end(), 0.0);
      for (const Span& bout : faults_.bouts) {
        if (bout.end_s + fade_s < t0 || bout.start_s - fade_s > t1) continue;
        for (std::size_t i = 0; i < rows; ++i)
          share[i] = std::max(share[i], envelope(bout, t0 + static_cast<double>(i) / spec_.rate_hz));
      }
    }
    muscle_.add(leads, share, a, b);
    motion_.add(leads, share, a, b);
    baseline_.add(leads, {}, a, b);
    electrode_.add(leads, {}, a, b);
    for (std::size_t lead = 0; lead < leads.size() && spec_.white_mv > 0; ++lead)
      for (double& value : leads[lead]) value += spec_.white_mv * white_[lead].normal();
    if (spec_.hum_mv <= 0) return;
    for (std::size_t i = 0; i < rows; ++i) {
      const double turns = spec_.hum_hz * (t0 + static_cast<double>(i) / spec_.rate_hz) + hum_phase_;
      const bool third = 3 * spec_.hum_hz < 0.5 * spec_.rate_hz;  // above half the rate a front end has cut it
      const double hum = spec_.hum_mv * (sin_turns(turns) + (third ? 0.2 * sin_turns(3 * turns) : 0.0));
      for (const std::span<double> lead : leads) lead[i] += hum;
    }
  }

  void jumps(std::int64_t first_row, std::span<const std::span<double>> leads) {
    if (faults_.jumps.empty()) return;
    for (std::size_t i = 0; i < leads[0].size(); ++i) {
      for (double& level : jump_level_) level *= jump_keep_;
      while (next_jump_ < faults_.jumps.size() &&
             row_of(faults_.jumps[next_jump_].t_s) <= first_row + static_cast<std::int64_t>(i)) {
        for (std::size_t lead = 0; lead < most_leads; ++lead)
          jump_level_[lead] += faults_.jumps[next_jump_].value[lead];
        ++next_jump_;
      }
      for (std::size_t lead = 0; lead < leads.size(); ++lead) leads[lead][i] += jump_level_[lead];
    }
  }

  void lead_off(std::int64_t first_row, std::span<const std::span<double>> leads) {
    const auto rows = static_cast<std::int64_t>(leads[0].size());
    for (const LeadOff& off : faults_.off) {
      const std::int64_t from = std::max<std::int64_t>(row_of(off.span.start_s) - first_row, 0);
      const std::int64_t to = std::min(row_of(off.span.end_s) - first_row, rows);
      for (std::int64_t i = from; i < to; ++i)
        for (const std::span<double> lead : leads)
          lead[static_cast<std::size_t>(i)] =
              off.rail == 0 ? 0.003 * off_noise_.normal() : 2 * spec_.range_mv * off.rail;
    }
  }

  const EcgSpec& spec_;
  const Rhythm& rhythm_;
  const Faults& faults_;
  Fibrillation fibrillation_;
  Layer2<SpectralNoise> muscle_, baseline_, electrode_;
  Layer2<MotionNoise> motion_;
  std::array<Random, most_leads> white_;
  Random off_noise_;
  double hum_phase_, jump_keep_, gain_ = 1;
  std::size_t first_beat_ = 0, next_gain_ = 0, next_jump_ = 0;
  std::array<double, most_leads> jump_level_{};
  std::array<std::vector<double>, 3> buffers_;
};

std::int16_t converted(double mv, double steps_per_mv, double most) {
  return static_cast<std::int16_t>(std::clamp(std::floor(mv * steps_per_mv + 0.5), -most, most));
}

}  // namespace

Recording make_ecg(const EcgSpec& given, double duration_s, std::uint64_t seed) {
  EcgSpec spec = given;
  if (spec.inverted) {
    spec.rhythm.size = -spec.rhythm.size;
    spec.rhythm.spike_mv = -spec.rhythm.spike_mv;
  }
  const auto rows = std::max<std::int64_t>(static_cast<std::int64_t>(std::floor(duration_s * spec.rate_hz + 0.5)), 1);
  const Rhythm rhythm = make_rhythm(spec.rhythm, duration_s, seed);
  const Faults faults = make_faults(spec, duration_s, seed);

  const double steps_per_mv = 1000 / spec.resolution_uv;
  const double most = std::floor(spec.range_mv * steps_per_mv + 0.5);
  std::vector<std::vector<std::int16_t>> digital(static_cast<std::size_t>(spec.leads));
  for (auto& lead : digital) lead.resize(static_cast<std::size_t>(rows));
  const auto renderer = std::make_unique<Renderer>(spec, rhythm, faults, seed);
  std::array<std::vector<double>, most_leads> buffers;
  for (auto& buffer : buffers) buffer.resize(chunk_rows);
  for (std::int64_t first = 0; first < rows; first += chunk_rows) {
    const auto count = static_cast<std::size_t>(std::min(chunk_rows, rows - first));
    std::vector<std::span<double>> leads;
    for (std::size_t lead = 0; lead < digital.size(); ++lead) leads.push_back(std::span(buffers[lead]).first(count));
    renderer->render(first, leads);
    for (std::size_t lead = 0; lead < digital.size(); ++lead)
      std::transform(leads[lead].begin(), leads[lead].end(), digital[lead].begin() + first,
                     [&](double mv) { return converted(mv, steps_per_mv, most); });
  }
  for (const Span& gap : faults.gaps) {
    const auto from = static_cast<std::int64_t>(std::ceil(gap.start_s * spec.rate_hz));
    const auto to = std::min(static_cast<std::int64_t>(std::ceil(gap.end_s * spec.rate_hz)), rows);
    for (auto& lead : digital) std::fill(lead.begin() + from, lead.begin() + std::max(from, to), std::int16_t{-32768});
  }

  Recording recording;
  recording.name = "ecg";
  for (std::size_t lead = 0; lead < digital.size(); ++lead) {
    Channel channel;
    channel.name = lead == 0 ? "MLII" : "V1";
    channel.quantity = Quantity::ecg;
    channel.unit = Unit::mv;
    channel.unit_text = "mV";
    channel.samples = Samples(std::move(digital[lead]), steps_per_mv, 0);
    channel.time = TimeAxis::even(spec.rate_hz, rows);
    channel.resolution_bits = 1;
    while (static_cast<double>(std::int64_t{1} << channel.resolution_bits) < 2 * most + 1) ++channel.resolution_bits;
    channel.adc_zero = 0;
    channel.saturates_low = -most / steps_per_mv;
    channel.saturates_high = most / steps_per_mv;
    recording.channels.push_back(std::move(channel));
  }
  Track track;
  track.name = "atr";
  track.tick_hz = spec.rate_hz;
  Layer layer;
  layer.author = "vagus simulate";
  layer.reason = "exact truth";
  layer.annotations = annotate(spec, rhythm, faults, rows);
  track.layers.push_back(std::move(layer));
  recording.tracks.push_back(std::move(track));
  return recording;
}

}  // namespace vagus::lab::sim
