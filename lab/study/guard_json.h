#pragma once
/// The guards' report in `results.json`.
#include "lab/base/numbers.h"
#include "lab/study/guards/report.h"

namespace vagus::lab {

/// The value of "guards": for each guard its name, outcome, what was looked at and found; properties and cures.
Json guards_json(const GuardReport& report);
/// The value of "accepted": properties that the specification lets through, whether they tell the label.
Json accepted_json(const GuardReport& report);

}  // namespace vagus::lab
