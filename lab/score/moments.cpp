#include "lab/score/moments.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/score/csv_lines.h"

namespace vagus::lab {
namespace {

/// Which columns hold what; -1 where there is none.
struct TableColumns {
  int start = -1, end = -1, impact = -1, score = -1, label = -1, kind = -1, track = -1;
  double seconds_per_unit = 1;
  bool signals = false;

  explicit TableColumns(const std::vector<std::string>& names) {
    const auto find = [&](std::initializer_list<const char*> wanted) { return first_column(names, wanted); };
    start = find({"t_start_s", "t_s", "t_ms", "t_us", "t_ns"});
    if (start >= 0) {
      const std::string& unit = names[static_cast<std::size_t>(start)];
      seconds_per_unit = unit == "t_ms" ? 1e-3 : unit == "t_us" ? 1e-6 : unit == "t_ns" ? 1e-9 : 1;
    }
    end = find({"t_end_s"});
    impact = find({"t_impact_s"});
    score = find({"score", "quality"});
    label = find({"label", "class", "type"});
    kind = find({"kind"});
    track = find({"track"});
    for (const std::string& name : names) signals = signals || is_signal_column(name);
  }

 private:
  /// PLACEMENT.CHANNEL_UNIT of canonical CSV.
  static bool is_signal_column(std::string_view name) {
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
    for (std::size_t at = name.find('_'); at != std::string_view::npos; at = name.find('_', at + 1))
      if (quantity_of(name.substr(0, at)) && unit_of(name.substr(at + 1))) return true;
    return false;
  }
};

class TableReader {
 public:
  TableReader(const Location& where, const TableColumns& columns) : where_(where), columns_(columns) {}

  MarkedRow row(const std::vector<std::string>& cells, std::int64_t line) {
    line_ = line;
    MarkedRow row;
    row.start_s = number(cells, columns_.start) * columns_.seconds_per_unit;
    row.end_s = number(cells, columns_.end);
    row.impact_s = number(cells, columns_.impact);
    row.score = number(cells, columns_.score);
    row.label = cell(cells, columns_.label);
    row.kind = cell(cells, columns_.kind);
    if (row.kind.empty()) row.kind = cell(cells, columns_.track);
    row.kind = kind_of(row.kind);
    if (std::isnan(row.start_s) && std::isnan(row.impact_s)) refuse("a row says neither when it starts nor its impact");
    if (row.end_s < row.start_s) refuse("a stretch ends before it starts");
    return row;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(what, where_.shown() + " line " + std::to_string(line_));
  }
  static std::string cell(const std::vector<std::string>& cells, int column) {
    return column >= 0 && static_cast<std::size_t>(column) < cells.size() ? cells[static_cast<std::size_t>(column)]
                                                                          : "";
  }
  double number(const std::vector<std::string>& cells, int column) const {
    const std::string text = cell(cells, column);
    if (text.empty() || text == "null") return unknown_s;
    double value = 0;
    if (!parse_double(text, value) || !std::isfinite(value) || std::abs(value) > 1e18)
      refuse("a time or score must be a number, not \"" + text + "\"");
    return value;
  }

  const Location& where_;
  const TableColumns& columns_;
  std::int64_t line_ = 0;
};

void sort_rows(MarkedTable& table) {
  const auto key = [](const MarkedRow& row) { return std::isnan(row.start_s) ? row.impact_s : row.start_s; };
  const auto before = [&](const MarkedRow& a, const MarkedRow& b) { return key(a) < key(b); };
  if (std::is_sorted(table.rows.begin(), table.rows.end(), before)) return;
  std::stable_sort(table.rows.begin(), table.rows.end(), before);
  table.repairs["rows out of order"] = 1;
}

MarkedTable from_table_csv(const Location& where, const Bytes& bytes, bool labels) {
  CsvLines lines(bytes.text());
  const auto head = lines.next();
  if (!head) throw Error("the file is empty", where.shown());
  const TableColumns columns(csv_cells(*head));
  if (columns.signals && !labels) {
    const std::size_t dot = where.path.rfind('.');
    const Location beside{where.volume, where.path.substr(0, dot) + ".ann.csv"};
    if (!beside.volume->contains(beside.path))
      throw Error("a recording without labels", where.shown(), "its labels would be in " + beside.path);
    MarkedTable table = from_table_csv(beside, beside.volume->read(beside.path), true);
    double first = unknown_s, last = unknown_s;
    while (const auto line = lines.next()) {
      double t = 0;
      if (!parse_double(line->substr(0, line->find(',')), t)) continue;
      if (std::isnan(first)) first = t;
      last = t;
    }
    if (!std::isnan(first)) table.duration_s = (last - first) * columns.seconds_per_unit;
    return table;
  }
  if (columns.start < 0 && columns.impact < 0)
    throw Error("not a CSV of events", where.shown(),
                "a column t_start_s, t_s or t_impact_s says when each was; WFDB annotations are for ec57");
  TableReader reader(where, columns);
  MarkedTable table;
  while (const auto line = lines.next()) table.rows.push_back(reader.row(csv_cells(*line), lines.number()));
  sort_rows(table);
  return table;
}

}  // namespace

std::string kind_of(std::string track) {
  if (track.size() > 1 && track.back() == 's') track.pop_back();
  return track;
}

double shared_s(const TimeSpan& a, const TimeSpan& b) {
  return std::max(0., std::min(a.end_s, b.end_s) - std::max(a.start_s, b.start_s));
}

std::vector<TimeSpan> joined(std::vector<TimeSpan> stretches) {
  for (const TimeSpan& s : stretches)
    if (!std::isfinite(s.start_s) || !std::isfinite(s.end_s)) throw Error("a stretch needs a start and an end");
  std::erase_if(stretches, [](const TimeSpan& s) { return !(s.length_s() > 0); });
  std::sort(stretches.begin(), stretches.end(),
            [](const TimeSpan& a, const TimeSpan& b) { return a.start_s < b.start_s; });
  std::vector<TimeSpan> out;
  for (const TimeSpan& s : stretches) {
    if (!out.empty() && s.start_s <= out.back().end_s)
      out.back().end_s = std::max(out.back().end_s, s.end_s);
    else
      out.push_back(s);
  }
  return out;
}

std::vector<TimeSpan> without(const std::vector<TimeSpan>& from, const std::vector<TimeSpan>& what) {
  std::vector<TimeSpan> out;
  for (TimeSpan rest : from) {
    for (const TimeSpan& cut : what) {
      if (cut.end_s <= rest.start_s || rest.end_s <= cut.start_s) continue;
      if (cut.start_s > rest.start_s) out.push_back({rest.start_s, cut.start_s});
      rest.start_s = cut.end_s;
    }
    if (rest.length_s() > 0) out.push_back(rest);
  }
  return out;
}

double total_s(const std::vector<TimeSpan>& stretches) {
  double sum = 0;
  for (const TimeSpan& s : stretches) sum += s.length_s();
  return sum;
}

MarkedTable read_table(const std::string& text) {
  MarkedTable table = read_table_at(locate(text));
  table.shown = text;
  return table;
}

MarkedTable read_table_at(const Location& where) {
  const Bytes bytes = where.volume->read(where.path);
  const std::string_view start = bytes.text().substr(0, 4096);
  if (std::any_of(start.begin(), start.end(),
                  [](char c) { return c >= 0 && c < 0x20 && c != '\n' && c != '\r' && c != '\t'; }))
    throw Error("not a CSV of events", where.shown(), "WFDB annotations are for ec57");
  MarkedTable table = from_table_csv(where, bytes, false);
  table.shown = where.shown();
  return table;
}

MarkedTable table_of(const Recording& recording) {
  MarkedTable table;
  table.shown = recording.name;
  if (!recording.channels.empty()) table.duration_s = recording.duration_s();
  for (const Track& track : recording.tracks) {
    if (track.layers.empty()) continue;
    for (const Annotation& a : track.current()) {
      MarkedRow row;
      row.start_s = track.time_of(a.tick);
      if (a.end_tick > a.tick) row.end_s = track.time_of(a.end_tick);
      row.kind = kind_of(track.name);
      row.label = a.label;
      table.rows.push_back(std::move(row));
    }
  }
  const auto before = [](const MarkedRow& a, const MarkedRow& b) { return a.start_s < b.start_s; };
  std::stable_sort(table.rows.begin(), table.rows.end(), before);
  return table;
}

}  // namespace vagus::lab
