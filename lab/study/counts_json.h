#pragma once
/// What a recording counted, as results.json holds it: every statistic can be derived from it again.
#include "lab/base/numbers.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// The counts and the figures of one recording, by its protocol.
Json record_counts(const RecordResult& record);
Json record_figures(const RecordResult& record);
/// The same counts of a part of the data.
Json group_counts(const GroupResult& group, const std::string& protocol);

/// A recording of results.json as a statistic takes it. Throws Json::exception where it lacks something.
Count count_from_record(const Json& record, const std::string& protocol);

}  // namespace vagus::lab
