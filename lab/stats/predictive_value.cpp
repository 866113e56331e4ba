#include "lab/stats/predictive_value.h"

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

Estimate complement(const Estimate& share) {
  Estimate out = share;
  out.value = 1 - share.value;
  out.interval = {1 - share.interval.high, 1 - share.interval.low};
  return out;
}

double odds_of(double prior) {
  if (!(prior > 0 && prior < 1)) throw UsageError("a prevalence must lie between 0 and 1");
  return prior / (1 - prior);
}

/// found / wrong as odds, and as a share of alarms.
double share(double odds) { return std::isinf(odds) ? 1 : odds / (1 + odds); }

/// An end of the ratio's logarithm: that of the value less or plus both reaches, or where a value is 0 and has no
/// logarithm, that of the two ends themselves, which lies farther out.
double ratio_end(double found, double found_end, double wrong, double wrong_end) {
  if (found_end <= 0) return 0;
  if (wrong_end <= 0) return HUGE_VAL;
  const double farthest = found_end / wrong_end;
  if (!(found > 0 && wrong > 0)) return farthest;
  const double reach = std::hypot(std::log(found / found_end), std::log(wrong / wrong_end));
  return found / wrong * std::exp(farthest < found / wrong ? -reach : reach);
}

}  // namespace

Estimate alarm_value(const Estimate& found, const Estimate& wrong, double prior) {
  if (!(prior > 0 && std::isfinite(prior))) throw UsageError("prior odds must be above 0");
  if (found.interval.low < 0 || wrong.interval.low < 0) throw UsageError("a rate's interval must not lie below 0");
  Estimate out;
  out.clusters = std::min(found.clusters, wrong.clusters);
  out.method = "from both rates' intervals (MOVER on the logarithm of their ratio)";
  out.untrusted = found.untrusted.empty() ? wrong.untrusted : found.untrusted;
  out.value = prior * found.value / (prior * found.value + wrong.value);
  if (std::isnan(out.value)) {
    if (out.untrusted.empty()) out.untrusted = "no alarm would be raised";
    return out;
  }
  out.interval.low = share(prior * ratio_end(found.value, found.interval.low, wrong.value, wrong.interval.high));
  out.interval.high = share(prior * ratio_end(found.value, found.interval.high, wrong.value, wrong.interval.low));
  return out;
}

Estimate positive_predictive_value(const Estimate& sensitivity, const Estimate& specificity, double prevalence) {
  return alarm_value(sensitivity, complement(specificity), odds_of(prevalence));
}

Estimate negative_predictive_value(const Estimate& sensitivity, const Estimate& specificity, double prevalence) {
  return alarm_value(specificity, complement(sensitivity), 1 / odds_of(prevalence));
}

Estimate event_predictive_value(const Estimate& sensitivity, const Estimate& false_alarms_per_day,
                                double events_per_day) {
  return alarm_value(sensitivity, false_alarms_per_day, events_per_day);
}

}  // namespace vagus::lab
