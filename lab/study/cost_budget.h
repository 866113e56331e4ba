#pragma once
/// What a study's detector may cost, beside what is known of its cost.
#include "lab/study/study.h"

namespace vagus::lab {

/// Fills `costs` from the specification's budget. What a detector costs at its default configuration stands in the
/// program's budgets.toml, an upper limit of what was measured on emulated cores; a file of `vagus cost --json`
/// (budget.measured) tells it of any. Where neither does, the line is *not shown*, with the reason: a study runs no
/// emulator, so that its result is the same on every machine. Throws Error where the file cannot be read.
void judge_costs(StudyResult& result);

Json as_json(const CostResult& cost);

}  // namespace vagus::lab
