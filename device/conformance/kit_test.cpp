// The kit is tried on detectors that break one law each: what it does not catch it is not worth.
#include <gtest/gtest.h>

#include <array>

#include "device/base/check_config.h"
#include "device/conformance/laws.h"

namespace {

using namespace vagus;
using namespace vagus::conformance;

enum class Flaw {
  none,
  late,
  early,
  twice,
  bad_quality,
  hidden_state,
  pointer,
  stuck,
  lax,
  strange_nan,
  probes_matter
};

/// Says every hundredth sample; `flaw` says how it does it wrong.
template <Flaw flaw>
class Counter {
 public:
  struct Config {
    float rate_hz = 100;
  };
  struct Input {
    float ecg_mv;
  };
  struct Output {
    std::int64_t sample;
    float quality;
  };
  static constexpr ChannelNeed reads[] = {{Quantity::ecg, Unit::mv, 50, 200}};
  static constexpr ProbeInfo probe_points[] = {{"input", "mv"}};
  static constexpr Contract contract = {.name = "test.counter",
                                        .version = "1.0.0",
                                        .summary = "Counts.",
                                        .source = "none",
                                        .event = "hundreds",
                                        .reads = reads,
                                        .probes = probe_points,
                                        .latency_ms = 0,
                                        .ram_bytes = 64};
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 50, 200, "rate")};
  static constexpr std::array output_fields = {Field<Output>::sample("sample", &Output::sample, "where"),
                                               Field<Output>::number("quality", "", &Output::quality, "how sure")};
  static Result<Counter> make(const Config& config) {
    if (flaw != Flaw::lax) {
      const Errc error = check_config<config_fields>(config);
      if (error != Errc::ok) return error;
    }
    return Counter{};
  }
  template <class Emit>
  void push(Input in, Emit&& emit) {
    probe(emit, 0, sample_, canonical(in.ecg_mv));
    if (flaw == Flaw::stuck && !is_finite(in.ecg_mv)) stuck_ = true;
    if (flaw == Flaw::hidden_state) sum += in.ecg_mv > 0.3F ? 1U : 0U;
    if (flaw == Flaw::pointer && self_ == nullptr) self_ = this;
    if (sample_ % 100 == 99 && !stuck_) say(emit);
    ++sample_;
  }
  void gap(Duration /*lost*/) {}
  template <class Emit>
  void finish(Emit&& /*emit*/) {}

 private:
  template <class Emit>
  void say(Emit&& emit) {
    Output out{sample_, 0.5F};
    if (flaw == Flaw::late) out.sample -= 1;
    if (flaw == Flaw::early) out.sample += 1;
    if (flaw == Flaw::bad_quality && sample_ > 3000) out.quality = 1.5F;
    if (flaw == Flaw::strange_nan) out.quality = std::bit_cast<float>(0xFFC00000U);
    if (flaw == Flaw::hidden_state) out.quality = static_cast<float>(sum % 1000U) * 1e-3F;
    if (flaw == Flaw::pointer && self_ != this) out.quality = 0.25F;
    if (flaw == Flaw::probes_matter && takes_probes<std::remove_reference_t<Emit>>) out.quality = 0.75F;
    emit(out);
    if (flaw == Flaw::twice) emit(out);
  }
  static inline std::uint32_t sum = 0;
  const void* self_ = nullptr;
  std::int64_t sample_ = 0;
  bool stuck_ = false;
};

TEST(ConformanceKit, FindsNothingWrongWithADetectorThatKeepsItsPromises) {
  using L = Laws<Counter<Flaw::none>>;
  EXPECT_TRUE(L::contract_holds().ok);
  EXPECT_TRUE(L::configuration_is_guarded().ok);
  EXPECT_TRUE(L::says_what_it_promises().ok);
  EXPECT_TRUE(L::short_signals_end_well().ok);
  EXPECT_TRUE(L::state_is_its_own().ok);
  EXPECT_TRUE(L::snapshot_continues().ok);
  EXPECT_TRUE(L::probes_only_watch().ok);
  for (int i = 0; i < insult_count; ++i) {
    EXPECT_TRUE(L::recovers_from(static_cast<Insult>(i)).ok);
    EXPECT_TRUE(L::survives_from_the_start(static_cast<Insult>(i)).ok);
  }
}

TEST(ConformanceKit, CatchesOutputsThatAreLateEarlyOrTwiceSaid) {
  EXPECT_FALSE(Laws<Counter<Flaw::late>>::says_what_it_promises().ok);
  EXPECT_FALSE(Laws<Counter<Flaw::early>>::says_what_it_promises().ok);
  EXPECT_FALSE(Laws<Counter<Flaw::twice>>::says_what_it_promises().ok);
}

TEST(ConformanceKit, CatchesQualitiesThatAreNoProbabilities) {
  EXPECT_FALSE(Laws<Counter<Flaw::bad_quality>>::says_what_it_promises().ok);
  EXPECT_FALSE(Laws<Counter<Flaw::strange_nan>>::says_what_it_promises().ok);
}

TEST(ConformanceKit, CatchesStateThatIsNotTheDetectorsOwn) {
  EXPECT_FALSE(Laws<Counter<Flaw::hidden_state>>::state_is_its_own().ok);
  EXPECT_FALSE(Laws<Counter<Flaw::pointer>>::snapshot_continues().ok);
}

TEST(ConformanceKit, CatchesADetectorThatBadInputSilencesForEver) {
  EXPECT_FALSE(Laws<Counter<Flaw::stuck>>::recovers_from(Insult::nan).ok);
  EXPECT_TRUE(Laws<Counter<Flaw::stuck>>::recovers_from(Insult::flat).ok);
}

TEST(ConformanceKit, CatchesAConfigurationThatIsNotGuarded) {
  EXPECT_FALSE(Laws<Counter<Flaw::lax>>::configuration_is_guarded().ok);
}

TEST(ConformanceKit, CatchesProbesThatChangeTheAnswer) {
  EXPECT_FALSE(Laws<Counter<Flaw::probes_matter>>::probes_only_watch().ok);
}

TEST(StandardSignals, HaveTheirNamedBitsOnEveryCompilerAndCore) {
  Digest digest;
  Wearer wearer(100.0F);
  for (int n = 0; n < 12000; ++n) {
    wearer.advance();
    for (int q = 0; q < quantity_count; ++q) digest.number(wearer.value(static_cast<Quantity>(q), Unit::none));
  }
  EXPECT_EQ(digest.value, 10790272009438424004U);
}

TEST(StandardSignals, AreFiniteAndOfASizeThatTheirSensorsGive) {
  const auto within = [](Quantity quantity, Unit unit, float low, float high) {
    Wearer wearer(250.0F);
    float smallest = infinity;
    float largest = -infinity;
    for (int n = 0; n < 60 * 250; ++n) {
      wearer.advance();
      const float x = wearer.value(quantity, unit);
      ASSERT_TRUE(is_finite(x)) << name(quantity);
      smallest = vagus::min(smallest, x);
      largest = vagus::max(largest, x);
    }
    EXPECT_GE(smallest, low) << name(quantity);
    EXPECT_LE(largest, high) << name(quantity);
    EXPECT_GT(largest, smallest) << name(quantity);
  };
  within(Quantity::ecg, Unit::mv, -1.5F, 2.5F);
  within(Quantity::ecg, Unit::uv, -1500.0F, 2500.0F);
  within(Quantity::ppg_green, Unit::count, 50000.0F, 70000.0F);
  within(Quantity::acc_z, Unit::g, -3.0F, 5.0F);
  within(Quantity::acc_x, Unit::mps2, -30.0F, 30.0F);
  within(Quantity::gyr_y, Unit::dps, -300.0F, 300.0F);
  within(Quantity::baro, Unit::hpa, 1011.0F, 1014.0F);
  within(Quantity::hr, Unit::bpm, 40.0F, 220.0F);
  within(Quantity::spo2, Unit::pct, 94.0F, 100.0F);
}

TEST(StandardSignals, TheHeartOfTheEcgIsTheHeartOfThePulse) {
  Wearer wearer(250.0F);
  int beats = 0;
  int pulses = 0;
  float ecg = 0;
  float pressure = 0;
  for (int n = 0; n < 20 * 250; ++n) {  // at rest
    wearer.advance();
    const float next_ecg = wearer.value(Quantity::ecg, Unit::mv);
    const float next_pressure = wearer.value(Quantity::abp, Unit::mmhg);
    beats += ecg < 0.65F && next_ecg >= 0.65F ? 1 : 0;
    pulses += pressure < 105.0F && next_pressure >= 105.0F ? 1 : 0;
    ecg = next_ecg;
    pressure = next_pressure;
  }
  EXPECT_NEAR(beats, 22, 3);
  EXPECT_NEAR(pulses, beats, 2);
}

}  // namespace
