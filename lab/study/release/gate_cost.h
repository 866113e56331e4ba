#pragma once
/// What a candidate costs, beside its budget and the frozen version.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/deploy/budgets.h"
#include "lab/study/study.h"

namespace vagus::lab {

enum class GateOutcome : std::uint8_t { passed, not_shown, refused };
/// "passed", "not shown", "refused" of a test; the whole gate's is told by `verdict_name`.
std::string_view name(GateOutcome outcome);
/// "release", "not shown", "do not release".
std::string_view verdict_name(GateOutcome outcome);
/// What two outcomes come to: refused if one is, else not shown if one is.
GateOutcome both(GateOutcome a, GateOutcome b);

struct GateCostLine {
  std::string core, metric;
  std::optional<double> frozen, limit;
  double candidate = 0;
  GateOutcome outcome = GateOutcome::passed;
  std::string why;
};

struct GateCost {
  std::vector<GateCostLine> lines;
  GateOutcome outcome = GateOutcome::passed;
  std::string why;  ///< one sentence over all lines, or why there are none
};

/// A limit of the specification's budget as the gate has it: over it is refused. `asked` false: left out on request.
GateCostLine budget_line(const CostResult& judged, bool asked);

/// What is known of a cost, or why nothing is.
struct KnownCost {
  std::optional<DetectorCost> cost;
  std::string missing;
};

/// A metric over its limit is refused; one without a limit is held to the frozen figure, and refused where it grew by
/// more than `grown_share`. Growth below a limit is told and passes. Limits and figures of another compiler than the
/// candidate's are not compared.
/// @param budgets nothing where the configuration is not the default: limits hold for that alone
GateCost gate_cost(const KnownCost& frozen, const KnownCost& candidate, const Budgets* budgets);

/// The same sources and configuration cost the same: nothing is measured.
GateCost unchanged_cost();
/// Of events that were said elsewhere nothing can be measured: the specification's [budget] alone speaks of cost.
GateCost cost_elsewhere();
/// Left out on purpose.
GateCost no_cost();

}  // namespace vagus::lab
