#pragma once
/// The scoring protocols that there are: each compares two sets of marks and gives JSON and a table.
#include <optional>
#include <span>
#include <string>

#include "lab/base/numbers.h"
#include "lab/score/ec57.h"
#include "lab/score/marks.h"

namespace vagus::lab {

struct ScoreOptions {
  std::optional<double> from_s, to_s;  ///< else the protocol's own
  BeatMap map = BeatMap::bxb;          ///< ec57
};

struct Scored {
  Json json;          ///< as OUTPUTS
  std::string table;  ///< the same for a person, figures with their intervals
};

struct Protocol {
  const char* name;
  const char* summary;
  double from_s;  ///< unless told
  Scored (*score)(const Marks& reference, const Marks& test, const ScoreOptions& options);
};

std::span<const Protocol> protocols();
/// Throws UsageError naming the nearest one.
const Protocol& protocol(const std::string& name);

/// ec57 over marks: both on the clock of the recording, which the reference's header tells, else the test's; where
/// neither does, on the finer clock of the two (ticks without any clock are taken as 250 Hz, as WFDB does).
Ec57 ec57(const Marks& reference, const Marks& test, Ec57Options options = {});

}  // namespace vagus::lab
