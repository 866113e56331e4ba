#pragma once
/// How long detection takes, over all events and not only those detected.
#include <cstdint>
#include <span>

#include "lab/stats/bootstrap.h"

namespace vagus::lab {

/// What became of one event.
struct EventLatency {
  enum class Outcome : std::uint8_t {
    detected,  ///< `seconds` after its onset
    missed,    ///< never: it counts as infinitely late
    censored,  ///< not within `seconds`, after which nothing was seen (the record ended)
  };
  std::int64_t subject = 0;
  Outcome outcome = Outcome::detected;
  double seconds = 0;  ///< not read of missed ones
};

/// Time within which a share `quantile` of events is detected, by the product-limit estimate: infinity where as many
/// are never detected, NaN of no events. Interval after Brookmeyer and Crowley 1982, Biometrics 38:29, on the log(-log)
/// scale, events taken as independent; its upper end is infinity where the data end before it.
/// Never of zero width: where ties leave none it reaches to the next earlier and later times.
/// Throws UsageError for a quantile or confidence outside (0, 1) and seconds that are not finite. Detections before
/// onset are negative seconds and allowed.
Estimate latency_quantile(std::span<const EventLatency> events, double quantile, double confidence = 0.95);

/// The same over events of which a subject may have several: percentile bootstrap of subjects, its ends order
/// statistics, as infinity cannot be averaged; never narrower than the former. `untrusted` of fewer than two subjects.
Estimate cluster_latency_quantile(std::span<const EventLatency> events, double quantile,
                                  const BootstrapOptions& options = {});

}  // namespace vagus::lab
