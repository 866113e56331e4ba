#include "lab/study/sweep.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "lab/base/error.h"
#include "lab/study/folds.h"
#include "lab/study/operating/choice.h"
#include "lab/study/score_record.h"
#include "lab/study/sweep_nested.h"

namespace vagus::lab {
namespace {

constexpr std::size_t curve_points = 60;

/// What every way of sweeping starts from.
struct SweepWork {
  const StudySpec& spec;
  const StudyResult& base;
  const Source& source;
  const Cache& cache;
  const StudyOptions& options;
  const CostOf& cost_of;
};

std::int64_t subjects_on(const std::vector<SweptUnit>& units, const std::vector<bool>& on) {
  std::set<std::string> subjects;
  for (std::size_t i = 0; i < units.size(); ++i)
    if (on[i]) subjects.insert(units[i].record->item.subject);
  return static_cast<std::int64_t>(subjects.size());
}

SweepChoice choice_of(const StudySpec& spec, const SweptSetting& setting, std::string fold, std::int64_t subjects,
                      bool affordable = true) {
  SweepChoice choice;
  choice.fold = std::move(fold);
  choice.config = setting.config;
  choice.chosen_on = setting.figures;
  choice.met = setting.feasible;
  choice.subjects = subjects;
  if (choice.met) return choice;
  const std::string lacks = short_of(spec, setting.figures);
  if (!lacks.empty())
    choice.why =
        "no setting is shown to meet every requirement on the subjects it is chosen on; at the nearest, " + lacks;
  if (!affordable) choice.why += std::string(lacks.empty() ? "" : "; ") + "it is not shown to keep the budget";
  return choice;
}

void judge_side(const StudySpec& spec, const SweptSide& side, SweepResult& out) {
  std::set<std::string> subjects;
  for (const SweptRecord& one : side) subjects.insert(one.record->item.subject);
  out.judged_subjects = static_cast<std::int64_t>(subjects.size());
  out.judged = figures_on(spec, side);
  out.verdict = Verdict::met;
  for (const SweptFigure& one : out.judged) out.verdict = worse(out.verdict, one.judgement.verdict);
  if (!out.failed.empty()) out.verdict = worse(out.verdict, Verdict::not_shown);
}

void take_judged(const StudyResult& result, SweepResult& out) {
  for (const RecordResult& record : result.records) {
    if (record.role != Role::judged) continue;
    out.test_signals.push_back(record.item.signal_hash);
    ++out.judged_records;
  }
}

/// Units of the side on which something is chosen: for a fixed split all, for a fold those of the others.
std::vector<bool> learning_side(const std::vector<SweptUnit>& units, const std::string& fold) {
  std::vector<bool> on(units.size());
  for (std::size_t i = 0; i < on.size(); ++i) {
    const RecordResult& record = *units[i].record;
    on[i] = learns(record.role) || (!fold.empty() && record.role == Role::judged && fold_of(record.item) != fold);
  }
  return on;
}

std::vector<bool> shown_side(const StudySpec& spec, const std::vector<SweptUnit>& units) {
  std::vector<bool> on(units.size());
  for (std::size_t i = 0; i < on.size(); ++i)
    on[i] = learns(units[i].record->role) || (spec.split.by_folds() && units[i].record->role == Role::judged);
  return on;
}

/// The sides on which something is chosen, by fold; one of a fixed split, named "".
std::vector<std::string> sides_of(const StudySpec& spec, const StudyResult& base) {
  return spec.split.by_folds() ? fold_names(base.records) : std::vector<std::string>{""};
}

bool in_fold(const RecordResult& record, const std::string& fold) {
  return record.role == Role::judged && fold_of(record.item) == fold;
}

/// The judged recordings of a fixed split, run at what was chosen.
void judge_fixed(const SweepWork& work, SweepResult& out) {
  const StudyResult judged =
      run_study(at_setting(work.spec, out.choices.front().config), work.source, work.cache, work.options);
  out.failed = judged.failed;
  out.run_key = judged.run_key;
  take_judged(judged, out);
  SweptSide side;
  for (const RecordResult& record : judged.records)
    if (record.role == Role::judged) side.push_back({&record, count_of(record)});
  judge_side(work.spec, side, out);
}

/// How the choices of folds agree in what is swept.
SweepAgreement agreement_of(const StudySpec& spec, const std::vector<SweepChoice>& choices) {
  SweepAgreement agreement;
  agreement.folds = static_cast<std::int64_t>(choices.size());
  std::vector<std::string> names;
  for (const auto& [name, values] : spec.sweep.parameters) names.push_back(name);
  if (spec.sweep.thresholds > 0) names.emplace_back("threshold");
  for (const std::string& name : names) {
    ParameterAgreement one{name, {}};
    for (const SweepChoice& choice : choices) ++one.values[choice.config.at(name)];
    agreement.parameters.push_back(std::move(one));
  }
  std::map<Config, std::int64_t> settings;
  for (const SweepChoice& choice : choices) agreement.alike = std::max(agreement.alike, ++settings[choice.config]);
  return agreement;
}

std::vector<bool> affordable_runs(const SweptPoints& points, SweepCosts& costs) {
  std::vector<bool> affordable;
  for (const SweptRun& run : points.runs) affordable.push_back(costs.budget(run.config) == Verdict::met);
  return affordable;
}

/// Every setting is run or decided by itself.
void sweep_settings(const SweepWork& work, SweepResult& out) {
  const StudySpec& spec = work.spec;
  const int threads = work.options.threads;
  const SweptPoints points = run_points(spec, work.base, work.source, work.cache, work.options);
  SweepCosts costs(spec, work.base, work.cost_of);
  const std::vector<bool> affordable = affordable_runs(points, costs);
  std::vector<std::size_t> runs(points.runs.size());
  std::iota(runs.begin(), runs.end(), 0U);
  const std::vector<bool> shown = shown_side(spec, points.units);
  out.settings = settings_on(spec, points, runs, shown, threads);
  add_statistics(spec, points, shown, threads, out.settings);
  add_costs(spec, costs, out.settings);
  out.notes = mark_front(spec, out.settings);
  SweptSide side;
  std::uint64_t part = 0;
  for (const std::string& fold : sides_of(spec, work.base)) {
    const std::vector<bool> on = learning_side(points.units, fold);
    std::size_t best = 0;
    std::optional<InnerChoice> inner;
    SweptSetting chosen;
    if (spec.split.kind == SplitSpec::Kind::nested) {
      NestedChoice nested = nested_choice(spec, points, on, affordable, ++part, threads);
      best = nested.run;
      inner = std::move(nested.inner);
      chosen = swept_setting(spec, points, best, on);
      chosen.feasible = chosen.feasible && affordable[best];
    } else {
      std::vector<SweptSetting> settings = fold.empty() ? out.settings : settings_on(spec, points, runs, on, threads);
      for (std::size_t k = 0; k < settings.size(); ++k) settings[k].feasible = settings[k].feasible && affordable[k];
      best = preferred_setting(spec, settings, points, runs, on);
      chosen = settings[best];
    }
    out.choices.push_back(choice_of(spec, chosen, fold, subjects_on(points.units, on), affordable[best]));
    out.choices.back().inner = std::move(inner);
    for (std::size_t i = 0; !fold.empty() && i < points.units.size(); ++i)
      if (in_fold(*points.units[i].record, fold)) side.push_back({points.units[i].record, points.runs[best].counts[i]});
  }
  if (!spec.split.by_folds()) return judge_fixed(work, out);
  take_judged(work.base, out);
  judge_side(spec, side, out);
}

// ---- thresholds alone: every operating point in one pass over the scores

operating::Figure operating_figure(const RequirementSpec& asked) {
  if (!asked.group.empty())
    throw Error("requirement '" + asked.name + "' is of a group, and thresholds are chosen for all subjects together",
                "[sweep]", "sweep.parameters = {threshold = [...]} knows groups");
  if (asked.statistic == "events.specificity") return operating::Figure::trial_specificity;
  for (const char* known : {"events.sensitivity", "events.positive_predictivity", "events.alarms_per_day",
                            "events.alarms_per_hour", "events.trial_sensitivity"})
    if (asked.statistic == known) return operating::figure_named(asked.statistic);
  throw Error("thresholds are not chosen by '" + asked.statistic + "'", "[sweep]",
              "sweep.parameters = {threshold = [...]} takes every statistic");
}

operating::Cohort cohort_on(const StudySpec& spec, const StudyResult& base, const std::vector<SweptUnit>& units,
                            const std::vector<bool>& on) {
  std::vector<bool> picked(base.records.size());
  for (std::size_t i = 0; i < units.size(); ++i)
    for (const std::size_t record : units[i].records) picked[record] = on[i];
  operating::Cohort cohort;
  for (std::size_t i = 0; i < base.records.size(); ++i) {
    const RecordResult& record = base.records[i];
    if (picked[i])
      cohort.add(record.item.subject, EventMatcher(record.events->reference, spec.score.rule), record.events->weighed);
  }
  return cohort;
}

std::vector<SweptFigure> swept_figures(const StudySpec& spec, const std::vector<operating::JudgedFigure>& judged) {
  std::vector<SweptFigure> figures;
  for (std::size_t i = 0; i < judged.size(); ++i)
    figures.push_back({spec.requirements[i].name, spec.requirements[i].statistic, judged[i].judgement});
  return figures;
}

operating::ChoiceOptions how_to_choose(const StudySpec& spec, int threads) {
  operating::ChoiceOptions how;
  how.prefer = spec.sweep.prefer == "sensitivity"     ? operating::Prefer::sensitivity
               : spec.sweep.prefer == "fewest_alarms" ? operating::Prefer::fewest_alarms
                                                      : operating::Prefer::margin;
  how.thresholds = static_cast<std::size_t>(spec.sweep.thresholds);
  how.seed = spec.seed;
  how.threads = threads;
  return how;
}

/// The curve over all subjects that choose, each of its points judged.
void add_curve(const SweepWork& work, const operating::OperatingCurve& curve,
               const std::vector<operating::FigureRequirement>& asked, SweepResult& out) {
  const std::vector<double> thresholds = curve.thresholds(curve_points);
  out.curve.resize(thresholds.size());
  out.settings.resize(thresholds.size());
  on_cores(thresholds.size(), work.options.threads, [&](std::size_t k) {
    out.curve[k].threshold = thresholds[k];
    for (std::size_t i = 0; i < asked.size(); ++i)
      out.curve[k].figures[work.spec.requirements[i].statistic] = curve.value(asked[i].figure, thresholds[k]);
    SweptSetting& setting = out.settings[k];
    setting.config = work.base.config;
    setting.config["threshold"] = thresholds[k];
    setting.figures =
        swept_figures(work.spec, operating::judge_at(curve, thresholds[k], asked, operating::standard_measure()));
    setting.margin = margin_of_all(work.spec, setting.figures);
    setting.feasible = meets_all(setting.figures);
  });
  out.notes = mark_front(work.spec, out.settings);
}

void sweep_thresholds(const SweepWork& work, SweepResult& out) {
  const StudySpec& spec = work.spec;
  if (work.base.records.empty() || !work.base.records.front().events)
    throw Error("no recording has scores to sweep", "[sweep]");
  std::vector<operating::FigureRequirement> asked;
  for (const RequirementSpec& requirement : spec.requirements)
    asked.push_back({operating_figure(requirement), requirement.bound});
  const operating::ChoiceOptions how = how_to_choose(spec, work.options.threads);
  const std::vector<SweptUnit> units = units_of(spec, work.base);
  add_curve(work, operating::OperatingCurve(cohort_on(spec, work.base, units, shown_side(spec, units))), asked, out);
  SweptSide side;
  for (const std::string& fold : sides_of(spec, work.base)) {
    const std::vector<bool> on = learning_side(units, fold);
    const operating::OperatingCurve curve(cohort_on(spec, work.base, units, on));
    const operating::Choice chosen = operating::choose(curve, asked, how);
    SweptSetting setting;
    setting.config = work.base.config;
    setting.config["threshold"] = chosen.threshold;
    setting.feasible = chosen.met;
    setting.figures = swept_figures(spec, chosen.train);
    out.choices.push_back(choice_of(spec, setting, fold, subjects_on(units, on)));
    if (!chosen.met) out.choices.back().why = chosen.why;
    for (const RecordResult& record : work.base.records)
      if (!fold.empty() && in_fold(record, fold))
        side.push_back({&record, decided_again(spec, record, setting.config)});
  }
  if (!spec.split.by_folds()) return judge_fixed(work, out);
  take_judged(work.base, out);
  judge_side(spec, side, out);
}

/// Whether every score of the threshold or more is an alarm: then one pass over the scores gives every point.
bool decides_by_threshold_alone(const Config& config) {
  return std::all_of(config.begin(), config.end(), [](const auto& one) { return one.first == "threshold"; });
}

}  // namespace

SweepResult run_sweep(const StudySpec& spec, const Source& source, const Cache& cache, const StudyOptions& options,
                      const CostOf& cost_of) {
  if (spec.sweep.empty())
    throw Error("the specification has no [sweep]", spec.name, "[sweep] parameters = {threshold = [0.5, 0.9]}");
  if (spec.sweep.thresholds > 0 && spec.score.start_s > 0)
    throw Error("thresholds on scores are swept over whole recordings", "[sweep]", "leave score.start_s at 0");
  // Under a fixed split nothing that is judged is run until a setting is chosen.
  StudyOptions how = options;
  how.learned_only = !spec.split.by_folds();
  const StudyResult base = run_study(at_setting(spec, spec.detector.config), source, cache, how);
  if (base.records.empty()) throw Error("no recording could be scored", spec.name);
  SweepResult out;
  out.failed = base.failed;
  out.run_key = base.run_key;
  const SweepWork work{spec, base, source, cache, options, cost_of};
  const bool one_pass = spec.sweep.parameters.empty() && spec.split.kind != SplitSpec::Kind::nested &&
                        spec.sweep.objectives.empty() && spec.budget.limits.empty() &&
                        decides_by_threshold_alone(base.config);
  if (one_pass) {
    sweep_thresholds(work, out);
  } else {
    sweep_settings(work, out);
  }
  if (spec.split.by_folds()) out.agreement = agreement_of(spec, out.choices);
  return out;
}

void add_sweep(StudyResult& result, const Source& source, const Cache& cache, const StudyOptions& options,
               const CostOf& cost_of) {
  if (result.spec.sweep.empty()) return;
  result.sweep = std::make_shared<const SweepResult>(run_sweep(result.spec, source, cache, options, cost_of));
}

}  // namespace vagus::lab
