#pragma once
/// The laws of the conformance kit. Each takes a detector type and returns a `Finding`.
#include <initializer_list>

#include "device/conformance/kit.h"

namespace vagus::conformance {

/// How long a detector may take to be itself again after something went wrong, in s.
inline constexpr float recovery_s = 20.0F;

template <Detector D>
struct Laws {
  using Config = typename D::Config;
  using Plain = Bench<D>;

  static Finding broken(const char* why, std::int64_t sample = 0, float rate_hz = 0) {
    return {false, why, sample, rate_hz};
  }
  static D fresh(float rate_hz) { return D::make(config_at<D>(rate_hz)).value(); }
  /// Tries a law at every rate there is.
  template <class Law>
  static Finding at_every_rate(const Law& law) {
    const Rates<D> rates;
    for (int i = 0; i < rates.count; ++i) {
      if (!D::make(config_at<D>(rates.hz[i])).ok())
        return broken("a rate that the contract takes is refused", 0, rates.hz[i]);
      Finding found = law(rates.hz[i]);
      found.rate_hz = rates.hz[i];
      if (!found.ok) return found;
    }
    return {};
  }

  /// The contract is whole, and `sizeof` within it.
  static Finding contract_holds() {
    const Contract& c = D::contract;
    for (const char* text : {c.name, c.version, c.summary, c.source, c.event, c.evidence}) {
      if (text == nullptr || *text == 0) return broken("a text of the contract is empty");
    }
    if (c.reads.size() * sizeof(float) != sizeof(typename D::Input))
      return broken("Input is not one float per channel");
    if (!(c.latency_ms >= 0.0F) || !is_finite(c.latency_ms)) return broken("the latency is no bound");
    if (sizeof(D) > c.ram_bytes) return broken("the state is larger than ram_bytes", sizeof(D));
    for (const ChannelNeed& need : c.reads) {
      if (!(need.min_rate_hz > 0.0F && need.min_rate_hz <= need.max_rate_hz))
        return broken("a channel's rates are no range");
    }
    bool quality = false;
    for (const auto& field : D::output_fields) quality = quality || same_text(field.name, "quality");
    return quality ? Finding{} : broken("outputs carry no field `quality`");
  }

  /// Defaults lie in their ranges and are taken; anything outside a range, NaN or infinite is refused.
  static Finding configuration_is_guarded() {
    if (!D::make(Config{}).ok()) return broken("the default configuration is refused");
    const Config standard{};
    std::int64_t at = 0;
    for (const auto& field : D::config_fields) {
      const Finding found = field_is_guarded(field, standard);
      if (!found.ok) return {false, field.name, at, 0};
      ++at;
    }
    return {};
  }
  /// Not inlined: GCC 12 takes the member pointers of fields that are not there for reads of nothing.
  [[gnu::noinline]] static std::int32_t read(const Config& config, std::int32_t Config::*member) {
    return config.*member;
  }
  static Finding field_is_guarded(const Field<Config>& field, const Config& standard) {
    using Kind = typename Field<Config>::Kind;
    const auto refused = [&](auto change) {
      Config config = standard;
      change(config);
      return !D::make(config).ok();
    };
    if (field.kind == Kind::f32) {
      if (!(field.low < field.high)) return broken("the range is empty");
      if (!(standard.*field.f32 >= field.low && standard.*field.f32 <= field.high))
        return broken("the default is outside");
      // A step of 1e-5 of the range: any reading of the bounds as decimal numbers stays inside of it.
      const float step = (field.high - field.low) * 1e-5F + abs(field.high) * 1e-6F;
      const float outside[] = {field.low - step, field.high + step, canonical_nan, infinity, -infinity};
      for (const float x : outside) {
        if (!refused([&](Config& config) { config.*field.f32 = x; })) return broken("a value outside is taken");
      }
    } else if (field.kind == Kind::i32) {
      const std::int32_t low = to_i32(field.low);
      const std::int32_t high = to_i32(field.high);
      const std::int32_t now = read(standard, field.i32);
      if (now < low || now > high) return broken("the default is outside");
      for (const std::int32_t x : {low - 1, high + 1, INT32_MIN, INT32_MAX}) {
        if (!refused([&](Config& config) { config.*field.i32 = x; })) return broken("a value outside is taken");
      }
    } else if (field.kind == Kind::label) {
      if (standard.*field.label >= field.labels.size()) return broken("the default is outside");
      const auto none = static_cast<std::uint8_t>(field.labels.size());
      if (!refused([&](Config& config) { config.*field.label = none; })) return broken("a value outside is taken");
    }
    return {};
  }

  /// On the standard signal: every output inside the signal, said in time and once, quality in 0..1, finish included.
  static Finding says_what_it_promises() {
    return at_every_rate([](float rate_hz) {
      Bench<D, ProbedEar<D>> bench(fresh(rate_hz), rate_hz);
      bench.run(90.0F);
      bench.finish();
      return bench.ear.fault;
    });
  }

  /// A signal of no, one or a few samples is an end like any other.
  static Finding short_signals_end_well() {
    return at_every_rate([](float rate_hz) {
      for (int samples = 0; samples < 40; ++samples) {
        Plain bench(fresh(rate_hz), rate_hz);
        for (int i = 0; i < samples; ++i) bench.step();
        bench.finish();
        if (!bench.ear.fault.ok) return bench.ear.fault;
      }
      return Finding{};
    });
  }

  /// Two running side by side do not touch each other, and one made after them is as they were: no hidden state.
  static Finding state_is_its_own() {
    return at_every_rate([](float rate_hz) {
      Plain first(fresh(rate_hz), rate_hz);
      Plain other(fresh(rate_hz), rate_hz);
      other.insult = Insult::saturated;
      const std::int64_t samples = to_i32(30.0F * rate_hz);
      for (std::int64_t i = 0; i < samples; ++i) {
        first.step();
        other.step();
      }
      Plain later(fresh(rate_hz), rate_hz);
      for (std::int64_t i = 0; i < samples; ++i) later.step();
      if (first.ear.all.value != later.ear.all.value)
        return broken("a second run of the same signal differs from the first");
      if constexpr (requires(D d) { d.reset(); }) {
        other.detector.reset();
        Plain again(other.detector, rate_hz);
        for (std::int64_t i = 0; i < samples; ++i) again.step();
        if (again.ear.all.value != first.ear.all.value) return broken("after reset it is not as fresh");
      }
      return Finding{};
    });
  }

  /// Saved at any moment as bytes and continued from them in another place, it goes on as if nothing had been.
  static Finding snapshot_continues() {
    return at_every_rate([](float rate_hz) {
      Plain whole(fresh(rate_hz), rate_hz);
      Plain pieces(fresh(rate_hz), rate_hz);
      D places[2] = {pieces.detector, pieces.detector};
      int place = 0;
      std::uint32_t random = 12345;
      const std::int64_t samples = to_i32(70.0F * rate_hz);
      alignas(D) unsigned char bytes[sizeof(D)];
      std::int64_t next_save = 1;
      for (std::int64_t i = 0; i < samples; ++i) {
        if (i == next_save) {
          __builtin_memcpy(bytes, &places[place], sizeof(D));
          // What it was is overwritten by one that went its own way; it goes on elsewhere.
          Plain stranger(fresh(rate_hz), rate_hz);
          stranger.insult = Insult::impossible;
          stranger.run(0.5F);
          places[place] = stranger.detector;
          place = 1 - place;
          __builtin_memcpy(static_cast<void*>(&places[place]), bytes, sizeof(D));
          random = random * 1664525U + 1013904223U;
          next_save =
              i + 1 +
              static_cast<std::int64_t>((random >> 8U) % (1U + static_cast<std::uint32_t>(to_i32(3.0F * rate_hz))));
        }
        // Gaps come in between as well.
        if (i % 5003 == 5002) {
          whole.detector.gap(Duration::from_ms(700));
          places[place].gap(Duration::from_ms(700));
        }
        whole.step();
        pieces.step(places[place]);
        if (whole.ear.all.value != pieces.ear.all.value)
          return broken("restored from a snapshot it says something else", i);
      }
      whole.finish();
      pieces.detector = places[place];
      pieces.finish();
      return whole.ear.all.value == pieces.ear.all.value
                 ? Finding{}
                 : broken("restored from a snapshot it ends differently", samples);
    });
  }

  /// Listening to probes changes nothing else.
  static Finding probes_only_watch() {
    return at_every_rate([](float rate_hz) {
      Plain plain(fresh(rate_hz), rate_hz);
      Bench<D, ProbedEar<D>> probed(fresh(rate_hz), rate_hz);
      plain.run(60.0F);
      probed.run(60.0F);
      plain.finish();
      probed.finish();
      return plain.ear.events.value == probed.ear.events.value ? Finding{}
                                                               : broken("events differ where probes are listened to");
    });
  }

  /// Ten seconds of anything: nothing outside the promises meanwhile, and from `recovery_s` later on the rate of events
  /// on the standard signal is what it is without (within a fifth, and two events).
  static Finding recovers_from(Insult insult) {
    return at_every_rate([&](float rate_hz) {
      Plain spoiled(fresh(rate_hz), rate_hz);
      Plain calm(fresh(rate_hz), rate_hz);
      spoiled.run(20.0F);
      spoiled.insult = insult;
      spoiled.run(10.0F);
      spoiled.insult = Insult::none;
      spoiled.run(recovery_s);
      calm.run(30.0F + recovery_s);
      const std::int64_t before = spoiled.ear.count;
      const std::int64_t calm_before = calm.ear.count;
      spoiled.run(60.0F);
      calm.run(60.0F);
      const std::int64_t after = spoiled.ear.count - before;
      const std::int64_t expected = calm.ear.count - calm_before;
      spoiled.finish();
      if (!spoiled.ear.fault.ok) return spoiled.ear.fault;
      const std::int64_t distance = after > expected ? after - expected : expected - after;
      if (distance > 2 + expected / 5)
        return broken("afterwards it does not find what it found before", spoiled.ear.pushed);
      return Finding{};
    });
  }

  /// Bad from the very first sample on, for a minute, and then well.
  static Finding survives_from_the_start(Insult insult) {
    return at_every_rate([&](float rate_hz) {
      Bench<D, ProbedEar<D>> bench(fresh(rate_hz), rate_hz);
      bench.insult = insult;
      bench.run(60.0F);
      bench.insult = Insult::none;
      bench.run(30.0F);
      bench.finish();
      return bench.ear.fault;
    });
  }
};

}  // namespace vagus::conformance
