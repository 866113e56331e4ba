#pragma once
/// Signal quality of one ECG lead, second by second.
#include <array>
#include <cstdint>

#include "device/base/contract.h"
#include "device/health/ecg_input.h"
#include "device/health/ecg_seconds.h"

namespace vagus::health {

/// Says of each second of one ECG lead how well beats can be found in it, and why not.
///
/// `quality` is the calibrated probability that the beat detector makes no error in that second; `reason` is "good",
/// "noise", "flat", "saturated", "lead_off" or "no_signal". The same judge sits inside the beat detector, which reports
/// what is not good as unreadable. Input: millivolts, 100 to 1000 Hz. Latency: one second and a sample of 125 Hz.
class QualityMeter {
 public:
  struct Config {
    float rate_hz = 250;  ///< sampling rate of the input, 100 to 1000 Hz
  };
  struct Input {
    float ecg_mv;
  };
  /// The half-open stretch [start_sample, end_sample) of the input.
  struct Output {
    std::int64_t start_sample;
    std::int64_t end_sample;
    float quality;
    std::uint8_t reason;
  };
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 100, 1000, "sampling rate of the input"),
  };
  static constexpr std::array output_fields = {
      Field<Output>::sample("start_sample", &Output::start_sample, "first sample of the second"),
      Field<Output>::sample("end_sample", &Output::end_sample, "first sample after it"),
      Field<Output>::number("quality", "", &Output::quality, "probability that beats are found without error in it"),
      Field<Output>::text("reason", &Output::reason, ecg_reasons, "why it cannot be read, or good"),
  };
  static constexpr ChannelNeed reads[] = {{Quantity::ecg, Unit::mv, 100, 1000}};
  static constexpr ProbeInfo probe_names[] = {{"envelope", "mV"}};
  static constexpr Contract contract = {
      .name = "health.quality",
      .version = "1.0.0",
      .summary = "Says of each second of one ECG lead whether beats can be found in it, and why not.",
      .source = "EC57 (ANSI/AAMI EC57:2012) beat errors as the truth it is calibrated on",
      .event = "seconds",
      .reads = reads,
      .probes = probe_names,
      .latency_ms = 1030,
      .ram_bytes = 1280,
  };

  static Result<QualityMeter> make(const Config& config) {
    if (!is_finite(config.rate_hz)) return Errc::field_not_finite;
    if (config.rate_hz < 100 || config.rate_hz > 1000) return Errc::rate_out_of_range;
    QualityMeter meter;
    meter.input_ = EcgInput(config.rate_hz);
    return meter;
  }

  template <class Emit>
  void push(Input in, Emit&& emit) {
    if (input_.push(in.ecg_mv)) return;
    input_.complete_rare(
        in.ecg_mv, [&](std::int32_t y) { begin(y, emit); },
        [&](std::int32_t y) {
          if (wave_.push(y)) follow(wave_.count(), emit);
        });
  }
  void gap(Duration) { input_.gap(wave_.count()); }
  template <class Emit>
  void finish(Emit&& emit) {
    gap(Duration{});
    conclude(emit);
  }

 private:
  template <int>
  friend class QualityLanes;
  template <class, class, int>
  friend class EcgSideBySide;
  template <class Emit>
  void begin(std::int32_t y, Emit&& emit) {
    conclude(emit);
    seconds_.restart();
    wave_.restart(y);
    judged_ = shown_ = 0;
  }
  template <class Emit>
  void follow(std::int32_t end, Emit&& emit) {
    if constexpr (takes_probes<Emit>) {
      for (; shown_ < end; ++shown_)
        probe(emit, 0, input_.clock().sample_before(shown_, envelope_lag),
              static_cast<float>(wave_.envelope(shown_)) / EcgInput::steps_per_mv);
    }
    if (end - judged_ >= EcgSeconds::block) {
      judged_ += EcgSeconds::block;
      if (seconds_.push(wave_, judged_ - 1, EcgSeconds::block)) close(input_.clock().completed(judged_ - 1), emit);
    }
    if (wave_.count() > rebase_at) {
      input_.rebase(rebase_at);
      wave_.rebase(rebase_at);
      judged_ -= rebase_at;
      shown_ -= rebase_at;
    }
  }
  template <class Emit>
  void conclude(Emit&& emit) {
    const std::int32_t end = wave_.count();
    while (!wave_.filled_in()) wave_.push(input_.newest());
    follow(end, emit);
    if (judged_ < end) seconds_.push(wave_, end - 1, end - judged_);
    close(input_.taken(), emit);
  }
  template <class Emit>
  void close(std::int64_t end, Emit&& emit) {
    if (!seconds_.any()) return;
    const float missing = static_cast<float>(input_.take_missing()) /
                          static_cast<float>(static_cast<std::int32_t>(end > start_ ? end - start_ : 1));
    const EcgSecond s = seconds_.judge(missing);
    if (end > start_) emit(Output{start_, end, s.quality, static_cast<std::uint8_t>(s.reason)});
    start_ = end;
  }
  static constexpr std::int32_t rebase_at = 1 << 28;
  using Wave = QrsEnvelope<OneLane, 64>;

  EcgInput input_{};
  Wave wave_{};
  EcgSeconds seconds_{};
  std::int64_t start_ = 0;
  std::int32_t judged_ = 0;  ///< samples of 125 Hz that went into seconds
  std::int32_t shown_ = 0;   ///< those whose envelope was offered as a probe
};

}  // namespace vagus::health
