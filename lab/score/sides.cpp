#include "lab/score/sides.h"

#include <algorithm>
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

Marks marks_of_run(const RunResult& run) {
  Marks marks;
  marks.tick_hz = run.rate_hz;
  marks.shown = run.detector;
  const auto mark = [&](std::int64_t row, const char* label, std::int32_t subtype) {
    Annotation one;
    one.tick = one.end_tick = row;
    one.label = label;
    one.subtype = subtype;
    marks.annotations.push_back(std::move(one));
  };
  for (const Event& event : run.events) {
    if (event.kind == Said::Kind::event) mark(event.row, "N", 0);
    if (event.kind != Said::Kind::unreadable) continue;
    mark(event.row, "~", -1);
    mark(event.end_row, "~", 0);
  }
  std::stable_sort(marks.annotations.begin(), marks.annotations.end(),
                   [](const auto& a, const auto& b) { return a.tick < b.tick; });
  return marks;
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
      if (row.label.empty() && value.is_string()) row.label = value.get<std::string>();
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace vagus::lab
