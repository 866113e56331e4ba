#pragma once
/// Runs of one detector over several recordings, side by side on one core where the detector has lanes.
#include <exception>
#include <optional>
#include <span>
#include <vector>

#include "lab/detect/run.h"

namespace vagus::lab {

/// What came of one recording: a result, or why there is none.
struct LaneResult {
  std::optional<RunResult> result;
  std::exception_ptr error;
};

/// How many recordings of one rate the detector takes side by side; 1 where it has no lanes.
std::size_t lane_count(const DetectorInfo& detector, const RunOptions& options);

/// What `run` gives for each recording, in their order, the same to the bit. Recordings of one rate share lanes.
std::vector<LaneResult> run_each(const DetectorInfo& detector, std::span<const Recording* const> recordings,
                                 const RunOptions& options);

}  // namespace vagus::lab
