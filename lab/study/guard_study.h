#pragma once
/// The guards against leakage, put to a study before its detector runs.
#include <optional>
#include <string>

#include "lab/study/plan.h"
#include "lab/study/prepared.h"

namespace vagus::lab {

struct GuardedStudy {
  const StudySpec& spec;
  const Plan& plan;
  const HeldSource& source;  ///< what the guards load of it is kept for the run
  const Cache& cache;
  const DetectorInfo* detector;  ///< null: the detector ran elsewhere, and may have seen anything
  const Config& config;
  int threads = 0;
};

/// Looks at signals, files and times for what would make the verdict too good. What is found is in the report;
/// `GuardReport::refused` says whether the study may go on. A recording that cannot be read is left out here (it is
/// named when its turn to run comes). Throws Error where the specification wants an order of time and recordings do not
/// say when they began.
GuardReport guard_study(const GuardedStudy& study);

/// The one label of a recording, where its reference has one for all of it: of protocol events "fall" and "activity"
/// of staged recordings, of windows the label that all its stretches have. Nothing where labels change within, nor of
/// protocol ec57.
std::optional<std::string> label_of_recording(const ScoreSpec& spec, const Recording& header);

}  // namespace vagus::lab
