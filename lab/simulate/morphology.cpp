#include "lab/simulate/morphology.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "lab/simulate/math.h"

namespace vagus::lab::sim {
namespace {

constexpr double cut_sd = 5.5;

// P, Q, R, S, T of the paper's table 1 at 60 bpm: time = theta / (2 pi) s, SD = b / (2 pi) s, height = a b^2 relative
// to R's. P before its place so that PR is that of an adult at 60 bpm. The second lead is an rS complex as V1 shows it.
const std::vector<Wave> normal_p = {{-167, 40, 40, true, {0.25, 0.10}}};
const std::vector<Wave> normal_qrst = {{-42, 16, 16, false, {-0.167, 0.0}},
                                       {0, 16, 16, false, {1.0, 0.28}},
                                       {42, 16, 16, false, {-0.25, -0.85}},
                                       {250, 64, 64, true, {0.40, 0.18}}};

std::vector<Wave> scaled(std::vector<Wave> waves, double factor) {
  for (Wave& wave : waves)
    for (double& height : wave.mv) height *= factor;
  return waves;
}

std::vector<Wave> with_t(std::vector<Wave> qrst, double factor) {
  for (double& height : qrst.back().mv) height *= factor;
  return qrst;
}

std::vector<Morphology> make_all() {
  std::vector<Morphology> all;
  all.push_back({"normal", "N", 20, true, 0, normal_p, normal_qrst});
  // Left bundle branch block: broad notched R, no Q, discordant T.
  all.push_back(
      {"lbbb",
       "L",
       45,
       true,
       0,
       normal_p,
       {{-28, 24, 22, false, {0.70, -0.15}}, {22, 22, 26, false, {0.85, -1.05}}, {290, 70, 45, true, {-0.32, 0.35}}}});
  // Right bundle branch block: narrow R, late slurred S; rSR' in the second lead.
  all.push_back({"rbbb",
                 "R",
                 20,
                 true,
                 0,
                 normal_p,
                 {{-38, 14, 14, false, {-0.10, 0.18}},
                  {0, 15, 15, false, {0.95, -0.35}},
                  {62, 20, 30, false, {-0.38, 0.75}},
                  {280, 70, 50, true, {0.28, -0.30}}}});
  // Right ventricular apex pacing: spike, broad negative complex in the inferior leads, no P.
  all.push_back(
      {"paced",
       "/",
       45,
       false,
       -62,
       {},
       {{-10, 26, 26, false, {-1.05, -0.70}}, {45, 24, 30, false, {-0.45, -0.45}}, {310, 75, 50, true, {0.55, 0.45}}}});
  all.push_back({"tall_p", "N", 20, true, 0, scaled(normal_p, 1.8), normal_qrst});
  all.push_back({"tall_t", "N", 20, true, 0, normal_p, with_t(normal_qrst, 2.2)});
  // Atrial premature beats: another P; aberrant: conducted with a right bundle block.
  const std::vector<Wave> ectopic_p = {{-130, 30, 30, true, {-0.12, 0.14}}};
  all.push_back({"pac", "A", 20, true, 0, ectopic_p, normal_qrst});
  all.push_back({"aberrant",
                 "a",
                 25,
                 true,
                 0,
                 ectopic_p,
                 {{-40, 16, 16, false, {-0.12, 0.20}},
                  {0, 18, 18, false, {0.90, -0.30}},
                  {66, 22, 34, false, {-0.50, 0.90}},
                  {290, 70, 50, true, {0.30, -0.35}}}});
  // Ventricular beats: no P, broad, T opposite.
  all.push_back(
      {"pvc_upright",
       "V",
       40,
       true,
       0,
       {},
       {{0, 36, 42, false, {1.65, -1.10}}, {92, 24, 40, false, {-0.45, 0.30}}, {330, 80, 55, true, {-0.55, 0.45}}}});
  all.push_back(
      {"pvc_negative",
       "V",
       40,
       false,
       0,
       {},
       {{-75, 20, 20, false, {0.25, 0.10}}, {0, 38, 44, false, {-1.50, 1.20}}, {340, 80, 60, true, {0.60, -0.40}}}});
  all.push_back({"pvc_notched",
                 "V",
                 60,
                 true,
                 0,
                 {},
                 {{-42, 22, 24, false, {0.80, 0.55}},
                  {24, 24, 34, false, {1.30, 0.80}},
                  {110, 30, 40, false, {-0.40, -0.55}},
                  {350, 80, 60, true, {-0.45, -0.35}}}});
  all.push_back(
      {"fusion",
       "F",
       30,
       true,
       0,
       normal_p,
       {{0, 25, 28, false, {1.25, -0.40}}, {64, 22, 30, false, {-0.35, -0.25}}, {290, 70, 55, true, {-0.10, 0.30}}}});
  return all;
}

struct Placed {
  double centre_s, before_s, after_s;
};

Placed place(const Wave& wave, double stretch) {
  const double factor = (wave.moves ? stretch : 1.0) * 1e-3;
  return {wave.centre_ms * factor, wave.sigma_ms * factor, wave.sigma_after_ms * factor};
}

/// P and T follow the square root of RR between 0.25 and 1.5 s: longer pauses do not stretch the QT further.
double stretch_of(double rr_s) { return std::sqrt(std::clamp(rr_s, 0.2, 1.5)); }

/// One half of a Gaussian, from its centre outwards in steps of one sample, by recurrence: two products a sample.
/// x_k = (offset + k) d in SD; exp(-x^2/2) with ratio r_k = exp(-(2 (offset + k) + 1) d^2 / 2), r_{k+1} = r_k
/// exp(-d^2).
void half(double offset_samples, double step_sd, std::int64_t from, std::int64_t direction,
          std::span<const double> heights, std::span<const std::span<double>> leads) {
  const auto rows = static_cast<std::int64_t>(leads[0].size());
  const auto count = static_cast<std::int64_t>(cut_sd / step_sd - offset_samples) + 1;
  double value = exp(-0.5 * step_sd * step_sd * offset_samples * offset_samples);
  double ratio = exp(-0.5 * step_sd * step_sd * (2 * offset_samples + 1));
  const double shrink = exp(-step_sd * step_sd);
  std::int64_t row = from;
  for (std::int64_t k = 0; k < count; ++k, row += direction) {
    if (row >= 0 && row < rows) {
      for (std::size_t lead = 0; lead < leads.size(); ++lead)
        leads[lead][static_cast<std::size_t>(row)] += heights[lead] * value;
    }
    value *= ratio;
    ratio *= shrink;
  }
}

void draw_wave(const Wave& wave, const DrawnBeat& beat, double rate_hz, std::int64_t first_row,
               std::span<const std::span<double>> leads) {
  const Placed at = place(wave, stretch_of(beat.rr_s));
  const double centre_row = (beat.t_s + at.centre_s) * rate_hz;
  const double first_after = std::ceil(centre_row);
  std::array<double, most_leads> heights{};
  for (std::size_t lead = 0; lead < leads.size(); ++lead) heights[lead] = wave.mv[lead] * beat.size;
  const std::int64_t row = static_cast<std::int64_t>(first_after) - first_row;
  half(first_after - centre_row, 1 / (at.after_s * rate_hz), row, 1, heights, leads);
  half(centre_row - (first_after - 1), 1 / (at.before_s * rate_hz), row - 1, -1, heights, leads);
}

}  // namespace

const std::vector<Morphology>& morphologies() {
  static const std::vector<Morphology> all = make_all();
  return all;
}

int morphology(std::string_view name) {
  const auto& all = morphologies();
  const auto it = std::find_if(all.begin(), all.end(), [&](const Morphology& m) { return m.name == name; });
  return static_cast<int>(it - all.begin());
}

void draw(const DrawnBeat& beat, double rate_hz, std::int64_t first_row, bool spikes,
          std::span<const std::span<double>> leads) {
  const Morphology& shape = morphologies()[static_cast<std::size_t>(beat.shape)];
  if (beat.p_wave)
    for (const Wave& wave : shape.p) draw_wave(wave, beat, rate_hz, first_row, leads);
  for (const Wave& wave : shape.qrst) draw_wave(wave, beat, rate_hz, first_row, leads);
  if (spikes && shape.spike_ms != 0 && beat.spike_mv != 0) {
    // A 1 ms rectangle through a Gaussian front end that is 3 dB down at 0.4 of the rate: SD = 0.1325 / (0.4 rate).
    const double sigma_s = std::sqrt(0.5e-3 * 0.5e-3 / 3 + (0.331 / rate_hz) * (0.331 / rate_hz));
    const double height = beat.spike_mv * 1e-3 / (std::sqrt(2 * 3.14159265358979323846) * sigma_s);
    const Wave spike{shape.spike_ms, sigma_s * 1e3, sigma_s * 1e3, false, {height, 0.6 * height}};
    DrawnBeat unscaled = beat;
    unscaled.size = 1;
    draw_wave(spike, unscaled, rate_hz, first_row, leads);
  }
}

double value_at(const DrawnBeat& beat, double t_s) {
  const Morphology& shape = morphologies()[static_cast<std::size_t>(beat.shape)];
  const double stretch = stretch_of(beat.rr_s);
  double sum = 0;
  const auto add = [&](const Wave& wave) {
    const Placed at = place(wave, stretch);
    const double from_centre = t_s - beat.t_s - at.centre_s;
    const double sd = from_centre / (from_centre < 0 ? at.before_s : at.after_s);
    if (std::abs(sd) < cut_sd) sum += wave.mv[0] * exp(-0.5 * sd * sd);
  };
  if (beat.p_wave)
    for (const Wave& wave : shape.p) add(wave);
  for (const Wave& wave : shape.qrst) add(wave);
  return sum * beat.size;
}

}  // namespace vagus::lab::sim
