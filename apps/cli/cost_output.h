#pragma once
/// How `vagus cost` says what it measured.
#include <string>
#include <vector>

#include "lab/deploy/budgets.h"
#include "lab/deploy/energy.h"

namespace vagus::cli {

/// A detector's cost with what it is held against.
struct CostAnswer {
  lab::DetectorCost cost;
  lab::Config config;  ///< what differs from the detector's defaults
  lab::DetectorEnergy energy;
  std::vector<lab::BudgetLine> budget;  ///< empty where another configuration than the default was measured
  double duty = 1;
};

/// The object that OUTPUTS promises, with further keys behind those.
lab::Json cost_json(const CostAnswer& answer);
/// Tables for a person.
std::string cost_text(const CostAnswer& answer);
/// The budget's lines that do not hold, each with the functions that changed since the limit was set; "" if all hold.
std::string budget_failures(const CostAnswer& answer, const lab::Budgets& budgets);
/// What grew between two measurements, with the functions that did; "" if nothing grew by more than 1 %.
std::string growth_text(const lab::DetectorCost& before, const lab::DetectorCost& after);

}  // namespace vagus::cli
