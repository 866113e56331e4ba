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

/// What an alarm is worth in continuous wear (protocol events): the share of alarms that are true where so many events
/// come a day, for some incidences, of the headline's part. "" where sensitivity or alarms a day are not known.
std::string predictive_value_section(const StudyResult& result);

}  // namespace vagus::lab
