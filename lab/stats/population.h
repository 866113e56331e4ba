#pragma once
/// Simulated people who differ from each other: what coverage and sample sizes are tried on.
#include <vector>

#include "lab/stats/bootstrap.h"
#include "lab/stats/random.h"

namespace vagus::lab {

/// Subjects whose own share is beta distributed, each with a number of trials between two limits.
struct SharePopulation {
  double share = 0.9;           ///< mean over subjects, in [0, 1]
  double correlation = 0.1;     ///< intraclass, in [0, 1): 0 is one share for all, near 1 each subject all or nothing
  int fewest = 50, most = 150;  ///< trials a subject, each number as likely
};
/// Counts of `subjects` of them. Throws UsageError outside the ranges above.
std::vector<Cluster> draw(const SharePopulation& population, int subjects, SplitMix& random);

/// People whose own rate of alarms is gamma distributed, each worn for some days.
struct AlarmPopulation {
  double per_day = 0.2;  ///< mean over people, 0 or more
  double shape = 0.5;    ///< of the gamma: at 0.2 few people have nearly all alarms
  double fewest_days = 7, most_days = 21;
};
/// Alarms (numerator) and days (denominator) of `people` of them. Throws UsageError.
std::vector<Cluster> draw(const AlarmPopulation& population, int people, SplitMix& random);

}  // namespace vagus::lab
