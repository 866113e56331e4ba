#include "lab/simulate/ecg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "lab/base/error.h"
#include "lab/simulate/spectrum_for_test.h"

namespace vagus::lab {
namespace {

const Settings silent = {{"white_mv", "0"}, {"muscle_mv", "0"}, {"baseline_mv", "0"}, {"resolution_uv", "1"}};

Settings with(Settings base, const Settings& more) {
  for (const auto& [key, value] : more) base[key] = value;
  return base;
}

std::vector<double> wave(const Recording& r, std::size_t channel = 0) {
  std::vector<double> x(r.channels[channel].samples.size());
  r.channels[channel].samples.read(0, x);
  return x;
}

std::vector<Annotation> beats(const Recording& r) {
  std::vector<Annotation> all;
  for (const Annotation& a : r.track("atr")->current())
    if (a.label != "+" && a.label != "~") all.push_back(a);
  return all;
}

bool is_extremum(const std::vector<double>& x, std::int64_t at, bool maximum) {
  const auto i = static_cast<std::size_t>(at);
  if (i == 0 || i + 1 >= x.size()) return true;
  return maximum ? x[i] >= x[i - 1] && x[i] >= x[i + 1] : x[i] <= x[i - 1] && x[i] <= x[i + 1];
}

TEST(Ecg, EveryAnnotationStandsOnTheExtremumOfTheCleanWave) {
  struct Case {
    Settings settings;
    bool maximum;
  };
  const std::vector<Case> cases = {
      {{}, true},
      {{{"polarity", "inverted"}}, false},
      {{{"morphology", "lbbb"}}, true},
      {{{"morphology", "rbbb"}}, true},
      {{{"morphology", "tall_t"}, {"amplitude_mv", "0.2"}}, true},
      {{{"morphology", "paced"}, {"spike_mv", "0"}}, false},
      {{{"pvc_share", "0.2"}, {"pvc_shape", "pvc_upright"}}, true},
      {{{"pvc_share", "0.2"}, {"pvc_shape", "pvc_notched"}, {"pac_share", "0.1"}, {"aberrant_share", "0.5"}}, true},
      {{{"rhythm", "af"}, {"fwave_mv", "0"}}, true},
      {{{"hr_bpm", "60"}, {"hr_end_bpm", "230"}}, true}};
  for (const Case& c : cases) {
    for (const char* rate : {"100", "360", "1000"}) {
      const Recording r = simulate("ecg", with(with(silent, c.settings), {{"rate_hz", rate}}), 120, 3);
      const std::vector<double> x = wave(r);
      int checked = 0;
      for (const Annotation& beat : beats(r)) {
        // A bundle block's late S and the P before a premature beat do not move the peak off its sample.
        EXPECT_TRUE(is_extremum(x, beat.tick, c.maximum)) << rate << " Hz, row " << beat.tick << " " << beat.label;
        ++checked;
      }
      EXPECT_GT(checked, 100);
    }
  }
}

TEST(Ecg, NegativeVentricularBeatsAreMarkedAtTheirTrough) {
  const Recording r = simulate("ecg", with(silent, {{"pvc_share", "0.2"}, {"pvc_shape", "pvc_negative"}}), 300, 4);
  const std::vector<double> x = wave(r);
  for (const Annotation& beat : beats(r)) EXPECT_TRUE(is_extremum(x, beat.tick, beat.label != "V")) << beat.tick;
}

TEST(Ecg, TheWaveIsThatOfTheDynamicalModel) {
  // McSharry et al. 2003, equation 1, at 60 bpm, by Runge-Kutta steps of 0.1 ms; table 1's parameters, and no baseline.
  const double pi = std::acos(-1.0);
  const std::array<double, 5> theta = {-pi / 3, -pi / 12, 0, pi / 12, pi / 2};
  const std::array<double, 5> a = {1.2, -5, 30, -7.5, 0.75};
  const std::array<double, 5> b = {0.25, 0.1, 0.1, 0.1, 0.4};
  const auto slope = [&](const std::array<double, 3>& s) {
    const double alpha = 1 - std::hypot(s[0], s[1]);
    const double angle = std::atan2(s[1], s[0]);
    double dz = -s[2];
    for (std::size_t i = 0; i < 5; ++i) {
      const double d = std::remainder(angle - theta[i], 2 * pi);
      dz -= a[i] * d * std::exp(-d * d / (2 * b[i] * b[i]));
    }
    return std::array<double, 3>{alpha * s[0] - 2 * pi * s[1], alpha * s[1] + 2 * pi * s[0], dz};
  };
  const auto moved = [](const std::array<double, 3>& s, const std::array<double, 3>& d, double h) {
    return std::array<double, 3>{s[0] + h * d[0], s[1] + h * d[1], s[2] + h * d[2]};
  };
  std::array<double, 3> state = {-1, 0, 0};
  const double h = 1e-4;
  std::vector<double> model;
  for (int step = 0; step < 100000; ++step) {
    if (step >= 90000 && step % 10 == 0) model.push_back(state[2]);  // the tenth beat, R at its middle, 1 kHz
    const auto k1 = slope(state);
    const auto k2 = slope(moved(state, k1, h / 2));
    const auto k3 = slope(moved(state, k2, h / 2));
    const auto k4 = slope(moved(state, k3, h));
    for (std::size_t i = 0; i < 3; ++i) state[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  }
  const Recording r = simulate("ecg",
                               with(silent, {{"rate_hz", "1000"},
                                             {"hr_bpm", "60"},
                                             {"sdnn_ms", "0"},
                                             {"breath_size", "0"},
                                             {"beat_variation", "0"},
                                             {"range_mv", "5"}}),
                               12, 5);
  const std::vector<double> x = wave(r);
  const auto peak = static_cast<std::size_t>(beats(r)[4].tick);
  const std::vector<double> ours(x.begin() + static_cast<std::ptrdiff_t>(peak) - 500,
                                 x.begin() + static_cast<std::ptrdiff_t>(peak) + 500);
  const auto top = [](const std::vector<double>& v, int from, int to) {
    return static_cast<double>(std::max_element(v.begin() + from, v.begin() + to) - v.begin());
  };
  EXPECT_NEAR(top(model, 450, 550), top(ours, 450, 550), 1);  // R
  EXPECT_NEAR(top(model, 650, 900), top(ours, 650, 900), 8);  // T, which the model's leak pulls earlier
  double product = 0;
  const double model_mean = sim::mean_of(model);
  const double our_mean = sim::mean_of(ours);
  for (std::size_t i = 0; i < ours.size(); ++i) product += (ours[i] - our_mean) * (model[i] - model_mean);
  EXPECT_GT(product / static_cast<double>(ours.size()) / (sim::sd_of(ours) * sim::sd_of(model)), 0.99);
}

TEST(Ecg, BeatsStandAtTheSameTimesAtEveryRate) {
  const Settings settings = {{"pvc_share", "0.1"}, {"rhythm", "paroxysmal_af"}, {"af_episode_s", "30"}};
  const auto slow = beats(simulate("ecg", with(settings, {{"rate_hz", "100"}}), 300, 6));
  const auto fast = beats(simulate("ecg", with(settings, {{"rate_hz", "1000"}, {"muscle_mv", "0.3"}}), 300, 6));
  ASSERT_EQ(slow.size(), fast.size());
  for (std::size_t i = 0; i < slow.size(); ++i) {
    EXPECT_EQ(slow[i].label, fast[i].label);
    EXPECT_NEAR(static_cast<double>(slow[i].tick) / 100, static_cast<double>(fast[i].tick) / 1000, 0.0101);
  }
}

TEST(Ecg, TheSameSeedGivesTheSameBytesAndAnotherSeedOthers) {
  const Settings settings = {
      {"motion_mv", "0.2"}, {"electrode_mv", "0.05"}, {"hum_mv", "0.02"}, {"gain_changes_per_hour", "60"}};
  const Recording a = simulate("ecg", settings, 60, 7);
  const Recording b = simulate("ecg", settings, 60, 7);
  const Recording c = simulate("ecg", settings, 60, 8);
  EXPECT_EQ(a.channels[0].samples, b.channels[0].samples);
  EXPECT_EQ(a.channels[1].samples, b.channels[1].samples);
  EXPECT_EQ(a.track("atr")->current(), b.track("atr")->current());
  EXPECT_FALSE(a.channels[0].samples == c.channels[0].samples);
}

TEST(Ecg, BytesAreThoseOfEveryOtherMachine) {
  // FNV-1a over every sample of both leads and every beat: any compiler and library must give this.
  const Recording r = simulate("ecg",
                               {{"motion_mv", "0.2"},
                                {"electrode_mv", "0.05"},
                                {"rhythm", "paroxysmal_af"},
                                {"af_episode_s", "15"},
                                {"pvc_share", "0.1"},
                                {"hum_mv", "0.05"}},
                               120, 2026);
  std::uint64_t hash = 14695981039346656037U;
  const auto mix = [&](std::int64_t value) {
    hash ^= static_cast<std::uint64_t>(value);
    hash *= 1099511628211U;
  };
  for (const Channel& c : r.channels)
    for (const std::int16_t v : std::get<0>(c.samples.storage())) mix(v);
  for (const Annotation& a : r.track("atr")->current()) mix(a.tick);
  EXPECT_EQ(hash, 13766423248434726021U);
}

TEST(Ecg, EachNoiseHasTheDeviationAskedFor) {
  const Settings flat = with(silent, {{"amplitude_mv", "0.05"}, {"spike_mv", "0"}, {"hr_bpm", "20"}, {"sdnn_ms", "0"}});
  const std::vector<double> none = wave(simulate("ecg", flat, 900, 9));
  for (const char* kind : {"white_mv", "muscle_mv", "baseline_mv", "electrode_mv", "motion_mv"}) {
    for (const char* rate : {"250", "500"}) {
      const Settings base = with(flat, {{"rate_hz", rate}});
      const std::vector<double> clean = wave(simulate("ecg", base, 900, 9), 1);
      std::vector<double> noisy = wave(simulate("ecg", with(base, {{kind, "0.5"}}), 900, 9), 1);
      for (std::size_t i = 0; i < noisy.size(); ++i) noisy[i] -= clean[i];
      EXPECT_NEAR(sim::sd_of(noisy), 0.5, 0.04) << kind << " at " << rate;
    }
  }
  ASSERT_FALSE(none.empty());
}

TEST(Ecg, HumStandsAtItsFrequencyWithItsHeight) {
  const Settings flat = with(
      silent, {{"amplitude_mv", "0.05"}, {"hr_bpm", "20"}, {"hum_mv", "0.2"}, {"hum_hz", "60"}, {"rate_hz", "500"}});
  const std::vector<double> x = wave(simulate("ecg", flat, 100, 10));
  EXPECT_NEAR(sim::band_power(500, x, 59.5, 60.5), 0.02, 0.0005);
  EXPECT_NEAR(sim::band_power(500, x, 179.5, 180.5), 0.02 / 25, 0.00005);
}

TEST(Ecg, FibrillatoryWavesStandAtTheirFrequencyAndOnlyInFibrillation) {
  const Settings base =
      with(silent, {{"amplitude_mv", "0.05"}, {"fwave_mv", "0.2"}, {"fwave_hz", "7"}, {"rate_hz", "250"}});
  const std::vector<double> af = wave(simulate("ecg", with(base, {{"rhythm", "af"}}), 200, 11));
  const std::vector<double> sinus = wave(simulate("ecg", base, 200, 11));
  EXPECT_NEAR(sim::band_power(250, af, 6, 8), 0.02 * (1 + 1.0 / 18), 0.002);
  EXPECT_LT(sim::band_power(250, sinus, 6, 8), 0.0005);
}

TEST(Ecg, LostSamplesAreMissingMarkedAndTakeTheirBeatsWithThem) {
  const Recording r =
      simulate("ecg", {{"gaps_per_hour", "120"}, {"lead_off_per_hour", "60"}, {"rate_hz", "250"}}, 1800, 12);
  const std::vector<double> x = wave(r);
  std::vector<bool> readable(x.size(), true);
  bool now = true;
  std::size_t from = 0;
  int marks = 0;
  for (const Annotation& a : r.track("atr")->current()) {
    if (a.label != "~") continue;
    ++marks;
    std::fill(readable.begin() + static_cast<std::ptrdiff_t>(from), readable.begin() + a.tick, now);
    now = a.subtype != -1;
    from = static_cast<std::size_t>(a.tick);
  }
  std::fill(readable.begin() + static_cast<std::ptrdiff_t>(from), readable.end(), now);
  EXPECT_GT(marks, 60);
  std::size_t missing = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i])) {
      ++missing;
      EXPECT_FALSE(readable[i]);
    }
  }
  EXPECT_GT(missing, 250U * 60);
  for (const Annotation& beat : beats(r)) {
    EXPECT_FALSE(std::isnan(x[static_cast<std::size_t>(beat.tick)]));
    EXPECT_TRUE(readable[static_cast<std::size_t>(beat.tick)]);
  }
}

TEST(Ecg, BoutsTakeTheShareAskedForAndAreMarked) {
  const Recording r = simulate(
      "ecg", {{"motion_mv", "0.3"}, {"artefact_share", "0.3"}, {"artefact_s", "10"}, {"rate_hz", "100"}}, 7200, 13);
  std::int64_t noisy = 0;
  std::int64_t since = -1;
  for (const Annotation& a : r.track("atr")->current()) {
    if (a.label != "~") continue;
    if (a.subtype == 3 && since < 0) since = a.tick;
    if (a.subtype == 0 && since >= 0) {
      noisy += a.tick - since;
      since = -1;
    }
  }
  EXPECT_NEAR(static_cast<double>(noisy) / 720000, 0.3, 0.04);
}

TEST(Ecg, TheConverterClipsAndSaysSo) {
  const Recording r = simulate("ecg", {{"range_mv", "0.5"}, {"amplitude_mv", "2"}}, 60, 14);
  const std::vector<double> x = wave(r);
  EXPECT_DOUBLE_EQ(*std::max_element(x.begin(), x.end()), 0.5);
  EXPECT_DOUBLE_EQ(*std::min_element(x.begin(), x.end()), -0.5);
  EXPECT_DOUBLE_EQ(*r.channels[0].saturates_high, 0.5);
}

TEST(Ecg, PacingSpikesStandOutAndPrecedeTheirBeat) {
  const Recording r =
      simulate("ecg", with(silent, {{"morphology", "paced"}, {"rate_hz", "1000"}, {"spike_mv", "3"}}), 60, 15);
  const std::vector<double> x = wave(r);
  for (const Annotation& beat : beats(r)) {
    EXPECT_EQ(beat.label, "/");
    if (beat.tick < 100) continue;
    const auto from = x.begin() + beat.tick - 100;
    const auto spike = std::max_element(from, from + 100);
    EXPECT_GT(*spike, 1.0);
    EXPECT_NEAR(static_cast<double>(x.begin() + beat.tick - spike), 62, 10);
  }
  EXPECT_EQ(r.track("atr")->current().front().text, "(P");
}

TEST(Ecg, WrongSettingsAreUsageErrorsThatNameTheNearest) {
  EXPECT_THROW(simulate("eeg", {}, 10, 1), UsageError);
  EXPECT_THROW(simulate("ecg", {{"hr_bpn", "60"}}, 10, 1), UsageError);
  EXPECT_THROW(simulate("ecg", {{"hr_bpm", "1000"}}, 10, 1), UsageError);
  EXPECT_THROW(simulate("ecg", {{"hr_bpm", "nan"}}, 10, 1), UsageError);
  EXPECT_THROW(simulate("ecg", {{"rhythm", "waltz"}}, 10, 1), UsageError);
  EXPECT_THROW(simulate("ecg", {{"range_mv", "100"}, {"resolution_uv", "1"}}, 10, 1), UsageError);
  EXPECT_THROW(simulate("ecg", {}, 0, 1), UsageError);
  EXPECT_THROW(simulate("ecg", {}, std::nan(""), 1), UsageError);
  EXPECT_THROW(simulate("ecg", {{"rate_hz", "1000"}}, 172800, 1), UsageError);
  try {
    simulate("ecg", {{"hr_bpn", "60"}}, 10, 1);
  } catch (const UsageError& e) {
    EXPECT_NE(e.hint().find("hr_bpm"), std::string::npos);
  }
}

TEST(Ecg, EveryParameterIsListedWithUnitAndRange) {
  const std::string text = describe(kind("ecg"));
  std::set<std::string_view> names;
  for (const Parameter& p : *kind("ecg").parameters) {
    EXPECT_TRUE(names.insert(p.name).second) << p.name;
    EXPECT_NE(text.find(p.name), std::string::npos);
    EXPECT_FALSE(p.meaning.empty());
    EXPECT_GE(p.standard, p.low);
    EXPECT_TRUE(p.words.empty() ? p.standard <= p.high : p.standard < static_cast<double>(p.words.size()));
  }
}

TEST(Ecg, TheShortestRecordingHasASample) {
  const Recording r = simulate("ecg", {}, 1e-6, 1);
  EXPECT_EQ(r.channels[0].samples.size(), 1U);
  EXPECT_EQ(r.attributes.at("simulated"), "true");
}

}  // namespace
}  // namespace vagus::lab
