#pragma once
/// Which moments of a study people are asked about.
#include <cstdint>
#include <optional>

#include "lab/report/review_page.h"
#include "lab/review/key.h"
#include "lab/study/study.h"

namespace vagus::lab {

struct CaseOptions {
  std::size_t cases = 100;
  double agreeing = 0.3;              ///< share of the cases on which detector and reference agree, 0 to 0.9
  std::optional<std::uint64_t> seed;  ///< of the draw and of the order; the study's unless told
  double stretch_s = 8;               ///< shown of the signal, 4 to 60
  int threads = 0;
};

/// The page's cases, and what they are about.
struct Review {
  ReviewSet set;
  ReviewKey key;
};

/// Errors of the scored part, ranked: the widest margins first (what the detector was surest of), one of each recording
/// before the second of any. With them, drawn at random, beats that both found: each within a minute of one of the
/// errors, so that the signal does not tell which is which. Their order is random, their times count from the stretch's
/// beginning, and the marks around the one asked about are beats that both found.
/// Throws Error where the study is not of beats or has no error to ask about, or its data is simulated (its labels are
/// exact), UsageError for options out of range.
Review make_review(const StudyResult& result, const Source& source, const Cache& cache,
                   const CaseOptions& options = {});

}  // namespace vagus::lab
