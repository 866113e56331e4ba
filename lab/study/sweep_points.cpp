#include "lab/study/sweep_points.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "lab/base/error.h"
#include "lab/study/score_record.h"

namespace vagus::lab {
namespace {

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

/// Settings are compared on the same recordings, so one that fails under some of them is refused by name.
void check_same_recordings(const StudyResult& base, const StudyResult& result) {
  const auto same = [](const RecordResult& a, const RecordResult& b) { return a.item.id() == b.item.id(); };
  if (std::equal(base.records.begin(), base.records.end(), result.records.begin(), result.records.end(), same)) return;
  const Failure& one = result.failed.empty() ? base.failed.front() : result.failed.front();
  throw Error("fails at some settings of the sweep and not at others: " + one.why, one.recording,
              "leave it out by [data] exclude, with the reason");
}

/// The sum of a unit's counts. Of events nothing but the sums is kept: a study holds them once a setting.
Count summed(const SweptUnit& unit, const std::function<Count(std::size_t)>& count_at) {
  Count sum = count_at(unit.records.front());
  if (!sum.events) return sum;
  auto events = std::make_shared<EventCounts>();
  *events += *sum.events;
  for (std::size_t i = 1; i < unit.records.size(); ++i) {
    const Count one = count_at(unit.records[i]);
    *events += *one.events;
    sum.unreadable_s += one.unreadable_s;
    sum.duration_s += one.duration_s;
  }
  sum.events = std::move(events);
  return sum;
}

SweptRun swept_run(Config config, const std::vector<SweptUnit>& units, int threads,
                   const std::function<Count(std::size_t)>& count_at) {
  SweptRun run;
  run.config = std::move(config);
  run.counts.resize(units.size());
  on_cores(units.size(), threads, [&](std::size_t i) { run.counts[i] = summed(units[i], count_at); });
  return run;
}

}  // namespace

bool learns(Role role) { return role == Role::train || role == Role::tune; }

StudySpec at_setting(const StudySpec& spec, const Config& config) {
  StudySpec bare = spec;
  bare.requirements.clear();
  bare.hypotheses.clear();
  bare.groups.clear();
  bare.budget = {};
  bare.detector.config = config;
  return bare;
}

Count decided_again(const StudySpec& spec, const RecordResult& record, const Config& config) {
  RecordResult again;
  again.item = record.item;
  again.role = record.role;
  again.run.duration_s = record.run.duration_s;
  score_weighed(spec.score, config, record.events->reference, record.events->weighed, again);
  return count_of(again);
}

std::vector<SweptUnit> units_of(const StudySpec& spec, const StudyResult& base) {
  const bool together =
      spec.score.protocol == "events" &&
      std::none_of(spec.requirements.begin(), spec.requirements.end(), [](const auto& asked) {
        return !asked.group.empty() || statistic(asked.statistic).over == Statistic::Over::worst_record;
      });
  std::vector<SweptUnit> units;
  std::map<std::string, std::size_t> by_subject;
  for (std::size_t i = 0; i < base.records.size(); ++i) {
    const RecordResult& record = base.records[i];
    const auto [at, fresh] = by_subject.try_emplace(record.item.subject, units.size());
    if (fresh || !together) {
      units.push_back({&record, {i}});
    } else {
      units[at->second].records.push_back(i);
    }
  }
  return units;
}

std::vector<double> thresholds_along(const StudyResult& result, int count) {
  std::vector<double> scores;
  for (const RecordResult& record : result.records) {
    if (!record.events) continue;
    for (const EventDetection& one : record.events->weighed)
      if (std::isfinite(one.score)) scores.push_back(one.score);
  }
  std::sort(scores.begin(), scores.end(), std::greater<>());
  scores.erase(std::unique(scores.begin(), scores.end()), scores.end());
  if (scores.size() <= static_cast<std::size_t>(count)) return scores;
  std::vector<double> thresholds;
  const double last = static_cast<double>(scores.size() - 1);
  for (int k = 0; k < count; ++k) {
    const double rank = std::expm1(std::log1p(last) * k / (count - 1));
    const double score = scores[std::min(scores.size() - 1, static_cast<std::size_t>(std::llround(rank)))];
    if (thresholds.empty() || score < thresholds.back()) thresholds.push_back(score);
  }
  return thresholds;
}

SweptPoints run_points(const StudySpec& spec, const StudyResult& base, const Source& source, const Cache& cache,
                       const StudyOptions& options) {
  SweptPoints points;
  points.units = units_of(spec, base);
  const bool decides = !base.records.empty() && base.records.front().events &&
                       (base.stored || std::string_view(base.contract.name) == simulated_events);
  for (const Config& setting : settings_of(spec.sweep)) {
    Config config = base.config;
    for (const auto& [key, value] : setting) config[key] = value;
    std::optional<StudyResult> own;
    if (!decides) {
      StudyOptions how = options;
      how.learned_only = !spec.split.by_folds();
      own = run_study(at_setting(spec, config), source, cache, how);
      check_same_recordings(base, *own);
    }
    const StudyResult& result = own ? *own : base;
    if (spec.sweep.thresholds == 0 && !decides) {
      points.runs.push_back(
          swept_run(config, points.units, options.threads, [&](std::size_t i) { return count_of(result.records[i]); }));
      continue;
    }
    std::vector<double> thresholds;
    if (spec.sweep.thresholds > 0) thresholds = thresholds_along(result, spec.sweep.thresholds);
    if (thresholds.empty() && spec.sweep.thresholds > 0) throw Error("no recording has scores to sweep", "[sweep]");
    for (std::size_t k = 0; k < std::max<std::size_t>(1, thresholds.size()); ++k) {
      if (!thresholds.empty()) config["threshold"] = thresholds[k];
      Config rule = config;
      if (!decides) rule = {{"threshold", thresholds[k]}};
      rule_of(rule);
      points.runs.push_back(swept_run(config, points.units, options.threads,
                                      [&](std::size_t i) { return decided_again(spec, result.records[i], rule); }));
    }
  }
  return points;
}

}  // namespace vagus::lab
