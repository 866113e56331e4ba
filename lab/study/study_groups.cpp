#include "lab/study/study_groups.h"

#include <set>

#include "lab/study/folds.h"
#include "lab/study/plan.h"

namespace vagus::lab {
namespace {

template <class Picks>
std::vector<Count> counts_of(const std::vector<RecordResult>& records, const Picks& picks) {
  std::vector<Count> counts;
  for (const auto& record : records) {
    if (picks(record)) counts.push_back(count_of(record));
  }
  return counts;
}

/// What is printed of every part of the data; the intervals are of 95 %.
constexpr const char* beat_figures[] = {"ec57.sensitivity_gross",
                                        "ec57.positive_predictivity_gross",
                                        "ec57.sensitivity_average",
                                        "ec57.positive_predictivity_average",
                                        "ec57.sensitivity_worst",
                                        "ec57.positive_predictivity_worst",
                                        "ec57.sensitivity_worst_record",
                                        "ec57.positive_predictivity_worst_record",
                                        "ec57.sensitivity_gross_unreadable_wrong",
                                        "ec57.unreadable_share",
                                        "ec57_whole.sensitivity_gross",
                                        "ec57_whole.positive_predictivity_gross"};

constexpr const char* event_figures[] = {"events.sensitivity",
                                         "events.sensitivity_average",
                                         "events.sensitivity_worst",
                                         "events.sensitivity_readable",
                                         "events.positive_predictivity",
                                         "events.alarms_per_day",
                                         "events.people_with_alarms",
                                         "events.alarms_per_hour",
                                         "events.trial_sensitivity",
                                         "events.specificity",
                                         "events.specificity_unreadable_wrong",
                                         "events.latency_median_s",
                                         "events.latency_p90_s",
                                         "events.unreadable_share"};
constexpr const char* window_figure_names[] = {
    "windows.macro_f1",       "windows.macro_f1_average",  "windows.macro_f1_readable",
    "windows.macro_f1_pure",  "windows.accuracy",          "windows.accuracy_average",
    "windows.accuracy_worst", "windows.accuracy_readable", "windows.accuracy_pure"};

template <class Picks>
GroupResult group_result(const StudyResult& result, std::string name, std::string where, const Picks& picks) {
  GroupResult group;
  group.name = std::move(name);
  group.where = std::move(where);
  std::set<std::string> subjects;
  for (const auto& record : result.records) {
    if (!picks(record)) continue;
    ++group.records;
    subjects.insert(record.item.subject);
    group.counts += record.scored;
    group.whole += record.whole;
    if (record.events) group.events += record.events->counts;
    if (record.windows) group.windows += *record.windows;
  }
  group.subjects = static_cast<std::int64_t>(subjects.size());
  const auto counts = counts_of(result.records, picks);
  for (const char* name_of : headline_figures(result.spec.score.protocol))
    group.figures[name_of] = figure(statistic(name_of), counts, 0.95);
  return group;
}

}  // namespace

std::span<const char* const> headline_figures(const std::string& protocol) {
  if (protocol == "events") return event_figures;
  if (protocol == "windows") return window_figure_names;
  return beat_figures;
}

Count count_of(const RecordResult& record) {
  Count count;
  count.recording = record.item.id();
  count.subject = record.item.subject;
  count.tp = record.scored.tp;
  count.fn = record.scored.fn;
  count.fp = record.scored.fp;
  count.whole_tp = record.whole.tp;
  count.whole_fn = record.whole.fn;
  count.whole_fp = record.whole.fp;
  count.wrong_tp = record.scored_wrong.tp;
  count.wrong_fn = record.scored_wrong.fn;
  count.whole_wrong_tp = record.whole_wrong.tp;
  count.whole_wrong_fn = record.whole_wrong.fn;
  if (record.events) count.events = {record.events, &record.events->counts};
  count.windows = record.windows;
  count.unreadable_s = record.run.unreadable_s;
  count.duration_s = record.run.duration_s;
  return count;
}

void add_groups(StudyResult& result) {
  const SplitSpec& how = result.spec.split;
  const bool split = how.kind == SplitSpec::Kind::fixed || !how.train.empty() || !how.tune.empty();
  const auto of_role = [&](Role role) { return [role](const RecordResult& r) { return r.role == role; }; };
  if (split) {
    result.groups.push_back(group_result(result, "not tuned on", "split == 'test'", of_role(Role::judged)));
    for (const Role role : {Role::train, Role::tune}) {
      auto group = group_result(result, role == Role::tune ? "tuned on" : "trained on",
                                "split == '" + std::string(name(role)) + "'", of_role(role));
      if (group.records > 0) result.groups.push_back(std::move(group));
    }
  }
  result.groups.push_back(group_result(result, all_recordings, "", [](const RecordResult&) { return true; }));
  // Leaving one subject out makes as many folds as subjects: those are the recordings' table.
  if (how.by_folds() && how.kind != SplitSpec::Kind::loso) {
    for (const std::string& fold : fold_names(result.records))
      result.groups.push_back(group_result(result, "fold " + fold, "fold == '" + fold + "'",
                                           [&](const RecordResult& r) { return fold_of(r.item) == fold; }));
  }
  for (const auto& group : result.spec.groups) {
    std::string where = group.where.text();
    for (const auto& recording : group.recordings) where += (where.empty() ? "" : " ") + recording;
    result.groups.push_back(
        group_result(result, group.name, where, [&](const RecordResult& r) { return in_group(group, r.item); }));
  }
}

}  // namespace vagus::lab
