#pragma once
/// How a study was done: parts of its page that hold for every protocol.
#include <string>

#include "lab/study/study.h"

namespace vagus::lab {

/// The detector, what counts as right, the intervals, the rule of the verdict.
std::string method_section(const StudyResult& result);

/// Recordings that failed and recordings that were left out on purpose; "" where there are none.
std::string left_out_section(const StudyResult& result);

/// Data, sources, configuration, environment, seed, looks.
std::string provenance_section(const StudyResult& result);

}  // namespace vagus::lab
