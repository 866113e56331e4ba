#pragma once
/// A detector in C (lab/prototype/vagus_detector.h) as sources for a wrist's core: what it says of itself there.
#include <memory>
#include <string>

#include "lab/deploy/core_build.h"
#include "lab/detect/detector.h"

namespace vagus::lab {

/// The most that the harness sets aside for a state, of the smaller core's RAM.
inline constexpr std::size_t library_state_bytes = 65536;

struct DescribedLibrary {
  LibrarySources sources;
  std::shared_ptr<const DetectorInfo> info;  ///< `make` checks a configuration and makes nothing
  std::size_t state_bytes = 0, state_align = 1;
};

/// Reads what the harness (describe.cpp) printed. Throws Error naming the first source where that is no detector, or
/// one whose state is larger than what is set aside.
DescribedLibrary described_library(const LibrarySources& sources, const std::string& printed);

/// settings.h for the harness (library_subject.h): the detector at `rate_hz` under `config`.
std::string library_settings(const DescribedLibrary& library, const Config& config, double rate_hz, int seconds);

}  // namespace vagus::lab
