#include "lab/report/quality_sweep.h"

#include <algorithm>
#include <cmath>

#include "lab/study/plan.h"

namespace vagus::lab {
namespace {

/// Every hundredth where quality is low would say little: most beats are near 1.
std::vector<double> quality_steps() {
  std::vector<double> steps;
  steps.reserve(64);
  for (int i = 0; i < 45; ++i) steps.push_back(0.02 * i);
  for (int i = 90; i < 100; ++i) steps.push_back(0.01 * i);
  steps.push_back(0.995);
  return steps;
}

bool belongs(const StudyResult& result, const GroupResult& group, const RecordResult& record) {
  if (group.name == all_recordings) return true;
  for (const Group& asked : result.spec.groups) {
    if (asked.name == group.name) return in_group(asked, record.item);
  }
  return group.where == "split == '" + std::string(name(record.role)) + "'";
}

struct Reported {
  float quality;
  bool wrong;
};

/// What was reported in the scored part, and whether it was a beat.
std::vector<Reported> reported(const RecordResult& record, double start_s) {
  std::vector<Reported> all;
  const double hz = record.scored.clock_hz;
  const auto& extra = record.scored.extra;
  for (const Event& event : record.run.events) {
    if (event.kind != Said::Kind::event || event.interval || event.t_s < start_s) continue;
    const auto tick = static_cast<std::int64_t>(std::llround(event.t_s * hz));
    const auto near = std::lower_bound(extra.begin(), extra.end(), tick - 1);
    all.push_back({event.value, near != extra.end() && *near <= tick + 1});
  }
  return all;
}

OperatingRow row_of(const StudyResult& result, const RecordResult& record, const std::vector<double>& steps) {
  OperatingRow row;
  row.name = record.item.id();
  row.subject = record.item.subject;
  for (std::size_t g = 0; g < result.groups.size(); ++g) {
    if (belongs(result, result.groups[g], record)) row.groups.push_back(g);
  }
  const auto all = reported(record, result.spec.score.start_s);
  const double hours = std::max(0.0, record.run.duration_s - result.spec.score.start_s) / 3600;
  const auto tp = static_cast<double>(record.scored.tp), fn = static_cast<double>(record.scored.fn),
             fp = static_cast<double>(record.scored.fp);
  for (const double step : steps) {
    double right = 0, wrong = 0;  // that fall below
    for (const Reported& one : all) {
      if (static_cast<double>(one.quality) < step) ++(one.wrong ? wrong : right);
    }
    right = std::min(right, tp);
    row.tp.push_back(tp - right);
    row.fn.push_back(fn + right);
    row.fp.push_back(std::max(0.0, fp - wrong));
    row.exposure.push_back(hours);
  }
  return row;
}

}  // namespace

FigureOver figure_over(const Statistic& about) {
  switch (about.over) {
    case Statistic::Over::gross:
      return FigureOver::gross;
    case Statistic::Over::average:
      return FigureOver::average;
    case Statistic::Over::worst:
      return FigureOver::worst;
    default:
      return FigureOver::worst_row;
  }
}

std::optional<OperatingData> quality_sweep(const StudyResult& result) {
  const auto says_quality = [](const RecordResult& record) {
    return std::any_of(record.run.events.begin(), record.run.events.end(),
                       [](const Event& e) { return e.kind == Said::Kind::event && !e.interval && e.value < 1; });
  };
  if (std::none_of(result.records.begin(), result.records.end(), says_quality)) return std::nullopt;
  OperatingData data;
  data.threshold = "quality";
  data.meaning =
      "A beat is reported if the probability that it is one, as the detector gives it, is at least this; 0 reports "
      "all.";
  data.thresholds = quality_steps();
  data.figures = share_figures();
  data.figures.push_back(false_alarm_figure("False beats", "per hour"));
  for (const GroupResult& group : result.groups) data.groups.push_back(group.name);
  data.seed = result.spec.seed;
  for (const RecordResult& record : result.records) data.rows.push_back(row_of(result, record, data.thresholds));
  for (std::size_t i = 0; i < result.requirements.size(); ++i) {
    const RequirementResult& one = result.requirements[i];
    const Statistic& about = statistic(one.asked.statistic);
    if (about.whole || about.unreadable_wrong || !one.asked.group.empty() ||
        about.of == Statistic::Of::unreadable_share)
      continue;
    data.requirements.push_back(
        {one.asked.name, about.of == Statistic::Of::sensitivity ? "sensitivity" : "predictivity", figure_over(about), 0,
         one.asked.bound.direction, one.asked.bound.bound, one.asked.bound.confidence, i});
  }
  return data;
}

}  // namespace vagus::lab
