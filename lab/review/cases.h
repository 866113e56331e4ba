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
  double stretch_s = 0;               ///< shown of the signal, 4 to 60; 0: 8 of beats, 20 of falls and crashes
  int threads = 0;
};

/// The page's cases, and what they are about.
struct Review {
  ReviewSet set;
  ReviewKey key;
};

/// Errors of the scored part, ranked: the widest margins first (what the detector was surest of), one of each recording
/// before the second of any. With them, drawn at random, what both found: beats within a minute of one of the errors,
/// so that the signal does not tell which is which; falls and crashes of the same person, where there is one. Their
/// order is random, their times count from the stretch's beginning, and the marks around the one asked about are beats
/// (falls) that both found. Missed falls of which the reference knows no moment are left out.
/// Throws Error where the study is of windows or has no error to ask about, its recordings have no signals, its data is
/// simulated (its labels are exact), or its reference has events in more than one track; UsageError for options out of
/// range.
Review make_review(const StudyResult& result, const Source& source, const Cache& cache,
                   const CaseOptions& options = {});

}  // namespace vagus::lab
