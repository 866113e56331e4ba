#pragma once
/// A study's errors subject by subject.
#include <string>

#include "lab/study/study.h"

namespace vagus::lab {

/// A table of subjects, worst first: recordings, beats, misses, false beats, sensitivity and positive predictivity with
/// their exact binomial interval within the subject. Empty where each subject has one recording: the table of
/// recordings then says the same.
std::string subject_table(const StudyResult& result);

}  // namespace vagus::lab
