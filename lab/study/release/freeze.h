#pragma once
/// From a study to a release that is kept.
#include "lab/study/release/frozen.h"
#include "lab/study/source.h"

namespace vagus::lab {

struct WeighedOptions {
  int threads = 0;  ///< 0: all cores
};

/// What the detector weighed and did not report, recording by recording as in the result: it runs again with scores
/// where that is not in the cache. A recording that cannot be loaded again has none.
std::vector<std::vector<FrozenEvent>> weighed_events(const StudyResult& result, const Source& source,
                                                     const Cache& cache, const WeighedOptions& options = {});

/// What is kept of a study's result. `weighed` has an entry a record, or is empty.
Frozen freeze(const std::string& name, const StudyResult& result, std::vector<std::vector<FrozenEvent>> weighed,
              const Json& cost, const std::string& cost_missing);

/// What a version said, as protocol events takes it.
EventTest event_test_of(const FrozenRecord& record);

/// What a version answered, as protocol windows takes it.
std::vector<TestWindow> answers_of(const FrozenRecord& record);

/// What a version said, as a run has it: without what only a running detector knows.
RunResult run_of(const FrozenRecord& record);

}  // namespace vagus::lab
