#pragma once
/// Alarms per day of wear, when few people have most of them.
#include <span>

#include "lab/stats/bootstrap.h"

namespace vagus::lab {

/// Rate per day over people with alarms (`numerator`, whole numbers) in days of wear (`denominator`).
/// Each person's rate is taken as gamma distributed, so that counts are negative binomial; the interval holds the rates
/// that the profile likelihood over the shape (0.05 to 1000, the latter all but Poisson) does not reject, by t^2 on
/// people - 1 degrees of freedom in the place of chi-squared, which is short at few people. Covers 95 % or so at 20
/// people and up, shapes 0.2 to 1 (bench/coverage). Without any alarm the shape is not known: it is then taken as 0.2,
/// and `method` says so; the rule of three (3 / days) would hold for people who are all alike only.
/// `untrusted` of fewer than two people with days. Throws UsageError for counts that are negative or not whole, days
/// that are negative or not finite, alarms without days, and a confidence outside (0, 1).
/// Source: Lawless 1987, Canadian Journal of Statistics 15:209 (negative binomial regression, profile likelihood).
Estimate alarm_rate(std::span<const Cluster> people, double confidence = 0.95);

/// The shape of the gamma at which the counts are likeliest, 0.05 to 1000: 0.2 is a few people with nearly all alarms.
double alarm_shape(std::span<const Cluster> people);

/// The same without a distribution: exact Poisson interval (Garwood 1936) at the effective number of alarms, by the
/// jackknife variance over people and as in cluster_share; wider where alarms are few. `untrusted` where fewer than two
/// people have alarms.
Estimate effective_count_rate(std::span<const Cluster> people, double confidence = 0.95);

/// How alarms spread over people.
struct AlarmSpread {
  std::int64_t people = 0;    ///< with days of wear
  std::int64_t with_any = 0;  ///< of them with an alarm
  Interval any;               ///< exact interval of that share
  std::int64_t worst = 0;     ///< one in a hundred people, at least one: those with the highest rates
  double worst_per_day = 0;   ///< their rate together, NaN of nobody
  double worst_share = 0;     ///< of all alarms, theirs; NaN without alarms
};
AlarmSpread alarm_spread(std::span<const Cluster> people, double confidence = 0.95);

}  // namespace vagus::lab
