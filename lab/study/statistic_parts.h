#pragma once
/// The statistics of the protocols events and windows: what lab/study/statistic.h is made of beside ec57.
#include <string>
#include <string_view>
#include <vector>

#include "lab/study/statistic.h"

namespace vagus::lab {

void add_protocol_statistics(std::vector<Statistic>& all);
std::string protocol_statistic_name(const Statistic& statistic);
std::string describe_protocol_statistic(const Statistic& statistic);
/// What a share counts: "beats", "events", "trials", "windows".
std::string_view trials_of(const Statistic& statistic);

/// One recording's numerator and denominator of a share or rate.
Cluster protocol_part(const Statistic& statistic, const Count& count);

/// The time within which half, or nine tenths, of all events with a known impact are found.
Estimate latency_estimate(const Statistic& statistic, const std::vector<Count>& counts, double confidence);
/// Macro F1, gross (of the summed matrix) or averaged over subjects.
Estimate score_estimate(const Statistic& statistic, const std::vector<Count>& counts, double confidence);
/// The difference of a score between two lists of the same recordings, second less first, subjects drawn in pairs; and
/// its two-sided p by exchanging the two within subjects.
struct ScoreDifference {
  double first = 0, second = 0;
  Estimate estimate;
  double p = 1;
  std::int64_t subjects = 0;
  bool same = true;  ///< every subject's sums are
};
ScoreDifference score_difference(const Statistic& statistic, const std::vector<Count>& first,
                                 const std::vector<Count>& second, double confidence, std::uint64_t seed);

}  // namespace vagus::lab
