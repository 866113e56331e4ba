#pragma once
/// The shapes of heart beats: sums of Gaussian waves in time around the R peak, per lead.
///
/// On its limit cycle the dynamical model of McSharry, Clifford, Tarassenko and Smith (A dynamical model for generating
/// synthetic electrocardiogram signals, IEEE Trans Biomed Eng 50:289, 2003, equation 1) draws a sum of Gaussians of the
/// phase, amplitude a b^2 / omega each; that closed form is used here (as Sameni et al., EURASIP J Adv Signal Process
/// 2007), with phase turned into time. P and T move with the square root of the RR interval as the paper's program
/// does; the QRS keeps its width at every rate, as hearts do.
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lab/simulate/random.h"

namespace vagus::lab::sim {

inline constexpr int most_leads = 2;

/// One wave of a beat. Times at a RR of 1 s, relative to the beat's moment.
struct Wave {
  double centre_ms;
  double sigma_ms;  ///< before its centre
  double sigma_after_ms;
  bool moves;  ///< with the square root of the RR interval (P, T)
  std::array<double, most_leads> mv;
};

/// A beat shape at nominal size (R of the normal beat 1 mV in the first lead).
struct Morphology {
  std::string_view name;
  std::string_view label;  ///< WFDB beat mnemonic
  double search_ms;        ///< the first lead's main extremum lies within this of the beat's moment
  bool upright;            ///< that extremum is a maximum
  double spike_ms;         ///< pacing spike at this time; 0 none
  std::vector<Wave> p;     ///< left out where no atrium leads (AF)
  std::vector<Wave> qrst;
};

/// normal lbbb rbbb paced tall_p tall_t aberrant pac pvc_upright pvc_negative pvc_notched fusion
const std::vector<Morphology>& morphologies();
/// Index of a shape by name; it must exist.
int morphology(std::string_view name);

/// A beat as it is drawn.
struct DrawnBeat {
  double t_s = 0;
  double rr_s = 1;  ///< interval that sets the place of P and T
  int shape = 0;
  bool p_wave = true;
  double size = 1;  ///< factor on every wave; negative: polarity inverted
  double spike_mv = 0;
};

/// Earliest and latest moment a beat reaches, relative to its own, in seconds, at any RR up to 3 s.
inline constexpr double beat_reach_before_s = 0.9;
inline constexpr double beat_reach_after_s = 1.4;

/// Adds a beat to `leads` (each sampled at (first_row + i) / rate_hz). Waves are cut at 5.5 SD (3e-7 of their height).
/// With `spikes`, the pacing spike too: 1 ms wide, rounded by a front end of half the rate.
void draw(const DrawnBeat& beat, double rate_hz, std::int64_t first_row, bool spikes,
          std::span<const std::span<double>> leads);

/// The first lead's value at a moment, without spikes.
double value_at(const DrawnBeat& beat, double t_s);

}  // namespace vagus::lab::sim
