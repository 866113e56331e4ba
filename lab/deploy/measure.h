#pragma once
/// Measuring what a detector costs: its sources compiled for the wrist's cores, run on emulated ones, counted.
#include <string>

#include "lab/deploy/cost.h"
#include "lab/deploy/library_sources.h"
#include "lab/detect/detector.h"

namespace vagus::lab {

struct MeasureOptions {
  /// Count by the emulated core's timer, not by the plugin: agrees with it to an instruction a push, and knows neither
  /// functions nor cycles. Taken of itself where the emulator loads no plugin.
  bool by_timer = false;
  int seconds = 120;  ///< of the standard signal
};

/// The cost of a detector under `config` (what differs from its defaults) on Cortex-M4F and Cortex-M55, as GCC makes it
/// at -O2. Exact and the same at every call; kept in the cache folder by the hash of sources, configuration, flags and
/// tools, so that a second call is instant. Throws Error (exit code 3) with the packages' names where cross compiler or
/// emulator are missing, UsageError where the configuration is refused.
DetectorCost measure_cost(const DetectorInfo& detector, const Config& config, const MeasureOptions& options = {});

/// What a detector in C says of itself on a Cortex-M4F. Throws Error (exit code 3) with the compiler's first message, a
/// symbol that is not there on a wrist, or what is wrong with the description; where tools are missing as measure_cost.
DescribedLibrary describe_library(const LibrarySources& sources);

/// The cost of a detector in C, got as that of a built-in one. Its flash is its own, newlib's libm apart; the stack has
/// no bound, for its answers go through pointers.
DetectorCost measure_cost(const DescribedLibrary& library, const Config& config, const MeasureOptions& options = {});

/// The cross compiler's version, "" where it is not installed: budgets hold for one compiler.
std::string cross_compiler_version();

}  // namespace vagus::lab
