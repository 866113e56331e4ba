#pragma once
/// Settings of a detector swept: chosen on subjects that are not judged, to meet the requirements with their
/// confidence, then judged on the others.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// A requirement judged on some recordings.
struct SweptFigure {
  std::string requirement, statistic;
  Judgement judgement;
};

/// An objective of the front that is no requirement: a statistic with its interval of 95 %, or a cost with its range.
struct SweptObjective {
  std::string name;  ///< "events.latency_median_s", "m4f.compute_mj_per_day"
  bool known = false;
  double value = 0;  ///< of a cost the upper end of its range
  Interval range;
};

/// One setting on the subjects that settings are chosen on: of folds, on all, and then only to be looked at.
struct SweptSetting {
  Config config;
  std::vector<SweptFigure> figures;
  std::vector<SweptObjective> objectives;  ///< statistics first, in the order of the specification
  double margin = 0;  ///< the smallest margin of all requirements, as a share of the room they leave; below 0: not met
  bool feasible = false;  ///< every requirement is met with its confidence, and the budget kept
  bool front = false;     ///< no other setting clearly beats it; ranges that overlap are ties
};

/// How a nested split chose for one outer fold, on the subjects of the others alone.
struct InnerChoice {
  std::int64_t folds = 0;
  std::int64_t agreeing = 0;  ///< inner folds whose own best has the parameters that were chosen
  std::vector<SweptFigure>
      held_out;                    ///< of the parameters chosen, each inner fold at the threshold that the others fit
  std::vector<double> thresholds;  ///< those, in order of the inner folds; empty where none is swept
};

/// What was chosen for one side: for the test recordings, or for a fold by the other folds.
struct SweepChoice {
  std::string fold;  ///< "" of a fixed split
  Config config;     ///< the whole configuration
  bool met = false;  ///< on the subjects it was chosen on; else it is the nearest, and `why` says what is short
  std::string why;
  std::vector<SweptFigure> chosen_on;
  std::int64_t subjects = 0;  ///< chosen on
  std::optional<InnerChoice> inner;
};

/// How much the folds' choices agree in one parameter.
struct ParameterAgreement {
  std::string name;
  std::map<double, std::int64_t> values;  ///< value -> folds that chose it
};

struct SweepAgreement {
  std::int64_t folds = 0;
  std::int64_t alike = 0;  ///< that chose the setting chosen most often
  std::vector<ParameterAgreement> parameters;
};

/// A point of the curve over thresholds, on the subjects that settings are chosen on.
struct SweepPoint {
  double threshold = 0;
  std::map<std::string, double> figures;  ///< statistic -> value
};

struct SweepResult {
  std::vector<SweptSetting> settings;  ///< of parameters and thresholds
  std::vector<SweepPoint> curve;       ///< of thresholds alone
  std::vector<SweepChoice> choices;
  std::optional<SweepAgreement> agreement;  ///< of folds
  std::vector<SweptFigure> judged;          ///< on subjects that chose nothing of what they are judged by
  std::int64_t judged_subjects = 0, judged_records = 0;
  Verdict verdict = Verdict::not_shown;
  std::vector<std::string> notes;         ///< what was asked for and could not be had: costs that are not known
  std::string run_key;                    ///< names what was looked at
  std::vector<std::string> test_signals;  ///< hashes of what was judged
  std::vector<Failure> failed;
};

/// What a configuration costs, as `vagus cost --json` says it; an object.
using CostOf = std::function<Json(const DetectorInfo&, const Config&)>;

/// Runs what the specification's `sweep` asks. Under a fixed split the judged recordings are run at the chosen setting
/// alone. `cost_of` is asked for costs that neither `sweep.measured` nor the program's budgets tell; without it these
/// are not known, so that the result is the same on every machine. Throws Error where the specification has no sweep,
/// or one that its requirements cannot be chosen by.
SweepResult run_sweep(const StudySpec& spec, const Source& source, const Cache& cache, const StudyOptions& options = {},
                      const CostOf& cost_of = {});

/// Adds to a study what its specification's sweep chooses; nothing without a sweep. The study's own figures and verdict
/// are about the configuration that the specification names.
void add_sweep(StudyResult& result, const Source& source, const Cache& cache, const StudyOptions& options = {},
               const CostOf& cost_of = {});

Json as_json(const SweepResult& sweep);

}  // namespace vagus::lab
