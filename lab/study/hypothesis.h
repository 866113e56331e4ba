#pragma once
/// Claims about a difference between this study's detector and another, an earlier result, or another configuration.
#include "lab/study/study.h"

namespace vagus::lab {

/// Fills `hypotheses`: each against what it names, paired by recording and judged by subject, then together by Holm.
/// Throws Error where an earlier result cannot be read or is of another protocol.
void judge_hypotheses(StudyResult& result, const Source& source, const Cache& cache, const StudyOptions& options);

Json as_json(const HypothesisResult& hypothesis);

}  // namespace vagus::lab
