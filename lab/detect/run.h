#pragma once
/// Runs a detector over a recording: the lab's front end (channels, units, rates, gaps) before it, times and rows after it.
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/detect/detector.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// One line of output with times. Fields beyond these are in `fields`, in JSON order.
struct Event {
  Said::Kind kind;
  double t_s = 0, t_start_s = 0, t_end_s = 0;  ///< moment: all equal; interval: t_s is when it was decided
  double t_known_s = 0;
  std::int64_t row = 0;                        ///< 0-based row at the input's own rate
  bool at_end = false;
  float value = 0;                             ///< quality, score or probe value
  std::string probe, reason;
  std::vector<std::pair<std::string, Json>> fields;
  Json json() const;                           ///< the line OUTPUTS asks for
};

struct RunOptions {
  Config config;
  std::string channel;        ///< name or index where several would do; "" the first of its kind
  bool scores = false;
  std::vector<std::string> probes;
};

struct RunResult {
  std::string detector, version;
  std::string channel;           ///< which was used
  std::vector<Event> events;     ///< everything said, in the order said
  double duration_s = 0, rate_hz = 0, jitter_ms = 0, unreadable_s = 0;
  std::int64_t gaps = 0;
  std::map<std::string, std::int64_t> repairs;
  Json summary;                  ///< the summary line, whole
};

/// Throws Error naming the channel that is missing, or a rate the detector does not take.
RunResult run(const DetectorInfo& detector, const Recording& recording, const RunOptions& options);

}  // namespace vagus::lab
