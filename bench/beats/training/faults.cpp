// Simulated faults that a lead can have, put on real leads so that the detector meets them in training.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "bench/beats/training/lead.h"
#include "lab/simulate/noise_stress.h"

namespace vagus::training {
namespace {

constexpr double pi = std::numbers::pi;

/// One version's random numbers.
struct Dice {
  std::mt19937_64 bits;
  std::uniform_real_distribution<double> flat{0, 1};
  std::normal_distribution<double> bell{};
  double uniform() { return flat(bits); }
  double normal() { return bell(bits); }
  bool once_in(double share) { return uniform() < share; }
};

std::int64_t ticks(const Lead& lead, double s) { return static_cast<std::int64_t>(s * lead.rate_hz); }
double pole(const Lead& lead, double corner_hz) { return 1 - std::exp(-2 * pi * corner_hz / lead.rate_hz); }

double middle_qrs_height(const Lead& lead) {
  std::vector<float> heights;
  const std::int64_t half = ticks(lead, 0.05);
  for (const std::int64_t beat : lead.beats) {
    if (heights.size() == 200) break;
    if (beat < half || beat + half >= static_cast<std::int64_t>(lead.mv.size())) continue;
    const auto [low, high] = std::minmax_element(lead.mv.begin() + beat - half, lead.mv.begin() + beat + half);
    heights.push_back(*high - *low);
  }
  if (heights.empty()) return 1;
  std::nth_element(heights.begin(), heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2), heights.end());
  return static_cast<double>(heights[heights.size() / 2]);
}

/// A lead in a direction between two.
void turn_axis(Lead& lead, const Lead& first, const Lead& second, Dice& dice) {
  const double angle = 2 * pi * dice.uniform(), c = std::cos(angle), s = std::sin(angle);
  for (std::size_t i = 0; i < lead.mv.size(); ++i)
    lead.mv[i] = static_cast<float>(c * static_cast<double>(first.mv[i]) + s * static_cast<double>(second.mv[i]));
}
/// What lies below 5 Hz made larger: tall T and P.
void raise_slow_waves(Lead& lead, Dice& dice) {
  const double more = 0.2 + dice.uniform(), fast = pole(lead, 5), slow = pole(lead, 0.4);
  double a = static_cast<double>(lead.mv[0]), b = a, drift = a;
  for (float& v : lead.mv) {
    const auto x = static_cast<double>(v);
    a += fast * (x - a);
    b += fast * (a - b);
    drift += slow * (x - drift);
    v += static_cast<float>(more * (b - drift));
  }
}
void add_bump(Lead& lead, double at_s, double width_s, double height, double before, double after) {
  const auto first = std::max<std::int64_t>(0, ticks(lead, at_s - 5 * width_s));
  const auto last = std::min<std::int64_t>(static_cast<std::int64_t>(lead.mv.size()), ticks(lead, at_s + 5 * width_s));
  for (std::int64_t i = first; i < last; ++i) {
    const double t = (static_cast<double>(i) / lead.rate_hz - at_s) / width_s, z = t * (t < 0 ? before : after);
    lead.mv[static_cast<std::size_t>(i)] += static_cast<float>(height * std::exp(-0.5 * z * z));
  }
}
/// T waves (and P waves) on top, up to taller than the QRS.
void add_waves(Lead& lead, Dice& dice) {
  const double qrs = middle_qrs_height(lead);
  const double t_height = qrs * (0.2 + 1.2 * dice.uniform()) * (dice.once_in(0.7) ? 1 : -1);
  const double delay_s = 0.22 + 0.12 * dice.uniform(), width_s = 0.032 + 0.03 * dice.uniform();
  const double p_height = dice.once_in(0.3) ? 0.35 * qrs * dice.uniform() : 0;
  for (std::size_t i = 0; i + 1 < lead.beats.size(); ++i) {
    const double beat_s = static_cast<double>(lead.beats[i]) / lead.rate_hz;
    const double next_s = static_cast<double>(lead.beats[i + 1]) / lead.rate_hz, rr_s = next_s - beat_s;
    if (rr_s < 0.4) continue;
    const double squeeze = std::min(1.0, std::sqrt(rr_s / 0.8));
    add_bump(lead, beat_s + delay_s * squeeze, width_s * squeeze, t_height, 0.7, 1.1);
    if (p_height > 0) add_bump(lead, next_s - 0.17, 0.02, p_height, 1, 1);
  }
}
void high_pass(Lead& lead, Dice& dice) {
  const double k = pole(lead, 0.4 + 1.2 * dice.uniform());
  double low = static_cast<double>(lead.mv[0]);
  for (float& v : lead.mv) {
    low += k * (static_cast<double>(v) - low);
    v -= static_cast<float>(low);
  }
}
void low_pass(Lead& lead, Dice& dice) {
  const double k = pole(lead, 30 + 15 * dice.uniform());
  double a = static_cast<double>(lead.mv[0]), b = a;
  for (float& v : lead.mv) {
    a += k * (static_cast<double>(v) - a);
    b += k * (a - b);
    v = static_cast<float>(b);
  }
}
void add_mains(Lead& lead, Dice& dice) {
  const double hz = dice.once_in(0.5) ? 50 : 60, height = 0.3 * dice.uniform();
  for (std::size_t i = 0; i < lead.mv.size(); ++i)
    lead.mv[i] += static_cast<float>(height * std::sin(2 * pi * hz * static_cast<double>(i) / lead.rate_hz));
}
/// Diastoles stretched and cut, so that the rhythm is irregular; the length stays. Recordings with flutter stay as they
/// are.
void make_irregular(Lead& lead, Dice& dice) {
  if (!lead.excluded.empty()) return;
  Lead out = lead;
  out.mv.clear();
  out.beats.clear();
  std::size_t from = 0;
  const auto copy_to = [&](std::size_t end) {
    for (; from < end && from < lead.mv.size(); ++from) out.mv.push_back(lead.mv[from]);
  };
  for (std::size_t i = 0; i < lead.beats.size(); ++i) {
    const auto beat = static_cast<std::size_t>(lead.beats[i]);
    out.beats.push_back(static_cast<std::int64_t>(out.mv.size()) + lead.beats[i] - static_cast<std::int64_t>(from));
    if (i + 1 == lead.beats.size()) break;
    const auto next = static_cast<std::size_t>(lead.beats[i + 1]);
    const auto rr = static_cast<double>(next - beat);
    const std::size_t begin = beat + static_cast<std::size_t>(std::min(0.55 * rr, 0.4 * lead.rate_hz));
    const std::size_t end = next - static_cast<std::size_t>(std::min(0.25 * rr, 0.12 * lead.rate_hz));
    copy_to(begin);
    if (from != begin || end <= begin + static_cast<std::size_t>(0.06 * lead.rate_hz)) continue;
    const auto was = static_cast<double>(end - begin);
    const auto is =
        static_cast<std::size_t>(std::clamp(was * 0.9 * std::exp(0.6 * dice.normal()), 4.0, 2.5 * lead.rate_hz));
    for (std::size_t k = 0; k < is; ++k) {
      const double at = static_cast<double>(begin) + static_cast<double>(k) * was / static_cast<double>(is);
      const auto j = static_cast<std::size_t>(at);
      const float next_mv = lead.mv[std::min(j + 1, lead.mv.size() - 1)];
      out.mv.push_back(lead.mv[j] + static_cast<float>(at - static_cast<double>(j)) * (next_mv - lead.mv[j]));
    }
    from = end;
  }
  copy_to(lead.mv.size());
  out.mv.resize(lead.mv.size(), out.mv.back());
  std::erase_if(out.beats, [&](std::int64_t b) { return b >= static_cast<std::int64_t>(out.mv.size()); });
  lead = std::move(out);
}
/// Blocked beats and pauses: QRS and T are cut out, P stays.
void drop_beats(Lead& lead, Dice& dice) {
  std::vector<std::int64_t> kept;
  int to_drop = 0;
  for (std::size_t i = 0; i < lead.beats.size(); ++i) {
    if (to_drop == 0 && dice.once_in(0.04)) {
      const double u = dice.uniform();
      to_drop = 1 + static_cast<int>(3 * u * u + 0.3 * u);
    }
    const std::int64_t beat = lead.beats[i];
    const bool flutter = std::any_of(lead.excluded.begin(), lead.excluded.end(),
                                     [&](const auto& e) { return beat > e.first && beat < e.second; });
    if (to_drop > 0 && !flutter && i > 0 && i + 1 < lead.beats.size()) {
      --to_drop;
      const std::int64_t begin = beat - ticks(lead, 0.1);
      const std::int64_t end = std::min(beat + ticks(lead, 0.45), lead.beats[i + 1] - ticks(lead, 0.2));
      if (end > begin + 10 && begin > lead.beats[i - 1] + ticks(lead, 0.15)) {
        const float a = lead.mv[static_cast<std::size_t>(begin)], b = lead.mv[static_cast<std::size_t>(end)];
        for (std::int64_t k = begin; k < end; ++k) {
          const float share = static_cast<float>(k - begin) / static_cast<float>(end - begin);
          lead.mv[static_cast<std::size_t>(k)] = a + (b - a) * share + static_cast<float>(0.004 * dice.normal());
        }
        continue;
      }
    }
    kept.push_back(beat);
  }
  lead.beats = std::move(kept);
}
/// Pacing spikes before each beat, one or two chambers; at times one that captures nothing.
void pace(Lead& lead, Dice& dice) {
  const double height = (0.3 + 2 * dice.uniform()) * (dice.once_in(0.5) ? 1 : -1);
  const int width = 1 + static_cast<int>(2 * dice.uniform());
  const bool both = dice.once_in(0.5), fails = dice.once_in(0.5);
  const auto spike = [&](std::int64_t at) {
    for (std::int64_t k = at; k < at + width; ++k)
      if (k >= 0 && k < static_cast<std::int64_t>(lead.mv.size()))
        lead.mv[static_cast<std::size_t>(k)] += static_cast<float>(height);
  };
  for (const std::int64_t beat : lead.beats) {
    const std::int64_t at = beat - ticks(lead, 0.05);
    spike(at);
    if (both) spike(at - ticks(lead, 0.16));
    if (fails && dice.once_in(0.05)) spike(at + ticks(lead, 0.45));
  }
}
void wander_gain(Lead& lead, Dice& dice) {
  double gain = 1, until_s = 0;
  for (std::size_t i = 0; i < lead.mv.size(); ++i) {
    if (static_cast<double>(i) / lead.rate_hz > until_s) {
      until_s += 10 + 50 * dice.uniform();
      gain = std::exp(0.6 * dice.normal());
    }
    lead.mv[i] *= static_cast<float>(gain);
  }
}

}  // namespace

Lead with_noise(const Lead& lead, const std::string& kind, double snr_db, std::uint64_t seed) {
  const std::vector<double> noise =
      lab::stress_noise(lab::sim::noise_kind(kind), lead.rate_hz, lead.mv.size(), seed, 0);
  const std::vector<double> clean(lead.mv.begin(), lead.mv.end());
  const double power = lab::qrs_power(clean, lead.rate_hz, lead.beats);
  const double gain = std::sqrt(power * std::pow(10, -snr_db / 10)) / lab::noise_amplitude(noise, lead.rate_hz);
  Lead noisy = lead;
  for (std::size_t i = 0; i < noisy.mv.size(); ++i)
    if (lab::noise_stressed(static_cast<double>(i) / lead.rate_hz)) noisy.mv[i] += static_cast<float>(gain * noise[i]);
  return noisy;
}

Lead version(const std::vector<Lead>& leads, int number) {
  const Lead &first = leads.front(), &second = leads.back();
  if (number == 0) return first;
  if (number == 1) return second;
  Dice dice{.bits = std::mt19937_64(static_cast<std::uint64_t>(first.record * 100 + number))};
  Lead lead = dice.once_in(0.7) ? first : second;
  if (number >= 4) {
    if (dice.once_in(0.5)) turn_axis(lead, first, second, dice);
    if (dice.once_in(0.15)) raise_slow_waves(lead, dice);
    if (dice.once_in(0.3)) add_waves(lead, dice);
    if (dice.once_in(0.3)) high_pass(lead, dice);
    if (dice.once_in(0.3)) low_pass(lead, dice);
    if (dice.once_in(0.25)) add_mains(lead, dice);
    if (dice.once_in(0.35)) make_irregular(lead, dice);
  }
  const double gain = std::exp(0.9 * dice.normal()) * (dice.once_in(0.5) ? -1 : 1);
  if (number % 3 == 1 || number % 7 == 5) drop_beats(lead, dice);
  if (number % 2 == 1) {
    static constexpr const char* kinds[] = {"baseline", "muscle", "motion", "motion", "motion"};
    const int layers = 1 + static_cast<int>(2 * dice.uniform());
    for (int k = 0; k < layers; ++k) {
      const char* const kind = kinds[static_cast<int>(5 * dice.uniform())];
      lead = with_noise(lead, kind, 15 - 17 * dice.uniform(), dice.bits());
    }
  }
  if (number % 3 == 0) wander_gain(lead, dice);
  if (number % 4 == 1) pace(lead, dice);
  for (float& v : lead.mv) v *= static_cast<float>(gain);
  // Played faster or slower, as if sampled at another rate.
  if (number % 5 == 2) lead.rate_hz *= 1.2 + 0.9 * dice.uniform();
  if (number % 5 == 3) lead.rate_hz *= 0.75 + 0.2 * dice.uniform();
  return lead;
}

}  // namespace vagus::training
