#pragma once
/// The conformance kit's laws as a step of a study: which of them its prototype holds.
#include "lab/study/cache.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// Tries the laws (lab/prototype/laws.h) on a study's detector at the rate of its first recording (where all failed,
/// one that it takes), and puts them into `result.laws`; kept by the hash of the detector's source, configuration and
/// rate. Nothing is tried of a detector that is built in or of stored or simulated events.
void add_laws(StudyResult& result, const Cache& cache);

}  // namespace vagus::lab
