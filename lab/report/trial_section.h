#pragma once
/// Operating points of trials and windows on a study's page: what scores tell where there is something to be right
/// about each time, so that there are true negatives.
#include <string>

#include "lab/study/study.h"

namespace vagus::lab {

/// Staged trials (falls and daily activities with scores, protocol events): detection-error and precision-recall
/// curves. Windows with scores: accuracy against the share answered, the surest first. Each is drawn, told in words and
/// tabled, over what is judged. "" where there are no such trials, or answers without scores.
std::string trial_section(const StudyResult& result);

}  // namespace vagus::lab
