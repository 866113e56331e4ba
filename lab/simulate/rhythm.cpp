#include "lab/simulate/rhythm.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "lab/simulate/math.h"
#include "lab/simulate/streams.h"

namespace vagus::lab::sim {
namespace {

constexpr double warm_up_s = 4;  ///< beats before 0, so that the first second is like any other
constexpr double shortest_rr_s = 0.2;

/// Alternating sinus and fibrillation, exponential lengths, none shorter than 10 s.
std::vector<Span> paroxysms(const RhythmSpec& spec, double duration_s, Random random) {
  std::vector<Span> spans;
  if (spec.kind == RhythmKind::af) return {{-warm_up_s, duration_s + warm_up_s}};
  if (spec.kind != RhythmKind::paroxysmal_af || spec.af_share <= 0) return spans;
  if (spec.af_share >= 1) return {{-warm_up_s, duration_s + warm_up_s}};
  const double sinus_s = spec.af_episode_s * (1 - spec.af_share) / spec.af_share;
  const auto length = [&](double mean) { return 10 + std::max(0.0, mean - 10) * random.exponential(); };
  double t = length(sinus_s);
  while (t < duration_s) {
    const double end = t + length(spec.af_episode_s);
    spans.push_back({t, std::min(end, duration_s + warm_up_s)});
    t = end + length(sinus_s);
  }
  return spans;
}

/// Moments of rare events, Poisson.
std::vector<double> moments(double per_hour, double duration_s, Random random) {
  std::vector<double> times;
  if (per_hour <= 0) return times;
  double t = random.exponential() * 3600 / per_hour;
  while (t < duration_s) {
    times.push_back(t);
    t += random.exponential() * 3600 / per_hour;
  }
  return times;
}

class Maker {
 public:
  Maker(const RhythmSpec& spec, double duration_s, std::uint64_t seed)
      : spec_(spec),
        duration_s_(duration_s),
        beats_(seed, stream(Stream::beats)),
        ectopy_(seed, stream(Stream::ectopy)),
        sizes_(seed, stream(Stream::sizes)),
        modulation_(spec.lf_hz, spec.resp_hz, spec.lf_hf, Random(seed, stream(Stream::modulation))),
        pauses_(moments(spec.pauses_per_hour, duration_s, Random(seed, stream(Stream::episodes, 1)))),
        runs_(moments(spec.vt_per_hour, duration_s, Random(seed, stream(Stream::episodes, 2)))) {
    made_.fibrillation = paroxysms(spec, duration_s, Random(seed, stream(Stream::episodes)));
    usual_pvc_ = spec.pvc_shape >= 0 ? spec.pvc_shape : morphology("pvc_upright") + ectopy_.below(3);
    const double conducted = 1 - spec.pvc_share - spec.pac_share;
    pvc_chance_ = conducted > 0 ? spec.pvc_share / conducted : 0;
    pac_chance_ = conducted > 0 ? spec.pac_share / conducted : 0;
    // An interval's mean over beats is 1 / E[1 / RR] over time: stretched by 1 + CV^2, the mean rate is the one asked
    // for.
    const double cv = spec.sdnn_ms * 1e-3 * spec.hr_bpm / 60;
    widen_ = 1 + cv * cv;
  }

  Rhythm make() {
    mark(0, base_rhythm(0));
    double t = -warm_up_s + 0.5 * mean_rr(0) * beats_.uniform();
    while (t < duration_s_ + beat_reach_before_s + 0.2) t = step(t);
    finish_marks();
    set_intervals();
    return std::move(made_);
  }

 private:
  double mean_rr(double t) const {
    double hr = spec_.hr_bpm;
    if (spec_.hr_end_bpm > 0) hr += (spec_.hr_end_bpm - hr) * std::clamp(t / duration_s_, 0.0, 1.0);
    return 60 / hr;
  }

  bool fibrillating(double t) const {
    return std::any_of(made_.fibrillation.begin(), made_.fibrillation.end(),
                       [t](const Span& s) { return t >= s.start_s && t < s.end_s; });
  }

  double next_rr(double t) {
    const double mean = mean_rr(t);
    if (fibrillating(t)) {
      // Log-normal, uncorrelated: mean and CV as asked for; the node's refractory time cuts the far tail.
      const double sigma2 = log(1 + spec_.af_cv * spec_.af_cv);
      return std::max(exp(log(mean) - 0.5 * sigma2 + std::sqrt(sigma2) * beats_.normal()), 0.24);
    }
    const double swing = spec_.sdnn_ms * 1e-3 * spec_.hr_bpm / 60 * mean * modulation_.at(t);
    return std::max(mean * widen_ + swing, shortest_rr_s);
  }

  void add(double t, int shape, bool p_wave) {
    DrawnBeat beat;
    beat.t_s = t;
    beat.shape = shape;
    beat.p_wave = p_wave;
    beat.spike_mv = spec_.spike_mv;
    const double breath = 1 + spec_.breath_size * sin_turns(spec_.resp_hz * t);
    beat.size = spec_.size * breath * std::max(0.3, 1 + spec_.beat_variation * sizes_.normal());
    made_.beats.push_back(beat);
  }

  int pvc() {
    return spec_.pvc_shape < 0 && ectopy_.chance(0.1) ? morphology("pvc_upright") + ectopy_.below(3) : usual_pvc_;
  }

  /// Adds the conducted beat at `t` and what follows it; the moment of the next conducted beat.
  double step(double t) {
    const bool af = fibrillating(t);
    add(t, spec_.shape, !af);
    const double rr = next_rr(t);
    if (const double after = special(t, rr); after > 0) return after;
    if (spec_.kind == RhythmKind::bigeminy || (spec_.kind == RhythmKind::trigeminy && ++since_ectopic_ >= 2)) {
      since_ectopic_ = 0;
      return premature_ventricular(t, rr);
    }
    const double draw = ectopy_.uniform();
    if (draw < pvc_chance_) return premature_ventricular(t, rr);
    if (!af && draw < pvc_chance_ + pac_chance_) return premature_atrial(t, rr);
    return t + rr;
  }

  /// Pauses and runs whose time has come; 0 if none.
  double special(double t, double rr) {
    if (next_run_ < runs_.size() && t >= runs_[next_run_]) {
      ++next_run_;
      return run(t, rr);
    }
    if (next_pause_ < pauses_.size() && t >= pauses_[next_pause_]) {
      ++next_pause_;
      return t + std::max(spec_.pause_s, rr);
    }
    return 0;
  }

  /// Coupled at 0.6 of the interval (0.5 to 0.7); the sinus node is not reset: the pause is fully compensatory.
  double premature_ventricular(double t, double rr) {
    const double coupling = std::max(rr * ectopy_.uniform(0.5, 0.7), 0.9 * shortest_rr_s);
    add(t + coupling, pvc(), false);
    return t + std::max(2 * rr, coupling + 0.8 * rr);
  }

  /// Coupled at 0.7 (0.6 to 0.8); the sinus node is reset: the next beat comes one interval, slightly longer, after it.
  double premature_atrial(double t, double rr) {
    const double coupling = std::max(rr * ectopy_.uniform(0.6, 0.8), 0.9 * shortest_rr_s);
    add(t + coupling, morphology(ectopy_.chance(spec_.aberrant_share) ? "aberrant" : "pac"), true);
    return t + coupling + 1.08 * rr;
  }

  double run(double t, double rr) {
    const int count = 5 + ectopy_.below(11);
    const double interval = 60 / ectopy_.uniform(150, 190);
    const int shape = pvc();
    double at = t + std::min(0.65 * rr, interval * 1.2);
    mark(0.5 * (t + at), "(VT");
    for (int i = 0; i < count; ++i) {
      add(at, shape, false);
      at += interval * (1 + 0.03 * ectopy_.normal());
    }
    const double next = at + 0.8 * rr;
    mark(0.5 * (made_.beats.back().t_s + next), base_rhythm(next));
    return next;
  }

  std::string_view base_rhythm(double t) const {
    if (fibrillating(t)) return "(AFIB";
    if (spec_.kind == RhythmKind::bigeminy) return "(B";
    if (spec_.kind == RhythmKind::trigeminy) return "(T";
    return morphologies()[static_cast<std::size_t>(spec_.shape)].label == "/" ? "(P" : "(N";
  }

  void mark(double t, std::string_view text) { made_.marks.push_back({t, text}); }

  void finish_marks() {
    for (const Span& span : made_.fibrillation) {
      if (span.start_s > 0) mark(span.start_s, "(AFIB");
      if (span.end_s < duration_s_) mark(span.end_s, base_rhythm(span.end_s));
    }
    std::stable_sort(made_.marks.begin(), made_.marks.end(),
                     [](const RhythmMark& a, const RhythmMark& b) { return a.t_s < b.t_s; });
    std::erase_if(made_.marks, [&](const RhythmMark& m) { return m.t_s < 0 || m.t_s >= duration_s_; });
  }

  /// The interval that places P and T: a mean over the last five, as the QT follows the rate with a delay, but never
  /// more than lets the T end before the next beat.
  void set_intervals() {
    auto& beats = made_.beats;
    double smooth = mean_rr(0);
    for (std::size_t i = 0; i < beats.size(); ++i) {
      if (i > 0) smooth += 0.2 * (std::min(beats[i].t_s - beats[i - 1].t_s, 2.0) - smooth);
      beats[i].rr_s = smooth;
    }
  }

  const RhythmSpec& spec_;
  double duration_s_;
  Random beats_, ectopy_, sizes_;
  Modulation modulation_;
  std::vector<double> pauses_, runs_;
  std::size_t next_pause_ = 0, next_run_ = 0;
  int since_ectopic_ = 0, usual_pvc_ = 0;
  double pvc_chance_ = 0, pac_chance_ = 0, widen_ = 1;
  Rhythm made_;
};

}  // namespace

Modulation::Modulation(double lf_hz, double hf_hz, double lf_hf, Random random) {
  constexpr int lines = 25;
  constexpr double reach_sd = 3;
  constexpr double band_sd_hz = 0.01;
  const double lf_power = lf_hf / (1 + lf_hf);
  for (const auto& [centre, power] : {std::pair{lf_hz, lf_power}, std::pair{hf_hz, 1 - lf_power}}) {
    const std::size_t first = lines_.size();
    double sum = 0;
    for (int i = 0; i < lines; ++i) {
      // Each line stands at random within its slot, so that the sum never repeats.
      const double sd = reach_sd * (2 * (i + random.uniform()) / lines - 1);
      const double density = exp(-0.5 * sd * sd);
      sum += density;
      lines_.push_back({centre + sd * band_sd_hz, density, random.uniform()});
    }
    for (std::size_t i = first; i < lines_.size(); ++i)
      lines_[i].amplitude = std::sqrt(2 * power * lines_[i].amplitude / sum);
  }
}

double Modulation::at(double t_s) const {
  double sum = 0;
  for (const Line& line : lines_) sum += line.amplitude * sin_turns(line.hz * t_s + line.phase_turns);
  return sum;
}

Rhythm make_rhythm(const RhythmSpec& spec, double duration_s, std::uint64_t seed) {
  return Maker(spec, duration_s, seed).make();
}

}  // namespace vagus::lab::sim
