#pragma once
/// `vagus run DETECTOR -`: canonical CSV on standard input, answered as it comes.
#include <string>

#include "lab/detect/run.h"

namespace vagus::cli {

/// Reads rows until standard input ends. The rate is that of the first 10 s, held; what is said is printed (or written
/// to `output`, at the end) line by line. A gap is found by the same rule as in a file, from the interval of those 10
/// s.
int run_live(const lab::DetectorInfo& detector, const lab::RunOptions& options, bool json, bool csv,
             const std::string& output);

}  // namespace vagus::cli
