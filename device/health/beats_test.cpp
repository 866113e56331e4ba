#include "device/health/beats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "device/health/ecg_test_signal.h"

namespace vagus::health {
namespace {

using test::Ecg;
using test::EcgOptions;

static_assert(Detector<BeatDetector>);
static_assert(sizeof(BeatDetector) <= BeatDetector::contract.ram_bytes);
static_assert(BeatDetector::contract.ram_bytes <= 4096);

struct Listener {
  std::vector<BeatDetector::Output> beats;
  std::vector<Candidate> candidates;
  std::vector<Unreadable> stretches;
  void operator()(const BeatDetector::Output& o) { beats.push_back(o); }
  void candidate(const Candidate& c) { candidates.push_back(c); }
  void unreadable(const Unreadable& u) { stretches.push_back(u); }
};

BeatDetector detector(float rate_hz) { return BeatDetector::make({.rate_hz = rate_hz}).value(); }

Listener run(const Ecg& ecg) {
  BeatDetector d = detector(ecg.rate_hz);
  Listener heard;
  for (const float mv : ecg.mv) d.push({mv}, heard);
  d.finish(heard);
  return heard;
}

/// Missed and invented beats, of those with a second or more of signal on both sides.
struct Errors {
  int missed = 0;
  int invented = 0;
  double worst_ms = 0;
};
Errors compare(const Ecg& ecg, const std::vector<BeatDetector::Output>& beats, double edge_s = 0.3) {
  Errors e;
  const double end = static_cast<double>(ecg.mv.size()) / static_cast<double>(ecg.rate_hz) - edge_s;
  std::vector<bool> used(beats.size());
  for (const double t : ecg.beats_s) {
    double best = 0.15;
    std::size_t at = beats.size();
    for (std::size_t i = 0; i < beats.size(); ++i) {
      const double off = std::fabs(static_cast<double>(beats[i].sample) / static_cast<double>(ecg.rate_hz) - t);
      if (off < best && !used[i]) best = off, at = i;
    }
    if (at < beats.size()) {
      used[at] = true;
      e.worst_ms = std::max(e.worst_ms, best * 1000);
    } else if (t > edge_s && t < end) {
      ++e.missed;
    }
  }
  for (std::size_t i = 0; i < beats.size(); ++i) e.invented += !used[i];
  return e;
}

void expect_all_found(const Ecg& ecg, const std::string& what) {
  const Errors e = compare(ecg, run(ecg).beats);
  EXPECT_EQ(e.missed, 0) << what;
  EXPECT_EQ(e.invented, 0) << what;
}

bool same(const std::vector<BeatDetector::Output>& a, const std::vector<BeatDetector::Output>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
           return x.sample == y.sample && std::memcmp(&x.quality, &y.quality, sizeof x.quality) == 0;
         });
}

TEST(Beats, RefusesConfigurationsOutsideTheirRanges) {
  EXPECT_EQ(BeatDetector::make({.rate_hz = 99}).error(), Errc::rate_out_of_range);
  EXPECT_EQ(BeatDetector::make({.rate_hz = 1001}).error(), Errc::rate_out_of_range);
  EXPECT_EQ(BeatDetector::make({.rate_hz = std::nanf("")}).error(), Errc::field_not_finite);
  EXPECT_EQ(BeatDetector::make({.threshold = 2}).error(), Errc::field_out_of_range);
  EXPECT_TRUE(BeatDetector::make({}).ok());
}

TEST(Beats, AreFoundAtAnyRate) {
  for (const float rate :
       {100.0F, 125.0F, 128.0F, 180.0F, 200.0F, 250.0F, 256.0F, 300.0F, 360.0F, 500.0F, 512.0F, 977.3F, 1000.0F})
    expect_all_found(test::ecg({.rate_hz = rate}), std::to_string(rate) + " Hz");
}

TEST(Beats, AreFoundAtAnyGainAndEitherPolarity) {
  for (const double gain : {0.1, 0.3, -0.3, -1.0, 3.0, 10.0})
    expect_all_found(test::ecg({.gain_mv = gain}), "QRS of " + std::to_string(gain) + " mV");
}

TEST(Beats, AreFoundFromSlowToInfantHeartRates) {
  for (const double bpm : {25.0, 40.0, 60.0, 100.0, 150.0, 200.0, 250.0, 290.0})
    expect_all_found(test::ecg({.bpm = bpm}), std::to_string(bpm) + " bpm");
}

TEST(Beats, LieOnTheRPeakWithinTwoSamplesOf125Hz) {
  for (const float rate : {128.0F, 250.0F, 360.0F, 1000.0F}) {
    const Ecg ecg = test::ecg({.rate_hz = rate});
    EXPECT_LT(compare(ecg, run(ecg).beats).worst_ms, 8 + 500 / static_cast<double>(rate)) << rate;
  }
}

TEST(Beats, ArriveWithinTheDeclaredLatency) {
  for (const float rate : {100.0F, 250.0F, 1000.0F}) {
    const Ecg ecg = test::ecg({.rate_hz = rate, .noise_mv = 0.1});
    BeatDetector d = detector(rate);
    double worst = 0;
    for (std::size_t i = 0; i < ecg.mv.size(); ++i)
      d.push({ecg.mv[i]}, [&](const BeatDetector::Output& o) {
        worst = std::max(
            worst, static_cast<double>(static_cast<std::int64_t>(i) - o.sample) / static_cast<double>(rate) * 1000);
      });
    EXPECT_LE(worst, BeatDetector::contract.latency_ms) << rate;
  }
}

TEST(Beats, AreReportedInOrderAndNeverWithin176Ms) {
  const Listener heard = run(test::ecg({.noise_mv = 0.5, .seconds = 120}));
  for (std::size_t i = 1; i < heard.beats.size(); ++i)
    EXPECT_GT(heard.beats[i].sample - heard.beats[i - 1].sample, static_cast<std::int64_t>(0.1 * 250));
}

TEST(Beats, QualityIsAProbabilityAndHighOnCleanSignals) {
  const Listener heard = run(test::ecg({}));
  for (const auto& b : heard.beats) {
    EXPECT_GE(b.quality, 0.0F);
    EXPECT_LE(b.quality, 1.0F);
  }
  EXPECT_GT(heard.beats[heard.beats.size() / 2].quality, 0.9F);
}

TEST(Beats, AreNotInventedInASilentLead) {
  for (const double noise : {0.0, 0.0005}) {
    const Ecg ecg = test::ecg({.gain_mv = 0, .noise_mv = noise});
    EXPECT_TRUE(run(ecg).beats.empty()) << noise;
  }
}

TEST(Beats, SurviveWhatIsNoNumber) {
  Ecg ecg = test::ecg({.seconds = 60});
  const float bad[] = {std::nanf(""), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                       1e30F, -3e38F};
  for (int i = 0; i < 400; ++i) ecg.mv[static_cast<std::size_t>(5000 + i)] = bad[i % 5];
  const Listener heard = run(ecg);
  std::erase_if(ecg.beats_s, [](double t) { return t < 25; });
  std::vector<BeatDetector::Output> later;
  std::copy_if(heard.beats.begin(), heard.beats.end(), std::back_inserter(later),
               [](auto& b) { return b.sample > 6250 - 30; });
  const Errors e = compare(ecg, later);
  EXPECT_EQ(e.missed, 0);
  EXPECT_EQ(e.invented, 0);
}

TEST(Beats, SayWhyASignalCannotBeRead) {
  const auto reason_at_40_s = [](auto&& spoil) {
    Ecg ecg = test::ecg({.seconds = 60});
    for (std::size_t i = 9000; i < 11000; ++i) spoil(ecg.mv[i]);
    const Listener heard = run(ecg);
    for (const Unreadable& u : heard.stretches)
      if (u.start_sample <= 10000 && u.end_sample > 10000) return std::string(u.reason);
    return std::string("readable");
  };
  EXPECT_EQ(reason_at_40_s([](float&) {}), "readable");
  EXPECT_EQ(reason_at_40_s([](float& x) { x = 0.2F; }), "flat");
  EXPECT_EQ(reason_at_40_s([](float& x) { x = 5.0F; }), "lead_off");
  EXPECT_EQ(reason_at_40_s([](float& x) { x = std::nanf(""); }), "no_signal");
  EXPECT_EQ(reason_at_40_s([](float& x) { x = std::clamp(x * 20, -2.5F, 2.5F); }), "saturated");
}

TEST(Beats, AreFoundAgainAfterAGapAndNoneIsLostBeforeIt) {
  const Ecg a = test::ecg({.seconds = 20}), b = test::ecg({.seconds = 20});
  for (const std::int64_t ms : {300, 60000}) {
    BeatDetector d = detector(250);
    Listener heard;
    for (const float mv : a.mv) d.push({mv}, heard);
    d.gap(Duration::from_ms(ms));
    for (const float mv : b.mv) d.push({mv + 1.5F}, heard);
    d.finish(heard);
    Ecg whole = a;
    whole.mv.insert(whole.mv.end(), b.mv.begin(), b.mv.end());
    for (const double t : b.beats_s) whole.beats_s.push_back(20 + t);
    std::erase_if(whole.beats_s, [](double t) { return t > 19.7 && t < 20.3; });
    std::erase_if(heard.beats, [](auto& o) { return o.sample > 4925 && o.sample < 5075; });
    const Errors e = compare(whole, heard.beats);
    EXPECT_EQ(e.missed, 0) << ms;
    EXPECT_EQ(e.invented, 0) << ms;
  }
}

TEST(Beats, ContinueFromASnapshotWithTheSameBits) {
  const Ecg ecg = test::ecg({.noise_mv = 0.1});
  const Listener whole = run(ecg);
  BeatDetector first = detector(250);
  Listener heard;
  for (std::size_t i = 0; i < 3333; ++i) first.push({ecg.mv[i]}, heard);
  unsigned char bytes[sizeof(BeatDetector)];
  std::memcpy(bytes, &first, sizeof first);
  BeatDetector second = detector(500);
  std::memcpy(&second, bytes, sizeof second);
  for (std::size_t i = 3333; i < ecg.mv.size(); ++i) second.push({ecg.mv[i]}, heard);
  second.finish(heard);
  EXPECT_TRUE(same(whole.beats, heard.beats));
}

TEST(Beats, DoNotDependOnAConstantOffset) {
  const Ecg ecg = test::ecg({});
  Ecg raised = ecg;
  for (float& mv : raised.mv) mv += 64;
  EXPECT_EQ(run(ecg).beats.size(), run(raised).beats.size());
}

TEST(Beats, AllComeBackAmongBeatsAndCandidatesAtAnyThreshold) {
  const Ecg ecg = test::ecg({.noise_mv = 0.3});
  std::size_t total = 0, fewer = SIZE_MAX;
  for (const float threshold : {0.1F, 0.5F, 0.9F}) {
    BeatDetector d = BeatDetector::make({.rate_hz = 250, .threshold = threshold}).value();
    Listener heard;
    for (const float mv : ecg.mv) d.push({mv}, heard);
    d.finish(heard);
    if (total == 0) total = heard.beats.size() + heard.candidates.size();
    EXPECT_LE(heard.beats.size(), fewer);
    fewer = heard.beats.size();
  }
}

}  // namespace
}  // namespace vagus::health
