#pragma once
/// `vagus simulate events`: a folder of event streams, truth and detections a day each, for `vagus score events`.
#include <cstdint>
#include <string>

#include "lab/simulate/simulate.h"

namespace vagus::cli {

/// Writes NAME.ref.csv and NAME.test.csv a day of each subject, and dataset.csv with the subjects' attributes. Throws
/// UsageError for a setting that there is not or that is out of range.
int simulate_events(const lab::Settings& settings, std::int64_t subjects, std::uint64_t seed,
                    const std::string& folder);

}  // namespace vagus::cli
