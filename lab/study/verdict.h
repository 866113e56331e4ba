#pragma once
/// Judges a study's requirements on what was run and scored.
#include <vector>

#include "lab/study/plan.h"

namespace vagus::lab {

/// Fills `requirements`, `exploratory`, `verdict` and `sentence` of a result whose records are scored. `failed` are the
/// recordings that could not be: no requirement that one of them belongs to is called met.
void judge_study(StudyResult& result, const std::vector<Planned>& failed);

}  // namespace vagus::lab
