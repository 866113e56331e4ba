#pragma once
/// pan_tompkins.py, for the wrist: the same steps, a sample at a time, in float. `vagus new detector --from` wrote the
/// frame.
#include <array>
#include <cstdint>

#include "device/base/check_config.h"
#include "device/base/contract.h"
#include "device/base/convert.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"

namespace vagus::examples {

/// Beats where the energy of the QRS band stands out. Latency: the refractory time.
class PanTompkins {
 public:
  struct Config {
    float rate_hz = 250;
    float share = 0.3F;
    float refractory_ms = 240;
  };
  struct Input {
    float ecg_mv;
  };
  struct Output {
    std::int64_t sample;
    float quality;
  };

  static constexpr ChannelNeed reads[] = {{Quantity::ecg, Unit::mv, 100, 1000}};
  static constexpr ProbeInfo probe_points[] = {{"band", "mv"}, {"energy", ""}, {"threshold", ""}};
  static constexpr Contract contract = {
      .name = "example.pan_tompkins",
      .version = "1.0.0",
      .summary = "Beats where the energy of the QRS band stands out.",
      .source = "Steps of J. Pan and W. J. Tompkins, IEEE Trans. Biomed. Eng. 32:230, 1985; no search back.",
      .event = "beats",
      .evidence = "docs/from-a-notebook-to-a-wrist.md",
      .reads = reads,
      .probes = probe_points,
      .latency_ms = 400,
      .ram_bytes = 3600,
  };
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 100, 1000, "rate of the even grid"),
      Field<Config>::number("share", "", &Config::share, 0.01F, 1,
                            "where between noise and beats the threshold lies: higher misses, lower invents"),
      Field<Config>::number("refractory_ms", "ms", &Config::refractory_ms, 100, 400,
                            "no higher energy this long before and after a peak: shorter takes T waves for beats"),
  };
  static constexpr std::array output_fields = {
      Field<Output>::sample("sample", &Output::sample, "middle of the QRS complex"),
      Field<Output>::number("quality", "", &Output::quality,
                            "rises with the energy over the threshold; not calibrated"),
  };

  static Result<PanTompkins> make(const Config& config) {
    const Errc error = check_config<config_fields>(config);
    if (error != Errc::ok) return error;
    PanTompkins d;
    const auto samples = [&](float ms) {
      const auto n = floor_to_i32(ms * 0.001F * config.rate_hz);
      return static_cast<std::uint32_t>(n < 1 ? 1 : n);
    };
    d.share_ = config.share;
    // None of these is refused: the ranges above keep lengths inside what the operators take.
    d.smooth_ = Short::make(samples(28)).value();
    d.drift_ = Long::make(samples(160)).value();
    d.window_ = Long::make(samples(150)).value();
    d.peaks_ = Peaks::make(samples(config.refractory_ms)).value();
    d.lag_ = samples(12);
    d.delay_ = (samples(28) - 1) / 2 + samples(12) / 2 + (samples(150) - 1) / 2;
    return d;
  }

  template <class Emit>
  void push(Input in, Emit&& emit) {
    const float x = in.ecg_mv;
    // Written so that a NaN is not readable either.
    if (abs(x) <= most_mv) {
      if (blind_since_ >= 0) unreadable(emit, {blind_since_, sample_, "no ECG"});
      blind_since_ = -1;
      listen(x, emit);
    } else if (blind_since_ < 0) {
      conclude(emit);
      blind_since_ = sample_;
    }
    ++sample_;
  }

  /// What was in the filters belongs to another time; the levels of beats and noise stay.
  void gap(Duration lost) {
    if (lost > Duration{}) fresh_ = true;
  }

  template <class Emit>
  void finish(Emit&& emit) {
    conclude(emit);
    if (blind_since_ >= 0 && blind_since_ < sample_) unreadable(emit, {blind_since_, sample_, "no ECG"});
    blind_since_ = -1;
  }

 private:
  static constexpr float most_mv = 20;  // beyond it no electrode measures
  static constexpr float level_share = 0.125F;
  using Short = dsp::MovingAverage<float, 28>;
  using Long = dsp::MovingAverage<float, 160>;
  using Peaks = dsp::PeakPicker<400>;

  template <class Emit>
  void listen(float x, Emit&& emit) {
    if (fresh_) start(x);
    const float band = smooth_.push(x) - drift_.push(x);
    const float slope = band - past_[past_at_];
    past_[past_at_] = band;
    past_at_ = past_at_ + 1 == lag_ ? 0 : past_at_ + 1;
    const float energy = window_.push(slope * slope);
    peaks_.push(energy, 0.0F, [&](const dsp::Peak& peak) { weigh(peak, emit); });
    probe(emit, 0, sample_, band);
    probe(emit, 1, sample_, energy);
    probe(emit, 2, sample_, threshold());
  }

  void start(float x) {
    smooth_.reset(x);
    drift_.reset(x);
    window_.reset(0.0F);
    peaks_.reset();
    for (float& value : past_) value = 0.0F;
    past_at_ = 0;
    start_ = sample_;
    fresh_ = false;
  }

  /// What lies before a gap or the end and has not been topped yet.
  template <class Emit>
  void conclude(Emit&& emit) {
    if (!fresh_) peaks_.finish([&](const dsp::Peak& peak) { weigh(peak, emit); });
    fresh_ = true;
  }

  float threshold() const { return noise_ + share_ * (beat_ - noise_); }

  /// A peak of the energy: a beat above the threshold, noise below; either moves the threshold.
  template <class Emit>
  void weigh(const dsp::Peak& peak, Emit&& emit) {
    const std::int64_t at = start_ + peak.sample - delay_;
    const bool is_beat = peak.value > threshold();
    float& level = is_beat ? beat_ : noise_;
    level += level_share * (peak.value - level);
    if (!is_beat) return;
    const float quality = 0.5F + 0.5F * peak.value / (peak.value + 4.0F * threshold());
    emit(Output{at < start_ ? start_ : at, quality});
  }

  Short smooth_;
  Long drift_, window_;
  Peaks peaks_;
  float past_[12]{};  ///< of the band, `lag_` of them
  std::int64_t sample_ = 0, start_ = 0;
  std::int64_t blind_since_ = -1;  ///< start of the unreadable stretch, or -1
  std::int64_t delay_ = 0;         ///< of the energy behind the signal, samples
  std::uint32_t lag_ = 1, past_at_ = 0;
  float share_ = 0, beat_ = 0, noise_ = 0;
  bool fresh_ = true;  ///< the next sample starts anew
};

static_assert(Detector<PanTompkins>);

}  // namespace vagus::examples
