#include "lab/simulate/rhythm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lab/simulate/spectrum_for_test.h"

namespace vagus::lab::sim {
namespace {

std::vector<DrawnBeat> within(const Rhythm& rhythm, double duration_s) {
  std::vector<DrawnBeat> beats;
  for (const DrawnBeat& b : rhythm.beats)
    if (b.t_s >= 0 && b.t_s < duration_s) beats.push_back(b);
  return beats;
}

std::vector<double> intervals(const std::vector<DrawnBeat>& beats) {
  std::vector<double> rr;
  for (std::size_t i = 1; i < beats.size(); ++i) rr.push_back(beats[i].t_s - beats[i - 1].t_s);
  return rr;
}

std::vector<double> times(const std::vector<DrawnBeat>& beats) {
  std::vector<double> t;
  for (std::size_t i = 1; i < beats.size(); ++i) t.push_back(beats[i].t_s);
  return t;
}

std::string label(const DrawnBeat& b) { return std::string(morphologies()[static_cast<std::size_t>(b.shape)].label); }

double share(const std::vector<DrawnBeat>& beats, const std::string& which) {
  return static_cast<double>(
             std::count_if(beats.begin(), beats.end(), [&](const DrawnBeat& b) { return label(b) == which; })) /
         static_cast<double>(beats.size());
}

TEST(Rhythm, MeanRateIsTheOneAskedForAtEveryRateAndVariability) {
  for (const double hr : {35.0, 60.0, 90.0, 180.0}) {
    for (const double sdnn : {0.0, 40.0, 0.1 * 60000 / hr}) {
      RhythmSpec spec;
      spec.hr_bpm = hr;
      spec.sdnn_ms = std::min(sdnn, 0.1 * 60000 / hr);
      const auto beats = within(make_rhythm(spec, 3600, 11), 3600);
      // Breathing near half the heart rate (35 bpm) correlates swing and moment: the last tenths of a per cent are
      // open.
      EXPECT_NEAR(static_cast<double>(beats.size()) / 60, hr, 0.007 * hr) << spec.sdnn_ms;
    }
  }
}

TEST(Rhythm, SdnnIsTheOneAskedFor) {
  for (const double sdnn : {10.0, 40.0, 90.0}) {
    RhythmSpec spec;
    spec.sdnn_ms = sdnn;
    const auto rr = intervals(within(make_rhythm(spec, 3600, 12), 3600));
    EXPECT_NEAR(1000 * sd_of(rr), sdnn, 0.04 * sdnn);
  }
}

TEST(Rhythm, MayerAndRespiratoryPowerStandInTheRatioAskedForAtTheirFrequencies) {
  for (const double ratio : {0.5, 2.0}) {
    RhythmSpec spec;
    spec.hr_bpm = 75;
    spec.lf_hf = ratio;
    spec.resp_hz = 0.28;
    spec.lf_hz = 0.09;
    const auto beats = within(make_rhythm(spec, 1200, 13), 1200);
    const auto rr = intervals(beats);
    const auto t = times(beats);
    const double lf = band_power(t, rr, 0.04, 0.15);
    const double hf = band_power(t, rr, 0.15, 0.4);
    EXPECT_NEAR(lf / hf, ratio, 0.12 * ratio);
    // 95 % of each lies within 0.03 Hz (3 SD) of its centre.
    EXPECT_GT(band_power(t, rr, 0.25, 0.31) / hf, 0.95);
    EXPECT_GT(band_power(t, rr, 0.06, 0.12) / lf, 0.95);
  }
}

TEST(Rhythm, PrematureBeatsComeInTheShareAskedFor) {
  RhythmSpec spec;
  spec.pvc_share = 0.10;
  spec.pac_share = 0.06;
  spec.aberrant_share = 0.5;
  const auto beats = within(make_rhythm(spec, 7200, 14), 7200);
  const auto n = static_cast<double>(beats.size());
  EXPECT_NEAR(share(beats, "V"), 0.10, 4 * std::sqrt(0.1 / n));
  EXPECT_NEAR(share(beats, "A") + share(beats, "a"), 0.06, 4 * std::sqrt(0.06 / n));
  EXPECT_NEAR(share(beats, "a"), 0.03, 4 * std::sqrt(0.03 / n));
}

TEST(Rhythm, AVentricularBeatIsEarlyAndItsPauseFullyCompensatory) {
  RhythmSpec spec;
  spec.pvc_share = 0.05;
  spec.sdnn_ms = 0;
  const auto beats = within(make_rhythm(spec, 1800, 15), 1800);
  const double rr = 60.0 / 72;
  int seen = 0;
  for (std::size_t i = 1; i + 1 < beats.size(); ++i) {
    if (label(beats[i]) != "V") continue;
    ++seen;
    EXPECT_GE(beats[i].t_s - beats[i - 1].t_s, 0.499 * rr);
    EXPECT_LE(beats[i].t_s - beats[i - 1].t_s, 0.701 * rr);
    EXPECT_NEAR(beats[i + 1].t_s - beats[i - 1].t_s, 2 * rr, 1e-9);
    EXPECT_FALSE(beats[i].p_wave);
  }
  EXPECT_GT(seen, 60);
}

TEST(Rhythm, AnAtrialBeatResetsTheSinusNode) {
  RhythmSpec spec;
  spec.pac_share = 0.05;
  spec.sdnn_ms = 0;
  const auto beats = within(make_rhythm(spec, 1800, 16), 1800);
  const double rr = 60.0 / 72;
  int seen = 0;
  for (std::size_t i = 1; i + 1 < beats.size(); ++i) {
    if (label(beats[i]) != "A") continue;
    ++seen;
    EXPECT_LT(beats[i + 1].t_s - beats[i - 1].t_s, 1.95 * rr);
    EXPECT_NEAR(beats[i + 1].t_s - beats[i].t_s, 1.08 * rr, 1e-9);
  }
  EXPECT_GT(seen, 60);
}

TEST(Rhythm, BigeminyAndTrigeminyAlternateStrictly) {
  RhythmSpec spec;
  spec.kind = RhythmKind::bigeminy;
  auto beats = within(make_rhythm(spec, 300, 17), 300);
  for (std::size_t i = 2; i < beats.size(); ++i) EXPECT_EQ(label(beats[i]), label(beats[i - 2]));
  EXPECT_NEAR(share(beats, "V"), 0.5, 0.01);
  spec.kind = RhythmKind::trigeminy;
  beats = within(make_rhythm(spec, 300, 17), 300);
  for (std::size_t i = 3; i < beats.size(); ++i) EXPECT_EQ(label(beats[i]), label(beats[i - 3]));
  EXPECT_NEAR(share(beats, "V"), 1.0 / 3, 0.01);
}

TEST(Rhythm, FibrillationIsIrregularUncorrelatedAndWithoutP) {
  RhythmSpec spec;
  spec.kind = RhythmKind::af;
  spec.hr_bpm = 85;
  const auto beats = within(make_rhythm(spec, 7200, 18), 7200);
  const auto rr = intervals(beats);
  EXPECT_NEAR(60 / mean_of(rr), 85, 1.5);
  EXPECT_NEAR(sd_of(rr) / mean_of(rr), 0.22, 0.01);
  const double mean = mean_of(rr);
  double lag = 0;
  for (std::size_t i = 1; i < rr.size(); ++i) lag += (rr[i] - mean) * (rr[i - 1] - mean);
  EXPECT_NEAR(lag / static_cast<double>(rr.size()) / std::pow(sd_of(rr), 2), 0,
              4 / std::sqrt(static_cast<double>(rr.size())));
  EXPECT_TRUE(std::none_of(beats.begin(), beats.end(), [](const DrawnBeat& b) { return b.p_wave; }));
  EXPECT_GE(*std::min_element(rr.begin(), rr.end()), 0.24);
}

TEST(Rhythm, ParoxysmsTakeTheShareOfTimeAskedForAndAreMarked) {
  RhythmSpec spec;
  spec.kind = RhythmKind::paroxysmal_af;
  spec.af_share = 0.3;
  spec.af_episode_s = 60;
  const double duration = 6 * 3600;
  const Rhythm rhythm = make_rhythm(spec, duration, 19);
  double in = 0;
  for (const Span& s : rhythm.fibrillation) in += std::min(s.end_s, duration) - std::max(s.start_s, 0.0);
  EXPECT_NEAR(in / duration, 0.3, 0.05);
  for (const DrawnBeat& b : rhythm.beats) {
    const bool af = std::any_of(rhythm.fibrillation.begin(), rhythm.fibrillation.end(),
                                [&](const Span& s) { return b.t_s >= s.start_s && b.t_s < s.end_s; });
    EXPECT_EQ(b.p_wave, !af);
  }
  for (std::size_t i = 1; i < rhythm.marks.size(); ++i) EXPECT_NE(rhythm.marks[i].text, rhythm.marks[i - 1].text);
}

TEST(Rhythm, TheRateRampsToTwoHundredAndTwenty) {
  RhythmSpec spec;
  spec.hr_bpm = 60;
  spec.hr_end_bpm = 220;
  const auto beats = within(make_rhythm(spec, 600, 20), 600);
  const auto rr = intervals(beats);
  EXPECT_NEAR(static_cast<double>(beats.size()) / 10, 140, 2);
  double last = 0;
  for (std::size_t i = rr.size() - 30; i < rr.size(); ++i) last += rr[i] / 30;
  EXPECT_NEAR(60 / last, 218, 6);
}

TEST(Rhythm, PausesAndRunsComeAsOftenAsAskedFor) {
  RhythmSpec spec;
  spec.pauses_per_hour = 60;
  spec.pause_s = 3.5;
  auto rr = intervals(within(make_rhythm(spec, 7200, 21), 7200));
  const auto pauses = std::count_if(rr.begin(), rr.end(), [](double v) { return std::abs(v - 3.5) < 1e-9; });
  EXPECT_NEAR(static_cast<double>(pauses), 120, 45);
  spec.pauses_per_hour = 0;
  spec.vt_per_hour = 30;
  const Rhythm rhythm = make_rhythm(spec, 7200, 22);
  const auto runs =
      std::count_if(rhythm.marks.begin(), rhythm.marks.end(), [](const RhythmMark& m) { return m.text == "(VT"; });
  EXPECT_NEAR(static_cast<double>(runs), 60, 31);
  const auto beats = within(rhythm, 7200);
  int longest = 0;
  int length = 0;
  for (const DrawnBeat& b : beats) {
    length = label(b) == "V" ? length + 1 : 0;
    longest = std::max(longest, length);
  }
  EXPECT_GE(longest, 5);
  EXPECT_LE(longest, 15);
}

TEST(Rhythm, BeatsAreInOrderAndNeverCloserThanTheHeartAllows) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    RhythmSpec spec;
    spec.kind = static_cast<RhythmKind>(seed % 5);
    spec.hr_bpm = 30 + static_cast<double>(seed) * 6;
    spec.pvc_share = 0.1;
    spec.pac_share = 0.1;
    spec.vt_per_hour = 20;
    const Rhythm rhythm = make_rhythm(spec, 300, seed);
    for (std::size_t i = 1; i < rhythm.beats.size(); ++i)
      EXPECT_GE(rhythm.beats[i].t_s - rhythm.beats[i - 1].t_s, 0.1) << seed << " " << rhythm.beats[i].t_s;
  }
}

}  // namespace
}  // namespace vagus::lab::sim
