#pragma once
/// Heart rates of reference and detector, minute by minute.
#include <optional>

#include "lab/report/evidence.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// Mean heart rate over each full minute of the scored part of what is judged (five minutes, or more, where there would
/// be more than 600 of them), by the beats of each; minutes with fewer than two beats on either side, or with an
/// unreadable second, are left out. Limits of agreement are those of Bland and Altman for several pairs a subject.
/// Nothing where fewer than two subjects have such a minute.
std::optional<Agreement> heart_rate_agreement(const StudyResult& result);

}  // namespace vagus::lab
