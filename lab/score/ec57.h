#pragma once
/// Beat-by-beat comparison by ANSI/AAMI EC57, count for count as the WFDB program `bxb`.
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/signal/annotation.h"

namespace vagus::lab {

struct Ec57Options {
  double from_s = 300;     ///< learning period
  double to_s = -1;        ///< < 0: the end
  double window_s = 0.15;  ///< match window
  double duration_s = -1;  ///< of the record, where known; < 0: unknown
};

/// What one record's comparison counted.
struct Ec57 {
  std::int64_t tp = 0, fn = 0, fp = 0;
  std::map<std::string, std::int64_t> matrix;  ///< "Nn", "Nv", "No", "On" ... as bxb prints them
  double shutdown_s = 0;
  double rr_square_sum_ms2 = 0;                ///< over consecutive matched pairs
  std::int64_t rr_pairs = 0;
  std::vector<std::int64_t> missed;            ///< ticks (reference clock) of reference beats not found
  std::vector<std::int64_t> extra;             ///< ticks (reference clock) of test beats without a reference
  double se() const;                           ///< NaN where undefined
  double ppv() const;
  double rr_rms_ms() const;
  Json json() const;                           ///< as OUTPUTS
};

/// Reference and test annotations (WFDB labels); `*_hz` are their tick rates.
Ec57 ec57(const std::vector<Annotation>& reference, double reference_hz, const std::vector<Annotation>& test,
          double test_hz, const Ec57Options& options = {});

}  // namespace vagus::lab
