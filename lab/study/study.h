#pragma once
/// From a specification to a verdict: recordings are chosen, run, scored and judged. What was run before is not run
/// again.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/base/error.h"
#include "lab/detect/run.h"
#include "lab/prototype/laws.h"
#include "lab/score/ec57.h"
#include "lab/study/cache.h"
#include "lab/study/source.h"
#include "lab/study/spec.h"
#include "lab/study/statistic.h"
#include "lab/study/steps.h"

namespace vagus::lab {

/// What a recording was used for. `judged`: nobody tuned or trained on it, as far as the specification says.
enum class Role : std::uint8_t { judged, train, tune, unused };
std::string_view name(Role role);

/// A subject on both sides of a split, or another leak (lab/study/guard_study.h). What it says begins with "leak:".
class LeakError : public Error {
 public:
  explicit LeakError(const std::string& who) : Error(who) {}
};

/// What protocol events keeps of a recording: enough for any rule of decision.
struct EventRecord {
  EventReference reference;
  std::vector<EventDetection> weighed;  ///< all moments that were weighed, reported or not
  EventTest said;                       ///< what was reported, in order of time, and what was unreadable
  EventCounts counts;
};

/// One recording, run and scored by the specification's protocol: ec57 fills `scored` to `whole_wrong`, events
/// `events`, windows `windows`.
struct RecordResult {
  StudyItem item;
  Role role = Role::judged;
  RunResult run;  ///< events and unreadable stretches
  Labels reference;
  Ec57 scored;        ///< from `score.start_s` to the end
  Ec57 whole;         ///< the whole record
  Ec57 scored_wrong;  ///< with every reference beat in an unreadable stretch counted as missed
  Ec57 whole_wrong;
  std::shared_ptr<const EventRecord> events;
  std::shared_ptr<const WindowCounts> windows;
  std::string events_hash;  ///< of the file that the events were stored in; "": the detector was run
};

/// A recording that could not be run or scored.
struct Failure {
  std::string recording, why;
};

struct RequirementResult {
  RequirementSpec asked;
  Judgement judgement;  ///< its `one_sided` is the two-sided interval at the confidence asked for
  Verdict verdict = Verdict::not_shown;
  std::string who;  ///< of a worst figure: the subject or recording
  std::string why;  ///< one sentence
  std::int64_t records = 0;
};

/// A hypothesis judged: `second` is the study's own figure, `first` the other's, `estimate` second less first.
struct HypothesisResult {
  HypothesisSpec asked;
  std::string against;  ///< what it was, without folders
  double first = unknown_s, second = unknown_s;
  Estimate estimate;
  double p = 1, p_holm = 1;  ///< one-sided; `p_holm` over all hypotheses of the study
  std::int64_t subjects = 0, records = 0;
  Verdict verdict = Verdict::not_shown;
  std::string why;
};

/// A limit of the budget beside what is known of the cost.
struct CostResult {
  CostLimit asked;
  std::optional<Interval> measured;
  Verdict verdict = Verdict::not_shown;
  std::string why;
};

/// The group that every study has.
inline constexpr const char* all_recordings = "all recordings";

/// The figures of a part of the data.
struct GroupResult {
  std::string name, where;
  std::int64_t records = 0, subjects = 0, failed = 0;
  Ec57 counts, whole;    ///< summed, ec57
  EventCounts events;    ///< summed, protocol events
  WindowCounts windows;  ///< summed, protocol windows
  double unreadable_share = 0;
  std::map<std::string, Figure> figures;  ///< by statistic, with intervals of 95 %
};

/// Reference labels of one recording that people mended after they were published.
struct MendedLabels {
  std::string recording, original, in_force;  ///< the recording, and the hashes of the two layers
  std::string author, reason;                 ///< of the layer in force
};

/// The same study on the labels as they were before anybody mended them (lab/study/mended.h).
struct OnOriginalLabels {
  std::vector<MendedLabels> mended;
  std::vector<GroupResult> groups;
  std::vector<RequirementResult> requirements;
  Verdict verdict = Verdict::not_shown;
  std::string sentence;
};

struct SweepResult;

struct StudyOptions {
  int threads = 0;            ///< 0: all cores
  std::string detector;       ///< instead of the specification's; its configuration is then that of the defaults
  bool learned_only = false;  ///< only what is trained or tuned on: what is judged is not looked at
};

struct StudyResult {
  StudySpec spec;
  Contract contract;
  std::shared_ptr<const std::vector<std::string>> contract_words;  ///< what `contract` points into, unless built in
  bool stored = false;      ///< the events were stored in files: what is known of the detector stands there
  bool causal = true;       ///< false: a prototype that sees whole recordings
  std::vector<Law> laws;    ///< of a prototype, where they were tried (lab/study/laws_step.h)
  Config config;            ///< what the study sets; the rest stands at its defaults
  std::string run_key;      ///< names the step "what this detector says", whatever the signal
  std::string code;         ///< hash of the sources that decide what the detector says
  bool overridden = false;  ///< another detector than the specification's
  std::map<std::string, std::string> versions;  ///< set -> the dataset version it was in
  std::int64_t looks = 0;                       ///< at the test data, this one included; 0: no ledger was asked
  bool simulated = false;
  std::vector<RecordResult> records;  ///< in natural order
  std::vector<Failure> failed;
  std::vector<std::string> failed_signals;  ///< hashes of those among them that would have been judged
  std::vector<Exclusion> excluded;          ///< the recordings themselves, not the patterns
  std::vector<GroupResult> groups;          ///< the headline first
  std::vector<RequirementResult> requirements;
  std::vector<HypothesisResult> hypotheses;
  std::vector<CostResult> costs;
  GuardReport guards;                    ///< against leakage: what was looked at and found
  std::vector<std::string> exploratory;  ///< why the result is not confirmatory
  Verdict verdict = Verdict::not_shown;
  std::string sentence;                         ///< the verdict in a sentence
  std::string data_hash;                        ///< names signals and labels, all of them
  std::optional<OnOriginalLabels> on_original;  ///< where any labels were mended
  std::shared_ptr<const SweepResult> sweep;     ///< what [sweep] chose, where it was run (lab/study/sweep.h)
  std::int64_t detector_runs = 0;  ///< how many recordings the detector was run on; the others were kept from before
};

/// Folders of this machine do not belong into a result: a path is told by its last part.
std::string without_folders(std::string text);

/// Calls `each(i)` for i below `count` on `threads` cores (0: all).
void on_cores(std::size_t count, int threads, const std::function<void(std::size_t)>& each);

/// Runs a study. Throws Error where the specification asks for what the data lacks, LeakError for a leak. A recording
/// that cannot be run or scored does not end the study: it is named in `failed`, and no requirement it belongs to is
/// called met. The result does not depend on the number of threads, on the order of the work or on what was kept
/// before.
StudyResult run_study(const StudySpec& spec, const Source& source, const Cache& cache,
                      const StudyOptions& options = {});

/// Names the step "what this detector says" in the cache, whatever the signal: by all that can change it.
std::string run_key(const DetectorInfo& detector, const Config& config, const DataSpec& data);

/// A recording's counts, as statistics take them.
Count count_of(const RecordResult& record);

/// The test annotations that a run amounts to: beats as N, unreadable stretches between ~ (subtype -1) and ~ (subtype
/// 0).
/// @param hz     the clock of the ticks
/// @param strict beats inside unreadable stretches and the stretches themselves are left out
std::vector<Annotation> as_annotations(const RunResult& run, double hz, bool strict = false);

/// A recording resampled to an even rate, labels untouched; `hz` 0 gives it back as it is.
Recording resampled(Recording recording, double hz);

}  // namespace vagus::lab
