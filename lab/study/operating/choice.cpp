#include "lab/study/operating/choice.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab::operating {
namespace {

constexpr double worst = -std::numeric_limits<double>::infinity();

/// How far a bound on the requirement's side is inside it, as a share of what the requirement leaves: 0 exactly met,
/// below 0 not.
double margin_of(const FigureRequirement& asked, Interval interval) {
  const Requirement& r = asked.requirement;
  const bool at_least = r.direction == Direction::at_least;
  const double room = is_share(asked.figure) ? (at_least ? 1 - r.bound : r.bound) : std::abs(r.bound);
  const double inside = at_least ? interval.low - r.bound : r.bound - interval.high;
  return inside / (room > 0 ? room : 1);
}

/// The smallest margin of each threshold over all requirements.
std::vector<double> margins_of(const OperatingCurve& train, std::span<const double> thresholds,
                               std::span<const FigureRequirement> requirements, const ChoiceOptions& options) {
  std::vector<double> margins(thresholds.size(), std::numeric_limits<double>::infinity());
  for (const FigureRequirement& asked : requirements) {
    BandOptions how;
    how.confidence = std::max(0.01, 2 * asked.requirement.confidence - 1);  // two-sided, of which one side counts
    how.resamples = options.resamples;
    how.seed = options.seed;
    how.threads = options.threads;
    const Band band = bands(train, thresholds, std::span(&asked.figure, 1), how).front();
    for (std::size_t k = 0; k < thresholds.size(); ++k) {
      const double margin = std::isnan(band.at[k].value) ? worst : margin_of(asked, band.at[k].interval);
      margins[k] = std::min(margins[k], margin);
    }
  }
  return margins;
}

/// Thresholds in the order of preference; those that meet nothing by how near they come.
std::vector<std::size_t> preferred(const std::vector<double>& margins, Prefer prefer) {
  std::vector<std::size_t> order(margins.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool in_a = margins[a] >= 0, in_b = margins[b] >= 0;
    if (in_a != in_b) return in_a;
    if (!in_a || prefer == Prefer::margin) return margins[a] > margins[b];
    return prefer == Prefer::sensitivity ? a > b : a < b;  // thresholds go down
  });
  return order;
}

Measure measure_of(const ChoiceOptions& options) { return options.measure ? options.measure : standard_measure(); }

bool all_met(const std::vector<JudgedFigure>& figures) {
  return std::all_of(figures.begin(), figures.end(),
                     [](const JudgedFigure& f) { return f.judgement.verdict == Verdict::met; });
}

std::string shortfall(const std::vector<JudgedFigure>& figures) {
  std::string out;
  for (const JudgedFigure& f : figures) {
    if (f.judgement.verdict == Verdict::met) continue;
    const Requirement& r = f.asked.requirement;
    out += std::string(out.empty() ? "" : "; ") + std::string(name(f.asked.figure)) + " " +
           shortest(f.judgement.estimate.value) + " is " + std::string(name(f.judgement.verdict)) + " to be " +
           (r.direction == Direction::at_least ? "at least " : "at most ") + shortest(r.bound);
  }
  return out;
}

}  // namespace

std::vector<JudgedFigure> judge_at(const OperatingCurve& curve, double threshold,
                                   std::span<const FigureRequirement> requirements, const Measure& measure) {
  std::vector<JudgedFigure> out;
  for (const FigureRequirement& asked : requirements) {
    const std::vector<Cluster> clusters = curve.clusters_at(asked.figure, threshold);
    out.push_back({asked, judge(asked.requirement,
                                [&](double confidence) { return measure(asked.figure, clusters, confidence); })});
  }
  return out;
}

Choice choose(const OperatingCurve& train, std::span<const FigureRequirement> requirements,
              const ChoiceOptions& options) {
  if (requirements.empty()) throw UsageError("a point is chosen to meet requirements, and there are none");
  if (train.points().empty()) throw UsageError("the training subjects have no candidate");
  const Measure measure = measure_of(options);
  const std::vector<double> thresholds = train.thresholds(options.thresholds);
  const std::vector<double> margins = margins_of(train, thresholds, requirements, options);
  const std::vector<std::size_t> order = preferred(margins, options.prefer);

  Choice out;
  out.tried = thresholds.size();
  out.feasible = static_cast<std::size_t>(
      std::count_if(margins.begin(), margins.end(), [](double margin) { return margin >= 0; }));
  for (std::size_t k = 0; k < std::max<std::size_t>(1, out.feasible); ++k) {
    std::vector<JudgedFigure> judged = judge_at(train, thresholds[order[k]], requirements, measure);
    const bool met = all_met(judged);
    if (k > 0 && !met) continue;
    out.threshold = thresholds[order[k]];
    out.train = std::move(judged);
    out.met = met;
    if (met) break;
  }
  if (!out.met) {
    out.why = "no threshold is shown to meet every requirement on the training subjects; at the nearest, " +
              shortfall(out.train);
    const Ceiling& ceiling = train.ceiling();
    for (const FigureRequirement& asked : requirements)
      if (asked.figure == Figure::sensitivity && ceiling.sensitivity() < asked.requirement.bound)
        out.why += "; the gate before the score lets only " + std::to_string(ceiling.weighed) + " of " +
                   std::to_string(ceiling.of) + " events through, which no threshold can mend";
  }
  return out;
}

Judged choose_and_judge(const Cohort& train, const Cohort& test, std::span<const FigureRequirement> requirements,
                        const ChoiceOptions& options) {
  refuse_shared_subjects(train, test);
  Judged out;
  out.choice = choose(OperatingCurve(train), requirements, options);
  const OperatingCurve curve(test);
  out.test = judge_at(curve, out.choice.threshold, requirements, measure_of(options));
  out.ceiling = curve.ceiling();
  out.verdict = Verdict::met;
  for (const JudgedFigure& figure : out.test) out.verdict = worse(out.verdict, figure.judgement.verdict);
  return out;
}

}  // namespace vagus::lab::operating
