#pragma once
/// A study's specification: the question and everything that decides its answer, written down before the run.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/detect/detector.h"
#include "lab/prototype/exec.h"
#include "lab/score/events.h"
#include "lab/stats/verdict.h"
#include "lab/study/filter.h"
#include "lab/study/guards/report.h"

namespace vagus::lab {

/// A recording left out on purpose. `recording` is a name, "set:name", or a pattern of these with `*`.
struct Exclusion {
  std::string recording, reason;
};

/// A cohort made by lab/simulate instead of a set of the store.
struct SimulatedData {
  std::string kind;  ///< what is simulated: "ecg"; "events": falls and what a detector weighed, without signals
  std::int64_t subjects = 20;
  double duration_s = 600;  ///< of each recording; events take the setting `days` instead, a recording each
  std::map<std::string, std::string> settings;  ///< name -> number or word, as lab/simulate takes them
};

struct DataSpec {
  std::vector<std::string> sets;
  std::optional<SimulatedData> simulate;
  Filter where;
  std::vector<Exclusion> exclude;
  double resample_hz = 0;  ///< 0: as recorded
  double length_s = 0;     ///< only the first so many seconds of each recording; 0: all
  double lowpass_hz = 0;   ///< what lies above is taken away; 0: nothing
};

/// Which recordings were learned from, tuned on, and are judged. Lists hold names, "set:name" or patterns with `*`.
/// In folds every subject is judged, by what the other folds chose or taught; lists then name recordings that are
/// learned from in every fold and never judged.
struct SplitSpec {
  enum class Kind { none, fixed, kfold, loso, lodo, nested } kind = Kind::none;
  std::vector<std::string> train, tune, test;
  int folds = 5;           ///< kfold, nested
  bool locked = false;     ///< a study that was not entered in the ledger is not run
  std::string time_order;  ///< an attribute ("subject", "site", "set"): within each of its values, what is judged
                           ///< begins after all that is learned from has ended; "" no order is asked
  bool by_folds() const { return kind != Kind::none && kind != Kind::fixed; }
};

struct DetectorSpec {
  std::string name;                  ///< of what stands in `events`, the name it is printed by
  std::string events;                ///< a folder of stored events; "": the detector is run
  std::string plugin;                ///< a Python file that declares the detector, from the current folder; "": none
  std::optional<ExecDetector> exec;  ///< any program, run once a recording
  std::string library;               ///< a shared object (lab/prototype/vagus_detector.h); "": none
  double worker_answer_s = 60;       ///< limits of a plugin or library: for a second of signal, and of address space
  std::int64_t worker_memory_mb = 4096;
  Config config;        ///< of stored events and of simulated.events the rule that decides: threshold, off, m, n ...
  bool causal = false;  ///< declared blind to a recording's length; tested
  std::vector<std::string> trained_on;  ///< patterns of recordings, or "subject:NAME": what it was fitted on elsewhere
};

/// The detector that simulated events come with: its scores are simulated, the rule that decides is not.
inline constexpr const char* simulated_events = "simulated.events";

struct ScoreSpec {
  std::string protocol = "ec57";     ///< "ec57", "events" or "windows"
  double start_s = 300;              ///< of another protocol 0 unless told
  std::string reference = "atr";     ///< the track that holds the truth; "": all tracks (events, windows)
  EventRule rule = EventRule::fall;  ///< events
  double window_s = 1;               ///< windows: length of one of which only the end is told
  double pure_share = 0.75;          ///< windows: of less of one class a window is mixed
};

struct RequirementSpec {
  std::string name, statistic;
  Requirement bound;  ///< direction, bound, confidence
  Filter group;
  double margin = 0;  ///< what a later version may lose of it (`vagus release check`); of the statistic's unit, above 0
};

/// The margin of a requirement that names none: half of the errors that its bound leaves room for (0.005 of at least
/// 0.99, 0.025 of at most 0.05), but not below 0.001.
double standard_margin(const Requirement& bound);

/// A part of the data whose figures are printed beside the verdict.
struct Group {
  std::string name;
  Filter where;
  std::vector<std::string> recordings;  ///< names or patterns; empty: all that `where` picks
  double margin = 0;                    ///< within it, instead of each requirement's; 0: the requirement's
};

/// What a hypothesis compares with: an earlier result, or another detector or configuration on the same recordings.
struct AgainstSpec {
  std::string result;            ///< a results.json or its folder
  std::string detector;          ///< "": the study's own
  std::optional<Config> config;  ///< nothing: of another detector its defaults
};

struct HypothesisSpec {
  std::string name, statistic;
  enum class Kind : std::uint8_t { superiority, noninferiority, equivalence } kind = Kind::superiority;
  AgainstSpec against;
  double margin = 0;  ///< of the statistic's unit, above 0; superiority has none
  double confidence = 0.95;
  Filter group;
};

/// A limit on what the detector costs on a core ("m4f", "m55"), by a metric of `vagus cost`.
struct CostLimit {
  std::string core, metric;
  double limit = 0;
};
struct CostBudget {
  std::string measured;  ///< a file of `vagus cost --json`; "": what the program's budgets.toml says
  std::vector<CostLimit> limits;
};

/// What is swept: every combination of configuration values, thresholds along the scores, or both together.
struct SweepSpec {
  std::vector<std::pair<std::string, std::vector<double>>> parameters;
  int thresholds = 0;             ///< how many are tried along the scores; 0: only the values in `parameters`
  std::string prefer = "margin";  ///< which of those that meet everything is taken: by margin, or a statistic's name
  std::vector<std::string> objectives;  ///< of the front beside the requirements: statistics, and costs as
                                        ///< "m4f.ram_bytes", "m55.compute_mj_per_day"
  std::vector<std::string> measured;    ///< files of `vagus cost --json`, which say what configuration they are of
  bool empty() const { return parameters.empty() && thresholds == 0; }
};

struct StudySpec {
  std::string name, question;
  std::uint64_t seed = 1;
  DataSpec data;
  SplitSpec split;
  DetectorSpec detector;
  ScoreSpec score;
  std::vector<RequirementSpec> requirements;
  std::vector<Group> groups;  ///< [[group]] and [[slice]]: two names of the same
  std::vector<HypothesisSpec> hypotheses;
  CostBudget budget;
  SweepSpec sweep;
  std::vector<AcceptedProperty> accept;  ///< properties of files that may tell the label, with the reason
  std::string source;                    ///< the file's text, hashed into the result
};

/// Reads a specification. Throws Error (exit 3) naming file and line: a key that is not known (with the nearest right
/// one) or that this version does not do, a value of the wrong type or out of range, a specification that contradicts
/// itself.
StudySpec read_spec(const std::string& path);
/// The same from text; `path` is for messages.
StudySpec parse_spec(std::string_view text, const std::string& path);

/// Makes known what the specification declares: a plugin's detectors, a program. To be called before anything runs.
/// Throws what load_plugin and load_exec throw.
void make_known(const DetectorSpec& detector);

/// Whether a recording is meant by `pattern`: "100", "1*", "mitdb:100", "mitdb:*".
bool meant(const std::string& pattern, const std::string& set, const std::string& recording);

/// Names of the statistics that a requirement can be about.
const std::vector<std::string>& statistic_names();

}  // namespace vagus::lab
