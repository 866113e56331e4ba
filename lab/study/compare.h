#pragma once
/// Two results on the same recordings: is one better, and where?
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/stats/equivalence.h"
#include "lab/study/statistic.h"

namespace vagus::lab {

/// What a paired difference (second less first; for a figure where less is better, first less second) amounts to.
enum class Change : std::uint8_t { equal, better, noninferior, worse, not_shown };
std::string_view name(Change change);

struct Difference {
  std::string part;       ///< of the data: "what is judged", or a group's name
  std::string statistic;  ///< of both
  double first = 0, second = 0;
  Estimate estimate;  ///< second less first, subjects drawn in pairs; its interval is two-sided at the confidence asked
  double p = 1;       ///< two-sided, by exchanging the two within subjects; 1 where nothing differs
  std::int64_t subjects = 0;
  double margin = 0;  ///< what may be lost; 0: none was stated
  Change change = Change::not_shown;
};

struct CompareOptions {
  double confidence = 0.95;
  double margin = 0;  ///< a loss below this counts as none; of the statistic's unit
  std::uint64_t seed = 1;
};

/// The difference of a statistic, second less first, at any two-sided confidence; refers to what it was made from.
struct DifferenceOf {
  const Statistic* statistic = nullptr;
  const std::vector<Count>*first = nullptr, *second = nullptr;
  std::vector<PairedCluster> reversed;  ///< second, first; of ratios
  BootstrapOptions bootstrap;
  bool score = false;
  Estimate at(double confidence) const;
};
/// Throws UsageError for a worst figure and for a quantile (latency), which have no paired difference.
DifferenceOf difference_of(const Statistic& statistic, const std::vector<Count>& first,
                           const std::vector<Count>& second, std::uint64_t seed);

/// The difference of a ratio statistic (gross or average) or a score between two lists of the same recordings.
/// Throws UsageError for a worst figure, which has no paired difference.
Difference difference(const Statistic& statistic, const std::vector<Count>& first, const std::vector<Count>& second,
                      const CompareOptions& options = {});

struct Comparison {
  std::vector<Difference> differences;  ///< of all that is judged, then group by group
  std::vector<std::string> unpaired;    ///< recordings that one side alone has
  std::vector<std::string> notes;       ///< what else differs: labels, signals, protocol start
  Change change = Change::not_shown;    ///< the worst of those of all that is judged
};

/// Compares two `results.json`. Only recordings that both have (same signal) and judge are compared. Throws Error where
/// a file is no result of this schema, protocols differ or no recording is common.
Comparison compare_results(const Json& first, const Json& second, const CompareOptions& options = {});
Json as_json(const Comparison& comparison);

/// What each judged recording counted. Throws Error where the result lacks it.
std::vector<Count> judged_counts(const Json& results);

/// Reads `results.json` (or the folder it lies in). Throws Error (exit 3) where it is none, or of a schema that this
/// version does not know.
Json read_results(const std::string& path);

}  // namespace vagus::lab
