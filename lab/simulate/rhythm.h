#pragma once
/// When hearts beat: sinus rhythm with respiratory and Mayer-wave modulation, ectopy, atrial fibrillation, pauses,
/// runs. Continuous in time: the beats of a seed do not depend on the sampling rate or on any noise.
#include <cstdint>
#include <string_view>
#include <vector>

#include "lab/simulate/morphology.h"
#include "lab/simulate/random.h"

namespace vagus::lab::sim {

enum class RhythmKind { sinus, af, paroxysmal_af, bigeminy, trigeminy };

struct RhythmSpec {
  RhythmKind kind = RhythmKind::sinus;
  double hr_bpm = 72;     ///< mean over time
  double hr_end_bpm = 0;  ///< > 0: the rate goes linearly from hr_bpm to this
  double sdnn_ms = 40;    ///< SD of sinus RR intervals at hr_bpm; in proportion to RR elsewhere
  double lf_hf = 0.5;     ///< power of the Mayer wave over that of breathing
  double lf_hz = 0.1, resp_hz = 0.25;
  double pvc_share = 0, pac_share = 0;  ///< of all beats
  double aberrant_share = 0;            ///< of the PACs
  int pvc_shape = -1;                   ///< a morphology, or -1: one drawn a recording, now and then another
  double vt_per_hour = 0;               ///< runs of 5 to 15 ventricular beats at 150 to 190 bpm
  double pauses_per_hour = 0, pause_s = 3;
  double af_cv = 0.22;                        ///< SD over mean of RR in atrial fibrillation
  double af_share = 0.4, af_episode_s = 120;  ///< paroxysmal: share of time, mean episode
  int shape = 0;                              ///< of the conducted beat
  double beat_variation = 0.02;               ///< SD of each beat's size, relative
  double breath_size = 0.05;                  ///< size swings with breathing by this, relative
  double size = 1, spike_mv = 2;
};

/// A stretch of atrial fibrillation, in seconds.
struct Span {
  double start_s, end_s;
};

/// From here on the rhythm is `text`: "(N", "(AFIB", "(B", "(T", "(VT", "(P".
struct RhythmMark {
  double t_s;
  std::string_view text;
};

struct Rhythm {
  std::vector<DrawnBeat> beats;    ///< in order, from before 0 to past the end, so that the edges are drawn too
  std::vector<RhythmMark> marks;   ///< the first at 0
  std::vector<Span> fibrillation;  ///< in order
};

/// Modulation of RR around its mean, in SDNN: two bands of 25 lines each (Gaussian spectra around lf_hz and resp_hz, SD
/// 0.01 Hz, as McSharry et al. 2003, figure 3), powers in the ratio lf_hf, together of unit variance.
class Modulation {
 public:
  Modulation(double lf_hz, double hf_hz, double lf_hf, Random random);
  double at(double t_s) const;

 private:
  struct Line {
    double hz, amplitude, phase_turns;
  };
  std::vector<Line> lines_;
};

Rhythm make_rhythm(const RhythmSpec& spec, double duration_s, std::uint64_t seed);

}  // namespace vagus::lab::sim
