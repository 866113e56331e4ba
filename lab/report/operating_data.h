#pragma once
/// Sums at every threshold, from which a study's page derives each figure with its interval: what its
/// `<script type="application/json" id="operating">` holds (docs/report-data.md).
#include <cstdint>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/stats/verdict.h"

namespace vagus::lab {

/// The columns that can be summed.
enum class Sum : std::uint8_t { tp, fn, fp, exposure };

/// How the page makes the intervals of shares: as the study did. Those of rates are bootstrapped (cluster_ratio).
enum class IntervalMethod : std::uint8_t {
  bootstrap,         ///< cluster bootstrap by subject, BCa: cluster_ratio of lab/stats
  effective_trials,  ///< exact binomial at the effective number of trials (Korn and Graubard 1998): cluster_share
};

/// A ratio of sums: a share of trials, or a rate.
struct OperatingFigure {
  std::string id;    ///< one word, unique: "sensitivity"
  std::string name;  ///< as it is printed: "Sensitivity"
  std::vector<Sum> numerator, denominator;
  bool trials = true;  ///< the numerator counts successes among the denominator's trials
  std::string unit;    ///< of a rate: "per hour"
};

/// The sums of a recording, or of all that a subject has in one part of the data, at each threshold.
struct OperatingRow {
  std::string name, subject;
  std::vector<std::size_t> groups;  ///< indices into OperatingData::groups
  std::vector<double> tp, fn, fp;   ///< one number a threshold, 0 or more
  std::vector<double> exposure;     ///< in the unit that the rate's name says
};

/// Over whom a figure is taken.
enum class FigureOver : std::uint8_t { gross, average, worst, worst_row };  ///< of the worst: subject, row
const char* name(FigureOver over);

/// A requirement as far as it can be judged at another threshold.
struct OperatingRequirement {
  std::string name;
  std::string figure;  ///< an OperatingFigure's id
  FigureOver over = FigureOver::gross;
  std::size_t group = 0;
  Direction direction = Direction::at_least;
  double bound = 0;
  double confidence = 0.95;  ///< of the two-sided interval that decides
  std::size_t asked = 0;     ///< index into StudyResult::requirements
};

struct OperatingData {
  std::string threshold;           ///< what is moved: "score", "quality"
  std::string unit;                ///< of it; often none
  std::string meaning;             ///< one sentence: "Beats are reported whose score is at least this."
  std::vector<double> thresholds;  ///< ascending, 2 to 256 of them
  std::size_t locked = 0;          ///< the one that was validated
  std::vector<OperatingFigure> figures;
  std::vector<std::string> groups;  ///< the headline's first
  std::vector<OperatingRow> rows;
  std::vector<OperatingRequirement> requirements;
  IntervalMethod method = IntervalMethod::effective_trials;
  /// One a group, of the first figure (a share): what no threshold can exceed, since a gate before the score let no
  /// more through; NaN where unknown. Empty: there is no such gate.
  std::vector<double> ceilings;
  std::uint64_t seed = 1;  ///< of the bootstrap; the page can take seeds below 2^53
  int resamples = 2000;
  double confidence = 0.95;  ///< of the intervals beside figures
};

/// Sensitivity tp / (tp + fn) and positive predictivity tp / (tp + fp).
std::vector<OperatingFigure> share_figures();
/// False alarms fp / exposure; `unit` as "per day".
OperatingFigure false_alarm_figure(const std::string& name, const std::string& unit);

/// The gross value of a figure over a group; NaN where undefined.
double gross_value(const OperatingData& data, const OperatingFigure& figure, std::size_t group, std::size_t threshold);

/// Throws UsageError where the data contradicts itself: thresholds out of order, a row of another length, an index
/// beyond its list.
void check(const OperatingData& data);

/// The compact JSON, sums as differences along thresholds.
Json operating_json(const OperatingData& data);

}  // namespace vagus::lab
