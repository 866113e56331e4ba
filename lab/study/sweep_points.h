#pragma once
/// The settings of a sweep, run: what each counted, by recording or by subject.
#include <string>
#include <vector>

#include "lab/study/sweep.h"

namespace vagus::lab {

/// What counts are kept by: a recording, or under protocol events all of a subject where no requirement asks for less.
struct SweptUnit {
  const RecordResult* record = nullptr;  ///< the first of them: subject, role, fold, attributes
  std::vector<std::size_t> records;      ///< places in the base run
};

/// One setting run.
struct SweptRun {
  Config config;              ///< the whole configuration
  std::vector<Count> counts;  ///< one a unit
};

struct SweptPoints {
  std::vector<SweptUnit> units;
  std::vector<SweptRun> runs;
};

/// The units of a base run.
std::vector<SweptUnit> units_of(const StudySpec& spec, const StudyResult& base);

/// At most `count` thresholds along the scores of all that was weighed, the highest first, evenly spaced in the
/// logarithm of their rank, the highest and the lowest score among them. No label is looked at.
std::vector<double> thresholds_along(const StudyResult& result, int count);

/// Every combination of parameters, each at every threshold where the specification sweeps these. `base` was run at the
/// specification's own configuration. Throws Error for a recording that fails at some settings alone.
SweptPoints run_points(const StudySpec& spec, const StudyResult& base, const Source& source, const Cache& cache,
                       const StudyOptions& options);

/// The counts of a kept recording under another rule that decides.
Count decided_again(const StudySpec& spec, const RecordResult& record, const Config& config);

/// The specification without what it claims, at another configuration.
StudySpec at_setting(const StudySpec& spec, const Config& config);

/// Whether a role is learned from.
bool learns(Role role);

}  // namespace vagus::lab
