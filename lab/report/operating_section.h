#pragma once
/// The operating point on a study's page: a drawing and a table that stand without scripts, and the data scripts need.
#include <string>

#include "lab/report/operating_data.h"

namespace vagus::lab {

/// The whole section. Throws UsageError where the data contradicts itself.
std::string operating_section(const OperatingData& data);

/// ` data-follow="FIGURE OVER GROUP"` for an element whose parts `data-value` and `data-interval` follow the threshold;
/// "" where the data has no such figure or group.
std::string follows(const OperatingData& data, const std::string& figure, FigureOver over, const std::string& group);

}  // namespace vagus::lab
