#pragma once
/// The steps of a study that are kept: what a detector said about a signal, the labels in force, and excerpts for the
/// report.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/detect/run.h"
#include "lab/signal/annotation.h"

namespace vagus::lab {

/// Reference labels on their own clock.
struct Labels {
  std::vector<Annotation> annotations;
  double tick_hz = 0;
};

/// A stretch of one signal, evenly sampled.
struct Trace {
  std::string name, unit;
  double t0_s = 0, rate_hz = 0;
  std::vector<float> values;  ///< NaN where there is none
};

/// A moment and a number: one sample of a probe.
struct ProbePoint {
  double t_s = 0;
  float value = 0;
};

/// A probe over a stretch.
struct ProbeTrace {
  std::string name, unit;
  std::vector<ProbePoint> points;
};

/// What the report draws of one stretch of a recording, apart from marks.
struct Excerpt {
  double t0_s = 0, t1_s = 0;
  Trace signal;
  std::vector<ProbeTrace> probes;
  std::vector<ProbePoint> candidates;  ///< what the detector weighed and did not report, with its score
};

/// Bytes for the cache, and back; nothing where the bytes are not such a thing.
std::string pack(const RunResult& run);
std::optional<RunResult> unpack_run(std::string_view bytes);
std::string pack(const Labels& labels);
std::optional<Labels> unpack_labels(std::string_view bytes);
std::string pack(const std::vector<Excerpt>& excerpts);
std::optional<std::vector<Excerpt>> unpack_excerpts(std::string_view bytes);

/// The hash of every source that can change what a detector says: the device half and the lab's front end before it.
/// Made at build time; a changed comment elsewhere leaves it as it is.
std::string_view detector_code();
/// The same of one detector: of a prototype with the hash of its own source.
std::string code_of(const DetectorInfo& detector);
/// The same of everything after it that a figure is made by: scoring, statistics, the study itself.
std::string_view scoring_code();
/// The same of the simulators: names what a simulated recording came from.
std::string_view simulator_code();
/// The same of the simulator of events without signals.
std::string_view event_simulator_code();

}  // namespace vagus::lab
