#pragma once
/// `results.json`: a study's result for programs. The same bytes for the same data, specification and program, whatever
/// the machine, the number of threads and the time of day.
#include <string>

#include "lab/base/numbers.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// The value of `"schema"`; its number grows when a key changes its meaning.
inline constexpr const char* results_schema = "vagus.study.results/1";

/// As OUTPUTS has it: schema, verdict, requirements, records, failed, exploratory, looks; beside these what was asked,
/// the figures of each part of the data, and what they came from.
Json results(const StudyResult& result);

/// Compiler, architecture and libraries that figures were computed with.
Json environment_of_build();

/// The hash of a result without its `digest`: a file whose digest is another was changed after it was written.
std::string digest_of(const Json& results);

/// JSON text, indented by two, each number the shortest decimal that gives the same double back, ending in a newline.
std::string json_text(const Json& json);

/// The version of vagus.
const char* vagus_version();

}  // namespace vagus::lab
