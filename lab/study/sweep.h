#pragma once
/// Settings of a detector swept: chosen on subjects that are not judged, to meet the requirements with their
/// confidence, then judged on the others.
#include <map>
#include <string>
#include <vector>

#include "lab/study/study.h"

namespace vagus::lab {

/// A requirement judged on some recordings.
struct SweptFigure {
  std::string requirement, statistic;
  Judgement judgement;
};

/// One setting on the subjects that settings are chosen on: of folds, on all, and then only to be looked at.
struct SweptSetting {
  Config config;
  std::vector<SweptFigure> figures;
  double margin = 0;  ///< the smallest margin of all requirements, as a share of the room they leave; below 0: not met
  bool feasible = false;  ///< every requirement is met with its confidence
  bool front = false;     ///< no other setting clearly beats it
};

/// What was chosen for one side: for the test recordings, or for a fold by the other folds.
struct SweepChoice {
  std::string fold;  ///< "" of a fixed split
  Config config;     ///< the whole configuration
  bool met = false;  ///< on the subjects it was chosen on; else it is the nearest, and `why` says what is short
  std::string why;
  std::vector<SweptFigure> chosen_on;
  std::int64_t subjects = 0;  ///< chosen on
};

/// A point of the curve over thresholds, on the subjects that settings are chosen on.
struct SweepPoint {
  double threshold = 0;
  std::map<std::string, double> figures;  ///< statistic -> value
};

struct SweepResult {
  std::vector<SweptSetting> settings;  ///< of parameters
  std::vector<SweepPoint> curve;       ///< of thresholds
  std::vector<SweepChoice> choices;
  std::vector<SweptFigure> judged;  ///< on subjects that chose nothing of what they are judged by
  std::int64_t judged_subjects = 0, judged_records = 0;
  Verdict verdict = Verdict::not_shown;
  std::string run_key;                    ///< names what was looked at
  std::vector<std::string> test_signals;  ///< hashes of what was judged
  std::vector<Failure> failed;
};

/// Runs what the specification's `sweep` asks. Under a fixed split the judged recordings are run at the chosen setting
/// alone. Throws Error where the specification has no sweep, or one that its requirements cannot be chosen by.
SweepResult run_sweep(const StudySpec& spec, const Source& source, const Cache& cache,
                      const StudyOptions& options = {});

Json as_json(const SweepResult& sweep);

}  // namespace vagus::lab
