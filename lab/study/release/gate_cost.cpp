#include "lab/study/release/gate_cost.h"

#include <algorithm>
#include <cmath>

#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

std::string grown_by(double before, double after) {
  const double percent = std::round(1000 * (after - before) / before) / 10;
  return shortest(percent) + " %";
}

GateCostLine cost_line(const std::string& core, const std::string& metric, double measured,
                       const std::optional<double>& frozen, const BudgetLine* budget) {
  GateCostLine line;
  line.core = core;
  line.metric = metric;
  line.candidate = measured;
  line.frozen = frozen;
  if (budget != nullptr) line.limit = budget->limit;
  const bool grew = frozen && measured > *frozen * (1 + grown_share);
  if (budget != nullptr && budget->verdict == BudgetVerdict::over) {
    line.outcome = GateOutcome::refused;
    line.why = "Over its limit.";
  } else if (grew && budget == nullptr) {
    line.outcome = GateOutcome::refused;
    line.why = "Grew by " + grown_by(*frozen, measured) + ", and no limit says how far it may.";
  } else if (grew) {
    line.why = "Grew by " + grown_by(*frozen, measured) + ", within its limit.";
  } else if (budget == nullptr && !frozen) {
    line.why = "Neither a limit nor a frozen figure to hold it to.";
  } else {
    line.why = budget != nullptr ? "Within its limit." : "Not above the frozen figure.";
  }
  return line;
}

}  // namespace

std::string_view name(GateOutcome outcome) {
  switch (outcome) {
    case GateOutcome::passed:
      return "passed";
    case GateOutcome::refused:
      return "refused";
    default:
      return "not shown";
  }
}

std::string_view verdict_name(GateOutcome outcome) {
  switch (outcome) {
    case GateOutcome::passed:
      return "release";
    case GateOutcome::refused:
      return "do not release";
    default:
      return "not shown";
  }
}

GateOutcome both(GateOutcome a, GateOutcome b) { return std::max(a, b); }

GateCost gate_cost(const KnownCost& frozen, const KnownCost& candidate, const Budgets* budgets) {
  GateCost out;
  if (!candidate.cost) {
    // What was frozen without a cost cannot be asked to keep it.
    out.outcome = frozen.cost ? GateOutcome::not_shown : GateOutcome::passed;
    out.why = "The candidate's cost is not known: " + candidate.missing + "." +
              (frozen.cost ? "" : " Nor was the frozen version's, so cost is no part of this release.");
    return out;
  }
  const DetectorCost& cost = *candidate.cost;
  const bool same_tools = frozen.cost && frozen.cost->compiler == cost.compiler && frozen.cost->rate_hz == cost.rate_hz;
  std::vector<BudgetLine> limits;
  if (budgets != nullptr && budgets->compiler == cost.compiler) limits = hold_against(*budgets, cost);
  for (const auto& [core, figures] : cost.cores) {
    const bool had = same_tools && frozen.cost->cores.contains(core);
    for (const std::string& metric : cost_metrics()) {
      const auto limit = std::find_if(limits.begin(), limits.end(), [&, &on = core](const BudgetLine& l) {
        return l.core == on && l.metric == metric;
      });
      const auto before = had ? std::optional(metric_of(frozen.cost->cores.at(core), metric)) : std::optional<double>();
      out.lines.push_back(
          cost_line(core, metric, metric_of(figures, metric), before, limit == limits.end() ? nullptr : &*limit));
      out.outcome = both(out.outcome, out.lines.back().outcome);
    }
  }
  const auto over = std::count_if(out.lines.begin(), out.lines.end(),
                                  [](const GateCostLine& l) { return l.outcome == GateOutcome::refused; });
  out.why = over > 0 ? std::to_string(over) + " of " + std::to_string(out.lines.size()) + " figures may not be so high."
                     : "No figure is over what it is held to.";
  if (frozen.cost && !same_tools)
    out.why += " The frozen figures are of another compiler or sampling rate (GCC " + frozen.cost->compiler + ", " +
               shortest(frozen.cost->rate_hz) + " Hz) and are not compared.";
  if (!frozen.cost) out.why += " The release was frozen without a cost (" + frozen.missing + ").";
  return out;
}

GateCostLine budget_line(const CostResult& judged, bool asked) {
  GateCostLine line;
  line.core = judged.asked.core;
  line.metric = judged.asked.metric;
  line.limit = judged.asked.limit;
  const std::string what = line.core + " " + line.metric;
  if (!asked) {
    line.why = what + ": left out on request (--no-cost).";
    return line;
  }
  std::string known = " is not known";
  if (judged.measured) {
    line.candidate = judged.measured->high;
    known = " is " + shortest(judged.measured->low);
    if (judged.measured->low < judged.measured->high) known += " to " + shortest(judged.measured->high);
  }
  line.outcome = judged.verdict == Verdict::met       ? GateOutcome::passed
                 : judged.verdict == Verdict::not_met ? GateOutcome::refused
                                                      : GateOutcome::not_shown;
  line.why = what + known + ", and at most " + shortest(judged.asked.limit) + " is allowed. " + judged.why;
  return line;
}

GateCost unchanged_cost() {
  return {{}, GateOutcome::passed, "Sources and configuration are those of the release: it costs the same."};
}

GateCost cost_elsewhere() {
  return {{}, GateOutcome::passed, "What said these events is not run here: only a [budget] speaks of its cost."};
}

GateCost no_cost() { return {{}, GateOutcome::passed, "Left out on request (--no-cost)."}; }

}  // namespace vagus::lab
