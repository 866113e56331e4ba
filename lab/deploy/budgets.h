#pragma once
/// Limits on what detectors may cost (budgets.toml), and what grew between two measurements.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/deploy/cost.h"

namespace vagus::lab {

/// One detector on one core. A metric is one of cost_metrics().
struct Budget {
  std::string detector, core;
  std::map<std::string, double> limits;
  std::map<std::string, double> ceilings;         ///< what a limit may never pass: requirements from outside
  std::map<std::string, FunctionCost> functions;  ///< as they were when the limits were set
};

struct Budgets {
  std::string compiler;  ///< whose code the limits hold for; another one's is not held to them
  std::vector<Budget> all;

  const Budget* find(const std::string& detector, const std::string& core) const;
};

/// The budgets that the program carries.
const Budgets& built_in_budgets();
/// Throws Error naming `where` and the line of what is missing, not known or not a number.
Budgets read_budgets(std::string_view text, const std::string& where);
/// A budgets file whose limits lie a hundredth above what was measured and not above the ceilings of `before`.
std::string write_budgets(const std::vector<DetectorCost>& costs, const Budgets& before);

enum class BudgetVerdict { within, over, loose };
/// How far below its limit a figure may lie before the limit is to be tightened, as a share.
inline constexpr double loose_share = 0.03;

struct BudgetLine {
  std::string core, metric;
  double limit = 0, measured = 0;
  std::optional<double> ceiling;
  BudgetVerdict verdict = BudgetVerdict::within;
};
/// One line a metric that has a limit.
std::vector<BudgetLine> hold_against(const Budgets& budgets, const DetectorCost& cost);

/// A metric that grew by more than `grown_share`.
struct Growth {
  std::string core, metric;
  double before = 0, after = 0;
};
inline constexpr double grown_share = 0.01;
std::vector<Growth> grown(const DetectorCost& before, const DetectorCost& after);

/// Functions whose part of `metric` changed, what grew most first; "" for metrics that have no parts (RAM, stack). A
/// line each: name, before, after, difference.
std::string function_changes(const std::map<std::string, FunctionCost>& before,
                             const std::map<std::string, FunctionCost>& after, const std::string& metric);

}  // namespace vagus::lab
