#include "lab/score/sides.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "lab/base/error.h"
#include "lab/store/store.h"

namespace vagus::lab {
namespace {

/// SET:RECORDING of the store, or whatever `from_file` reads. A file of that name wins over the store.
template <class FromFile, class FromRecording>
auto load(const std::string& text, FromFile from_file, FromRecording from_recording) {
  std::error_code ignored;
  const bool inside = text.find("::") != std::string::npos || std::filesystem::exists(text, ignored);
  if (!inside && text.find(':') != std::string::npos) {
    Store store = Store::open();
    if (const auto entries = resolve(store, text)) {
      if (entries->size() != 1)
        throw UsageError("\"" + text + "\" names " + std::to_string(entries->size()) + " recordings",
                         "scoring compares one with one; a study scores a set");
      auto marks = from_recording(store.header(entries->front()));
      marks.shown = text;
      return marks;
    }
  }
  return from_file(text);
}

}  // namespace

Marks named_marks(const std::string& text) {
  return load(text, read_marks, [](const Recording& recording) { return marks_of(recording); });
}

MarkedTable named_table(const std::string& text) { return load(text, read_table, table_of); }

Marks marks_of_moments(const std::vector<std::int64_t>& ticks, const std::vector<std::string>& labels, double tick_hz,
                       const std::vector<std::int64_t>& unreadable_rows) {
  if (!labels.empty() && ticks.size() != labels.size()) throw UsageError("there are as many labels as times");
  if (unreadable_rows.size() % 2 != 0) throw UsageError("an unreadable stretch has two rows");
  Marks marks;
  marks.tick_hz = tick_hz;
  marks.shown = "arrays";
  const auto mark = [&](std::int64_t tick, std::string label, std::int32_t subtype) {
    Annotation one;
    one.tick = one.end_tick = tick;
    one.label = std::move(label);
    one.subtype = subtype;
    marks.annotations.push_back(std::move(one));
  };
  for (std::size_t i = 0; i < ticks.size(); ++i) mark(ticks[i], labels.empty() ? "N" : labels[i], 0);
  for (std::size_t i = 0; i < unreadable_rows.size(); ++i) mark(unreadable_rows[i], "~", i % 2 == 0 ? -1 : 0);
  std::stable_sort(marks.annotations.begin(), marks.annotations.end(),
                   [](const auto& a, const auto& b) { return a.tick < b.tick; });
  return marks;
}

MarkedTable table_of_rows(std::vector<MarkedRow> rows, double duration_s) {
  MarkedTable table;
  table.duration_s = duration_s;
  table.shown = "rows";
  table.rows = std::move(rows);
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return a.start_s < b.start_s || (std::isnan(b.start_s) && !std::isnan(a.start_s));
  });
  return table;
}

Marks marks_of_run(const RunResult& run) {
  std::vector<std::int64_t> rows, unreadable;
  for (const Event& event : run.events) {
    if (event.kind == Said::Kind::event) rows.push_back(event.row);
    if (event.kind != Said::Kind::unreadable) continue;
    unreadable.push_back(event.row);
    unreadable.push_back(event.end_row);
  }
  return marks_of_moments(rows, {}, run.rate_hz, unreadable);
}

MarkedTable table_of_run(const RunResult& run) {
  MarkedTable table;
  table.duration_s = run.duration_s;
  for (const Event& event : run.events) {
    if (event.kind == Said::Kind::probe) continue;
    MarkedRow row;
    row.start_s = event.interval ? event.t_start_s : event.t_s;
    if (event.interval) row.end_s = event.t_end_s;
    row.score = static_cast<double>(event.value);
    if (event.kind == Said::Kind::unreadable) row.kind = "unreadable", row.label = "";
    if (event.kind == Said::Kind::candidate || event.kind == Said::Kind::score) row.kind = "candidate";
    for (const auto& [name, value] : event.fields) {
      if (name == "t_impact_s" && value.is_number()) row.impact_s = value.get<double>();
      if (name == "score" && value.is_number()) row.score = value.get<double>();
      if (row.label.empty() && value.is_string()) row.label = value.get<std::string>();
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace vagus::lab
