#pragma once
/// The page of one run: a recording with what the detector found in it.
#include <string>

#include "lab/detect/run.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// One self-contained HTML page: summary, rate over time, and the signal in strips with every event on it, unreadable
/// stretches hatched, reference labels of the track "atr" where there are such, and the probes that the run recorded.
/// Long recordings are drawn in part (the page says which). Identifiers are not on it.
std::string run_report(const Recording& recording, const RunResult& result);

}  // namespace vagus::lab
