#pragma once
/// The operating point: chosen on training subjects to meet what is required with its confidence, then judged, once, on
/// others.
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lab/stats/verdict.h"
#include "lab/study/operating/band.h"

namespace vagus::lab::operating {

struct FigureRequirement {
  Figure figure = Figure::sensitivity;
  Requirement requirement;
};

/// Which of several thresholds that meet everything is taken.
enum class Prefer : std::uint8_t {
  margin,         ///< whose smallest margin is largest: what changes least likely breaks
  sensitivity,    ///< the lowest one
  fewest_alarms,  ///< the highest one
};

struct ChoiceOptions {
  Prefer prefer = Prefer::margin;
  std::size_t thresholds = 200;  ///< how many are tried along the curve
  int resamples = 2000;
  std::uint64_t seed = 1;
  int threads = 0;
  Measure measure;  ///< what judges; unless set, `standard_measure`
};

struct JudgedFigure {
  FigureRequirement asked;
  Judgement judgement;
};

/// What the training subjects say, and nothing else: no test data can be given.
struct Choice {
  double threshold = 0;
  bool met = false;  ///< every requirement is met on the training subjects at its confidence; else the point that comes
                     ///< nearest stands here, and `why` says what is short
  std::string why;
  std::vector<JudgedFigure> train;
  std::size_t tried = 0, feasible = 0;  ///< thresholds, and how many met all by their bands
};
/// Thresholds are tried along the curve by shared draws; the one preferred among those that meet all is then judged,
/// and the next one where the judge is stricter. Throws UsageError without requirements or candidates.
Choice choose(const OperatingCurve& train, std::span<const FigureRequirement> requirements,
              const ChoiceOptions& options = {});

struct Judged {
  Choice choice;
  std::vector<JudgedFigure> test;
  Verdict verdict = Verdict::not_shown;  ///< over the test subjects: the worst of the requirements
  Ceiling ceiling;                       ///< of the test subjects
};
/// Chooses on `train`, judges on `test`. Throws Error ("leak: ...") where a subject is on both sides.
Judged choose_and_judge(const Cohort& train, const Cohort& test, std::span<const FigureRequirement> requirements,
                        const ChoiceOptions& options = {});

/// A threshold judged on a side.
std::vector<JudgedFigure> judge_at(const OperatingCurve& curve, double threshold,
                                   std::span<const FigureRequirement> requirements, const Measure& measure);

}  // namespace vagus::lab::operating
