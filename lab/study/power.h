#pragma once
/// How many subjects a specification's requirements need, learned from subjects that it does not judge.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/study/statistic.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// Power at one number of subjects.
struct PowerPoint {
  std::int64_t subjects = 0;
  double power = 0;  ///< share of simulated studies that show the requirement
};

struct RequirementPower {
  std::string name, statistic;
  double pilot = 0;  ///< the figure over the pilot's subjects
  std::int64_t pilot_subjects = 0;
  std::int64_t judged_subjects = 0;  ///< that the specification has; 0 unknown
  double power_there = 0;            ///< with so many
  /// Number with the power asked for, found by halving: power rises in steps, so some smaller one may have it too.
  /// Nothing where `why` says so.
  std::optional<std::int64_t> needed;
  std::vector<PowerPoint> curve;  ///< in order of subjects
  std::string why;
};

struct PowerOptions {
  double power = 0.8;
  int runs = 400;  ///< simulated studies a number of subjects; Monte Carlo error of 0.8 is then 0.02
  std::int64_t most = 10'000;
  std::int64_t most_drawn = 0;  ///< subjects drawn over all simulated studies; 0: without limit
};

/// Draws subjects with replacement from the pilot's, each with all it holds, and judges each draw as studies are.
/// `judged` is what the specification would judge. Deterministic by `seed`.
/// A worst figure has no power: it does not narrow with more subjects. Throws UsageError for fewer than 2 pilot
/// subjects.
RequirementPower power_of(const RequirementSpec& requirement, const std::vector<Count>& pilot, std::int64_t judged,
                          std::uint64_t seed, const PowerOptions& options = {});

/// Power of every requirement. The pilot is what the specification trains and tunes on; what it judges is not looked
/// at. Throws Error where it has no such subjects.
std::vector<RequirementPower> study_power(const StudySpec& spec, const Source& source, const Cache& cache,
                                          const PowerOptions& options = {});
/// The same, the pilot being what an earlier result judged.
std::vector<RequirementPower> study_power(const StudySpec& spec, const Json& pilot_results,
                                          const PowerOptions& options = {});

/// Of each requirement that a study does not show, how many subjects like its own would: drawn from those it judged,
/// 200 studies a number, three million subjects at most. Kept in the cache. Nothing of a requirement that is met or not
/// met, and of one that failed recordings alone stand against.
std::vector<std::optional<RequirementPower>> power_where_not_shown(const StudyResult& result, const Cache& cache);

Json as_json(const std::vector<RequirementPower>& powers);

}  // namespace vagus::lab
