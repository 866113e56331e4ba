#pragma once
/// What an alarm is worth where so many have what it warns of.
#include "lab/stats/bootstrap.h"

namespace vagus::lab {

/// Probability that an alarm is true at odds `prior` before it, found with probability `found` and raised wrongly at
/// `wrong`: prior found / (prior found + wrong). Interval from theirs by the method of variance estimates recovery on
/// the logarithm (Zou and Donner 2008, Statistics in Medicine 27:1693; Li, Koval and Donner on ratios), so it follows
/// clustering, skewness and zeros as they do. Not trusted where one of them is not. `found` and `wrong` must come with
/// the confidence wanted, and are taken as independent. Throws UsageError unless prior > 0 and intervals are 0 or more.
Estimate alarm_value(const Estimate& found, const Estimate& wrong, double prior);

/// Positive predictive value of trials at a prevalence in (0, 1).
Estimate positive_predictive_value(const Estimate& sensitivity, const Estimate& specificity, double prevalence);
/// Negative predictive value.
Estimate negative_predictive_value(const Estimate& sensitivity, const Estimate& specificity, double prevalence);
/// Share of alarms that are true in continuous wear, where true events come `events_per_day` (incidence) and false
/// alarms at the rate given.
Estimate event_predictive_value(const Estimate& sensitivity, const Estimate& false_alarms_per_day,
                                double events_per_day);

}  // namespace vagus::lab
