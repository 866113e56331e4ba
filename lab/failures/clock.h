#pragma once
/// Time of day in a recording.
#include <cmath>
#include <optional>

#include "lab/failures/error_table.h"
#include "lab/study/source.h"

namespace vagus::lab {

/// The hour of the day on the wearer's clock, 0 to 24; unknown where the start is. A start in UTC without a zone is
/// read as it stands.
class DayClock {
 public:
  explicit DayClock(const StudyItem& item) {
    const auto start = start_from_iso(item.start);
    if (start)
      start_s_ = static_cast<double>(start->us) * 1e-6 + 60.0 * (start->utc ? start->zone_minutes.value_or(0) : 0);
  }
  float hour(double t_s) const {
    if (!start_s_) return unknown_value;
    const double within = std::fmod(*start_s_ + t_s, 86400.0);
    return static_cast<float>((within < 0 ? within + 86400 : within) / 3600);
  }

 private:
  std::optional<double> start_s_;
};

}  // namespace vagus::lab
