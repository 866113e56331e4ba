#pragma once
/// One recording scored by the specification's protocol.
#include <vector>

#include "lab/study/operating/decision.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// The rule that a configuration of stored or simulated events names: threshold, off, m, n, within_s, refractory_s,
/// edges. Throws UsageError with the nearest key, or for a rule that cannot be.
operating::DecisionRule rule_of(const Config& config);

/// What the rule lets through of all that was weighed, in order of time. Throws Error for a moment without a score.
std::vector<EventDetection> reported(const operating::DecisionRule& rule, const std::vector<EventDetection>& weighed);

/// Beats, from what was run and the reference in `record`: fills `scored` to `whole_wrong`.
void score_beats(const ScoreSpec& spec, RecordResult& record);

/// Falls, crashes: `rows` is what was said. With a configuration, what was weighed is decided anew by its rule.
void score_event_rows(const ScoreSpec& spec, const Config& config, EventReference reference, const MarkedTable& rows,
                      RecordResult& record);
/// The same of what was reported, undecided no more.
void score_reported(const ScoreSpec& spec, EventReference reference, std::vector<EventDetection> weighed,
                    EventTest said, RecordResult& record);
/// The same of moments alone.
void score_weighed(const ScoreSpec& spec, const Config& config, EventReference reference,
                   std::vector<EventDetection> weighed, RecordResult& record);

/// A label a window: answers scored on a reference.
void score_answers(const ScoreSpec& spec, std::vector<LabelledSpan> reference, const std::vector<TestWindow>& answers,
                   RecordResult& record);
/// The same, both from rows.
void score_window_rows(const ScoreSpec& spec, const MarkedTable& truth, const MarkedTable& rows, RecordResult& record);

/// The reference of a recording as rows: the track that the specification names, or all.
MarkedTable reference_rows(const ScoreSpec& spec, const Recording& recording, double duration_s);

}  // namespace vagus::lab
