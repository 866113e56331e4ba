#include "lab/study/sweep_judge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lab/study/operating/pareto.h"

namespace vagus::lab {
namespace {

constexpr double never_met = -std::numeric_limits<double>::infinity();

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

std::vector<Count> counts_of(const SweptSide& side) {
  std::vector<Count> counts;
  counts.reserve(side.size());
  for (const SweptRecord& one : side) counts.push_back(one.count);
  return counts;
}

/// What the specification prefers of a feasible setting, more being better.
double preferred_value(const StudySpec& spec, const SweptSetting& setting, const SweptPoints& points, std::size_t run,
                       const std::vector<bool>& on) {
  const std::string& prefer = spec.sweep.prefer;
  if (prefer == "margin") return setting.margin;
  if (prefer == "sensitivity" || prefer == "fewest_alarms") {
    const double threshold = setting.config.at("threshold");
    return prefer == "sensitivity" ? -threshold : threshold;
  }
  const Statistic& about = statistic(prefer);
  const double value = figure(about, counts_of(side_of(points, run, on)), 0.95).estimate.value;
  return std::isnan(value) ? never_met : more_is_better(about) ? value : -value;
}

/// Infinity is a value too: a fall that is found never.
bool comparable(const Interval& range) { return range.low <= range.high; }

}  // namespace

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

SweptSide side_of(const SweptPoints& points, std::size_t run, const std::vector<bool>& on) {
  SweptSide side;
  for (std::size_t i = 0; i < points.units.size(); ++i)
    if (on[i]) side.push_back({points.units[i].record, points.runs[run].counts[i]});
  return side;
}

SweptSetting swept_setting(const StudySpec& spec, const SweptPoints& points, std::size_t run,
                           const std::vector<bool>& on) {
  SweptSetting out;
  out.config = points.runs[run].config;
  out.figures = figures_on(spec, side_of(points, run, on));
  out.margin = margin_of_all(spec, out.figures);
  out.feasible = meets_all(out.figures);
  return out;
}

std::vector<SweptSetting> settings_on(const StudySpec& spec, const SweptPoints& points,
                                      const std::vector<std::size_t>& runs, const std::vector<bool>& on, int threads) {
  std::vector<SweptSetting> settings(runs.size());
  on_cores(runs.size(), threads, [&](std::size_t k) { settings[k] = swept_setting(spec, points, runs[k], on); });
  return settings;
}

void add_costs(const StudySpec& spec, SweepCosts& costs, std::vector<SweptSetting>& settings) {
  for (SweptSetting& setting : settings) {
    if (costs.budget(setting.config) != Verdict::met) setting.feasible = false;
    for (const std::string& asked : spec.sweep.objectives) {
      if (!is_cost(asked)) continue;
      const auto range = costs.range(asked, setting.config);
      SweptObjective objective{asked, range.has_value(), 0, {}};
      if (range) objective.range = *range, objective.value = range->high;
      setting.objectives.push_back(std::move(objective));
    }
  }
}

void add_statistics(const StudySpec& spec, const SweptPoints& points, const std::vector<bool>& on, int threads,
                    std::vector<SweptSetting>& settings) {
  std::vector<std::string> asked;
  for (const std::string& one : spec.sweep.objectives)
    if (!is_cost(one)) asked.push_back(one);
  if (asked.empty()) return;
  on_cores(settings.size(), threads, [&](std::size_t k) {
    const std::vector<Count> counts = counts_of(side_of(points, k, on));
    for (const std::string& one : asked) {
      const Estimate estimate = figure(statistic(one), counts, 0.95).estimate;
      settings[k].objectives.push_back({one, !std::isnan(estimate.value), estimate.value, estimate.interval});
    }
  });
}

std::vector<std::string> mark_front(const StudySpec& spec, std::vector<SweptSetting>& settings) {
  std::vector<std::string> notes;
  std::vector<operating::Objective> objectives;
  for (const RequirementSpec& asked : spec.requirements)
    objectives.push_back({asked.statistic, more_is_better(statistic(asked.statistic)) ? operating::Better::more
                                                                                      : operating::Better::less});
  std::vector<std::size_t> used;  // places of objectives that are known of some setting
  for (std::size_t j = 0; !settings.empty() && j < settings.front().objectives.size(); ++j) {
    const SweptObjective& first = settings.front().objectives[j];
    const auto known = std::count_if(settings.begin(), settings.end(), [&](const SweptSetting& one) {
      return one.objectives[j].known && comparable(one.objectives[j].range);
    });
    if (known < static_cast<std::ptrdiff_t>(settings.size()))
      notes.push_back(first.name + " is not known of " +
                      std::to_string(static_cast<std::ptrdiff_t>(settings.size()) - known) + " of " +
                      std::to_string(settings.size()) + " settings" +
                      (is_cost(first.name) ? ": measure them (vagus cost --set ... --json) and name the files as "
                                             "sweep.measured, or give --cost"
                                           : ""));
    if (known == 0) continue;
    used.push_back(j);
    const bool more = !is_cost(first.name) && more_is_better(statistic(first.name));
    objectives.push_back({first.name, more ? operating::Better::more : operating::Better::less});
  }
  std::vector<operating::Setting> all;
  std::vector<std::size_t> place;
  for (std::size_t k = 0; k < settings.size(); ++k) {
    operating::Setting one;
    bool known = true;
    for (const SweptFigure& swept : settings[k].figures) {
      known = known && !std::isnan(swept.judgement.estimate.value);
      one.values.push_back(swept.judgement.one_sided);
    }
    for (const std::size_t j : used) {
      known = known && settings[k].objectives[j].known && comparable(settings[k].objectives[j].range);
      one.values.push_back(settings[k].objectives[j].range);
    }
    if (!known) continue;
    all.push_back(std::move(one));
    place.push_back(k);
  }
  if (all.empty()) return notes;
  for (const std::size_t k : operating::pareto_front(all, objectives)) settings[place[k]].front = true;
  return notes;
}

std::size_t preferred_setting(const StudySpec& spec, const std::vector<SweptSetting>& settings,
                              const SweptPoints& points, const std::vector<std::size_t>& runs,
                              const std::vector<bool>& on) {
  std::size_t best = 0;
  double best_value = never_met;
  bool best_feasible = false;
  for (std::size_t k = 0; k < settings.size(); ++k) {
    const bool feasible = settings[k].feasible;
    if (best_feasible && !feasible) continue;
    const double value = feasible ? preferred_value(spec, settings[k], points, runs[k], on) : settings[k].margin;
    if ((feasible && !best_feasible) || value > best_value) {
      best = k;
      best_value = value;
      best_feasible = feasible;
    }
  }
  return best;
}

}  // namespace vagus::lab
