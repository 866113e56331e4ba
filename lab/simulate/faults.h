#pragma once
/// What goes wrong with a recording: bouts of artefact, electrodes off, lost samples, gain and baseline steps. In
/// continuous time: a seed's faults do not depend on the sampling rate.
#include <array>
#include <cstdint>
#include <vector>

#include "lab/simulate/ecg.h"
#include "lab/simulate/morphology.h"
#include "lab/simulate/rhythm.h"

namespace vagus::lab::sim {

/// Electrodes off for a stretch: every lead flat, or at a rail.
struct LeadOff {
  Span span;
  int rail;  ///< -1, 0 (flat) or 1
};

/// A step at a moment, one value a lead.
struct Moment {
  double t_s;
  std::array<double, most_leads> value;
};

/// What goes wrong, in continuous time.
struct Faults {
  std::vector<Span> bouts, gaps;
  std::vector<LeadOff> off;
  std::vector<Moment> gains, jumps;
  bool bouts_marked = false;  ///< the bouts are noise that a reader would mark
};

Faults make_faults(const EcgSpec& spec, double duration_s, std::uint64_t seed);

/// The exact annotations, as `make_ecg` describes them, of a recording of `rows` samples.
std::vector<Annotation> annotate(const EcgSpec& spec, const Rhythm& rhythm, const Faults& faults, std::int64_t rows);

}  // namespace vagus::lab::sim
