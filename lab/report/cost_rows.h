#pragma once
/// What `vagus cost --json` found, as rows of a study's page.
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/report/evidence.h"

namespace vagus::lab {

/// Instructions, RAM, flash and stack of each core with their budgets, and the energy of each part. `cost` is one
/// answer or an array of them (`--all`). Throws Error where it is neither, or has none of `detector`.
std::vector<CostRow> cost_rows(const Json& cost, const std::string& detector);

}  // namespace vagus::lab
