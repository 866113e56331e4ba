#pragma once
/// The operating point of an event study's page: what every threshold on the detector's scores would have given.
#include <optional>

#include "lab/report/operating_data.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// Sums by subject along at most 60 thresholds. Nothing where there is none to move: no scores, a rule of more parts
/// than a threshold, staged trials (whose figures are of trials), or more than 1,000 subjects, which no page holds.
std::optional<OperatingData> event_sweep(const StudyResult& result);

}  // namespace vagus::lab
