#pragma once
/// Operating points that a study's result holds already: what if only beats of some quality were reported?
#include <optional>

#include "lab/report/operating_data.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// Sums at thresholds on the quality of what was reported, from the scored part of each recording; the locked point is
/// 0: everything that the detector reports. A beat that falls below the threshold leaves the match it stood in: the
/// rest is not matched anew. Nothing where no event says a quality.
std::optional<OperatingData> quality_sweep(const StudyResult& result);

/// Over whom a statistic is taken, as the page names it.
FigureOver figure_over(const Statistic& about);

}  // namespace vagus::lab
