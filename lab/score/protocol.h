#pragma once
/// The scoring protocols that there are: each compares two sets of marks and gives JSON and a table.
#include <optional>
#include <span>
#include <string>

#include "lab/base/numbers.h"
#include "lab/score/ec57.h"
#include "lab/score/events.h"
#include "lab/score/marks.h"
#include "lab/score/moments.h"

namespace vagus::lab {

struct ScoreOptions {
  std::optional<double> from_s, to_s;  ///< else the protocol's own
  BeatMap map = BeatMap::bxb;          ///< ec57
  EventRule rule = EventRule::fall;    ///< events
  double window_s = 1;                 ///< windows: length of a test window of which only the end t_s is told
};

struct Scored {
  Json json;          ///< as OUTPUTS
  std::string table;  ///< the same for a person, figures with their intervals
};

struct Protocol {
  const char* name;
  const char* summary;
  double from_s;  ///< unless told
  /// One of the two: annotations on a clock, or rows of moments and stretches.
  Scored (*score)(const Marks& reference, const Marks& test, const ScoreOptions& options);
  Scored (*score_tables)(const MarkedTable& reference, const MarkedTable& test, const ScoreOptions& options);
};

std::span<const Protocol> protocols();
/// Throws UsageError naming the nearest one.
const Protocol& protocol(const std::string& name);

/// ec57 over marks: both on the clock of the recording, which the reference's header tells, else the test's; where
/// neither does, on the finer clock of the two (ticks without any clock are taken as 250 Hz, as WFDB does).
Ec57 ec57(const Marks& reference, const Marks& test, Ec57Options options = {});

}  // namespace vagus::lab
