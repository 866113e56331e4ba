#include "lab/study/sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "lab/base/error.h"
#include "lab/study/folds.h"
#include "lab/study/operating/choice.h"
#include "lab/study/operating/pareto.h"
#include "lab/study/score_record.h"

namespace vagus::lab {
namespace {

constexpr double never_met = -std::numeric_limits<double>::infinity();
constexpr std::size_t curve_points = 60;

/// A recording at one setting.
struct SweptRecord {
  const RecordResult* record;
  Count count;
};
using SweptSide = std::vector<SweptRecord>;

/// One setting run over the recordings.
struct SweptRun {
  Config config;              ///< the whole configuration
  std::vector<Count> counts;  ///< one a recording of the base run
};

bool learns(Role role) { return role == Role::train || role == Role::tune; }

StudySpec without_claims(const StudySpec& spec) {
  StudySpec bare = spec;
  bare.requirements.clear();
  bare.hypotheses.clear();
  bare.groups.clear();
  bare.budget = {};
  return bare;
}

std::vector<Config> settings_of(const SweepSpec& sweep) {
  std::vector<Config> all{{}};
  for (const auto& [key, values] : sweep.parameters) {
    std::vector<Config> next;
    for (const Config& before : all) {
      for (const double value : values) {
        Config one = before;
        one[key] = value;
        next.push_back(std::move(one));
      }
    }
    all = std::move(next);
  }
  return all;
}

/// The counts of a kept recording under another rule that decides.
Count decided_again(const StudySpec& spec, const RecordResult& record, const Config& config) {
  RecordResult again;
  again.item = record.item;
  again.role = record.role;
  again.run.duration_s = record.run.duration_s;
  score_weighed(spec.score, config, record.events->reference, record.events->weighed, again);
  Count count = count_of(again);
  return count;
}

/// Margin of a judgement's bound on the requirement's side, as a share of what the requirement leaves.
double margin_in(const RequirementSpec& asked, const Judgement& judgement) {
  if (std::isnan(judgement.estimate.value) || !judgement.estimate.trusted()) return never_met;
  const bool at_least = asked.bound.direction == Direction::at_least;
  const double bound = asked.bound.bound;
  const bool share = quantity(statistic(asked.statistic)) != Quantity::rate &&
                     quantity(statistic(asked.statistic)) != Quantity::seconds;
  const double room = share ? (at_least ? 1 - bound : bound) : std::abs(bound);
  const double inside = at_least ? judgement.one_sided.low - bound : bound - judgement.one_sided.high;
  return inside / (room > 0 ? room : 1);
}

std::vector<SweptFigure> figures_on(const StudySpec& spec, const SweptSide& side) {
  std::vector<SweptFigure> out;
  for (const RequirementSpec& asked : spec.requirements) {
    std::vector<Count> counts;
    for (const SweptRecord& one : side)
      if (asked.group.picks(one.record->item.attributes)) counts.push_back(one.count);
    out.push_back({asked.name, asked.statistic, judge(statistic(asked.statistic), asked.bound, counts)});
  }
  return out;
}

double margin_of_all(const StudySpec& spec, const std::vector<SweptFigure>& figures) {
  double margin = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < figures.size(); ++i)
    margin = std::min(margin, margin_in(spec.requirements[i], figures[i].judgement));
  return margin;
}

bool meets_all(const std::vector<SweptFigure>& figures) {
  return std::all_of(figures.begin(), figures.end(),
                     [](const SweptFigure& one) { return one.judgement.verdict == Verdict::met; });
}

std::string short_of(const StudySpec& spec, const std::vector<SweptFigure>& figures) {
  std::string text;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (figures[i].judgement.verdict == Verdict::met) continue;
    const Statistic& about = statistic(figures[i].statistic);
    text += (text.empty() ? "" : "; ") + figures[i].requirement + ": " +
            printed(about, figures[i].judgement.estimate.value) + " is " +
            std::string(name(figures[i].judgement.verdict)) + " to be " +
            (spec.requirements[i].bound.direction == Direction::at_least ? "at least " : "at most ") +
            printed(about, spec.requirements[i].bound.bound);
  }
  return text;
}

SweptSetting swept_setting(const StudySpec& spec, const SweptRun& run, const StudyResult& base,
                           const std::vector<bool>& on) {
  SweptSide side;
  for (std::size_t i = 0; i < base.records.size(); ++i)
    if (on[i]) side.push_back({&base.records[i], run.counts[i]});
  SweptSetting out;
  out.config = run.config;
  out.figures = figures_on(spec, side);
  out.margin = margin_of_all(spec, out.figures);
  out.feasible = meets_all(out.figures);
  return out;
}

/// The place of the setting to take: of those that meet all the one preferred, else the nearest.
std::size_t preferred_setting(const StudySpec& spec, const std::vector<SweptSetting>& settings,
                              const std::vector<SweptRun>& runs, const StudyResult& base, const std::vector<bool>& on) {
  const bool by_margin = spec.sweep.prefer == "margin";
  const auto preferred_value = [&](std::size_t k) {
    std::vector<Count> counts;
    for (std::size_t i = 0; i < base.records.size(); ++i)
      if (on[i]) counts.push_back(runs[k].counts[i]);
    const Statistic& about = statistic(spec.sweep.prefer);
    const double value = figure(about, counts, 0.95).estimate.value;
    return std::isnan(value) ? never_met : more_is_better(about) ? value : -value;
  };
  std::size_t best = 0;
  double best_value = never_met;
  bool best_feasible = false;
  for (std::size_t k = 0; k < settings.size(); ++k) {
    const bool feasible = settings[k].feasible;
    if (best_feasible && !feasible) continue;
    const double value = feasible && !by_margin ? preferred_value(k) : settings[k].margin;
    if ((feasible && !best_feasible) || value > best_value) {
      best = k;
      best_value = value;
      best_feasible = feasible;
    }
  }
  return best;
}

void mark_front(const StudySpec& spec, std::vector<SweptSetting>& settings) {
  std::vector<operating::Objective> objectives;
  for (const RequirementSpec& asked : spec.requirements)
    objectives.push_back({asked.statistic, more_is_better(statistic(asked.statistic)) ? operating::Better::more
                                                                                      : operating::Better::less});
  std::vector<operating::Setting> all;
  std::vector<std::size_t> place;
  for (std::size_t k = 0; k < settings.size(); ++k) {
    operating::Setting one;
    bool known = true;
    for (const SweptFigure& swept : settings[k].figures) {
      known = known && !std::isnan(swept.judgement.estimate.value);
      one.values.push_back(swept.judgement.one_sided);
    }
    if (!known) continue;
    all.push_back(std::move(one));
    place.push_back(k);
  }
  if (all.empty()) return;
  for (const std::size_t k : operating::pareto_front(all, objectives)) settings[place[k]].front = true;
}

SweepChoice choice_of(const StudySpec& spec, const SweptSetting& setting, std::string fold, const StudyResult& base,
                      const std::vector<bool>& on) {
  SweepChoice choice;
  choice.fold = std::move(fold);
  choice.config = setting.config;
  choice.chosen_on = setting.figures;
  choice.met = setting.feasible;
  if (!choice.met)
    choice.why = "no setting is shown to meet every requirement on the subjects it is chosen on; at the nearest, " +
                 short_of(spec, setting.figures);
  std::set<std::string> subjects;
  for (std::size_t i = 0; i < base.records.size(); ++i)
    if (on[i]) subjects.insert(base.records[i].item.subject);
  choice.subjects = static_cast<std::int64_t>(subjects.size());
  return choice;
}

void judge_side(const StudySpec& spec, const SweptSide& side, SweepResult& out) {
  std::set<std::string> subjects;
  for (const SweptRecord& one : side) {
    subjects.insert(one.record->item.subject);
    out.test_signals.push_back(one.record->item.signal_hash);
  }
  out.judged_subjects = static_cast<std::int64_t>(subjects.size());
  out.judged_records = static_cast<std::int64_t>(side.size());
  out.judged = figures_on(spec, side);
  out.verdict = Verdict::met;
  for (const SweptFigure& one : out.judged) out.verdict = worse(out.verdict, one.judgement.verdict);
  if (!out.failed.empty()) out.verdict = worse(out.verdict, Verdict::not_shown);
}

std::vector<bool> learning_side(const StudyResult& base, const std::string& fold) {
  std::vector<bool> on(base.records.size());
  for (std::size_t i = 0; i < on.size(); ++i) {
    const RecordResult& record = base.records[i];
    on[i] = learns(record.role) || (!fold.empty() && record.role == Role::judged && fold_of(record.item) != fold);
  }
  return on;
}

/// The sides on which something is chosen, by fold; one of a fixed split, named "".
std::vector<std::string> sides_of(const StudySpec& spec, const StudyResult& base) {
  return spec.split.by_folds() ? fold_names(base.records) : std::vector<std::string>{""};
}

/// The base run: under a fixed split without what is judged, until a setting is chosen.
StudyResult base_run(const StudySpec& spec, const Source& source, const Cache& cache, const StudyOptions& options) {
  StudyOptions how = options;
  how.learned_only = !spec.split.by_folds();
  return run_study(without_claims(spec), source, cache, how);
}

StudySpec at_setting(const StudySpec& spec, const Config& config) {
  StudySpec one = without_claims(spec);
  one.detector.config = config;
  return one;
}

/// Settings are compared on the same recordings, so one that fails under some of them is refused by name.
void check_same_recordings(const StudyResult& base, const StudyResult& result) {
  const auto same = [](const RecordResult& a, const RecordResult& b) { return a.item.id() == b.item.id(); };
  if (std::equal(base.records.begin(), base.records.end(), result.records.begin(), result.records.end(), same)) return;
  const Failure& one = result.failed.empty() ? base.failed.front() : result.failed.front();
  throw Error("fails at some settings of the sweep and not at others: " + one.why, one.recording,
              "leave it out by [data] exclude, with the reason");
}

std::vector<SweptRun> run_settings(const StudySpec& spec, const StudyResult& base, const Source& source,
                                   const Cache& cache, const StudyOptions& options) {
  const bool decides = !base.records.empty() && base.records.front().events && (base.stored || base.contract_words);
  std::vector<SweptRun> runs;
  for (const Config& setting : settings_of(spec.sweep)) {
    SweptRun run;
    run.config = base.config;
    for (const auto& [key, value] : setting) run.config[key] = value;
    if (decides) {
      rule_of(run.config);
      run.counts.resize(base.records.size());
      on_cores(base.records.size(), options.threads,
               [&](std::size_t i) { run.counts[i] = decided_again(spec, base.records[i], run.config); });
    } else {
      StudyOptions how = options;
      how.learned_only = !spec.split.by_folds();
      const StudyResult result = run_study(at_setting(spec, run.config), source, cache, how);
      check_same_recordings(base, result);
      for (const RecordResult& record : result.records) run.counts.push_back(count_of(record));
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

/// The judged recordings of a fixed split at the chosen configuration.
StudyResult judged_run(const StudySpec& spec, const Config& config, const Source& source, const Cache& cache,
                       const StudyOptions& options) {
  return run_study(at_setting(spec, config), source, cache, options);
}

void judge_fixed(const StudySpec& spec, const Source& source, const Cache& cache, const StudyOptions& options,
                 SweepResult& out) {
  const StudyResult judged = judged_run(spec, out.choices.front().config, source, cache, options);
  out.failed = judged.failed;
  out.run_key = judged.run_key;
  SweptSide side;
  for (const RecordResult& record : judged.records)
    if (record.role == Role::judged) side.push_back({&record, count_of(record)});
  judge_side(spec, side, out);
}

void sweep_parameters(const StudySpec& spec, const StudyResult& base, const Source& source, const Cache& cache,
                      const StudyOptions& options, SweepResult& out) {
  const std::vector<SweptRun> runs = run_settings(spec, base, source, cache, options);
  const auto settings_on = [&](const std::vector<bool>& on) {
    std::vector<SweptSetting> settings(runs.size());
    on_cores(runs.size(), options.threads,
             [&](std::size_t k) { settings[k] = swept_setting(spec, runs[k], base, on); });
    return settings;
  };
  std::vector<bool> shown(base.records.size());
  for (std::size_t i = 0; i < shown.size(); ++i)
    shown[i] = learns(base.records[i].role) || (spec.split.by_folds() && base.records[i].role == Role::judged);
  out.settings = settings_on(shown);
  mark_front(spec, out.settings);
  SweptSide side;
  for (const std::string& fold : sides_of(spec, base)) {
    const std::vector<bool> on = learning_side(base, fold);
    const std::vector<SweptSetting> settings = fold.empty() ? out.settings : settings_on(on);
    const std::size_t best = preferred_setting(spec, settings, runs, base, on);
    out.choices.push_back(choice_of(spec, settings[best], fold, base, on));
    for (std::size_t i = 0; !fold.empty() && i < base.records.size(); ++i) {
      if (base.records[i].role == Role::judged && fold_of(base.records[i].item) == fold)
        side.push_back({&base.records[i], runs[best].counts[i]});
    }
  }
  if (!spec.split.by_folds()) return judge_fixed(spec, source, cache, options, out);
  judge_side(spec, side, out);
}

// ---- thresholds along the scores

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

operating::Cohort cohort_on(const StudySpec& spec, const StudyResult& base, const std::vector<bool>& on) {
  operating::Cohort cohort;
  for (std::size_t i = 0; i < base.records.size(); ++i) {
    const RecordResult& record = base.records[i];
    if (on[i])
      cohort.add(record.item.subject, EventMatcher(record.events->reference, spec.score.rule), record.events->weighed);
  }
  return cohort;
}

void sweep_thresholds(const StudySpec& spec, const StudyResult& base, const Source& source, const Cache& cache,
                      const StudyOptions& options, SweepResult& out) {
  if (spec.score.start_s > 0)
    throw Error("thresholds on scores are swept over whole recordings", "[sweep]", "leave score.start_s at 0");
  if (base.records.empty() || !base.records.front().events) throw Error("no recording has scores to sweep", "[sweep]");
  std::vector<operating::FigureRequirement> asked;
  for (const RequirementSpec& requirement : spec.requirements)
    asked.push_back({operating_figure(requirement), requirement.bound});
  operating::ChoiceOptions how;
  how.prefer = spec.sweep.prefer == "sensitivity"     ? operating::Prefer::sensitivity
               : spec.sweep.prefer == "fewest_alarms" ? operating::Prefer::fewest_alarms
                                                      : operating::Prefer::margin;
  how.thresholds = static_cast<std::size_t>(spec.sweep.thresholds);
  how.seed = spec.seed;
  how.threads = options.threads;
  SweptSide side;
  for (const std::string& fold : sides_of(spec, base)) {
    const std::vector<bool> on = learning_side(base, fold);
    const operating::OperatingCurve curve(cohort_on(spec, base, on));
    const operating::Choice chosen = operating::choose(curve, asked, how);
    if (out.curve.empty()) {
      for (const double threshold : curve.thresholds(curve_points)) {
        SweepPoint point{threshold, {}};
        for (std::size_t i = 0; i < asked.size(); ++i)
          point.figures[spec.requirements[i].statistic] = curve.value(asked[i].figure, threshold);
        out.curve.push_back(std::move(point));
      }
    }
    SweptSetting setting;
    setting.config = base.config;
    setting.config["threshold"] = chosen.threshold;
    setting.feasible = chosen.met;
    for (std::size_t i = 0; i < chosen.train.size(); ++i)
      setting.figures.push_back({spec.requirements[i].name, spec.requirements[i].statistic, chosen.train[i].judgement});
    out.choices.push_back(choice_of(spec, setting, fold, base, on));
    if (!chosen.met) out.choices.back().why = chosen.why;
    for (std::size_t i = 0; !fold.empty() && i < base.records.size(); ++i) {
      if (base.records[i].role == Role::judged && fold_of(base.records[i].item) == fold)
        side.push_back({&base.records[i], decided_again(spec, base.records[i], setting.config)});
    }
  }
  if (!spec.split.by_folds()) return judge_fixed(spec, source, cache, options, out);
  judge_side(spec, side, out);
}

}  // namespace

SweepResult run_sweep(const StudySpec& spec, const Source& source, const Cache& cache, const StudyOptions& options) {
  if (spec.sweep.empty())
    throw Error("the specification has no [sweep]", spec.name, "[sweep] parameters = {threshold = [0.5, 0.9]}");
  const StudyResult base = base_run(spec, source, cache, options);
  if (base.records.empty()) throw Error("no recording could be scored", spec.name);
  SweepResult out;
  out.failed = base.failed;
  out.run_key = base.run_key;
  if (spec.sweep.thresholds > 0) {
    sweep_thresholds(spec, base, source, cache, options, out);
  } else {
    sweep_parameters(spec, base, source, cache, options, out);
  }
  return out;
}

}  // namespace vagus::lab
