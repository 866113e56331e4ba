#pragma once
/// Heart beats in one ECG lead.
#include <array>
#include <cstdint>

#include "device/base/check_config.h"
#include "device/base/contract.h"
#include "device/health/beat_candidates.h"
#include "device/health/beat_decision.h"
#include "device/health/ecg_input.h"
#include "device/health/ecg_seconds.h"

namespace vagus::health {

/// Finds heart beats in one ECG lead, sample by sample.
///
/// The lead is brought to 125 Hz; humps of a QRS envelope become candidates; each is scored by a small network from its
/// shape, its surroundings on both sides and its likeness to this heart's beats; the posterior over all sequences of
/// beats that the seconds round it allow decides. Nothing is learned from the first seconds that is not applied to
/// them.
///
/// Input: millivolts, either polarity, any gain that leaves the QRS above `smallest_mv`, 100 to 1000 Hz; what is no
/// finite number repeats the last value. Output: the sample of the main deflection (R peak, or the deepest point of a
/// negative QRS), and the calibrated probability that a beat is there. Nearer than 176 ms there is no second beat.
/// Reported within `contract.latency_ms`, later by less with a smaller `delay_s`.
/// As candidates: every hump that was weighed and not reported, with its probability. Unreadable: seconds that
/// health.quality would not call good.
class BeatDetector {
 public:
  struct Config {
    float rate_hz = 250;       ///< sampling rate of the input, 100 to 1000 Hz
    float threshold = 0.465F;  ///< least probability that is reported, 0.02 to 0.98: higher misses more, invents less
    float noise_threshold =
        0.30F;  ///< the same in noise, 0.02 to 0.98 (not above `threshold`): higher misses more there, invents less
    float smallest_mv = 0.02F;  ///< QRS below this, peak to peak, are not looked for, 0.005 to 1 mV: higher is deafer
                                ///< to noise on a silent lead, cheaper
    float delay_s = 2.0F;  ///< how long a candidate waits for what follows, 1 to 2 s: shorter answers sooner, errs more
  };
  struct Input {
    float ecg_mv;
  };
  struct Output {
    std::int64_t sample;
    float quality;
  };
  enum Probe : std::uint8_t { wave, envelope, beat_level, other_level, rr, score, posterior };

  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 100, 1000, "sampling rate of the input"),
      Field<Config>::number("threshold", "", &Config::threshold, 0.02F, 0.98F,
                            "least probability that is reported: higher misses more, invents less"),
      Field<Config>::number("noise_threshold", "", &Config::noise_threshold, 0.02F, 0.98F,
                            "the same in noise: higher misses more there, invents less"),
      Field<Config>::number("smallest_mv", "mV", &Config::smallest_mv, 0.005F, 1.0F,
                            "smallest QRS looked for, peak to peak: higher is deafer to noise on a silent lead"),
      Field<Config>::number("delay_s", "s", &Config::delay_s, 1.0F, 2.0F,
                            "how long a candidate waits for what follows: shorter answers sooner and errs more"),
  };
  static constexpr std::array output_fields = {
      Field<Output>::sample("sample", &Output::sample, "the R peak"),
      Field<Output>::number("quality", "", &Output::quality, "probability that a beat is there"),
  };
  static constexpr ChannelNeed reads[] = {{Quantity::ecg, Unit::mv, 100, 1000}};
  static constexpr ProbeInfo probe_names[] = {{"wave", "mV"},        {"envelope", "mV"}, {"beat_level", "mV"},
                                              {"other_level", "mV"}, {"rr", "s"},        {"score", ""},
                                              {"posterior", ""}};
  static constexpr Contract contract = {
      .name = "health.beats",
      .version = "1.2.0",
      .summary = "Finds heart beats in one ECG lead, with the probability that each is right.",
      .source =
          "wavelets of QRS width after Martinez et al., IEEE TBME 51(4):570, 2004; scoring by ANSI/AAMI EC57:2012",
      .event = "beats",
      .evidence = "studies/beats.toml (MIT-BIH), studies/beats-cpsc2019.toml, studies/beats-simulated.toml",
      .reads = reads,
      .probes = probe_names,
      .latency_ms = 2200,
      .ram_bytes = 4096,
  };

  static Result<BeatDetector> make(const Config& config) {
    const Errc error = check_config<config_fields>(config);
    if (error != Errc::ok) return error;
    BeatDetector detector;
    detector.thresholds_ = {config.threshold, min(config.threshold, config.noise_threshold)};
    detector.floor_ = config.smallest_mv * envelope_of_qrs * EcgInput::steps_per_mv;
    detector.wait_ = static_cast<std::int32_t>(config.delay_s * float{ecg_rate_hz});
    detector.input_ = EcgInput(config.rate_hz);
    detector.decision_ = BeatDecision(detector.wait_);
    return detector;
  }

  template <class Emit>
  void push(Input in, Emit&& emit) {
    if (!input_.push(in.ecg_mv)) complete(in.ecg_mv, emit);
  }

  /// Samples were lost. What was heard before is decided on its own; after more than 10 s the heart is learned anew.
  void gap(Duration lost) {
    if (input_.stopped()) return;
    forget_ = lost > Duration::from_ms(10000);
    input_.gap(wave_.count());
  }

  template <class Emit>
  void finish(Emit&& emit) {
    gap(Duration{});
    conclude(emit);
  }

 private:
  template <int>
  friend class BeatLanes;
  template <class, class, int>
  friend class EcgSideBySide;
  static constexpr float envelope_of_qrs = 25.0F;  ///< envelope of a QRS of 80 ms, over its height
  static constexpr std::int32_t rebase_at = 1 << 28;
  static constexpr std::int64_t unreadable_s = 60;  ///< a stretch longer than this is reported in parts
  static constexpr std::int32_t follow_each = 8;    ///< samples of 125 Hz that are looked at together: 64 ms
  using Wave = QrsEnvelope<OneLane, 128>;

  /// What is left to do for an input sample that completes one of 125 Hz. What is rare is kept apart, for its registers
  /// would have to be saved each time.
  template <class Emit>
  [[gnu::noinline]] void complete(float mv, Emit&& emit) {
    if (input_.rare()) return complete_rare(mv, emit);
    if (wave_.push(input_.complete(mv)) && wave_.count() % follow_each == 0) follow(wave_.count(), emit);
  }
  template <class Emit>
  [[gnu::noinline]] void complete_rare(float mv, Emit&& emit) {
    input_.complete_rare(
        mv, [&](std::int32_t y) { begin(y, emit); },
        [&](std::int32_t y) {
          if (wave_.push(y) && wave_.count() % follow_each == 0) follow(wave_.count(), emit);
        });
  }
  template <class Emit>
  void begin(std::int32_t y, Emit&& emit) {
    conclude(emit);
    if (forget_) decision_ = BeatDecision(wait_);
    forget_ = false;
    open_ = true;
    seconds_.restart();
    wave_.restart(y);
    humps_.restart();
    seen_ = judged_ = 0;
  }
  /// What the samples of 125 Hz before `end` say, now that their envelope is filled in.
  template <class Emit>
  [[gnu::noinline]] void follow(std::int32_t end, Emit&& emit) {
    scan(end, emit);
    if (end > decision_.ripens_at()) decision_.ripen(end - 1, false, wave_);
    if (end - judged_ >= EcgSeconds::block) {
      judged_ += EcgSeconds::block;
      if (seconds_.push(wave_, judged_ - 1, EcgSeconds::block)) second(input_.clock().completed(judged_ - 1), emit);
    }
    if (seen_ > rebase_at) rebase(rebase_at);
  }
  /// Looks for humps up to sample `end` of 125 Hz, and decides what comes due.
  template <class Emit>
  void scan(std::int32_t end, Emit&& emit) {
    while (seen_ < end) {
      const std::int32_t due = decision_.due_at();
      const std::int32_t stop = takes_probes<Emit> || due <= seen_ ? seen_ + 1 : due < end ? due + 1 : end;
      const std::int32_t n = humps_.find(wave_, seen_, stop);
      seen_ = n < stop ? n + 1 : stop;
      if (n < stop) weigh(humps_.hump());
      if constexpr (takes_probes<Emit>)
        if (held_ == 0) show(seen_ - 1, emit);
      if (seen_ > decision_.due_at() && held_ == 0) decide(wave_, seen_ - 1, false, emit);
    }
  }
  void rebase(std::int32_t by) {
    input_.rebase(by);
    wave_.rebase(by);
    humps_.rebase(by);
    decision_.rebase(by);
    seen_ -= by;
    judged_ -= by;
  }

  void weigh(const Hump& hump) {
    if (static_cast<float>(hump.height) > floor_ && !decision_.full()) decision_.add(hump);
  }
  /// At sample `now` of 125 Hz; `from` is the wave, as HumpMeasure takes it.
  template <class From, class Emit>
  [[gnu::noinline]] void decide(const From& from, std::int32_t now, bool last, Emit&& emit) {
    decision_.ripen(now, last || decision_.full(), from);
    decision_.decide(
        now, last, thresholds_,
        [&](const DecidedBeat& d) {
          const std::int64_t at = sample_of(now, d.time, d.peak_offset);
          // Humps either side of a gap may fall on the same sample: one beat.
          if (d.beat && at > last_beat_) {
            last_beat_ = at;
            emit(Output{at, d.probability});
          } else {
            candidate(emit, Candidate{at, d.probability});
          }
          probe(emit, posterior, at, d.probability);
        },
        [&](std::int32_t time, int k, float value) {
          if (k == BeatModel::inputs) probe(emit, score, sample_of(now, time, 0), value);
          // What went into the score, for who trains the network.
          if constexpr (requires { emit.feature(k, std::int64_t{0}, value); })
            emit.feature(k, sample_of(now, time, 0), value);
        });
  }
  /// Decides all that waits and reports what is open.
  template <class Emit>
  [[gnu::noinline]] void conclude(Emit&& emit) {
    if (!open_) return;
    open_ = false;
    // Humps that end with the signal: the last value is held until they are through.
    const std::int32_t end = wave_.count();
    while (wave_.count() < end + Hump::delay || !wave_.filled_in()) wave_.push(input_.newest());
    follow(end, emit);
    if (judged_ < end) seconds_.push(wave_, end - 1, end - judged_);
    held_ = Hump::delay;
    judged_ = end + held_;
    follow(end + held_, emit);
    decide(wave_, seen_ - 1, true, emit);
    decision_.interrupt();
    held_ = 0;
    if (seconds_.any()) second(input_.taken(), emit);
    tell(second_start_, emit);
    reason_ = EcgReason::good;
  }

  template <class Emit>
  void second(std::int64_t end, Emit&& emit) {
    const std::int64_t start = second_start_, length = end > start ? end - start : 1;
    const EcgSecond s = seconds_.judge(static_cast<float>(input_.take_missing()) /
                                       static_cast<float>(static_cast<std::int32_t>(length)));
    if (s.reason != reason_ || start - reason_start_ >= unreadable_s * length) {
      tell(start, emit);
      reason_ = s.reason;
      reason_start_ = start;
    }
    second_start_ = end;
  }
  template <class Emit>
  void tell(std::int64_t end, Emit&& emit) {
    if (reason_ != EcgReason::good && end > reason_start_)
      unreadable(emit, Unreadable{reason_start_, end, ecg_reasons[static_cast<int>(reason_)]});
    reason_start_ = end;
  }
  template <class Emit>
  void show(std::int32_t n, Emit&& emit) {
    constexpr float mv = 1 / EcgInput::steps_per_mv;
    const std::int64_t now = sample_of(n, n, 0);
    probe(emit, wave, now, static_cast<float>(wave_.wave(n)) * mv);
    probe(emit, envelope, sample_of(n, n - envelope_lag, 0), static_cast<float>(wave_.envelope(n)) * mv);
    const BeatLevels& l = decision_.levels();
    probe(emit, beat_level, now, l.beat_height * mv);
    probe(emit, other_level, now, l.other_height * mv);
    probe(emit, rr, now, l.rr * (1.0F / ecg_rate_hz));
  }
  /// The input sample `offset` after sample `time` of 125 Hz, at sample `now`. What was held after the end was not
  /// taken.
  std::int64_t sample_of(std::int32_t now, std::int32_t time, float offset) const {
    return input_.clock().sample_before(now - held_, static_cast<float>(now - held_ - time) - offset);
  }

  Thresholds thresholds_{};
  float floor_ = 0;
  std::int32_t wait_ = 250;
  EcgInput input_{};
  Wave wave_{};
  HumpFinder humps_{};
  BeatDecision decision_{};
  EcgSeconds seconds_{};
  std::int64_t second_start_ = 0;
  std::int64_t reason_start_ = 0;
  std::int64_t last_beat_ = -1;
  std::int32_t seen_ = 0;    ///< samples of 125 Hz in which humps were looked for
  std::int32_t judged_ = 0;  ///< those that went into seconds
  std::int32_t held_ = 0;    ///< those that hold the last value after the end
  EcgReason reason_ = EcgReason::good;
  bool open_ = false;  ///< a stretch of signal that is not concluded
  bool forget_ = false;
};

}  // namespace vagus::health
