#pragma once
/// From association to cause: the same recordings again with a factor added, or simulated again without it.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/simulate/noise.h"
#include "lab/stats/bootstrap.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// Error rates of one kind without and with what was done; subjects are drawn in pairs.
struct RateChange {
  std::string kind;  ///< "missed" (of the beats or events), "false" (a second)
  double before = 0, after = 0;
  Estimate difference;  ///< after less before, with an interval of 95 %
};

struct Intervention {
  std::string what;  ///< "muscle noise added at 6 dB"
  std::vector<RateChange> changes;
  std::string sentence;  ///< what changed, and whether the interval leaves zero out
};

/// Adds noise (lab/simulate/noise_stress.h) to every recording's stretches [300, 420), [540, 660), ... s, runs the
/// detector again and compares the errors in these stretches with those of the study. Throws Error if no recording has
/// such a stretch, UsageError for a ratio out of range.
Intervention add_noise(const StudyResult& result, const Source& source, sim::NoiseKind kind, double snr_db,
                       int threads = 0);

/// Simulates the study's cohort again with other settings ("muscle_mv" = "0"), runs and scores, and compares. Throws
/// Error if the study's data is not simulated, UsageError as `simulate`.
Intervention simulate_again(const StudyResult& result, const std::map<std::string, std::string>& settings,
                            const Cache& cache, int threads = 0);

Json intervention_json(const Intervention& intervention);

}  // namespace vagus::lab
