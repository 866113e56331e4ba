#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/failures/clock.h"
#include "lab/failures/event_rows.h"

namespace vagus::lab {
namespace {

RecordRows rows_of(const RecordResult& record) {
  std::vector<WindowOutcome> windows = record.windows->each;
  std::stable_sort(windows.begin(), windows.end(),
                   [](const WindowOutcome& a, const WindowOutcome& b) { return a.at.start_s < b.at.start_s; });
  std::vector<double> changes;
  for (std::size_t i = 1; i < windows.size(); ++i)
    if (windows[i].truth != windows[i - 1].truth) changes.push_back(windows[i].at.start_s);
  const DayClock clock(record.item);
  RecordRows out;
  out.exposure.assign(1, std::vector<float>(windows.size(), 1));
  Words truth("true_class", "true class"), mixed("mixed", "window");
  ContextColumn hour{"time_of_day_h", "time of day", "h", {}, {}},
      position{"position", "position in the recording", "", {}, {}},
      change{"to_change_s", "distance to the nearest change of class", "s", {}, {}};
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const WindowOutcome& one = windows[i];
    const double t_s = (one.at.start_s + one.at.end_s) / 2;
    out.t_s.push_back(t_s);
    if (!one.right()) out.errors.push_back({0, 0, static_cast<std::uint32_t>(i), t_s});
    truth.add(one.truth);
    mixed.add(one.mixed ? "of mixed classes" : "of one class");
    hour.values.push_back(clock.hour(t_s));
    position.values.push_back(static_cast<float>(t_s / std::max(record.run.duration_s, one.at.end_s)));
    const auto next = std::lower_bound(changes.begin(), changes.end(), t_s);
    double away = next == changes.end() ? std::numeric_limits<double>::infinity() : *next - t_s;
    if (next != changes.begin()) away = std::min(away, t_s - *std::prev(next));
    change.values.push_back(std::isfinite(away) ? static_cast<float>(away) : unknown_value);
  }
  out.columns = {truth.take(), mixed.take(), std::move(hour), std::move(position), std::move(change)};
  return out;
}

}  // namespace

StudyErrors window_errors(const StudyResult& result) {
  std::vector<RecordRows> rows;
  rows.reserve(result.records.size());
  for (const RecordResult& record : result.records) rows.push_back(rows_of(record));
  return join_rows(result, {{"wrong", "wrong windows", "the windows", {}, {}}}, std::move(rows));
}

}  // namespace vagus::lab
