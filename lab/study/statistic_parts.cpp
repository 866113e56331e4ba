#include "lab/study/statistic_parts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/percent.h"
#include "lab/stats/latency.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

/// Enough for two digits of a bound, and cheap enough for 100,000 recordings.
constexpr int score_resamples = 2000;

enum class Reach : std::uint8_t { gross, average, all };  ///< over whom a statistic is offered

struct StatisticRow {  // NOLINT(clang-analyzer-optin.performance.Padding): a table to be read
  Statistic::Of of;
  const char* name;
  const char* meaning;
  Quantity quantity;
  bool more_is_better;
  Reach reach;
};

constexpr StatisticRow rows_there_are[] = {
    {Statistic::Of::event_sensitivity, "events.sensitivity", "events found", Quantity::share, true, Reach::all},
    {Statistic::Of::event_sensitivity_readable, "events.sensitivity_readable",
     "events found, those missed in unreadable stretches left out", Quantity::share, true, Reach::all},
    {Statistic::Of::event_predictivity, "events.positive_predictivity", "events found, of these and all false alarms",
     Quantity::share, true, Reach::all},
    {Statistic::Of::trial_sensitivity, "events.trial_sensitivity", "fall trials found", Quantity::share, true,
     Reach::all},
    {Statistic::Of::trial_specificity, "events.specificity", "activity trials without an alarm", Quantity::share, true,
     Reach::all},
    {Statistic::Of::trial_specificity_unreadable_wrong, "events.specificity_unreadable_wrong",
     "activity trials without an alarm, unreadable ones counted as wrong", Quantity::share, true, Reach::all},
    {Statistic::Of::alarms_per_day, "events.alarms_per_day", "false alarms per day of continuous wear", Quantity::rate,
     false, Reach::gross},
    {Statistic::Of::alarms_per_readable_day, "events.alarms_per_readable_day",
     "false alarms per day of readable continuous wear", Quantity::rate, false, Reach::gross},
    {Statistic::Of::alarms_per_hour, "events.alarms_per_hour", "false alarms per hour of staged daily activity",
     Quantity::rate, false, Reach::gross},
    {Statistic::Of::people_with_alarms, "events.people_with_alarms", "people with any false alarm in continuous wear",
     Quantity::share, false, Reach::gross},
    {Statistic::Of::latency_median, "events.latency_median_s", "time within which half of all events are found",
     Quantity::seconds, false, Reach::gross},
    {Statistic::Of::latency_p90, "events.latency_p90_s", "time within which 90 % of all events are found",
     Quantity::seconds, false, Reach::gross},
    {Statistic::Of::event_unreadable_share, "events.unreadable_share", "share of the time called unreadable",
     Quantity::share, false, Reach::gross},
    {Statistic::Of::accuracy, "windows.accuracy", "windows answered rightly", Quantity::share, true, Reach::all},
    {Statistic::Of::accuracy_readable, "windows.accuracy_readable", "windows answered rightly, of those answered",
     Quantity::share, true, Reach::all},
    {Statistic::Of::accuracy_pure, "windows.accuracy_pure", "windows of one class answered rightly", Quantity::share,
     true, Reach::all},
    {Statistic::Of::macro_f1, "windows.macro_f1", "macro F1 over all classes", Quantity::score, true, Reach::average},
    {Statistic::Of::macro_f1_readable, "windows.macro_f1_readable", "macro F1 of the windows answered", Quantity::score,
     true, Reach::average},
    {Statistic::Of::macro_f1_pure, "windows.macro_f1_pure", "macro F1 of the windows of one class", Quantity::score,
     true, Reach::average},
};

const StatisticRow* row_of_statistic(Statistic::Of of) {
  for (const StatisticRow& row : rows_there_are)
    if (row.of == of) return &row;
  return nullptr;
}

const EventCounts& events_of(const Count& count) {
  if (!count.events) throw UsageError("a statistic of protocol events, and the recording was not scored by it");
  return *count.events;
}
const WindowCounts& windows_of_count(const Count& count) {
  if (!count.windows) throw UsageError("a statistic of protocol windows, and the recording was not scored by it");
  return *count.windows;
}

Cluster as_cluster(Share share) { return {static_cast<double>(share.hits), static_cast<double>(share.of)}; }

Cluster correct_of(const ConfusionMatrix& matrix, bool unreadable_wrong) {
  const WindowFigures figures = window_figures(matrix, unreadable_wrong);
  return {static_cast<double>(figures.correct), static_cast<double>(figures.windows)};
}

ConfusionMatrix matrix_for(const Statistic& statistic, const Count& count) {
  const WindowCounts& counts = windows_of_count(count);
  return statistic.of == Statistic::Of::macro_f1_pure ? counts.pure : counts.all();
}

/// Subjects' confusion matrices as rows of numbers over the same cells.
struct MatrixSums {
  std::vector<std::pair<std::string, std::string>> cells;
  std::vector<std::string> subjects;
  std::vector<double> sums;  ///< row after row
  std::size_t width() const { return cells.size(); }
};

MatrixSums matrix_sums(const Statistic& statistic, const std::vector<const std::vector<Count>*>& lists) {
  MatrixSums out;
  std::set<std::pair<std::string, std::string>> cells;
  std::map<std::string, std::size_t> index;
  for (const auto* list : lists) {
    for (const Count& count : *list) {
      for (const auto& [cell, n] : matrix_for(statistic, count)) cells.insert(cell);
      if (index.try_emplace(count.subject, out.subjects.size()).second) out.subjects.push_back(count.subject);
    }
  }
  out.cells.assign(cells.begin(), cells.end());
  out.sums.assign(lists.size() * out.cells.size() * out.subjects.size(), 0);
  for (std::size_t l = 0; l < lists.size(); ++l) {
    for (const Count& count : *lists[l]) {
      double* row = out.sums.data() + (index.at(count.subject) * lists.size() + l) * out.cells.size();
      for (const auto& [cell, n] : matrix_for(statistic, count)) {
        const auto at = std::lower_bound(out.cells.begin(), out.cells.end(), cell) - out.cells.begin();
        row[at] += static_cast<double>(n);
      }
    }
  }
  return out;
}

double f1_of(const MatrixSums& of, std::span<const double> sums, bool unreadable_wrong) {
  std::map<std::string, std::pair<double, double>> classes;  // right answers; truth and answers together
  for (std::size_t k = 0; k < of.cells.size(); ++k) {
    const auto& [truth, answer] = of.cells[k];
    if (!(sums[k] > 0) || (answer == no_answer && !unreadable_wrong)) continue;
    classes[truth].second += sums[k];
    if (answer != no_answer) classes[answer].second += sums[k];
    if (truth == answer) classes[truth].first += sums[k];
  }
  if (classes.empty()) return unknown_s;
  double sum = 0;
  for (const auto& [label, one] : classes) sum += 2 * one.first / one.second;
  return sum / static_cast<double>(classes.size());
}

bool counts_unreadable(const Statistic& statistic) { return statistic.of != Statistic::Of::macro_f1_readable; }

BootstrapOptions score_bootstrap(double confidence, std::uint64_t seed) {
  BootstrapOptions options;
  options.confidence = confidence;
  options.resamples = score_resamples;
  options.seed = seed;
  options.trials = false;
  return options;
}

}  // namespace

std::string_view protocol_of(const Statistic& statistic) {
  const StatisticRow* row = row_of_statistic(statistic.of);
  if (row == nullptr) return "ec57";
  const std::string_view name = row->name;
  return name.substr(0, name.find('.'));
}

Quantity quantity(const Statistic& statistic) {
  const StatisticRow* row = row_of_statistic(statistic.of);
  return row == nullptr ? Quantity::share : row->quantity;
}

bool more_is_better(const Statistic& statistic) {
  const StatisticRow* row = row_of_statistic(statistic.of);
  return row == nullptr ? statistic.of != Statistic::Of::unreadable_share : row->more_is_better;
}

std::string printed(const Statistic& statistic, double value) {
  if (std::isnan(value)) return "unknown";
  char text[48];
  switch (quantity(statistic)) {
    case Quantity::share:
      return percent_digits(value, 3) + " %";
    case Quantity::rate:
      std::snprintf(text, sizeof text, "%.4g per %s", value,
                    statistic.of == Statistic::Of::alarms_per_hour ? "hour" : "day");
      return text;
    case Quantity::seconds:
      if (std::isinf(value)) return "never";
      std::snprintf(text, sizeof text, "%.2f s", value);
      return text;
    default:
      std::snprintf(text, sizeof text, "%.4f", value);
      return text;
  }
}

void add_protocol_statistics(std::vector<Statistic>& all) {
  using Over = Statistic::Over;
  for (const StatisticRow& row : rows_there_are) {
    for (const Over over : {Over::gross, Over::average, Over::worst, Over::worst_record}) {
      if (row.reach == Reach::gross && over != Over::gross) continue;
      if (row.reach == Reach::average && over != Over::gross && over != Over::average) continue;
      all.push_back({row.of, over, false, false});
    }
  }
}

std::string protocol_statistic_name(const Statistic& statistic) {
  constexpr const char* ways[] = {"", "_average", "_worst", "_worst_record"};
  return std::string(row_of_statistic(statistic.of)->name) + ways[static_cast<int>(statistic.over)];
}

std::string describe_protocol_statistic(const Statistic& statistic) {
  constexpr const char* ways[] = {"", ", average over subjects", ", worst subject", ", worst recording"};
  return std::string(row_of_statistic(statistic.of)->meaning) + ways[static_cast<int>(statistic.over)];
}

std::string_view trials_of(const Statistic& statistic) {
  if (protocol_of(statistic) == "windows") return "windows";
  if (protocol_of(statistic) == "ec57") return "beats";
  const bool of_trials = statistic.of == Statistic::Of::trial_sensitivity ||
                         statistic.of == Statistic::Of::trial_specificity ||
                         statistic.of == Statistic::Of::trial_specificity_unreadable_wrong;
  return of_trials ? "trials" : "events";
}

Cluster protocol_part(const Statistic& statistic, const Count& count) {
  using Of = Statistic::Of;
  if (protocol_of(statistic) == "windows") {
    const WindowCounts& windows = windows_of_count(count);
    return correct_of(statistic.of == Of::accuracy_pure ? windows.pure : windows.all(),
                      statistic.of != Of::accuracy_readable);
  }
  const EventCounts& events = events_of(count);
  const auto found = static_cast<double>(events.detected), false_ones = static_cast<double>(events.false_alarms);
  const auto worn = static_cast<double>(events.wear_alarms);
  switch (statistic.of) {
    case Of::event_sensitivity:
      return as_cluster(events.sensitivity());
    case Of::event_sensitivity_readable:
      return as_cluster(events.sensitivity_readable());
    case Of::event_predictivity:
      return {found, found + false_ones};
    case Of::trial_sensitivity:
      return as_cluster(events.trial_sensitivity());
    case Of::trial_specificity:
      return as_cluster(events.specificity());
    case Of::trial_specificity_unreadable_wrong:
      return as_cluster(events.specificity_unreadable_wrong());
    case Of::alarms_per_day:
    case Of::people_with_alarms:
      return {worn, events.worn_s / 86400};
    case Of::alarms_per_readable_day:
      return {worn, (events.worn_s - events.worn_unreadable_s) / 86400};
    case Of::alarms_per_hour:
      return {static_cast<double>(events.activity_alarms), events.activity_s / 3600};
    default:
      return {count.unreadable_s, count.duration_s};
  }
}

Estimate latency_estimate(const Statistic& statistic, const std::vector<Count>& counts, double confidence) {
  std::vector<EventLatency> events;
  std::map<std::string, std::int64_t> subjects;
  for (const Count& count : counts) {
    const EventCounts& own = events_of(count);
    const auto subject = subjects.try_emplace(count.subject, static_cast<std::int64_t>(subjects.size())).first->second;
    for (const double s : own.latencies_s) events.push_back({subject, EventLatency::Outcome::detected, s});
    for (auto k = static_cast<std::int64_t>(own.latencies_s.size()); k < own.timed; ++k)
      events.push_back({subject, EventLatency::Outcome::missed, 0});
  }
  return cluster_latency_quantile(events, statistic.of == Statistic::Of::latency_median ? 0.5 : 0.9,
                                  score_bootstrap(confidence, 1));
}

Estimate score_estimate(const Statistic& statistic, const std::vector<Count>& counts, double confidence) {
  const MatrixSums sums = matrix_sums(statistic, {&counts});
  const bool wrong = counts_unreadable(statistic);
  if (statistic.over == Statistic::Over::gross) {
    return cluster_statistic(
        sums.sums, std::max<std::size_t>(1, sums.width()),
        [&](std::span<const double> row) { return f1_of(sums, row, wrong); }, score_bootstrap(confidence, 1));
  }
  std::vector<Cluster> clusters;
  for (std::size_t s = 0; s < sums.subjects.size(); ++s) {
    const double f1 = f1_of(sums, std::span(sums.sums).subspan(s * sums.width(), sums.width()), wrong);
    if (!std::isnan(f1)) clusters.push_back({f1, 1});
  }
  ShareOptions options;
  options.confidence = confidence;
  options.trials = false;
  return cluster_share(clusters, options);
}

ScoreDifference score_difference(const Statistic& statistic, const std::vector<Count>& first,
                                 const std::vector<Count>& second, double confidence, std::uint64_t seed) {
  const MatrixSums sums = matrix_sums(statistic, {&first, &second});
  const bool wrong = counts_unreadable(statistic), gross = statistic.over == Statistic::Over::gross;
  const std::size_t width = sums.width(), n = sums.subjects.size();
  ScoreDifference out;
  out.subjects = static_cast<std::int64_t>(n);
  for (std::size_t s = 0; s < n; ++s) {
    const auto* row = sums.sums.data() + s * 2 * width;
    out.same = out.same && std::equal(row, row + width, row + width);
  }
  // Of an average, each subject's two figures are what is summed; of a gross one, its cells.
  std::vector<double> rows = sums.sums;
  std::size_t half = width;
  if (!gross) {
    half = 2;  // the figure, and 1 where it is defined
    rows.assign(n * 4, 0);
    for (std::size_t k = 0; k < 2 * n; ++k) {
      const double f1 = f1_of(sums, std::span(sums.sums).subspan(k * width, width), wrong);
      if (!std::isnan(f1)) rows[2 * k] = f1, rows[2 * k + 1] = 1;
    }
  }
  const auto value = [&](std::span<const double> row) {
    return gross ? f1_of(sums, row, wrong) : row[1] > 0 ? row[0] / row[1] : unknown_s;
  };
  const auto apart = [&](std::span<const double> row) { return value(row.subspan(half)) - value(row.first(half)); };
  out.estimate = cluster_statistic(rows, std::max<std::size_t>(1, 2 * half), apart, score_bootstrap(confidence, seed));
  std::vector<double> all(2 * half, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) all[i % (2 * half)] += rows[i];
  out.first = value(std::span(all).first(half));
  out.second = value(std::span(all).subspan(half));
  const double seen = std::abs(apart(all));
  SplitMix random = SplitMix::stream(seed, 0);
  int as_far = 1;
  for (int draw = 0; draw < score_resamples; ++draw) {
    std::fill(all.begin(), all.end(), 0.);
    for (std::size_t s = 0; s < n; ++s) {
      const std::size_t shift = random.below(2) == 0 ? 0 : half;
      for (std::size_t k = 0; k < 2 * half; ++k) all[(k + shift) % (2 * half)] += rows[s * 2 * half + k];
    }
    as_far += std::abs(apart(all)) >= seen - 1e-12 ? 1 : 0;
  }
  out.p = static_cast<double>(as_far) / (score_resamples + 1);
  return out;
}

}  // namespace vagus::lab
