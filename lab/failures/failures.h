#pragma once
/// Where and why a detector fails: slices, worst subjects, error rates along each context, and exemplars.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/failures/exemplars.h"
#include "lab/failures/slice_search.h"
#include "lab/failures/study_errors.h"

namespace vagus::lab {

/// Errors of one kind in a part of one context.
struct RateBin {
  std::size_t kind = 0;
  std::string where;  ///< "muscle noise above 0.2 mV"
  double errors = 0, exposure = 0;
  Estimate rate;  ///< errors a unit of exposure, with an interval of 95 % by subjects
};

struct SubjectErrors {
  std::string subject;
  std::vector<std::int64_t> errors;  ///< by kind
  std::vector<double> exposure;
};

struct FailureOptions {
  SliceOptions slices;
  std::size_t most_exemplars = 40;
};

struct FailureAnalysis {
  StudyErrors errors;
  std::vector<Slice> slices;            ///< best first
  std::vector<Exemplar> exemplars;      ///< best first
  std::vector<RateBin> rates;           ///< by column, then kind
  std::vector<SubjectErrors> subjects;  ///< most errors first, those without left out
};

/// Error rates in the parts of each column: a number's quarters, a word's values.
std::vector<RateBin> rates_along(const ErrorTable& table, std::uint64_t seed, int threads);

/// Analyses a study's errors in the scored part. The result does not depend on the number of threads. Throws Error
/// where nothing was scored.
FailureAnalysis analyse_failures(const StudyResult& result, const Source& source, const Cache& cache,
                                 const FailureOptions& options = {});

/// The hash of the sources of the whole analysis; made at build time.
std::string_view failures_code();

/// As OUTPUTS has it: slices, exemplars; beside these rates and subjects.
Json failures_json(const FailureAnalysis& analysis, const StudyResult& result);

/// A study's result found again from `results.json` or its folder: its specification, and the detector where another
/// was run. Throws Error (exit 3) if there is no such file, it is no result, or it was made by a version that did not
/// keep its specification.
struct KeptResult {
  StudySpec spec;
  std::string detector;  ///< "" the specification's
  Json json;
};
KeptResult read_result(const std::string& path);

}  // namespace vagus::lab
