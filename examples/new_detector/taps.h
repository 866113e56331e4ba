#pragma once
/// A whole small detector, to copy: finger taps on a watch, from its accelerometer.
///
/// To add yours: copy this folder's files to device/health, device/safety or device/fitness, write its line into
/// device/registry.h (registry.h here shows it), and a study like taps.toml into studies/. The program, the lab and the
/// conformance kit then know it; nothing else has to be written.
///
/// What a detector may use: device/base and device/dsp. What it may not: a heap, exceptions, libm (`std::sin`; there is
/// vagus::math), double arithmetic, anything static that changes. A test enforces each of these.
#include <array>
#include <cstdint>

#include "device/base/check_config.h"
#include "device/base/contract.h"
#include "device/base/convert.h"
#include "device/base/math.h"
#include "device/dsp/biquad.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"

namespace vagus::examples {

/// Finds taps: peaks of the acceleration above 15 Hz that stand out from the half second around them.
/// Latency 60 ms: a peak is one when nothing higher has followed for that long.
class TapDetector {
 public:
  // Every tunable, with its default. What does not stand here cannot be tuned from outside.
  struct Config {
    float rate_hz = 100;
    float threshold = 5;
    float refractory_ms = 250;
  };
  // One float per entry of `reads`, in that order.
  struct Input {
    float acc_x_g, acc_y_g, acc_z_g;
  };
  // A moment has `sample`; an interval would have `start_sample` and `end_sample`. Both have `quality`.
  struct Output {
    std::int64_t sample;
    float quality;
    float score;
  };

  static constexpr ChannelNeed reads[] = {
      {Quantity::acc_x, Unit::g, 50, 400},
      {Quantity::acc_y, Unit::g, 50, 400},
      {Quantity::acc_z, Unit::g, 50, 400},
  };
  // Inner signals that failure analysis draws. They cost nothing where nobody listens.
  static constexpr ProbeInfo probe_points[] = {{"shock", "g"}, {"background", "g"}};

  static constexpr Contract contract = {
      .name = "example.taps",
      .version = "1.0.0",
      .summary = "Finger taps on the watch, from its accelerometer.",
      .source = "An example; no publication.",
      .event = "taps",
      .evidence = "examples/new_detector/taps_test.cpp: made taps only",
      .reads = reads,
      .probes = probe_points,
      .latency_ms = 60,
      .ram_bytes = 1600,
  };

  // Names here are the keys of --set and of the JSON; ranges are enforced by `make`.
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 50, 400, "rate of the even grid"),
      Field<Config>::number("threshold", "", &Config::threshold, 1, 100,
                            "least score of a tap: higher misses soft taps, lower takes steps for taps"),
      Field<Config>::number("refractory_ms", "ms", &Config::refractory_ms, 60, 2000,
                            "no second tap within this time: shorter counts a bouncing finger twice"),
  };
  static constexpr std::array output_fields = {
      Field<Output>::sample("sample", &Output::sample, "where the shock is highest"),
      Field<Output>::number("quality", "", &Output::quality, "probability that it is a tap"),
      Field<Output>::number("score", "", &Output::score, "shock over background"),
  };

  /// Refuses a field outside its range. Nothing else can fail, ever: past `make` there are no errors.
  static Result<TapDetector> make(const Config& config) {
    const Errc error = check_config<config_fields>(config);
    if (error != Errc::ok) return error;
    TapDetector d;
    d.config_ = config;
    const auto in_samples = [&](float ms) { return floor_to_i32(ms * 0.001F * config.rate_hz); };
    d.refractory_ = in_samples(config.refractory_ms);
    // None of these is refused: the ranges above keep corner and lengths inside what the operators take.
    d.filter_ = dsp::Biquad<>(dsp::highpass(corner_hz, config.rate_hz).value());
    d.peaks_ = Peaks::make(static_cast<std::uint32_t>(in_samples(60.0F))).value();
    d.background_ = Background::make(static_cast<std::uint32_t>(in_samples(500.0F))).value();
    return d;
  }

  /// The only implementation: one sample in, at most one tap out.
  template <class Emit>
  void push(Input in, Emit&& emit) {
    const float size_g = math::sqrt(in.acc_x_g * in.acc_x_g + in.acc_y_g * in.acc_y_g + in.acc_z_g * in.acc_z_g);
    // Written so that a NaN is not readable either. No wrist sensor measures beyond 32 g.
    const bool readable = size_g <= 32.0F;
    if (readable) {
      // "I cannot tell" is an answer: the stretch is said when it is over.
      if (blind_since_ >= 0) unreadable(emit, {blind_since_, sample_, "no acceleration"});
      blind_since_ = -1;
      listen(size_g, emit);
    } else if (blind_since_ < 0) {
      conclude(emit);
      blind_since_ = sample_;
    }
    ++sample_;
  }

  /// Samples were lost. What was in the filters belongs to another time; samples already counted keep their numbers.
  void gap(Duration lost) {
    if (lost > Duration{}) fresh_ = true;
  }

  /// The signal ended: what can still be said.
  template <class Emit>
  void finish(Emit&& emit) {
    conclude(emit);
    if (blind_since_ >= 0 && blind_since_ < sample_) unreadable(emit, {blind_since_, sample_, "no acceleration"});
    blind_since_ = -1;
  }

 private:
  static constexpr float corner_hz = 15.0F;  // arm movement ends at about 12 Hz, a tap has most of its energy above 20
  static constexpr float floor_g = 0.03F;    // an idle sensor's noise is no background to stand out from
  using Peaks = dsp::PeakPicker<24>;
  using Background = dsp::MovingAverage<float, 200>;

  template <class Emit>
  void listen(float size_g, Emit&& emit) {
    if (fresh_) {
      // The filter starts as if it had seen this value for ever: a step from 0 would look like a tap.
      filter_.settle(size_g);
      peaks_.reset();
      background_.reset(floor_g);
      start_ = sample_;
      fresh_ = false;
    }
    const float shock_g = abs(filter_.push(size_g));
    const float background_g = background_.push(shock_g);
    probe(emit, 0, sample_, shock_g);
    probe(emit, 1, sample_, background_g);
    background_g_ = background_g;
    peaks_.push(shock_g, 2.0F * floor_g, [&](const dsp::Peak& peak) { weigh(peak, emit); });
  }

  /// What lies before a gap or the end and has not been topped yet.
  template <class Emit>
  void conclude(Emit&& emit) {
    if (!fresh_) peaks_.finish([&](const dsp::Peak& peak) { weigh(peak, emit); });
    fresh_ = true;
  }

  /// Scores first, decisions last: every peak's score is said as a candidate, so that one run yields every threshold.
  template <class Emit>
  void weigh(const dsp::Peak& peak, Emit&& emit) {
    const std::int64_t at = start_ + peak.sample;
    const float score = peak.value / (floor_g + background_g_);
    candidate(emit, {at, score});
    if (score < config_.threshold || (last_ >= 0 && at - last_ < refractory_)) return;
    last_ = at;
    // One half at the threshold, 0.94 at twice it. Yours must be fitted on labelled data: quality is a probability.
    const float odds = math::pow(score / config_.threshold, 4.0F);
    emit(Output{at, odds < 1e6F ? odds / (1.0F + odds) : 1.0F, score});
  }

  // The state: plain numbers and operators that hold plain numbers, so that its bytes are its snapshot.
  Config config_;
  dsp::Biquad<> filter_;
  Peaks peaks_;
  Background background_;
  std::int64_t sample_ = 0;
  std::int64_t start_ = 0;         ///< the sample at which the operators began
  std::int64_t last_ = -1;         ///< the last tap
  std::int64_t blind_since_ = -1;  ///< start of the unreadable stretch, or -1
  std::int64_t refractory_ = 0;
  float background_g_ = 0;
  bool fresh_ = true;  ///< the next sample starts anew
};

static_assert(Detector<TapDetector>);

}  // namespace vagus::examples
