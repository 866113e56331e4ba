#pragma once
/// What a study's detector may cost, beside what is known of its cost.
#include "lab/study/study.h"

namespace vagus::lab {

/// What a file of `vagus cost --json` holds of a core's metric ("ram_bytes", "compute_mj_per_day"); nothing where it
/// holds none. `path` is for messages.
std::optional<Interval> cost_in_file(const Json& cost, const std::string& core, const std::string& metric,
                                     const std::string& path);
/// The same of the program's budgets.toml, which knows default configurations alone.
std::optional<Interval> cost_in_budgets(const std::string& detector, const std::string& core,
                                        const std::string& metric);
/// Reads a file of `vagus cost --json`: one answer, or several in a list. Throws Error where it is neither.
std::vector<Json> cost_file(const std::string& path);

/// Fills `costs` from the specification's budget. What a detector costs at its default configuration stands in the
/// program's budgets.toml, an upper limit of what was measured on emulated cores; a file of `vagus cost --json`
/// (budget.measured) tells it of any. Where neither does, the line is *not shown*, with the reason: a study runs no
/// emulator, so that its result is the same on every machine. Throws Error where the file cannot be read.
void judge_costs(StudyResult& result);

Json as_json(const CostResult& cost);

}  // namespace vagus::lab
