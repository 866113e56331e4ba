#pragma once
/// What a detector's summary adds beyond what every summary has: counts, rates and shares, gathered as events come.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/detect/run.h"

namespace vagus::lab {

struct LiveRun::Tally {
  std::int64_t events = 0;
  double unreadable_s = 0;
  double rr_sum_s = 0;
  std::int64_t rr_count = 0;
  double last_t_s = -1;
  std::int64_t last_sample = -1;
  double unreadable_until_s = -1;  ///< end of the latest unreadable stretch
  std::map<std::string, std::map<std::string, double>>
      seconds;  ///< label field -> label -> seconds (intervals) or count

  /// `continuous`: no gap lies between this event and the one before it.
  void hear(const DetectorInfo& detector, const Event& event, bool continuous);
  /// Adds the detector's own fields to its summary line.
  void summarise(const DetectorInfo& detector, Json& summary) const;
};

}  // namespace vagus::lab
