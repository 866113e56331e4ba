#include "lab/report/event_sweep.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "lab/study/folds.h"
#include "lab/study/operating/curve.h"
#include "lab/study/plan.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_thresholds = 60, most_subjects = 1000;

bool is_in(const StudyResult& result, const GroupResult& group, const RecordResult& record) {
  if (group.name == all_recordings) return true;
  for (const Group& asked : result.spec.groups)
    if (asked.name == group.name) return in_group(asked, record.item);
  return group.where == "split == '" + std::string(name(record.role)) + "'" ||
         group.where == "fold == '" + fold_of(record.item) + "'";
}

/// Whether all that decided was a threshold on scores of continuous wear.
bool can_move(const StudyResult& result) {
  if (result.config.size() != 1 || !result.config.contains("threshold")) return false;
  for (const RecordResult& record : result.records) {
    if (!record.events) return false;
    const auto& weighed = record.events->weighed;
    if (std::any_of(weighed.begin(), weighed.end(), [](const auto& one) { return !std::isfinite(one.score); }))
      return false;
    if (!record.events->reference.trials.empty() || record.events->counts.activity_s > 0) return false;
  }
  return result.spec.score.start_s == 0;
}

}  // namespace

std::optional<OperatingData> event_sweep(const StudyResult& result) {
  if (!can_move(result)) return std::nullopt;
  // Rows by subject and parts of the data, so that each has one list of parts.
  std::map<std::pair<std::string, std::vector<std::size_t>>, operating::Cohort> rows;
  operating::Cohort all;
  for (const RecordResult& record : result.records) {
    std::vector<std::size_t> parts;
    for (std::size_t g = 0; g < result.groups.size(); ++g)
      if (is_in(result, result.groups[g], record)) parts.push_back(g);
    const EventMatcher matcher(record.events->reference, result.spec.score.rule);
    rows[{record.item.subject, parts}].add(record.item.subject, matcher, record.events->weighed);
    all.add(record.item.subject, matcher, record.events->weighed);
  }
  if (all.subjects().size() > most_subjects || all.moments().empty()) return std::nullopt;

  OperatingData data;
  data.threshold = "score";
  data.meaning = "A moment is reported if its score is at least this.";
  data.thresholds = operating::OperatingCurve(all).thresholds(most_thresholds);
  const double locked = result.config.at("threshold");
  data.thresholds.push_back(locked);
  std::sort(data.thresholds.begin(), data.thresholds.end());
  data.thresholds.erase(std::unique(data.thresholds.begin(), data.thresholds.end()), data.thresholds.end());
  if (data.thresholds.size() < 2) return std::nullopt;
  data.locked = static_cast<std::size_t>(std::find(data.thresholds.begin(), data.thresholds.end(), locked) -
                                         data.thresholds.begin());
  data.figures = share_figures();
  data.figures.push_back(false_alarm_figure("False alarms", "per day"));
  for (const GroupResult& group : result.groups) data.groups.push_back(group.name);
  data.seed = result.spec.seed;
  std::vector<double> weighed(data.groups.size()), of(data.groups.size());
  for (const auto& [key, cohort] : rows) {
    const operating::OperatingCurve curve(cohort);
    for (const std::size_t group : key.second) {
      weighed[group] += static_cast<double>(curve.ceiling().weighed);
      of[group] += static_cast<double>(curve.ceiling().of);
    }
    OperatingRow row;
    row.name = row.subject = key.first;
    row.groups = key.second;
    for (const double threshold : data.thresholds) {
      const operating::Tally tally = curve.at(threshold).tally();
      row.tp.push_back(static_cast<double>(tally.detected));
      row.fn.push_back(static_cast<double>(curve.total().events - tally.detected));
      row.fp.push_back(static_cast<double>(tally.wear_alarms));
      row.exposure.push_back(curve.total().worn_days);
    }
    data.rows.push_back(std::move(row));
  }
  for (std::size_t g = 0; g < of.size(); ++g) data.ceilings.push_back(of[g] > 0 ? weighed[g] / of[g] : unknown_s);
  return data;
}

}  // namespace vagus::lab
