#pragma once
/// A study on labels that people mended, beside the same study on the labels as they were published.
#include "lab/study/study.h"

namespace vagus::lab {

/// Scores a study once more on the original reference labels, where any of a recording in it were mended, and puts that
/// into `result.on_original`. The detector's answers are taken from the cache where it has them.
void score_on_original(StudyResult& result, const Source& source, const Cache& cache, const StudyOptions& options = {});

}  // namespace vagus::lab
