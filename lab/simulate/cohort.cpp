#include "lab/simulate/cohort.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/simulate/ecg.h"
#include "lab/simulate/random.h"
#include "lab/simulate/streams.h"

namespace vagus::lab {
namespace {

using sim::Random;

/// To three decimals: a setting is text, and short text is readable text.
std::string text(double value) { return shortest(std::floor(value * 1000 + 0.5) / 1000); }

/// An index drawn with the given weights.
std::size_t pick(Random& random, const std::vector<double>& weights) {
  double sum = 0;
  for (const double w : weights) sum += w;
  double at = random.uniform() * sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    at -= weights[i];
    if (at < 0) return i;
  }
  return weights.size() - 1;
}

void draw_rhythm(Random& random, double age, double sdnn_ms, double hr, CohortMember& member) {
  // Fibrillation in 1 % at 50 and some 15 % past 80 is what surveys find; twice that here, or a small cohort has none.
  const double old = std::clamp((age - 50) / 35, 0.0, 1.0);
  const std::vector<std::string_view> names = {"sinus",  "ectopy", "bigeminy", "af",          "paroxysmal_af",
                                               "pauses", "runs",   "paced",    "bundle_block"};
  const std::vector<double> weights = {
      0.50, 0.15 + 0.1 * old, 0.03, 0.01 + 0.17 * old, 0.01 + 0.09 * old, 0.03, 0.03, 0.06 * old, 0.04 + 0.06 * old};
  const std::string_view name = names[pick(random, weights)];
  Settings& s = member.settings;
  member.attributes["rhythm"] = name;
  s["hr_bpm"] = text(hr);
  s["sdnn_ms"] = text(sdnn_ms);
  if (name == "ectopy") {
    s["pvc_share"] = text(random.uniform(0, 0.12));
    s["pac_share"] = text(random.uniform(0, 0.08));
    s["aberrant_share"] = text(random.uniform(0, 0.5));
  } else if (name == "bigeminy") {
    s["rhythm"] = random.chance(0.5) ? "bigeminy" : "trigeminy";
  } else if (name == "af" || name == "paroxysmal_af") {
    s["rhythm"] = name;
    s["hr_bpm"] = text(std::min(hr + 14, 150.0));
    s["af_cv"] = text(random.uniform(0.16, 0.28));
    s["fwave_mv"] = text(random.uniform(0.03, 0.12));
    s["fwave_hz"] = text(random.uniform(5, 8));
    s["pvc_share"] = text(random.uniform(0, 0.04));
  } else if (name == "pauses") {
    s["pauses_per_hour"] = text(random.uniform(10, 60));
    s["pause_s"] = text(random.uniform(2, 5));
  } else if (name == "runs") {
    s["vt_per_hour"] = text(random.uniform(6, 30));
    s["pvc_share"] = text(random.uniform(0.01, 0.06));
  } else if (name == "paced") {
    s["morphology"] = "paced";
    s["sdnn_ms"] = "3";
    s["spike_mv"] = text(random.uniform(0.3, 4));
  } else if (name == "bundle_block") {
    s["morphology"] = random.chance(0.5) ? "lbbb" : "rbbb";
  }
  if ((name == "sinus" || name == "ectopy") && random.chance(0.15))
    s["hr_end_bpm"] = text(random.uniform(110, 200 - 0.6 * age));
}

void draw_wave(Random& random, Settings& s) {
  s["amplitude_mv"] = text(std::clamp(1.0 + 0.35 * random.normal(), 0.25, 2.2));
  s["resp_hz"] = text(random.uniform(0.18, 0.35));
  s["lf_hf"] = text(random.uniform(0.3, 3));
  s["breath_size"] = text(random.uniform(0, 0.15));
  if (s.count("morphology") == 0 && random.chance(0.12)) s["morphology"] = random.chance(0.5) ? "tall_t" : "tall_p";
  if (random.chance(0.08)) s["polarity"] = "inverted";
}

void draw_device(Random& random, CohortMember& member) {
  Settings& s = member.settings;
  const std::size_t device = pick(random, {0.4, 0.4, 0.2});
  member.attributes["device"] = std::vector<std::string>{"patch", "holter", "watch"}[device];
  s["rate_hz"] = std::vector<std::string>{"250", "360", "512"}[device];
  s["leads"] = device == 1 ? "2" : "1";
  s["hum_hz"] = random.chance(0.7) ? "50" : "60";
}

void draw_noise(Random& random, CohortMember& member) {
  Settings& s = member.settings;
  const double worse = member.attributes["device"] == "watch" ? 1.5 : 1.0;
  const std::size_t level = pick(random, {0.5, 0.38, 0.12});
  member.attributes["noise_level"] = std::vector<std::string>{"quiet", "moderate", "strong"}[level];
  const auto around = [&](double value) { return text(value * worse * random.uniform(0.6, 1.4)); };
  s["white_mv"] = around(0.004);
  if (level == 0) {
    s["muscle_mv"] = around(0.01);
    s["baseline_mv"] = around(0.05);
    return;
  }
  const bool strong = level == 2;
  s["muscle_mv"] = around(strong ? 0.10 : 0.04);
  s["baseline_mv"] = around(strong ? 0.30 : 0.15);
  s["electrode_mv"] = around(strong ? 0.03 : 0.012);
  s["motion_mv"] = around(strong ? 0.30 : 0.10);
  s["hum_mv"] = around(strong ? 0.03 : 0.01);
  s["artefact_share"] = text(random.uniform(0.1, strong ? 0.4 : 0.25));
  s["jumps_per_hour"] = strong ? "20" : "4";
  if (strong) {
    s["lead_off_per_hour"] = "6";
    s["gaps_per_hour"] = "6";
    s["gain_changes_per_hour"] = "6";
  }
}

CohortMember draw_ecg(std::uint64_t seed, std::int64_t index) {
  CohortMember member;
  Random random(seed, sim::stream(sim::Stream::cohort, static_cast<std::uint64_t>(index)));
  member.seed = (static_cast<std::uint64_t>(random.bits()) << 32) | random.bits();
  const double age = std::floor(std::clamp(58 + 17 * random.normal(), 18.0, 92.0));
  const bool female = random.chance(0.5);
  member.attributes["age"] = shortest(age);
  member.attributes["sex"] = female ? "F" : "M";
  const double hr = std::clamp(70 + (female ? 3.0 : 0.0) + 9 * random.normal(), 42.0, 115.0);
  const double sdnn_ms = std::clamp((65 - 0.5 * age) * (1 + 0.3 * random.normal()), 8.0, 90.0);
  draw_rhythm(random, age, sdnn_ms, hr, member);
  draw_wave(random, member.settings);
  draw_device(random, member);
  draw_noise(random, member);
  return member;
}

}  // namespace

CohortMember cohort_member(const CohortSpec& spec, std::uint64_t seed, std::int64_t index) {
  (void)kind(spec.kind);
  if (index < 0 || index >= spec.subjects)
    throw UsageError("the cohort has " + std::to_string(spec.subjects) + " members");
  CohortMember member = draw_ecg(seed, index);
  for (const auto& [key, value] : spec.settings) member.settings[key] = value;
  (void)sim::ecg_spec(member.settings);  // a wrong setting is told before anything is simulated
  const std::string number = std::to_string(index + 1);
  member.name = "s" + std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
  member.subject = member.name;
  member.attributes["hr_bpm"] = member.settings["hr_bpm"];
  member.attributes["simulated"] = "true";
  member.recipe = "simulated " + spec.kind + " version " + std::string(simulator_version) + " seed " +
                  std::to_string(member.seed) + " duration_s " + shortest(spec.duration_s);
  for (const auto& [key, value] : member.settings) member.recipe.append(" ").append(key).append("=").append(value);
  return member;
}

Recording simulate_member(const CohortSpec& spec, std::uint64_t seed, std::int64_t index) {
  CohortMember member = cohort_member(spec, seed, index);
  Recording recording = simulate(spec.kind, member.settings, spec.duration_s, member.seed);
  recording.name = member.name;
  recording.subject = member.subject;
  for (auto& [key, value] : member.attributes) recording.attributes[key] = value;
  return recording;
}

}  // namespace vagus::lab
