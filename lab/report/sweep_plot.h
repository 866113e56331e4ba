#pragma once
/// A sweep drawn.
#include <string>

#include "lab/study/sweep.h"

namespace vagus::lab {

/// Every setting as a point: the first requirement upwards, the first other requirement or objective across (of rates,
/// costs and times on a logarithmic axis), the front marked, its intervals as a cross, what was chosen ringed, bounds
/// dashed. "" where there are no two figures to draw against each other.
std::string sweep_plot(const StudySpec& spec, const SweepResult& sweep);

}  // namespace vagus::lab
