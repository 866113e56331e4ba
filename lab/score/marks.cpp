#include "lab/score/marks.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/volume.h"
#include "lab/formats/wfdb/annotations.h"
#include "lab/formats/wfdb/header.h"
#include "lab/score/csv_lines.h"

namespace vagus::lab {
namespace {

// Seconds in a CSV are kept to the microsecond.
constexpr double csv_hz = 1e6;

std::string without_ending(const std::string& path) {
  const std::size_t dot = path.rfind('.'), slash = path.rfind('/');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? path : path.substr(0, dot);
}

bool is_text(std::string_view bytes) {
  return std::none_of(bytes.begin(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size(), 4096)),
                      [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f; });
}

void take_header(const Location& header, Marks& marks) {
  const Bytes bytes = header.volume->read(header.path);
  const wfdb::Header head = wfdb::parse_header(bytes.text(), header.shown());
  marks.record_hz = head.frame_rate_hz;
  if (head.frames && *head.frames > 0) marks.duration_s = static_cast<double>(*head.frames) / head.frame_rate_hz;
}

Marks from_annotation_file(const Location& where, const Bytes& bytes) {
  Marks marks;
  wfdb::AnnotationFile file = wfdb::parse_annotations(bytes.view(), where.shown(), marks.repairs);
  // Damage does one or the other; noise does both.
  if (marks.repairs.contains("truncated annotation file") && marks.repairs.contains("annotations out of order"))
    throw Error("not an annotation file: it has no end mark, and its times run backwards", where.shown());
  marks.annotations = std::move(file.annotations);
  marks.tick_hz = file.tick_hz;
  const Location header{where.volume, without_ending(where.path) + ".hea"};
  if (header.volume->contains(header.path)) take_header(header, marks);
  return marks;
}

/// Whether a canonical CSV name (PLACEMENT.CHANNEL_UNIT) is a signal's.
bool is_signal(std::string_view name) {
  if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  for (std::size_t at = name.find('_'); at != std::string_view::npos; at = name.find('_', at + 1))
    if (quantity_of(name.substr(0, at)) && unit_of(name.substr(at + 1))) return true;
  return false;
}

/// Which columns of an events' CSV hold what; -1 where there is none.
struct Columns {
  int time = -1, end = -1, sample = -1, label = -1, subtype = -1, kind = -1, track = -1;
  double ticks_per_unit = csv_hz;
  bool signals = false;

  explicit Columns(const std::vector<std::string>& names) {
    const auto find = [&](std::initializer_list<const char*> wanted) { return first_column(names, wanted); };
    time = find({"t_s", "t_start_s", "t_ms", "t_us", "t_ns"});
    if (time >= 0) {
      const std::string& unit = names[static_cast<std::size_t>(time)];
      ticks_per_unit = unit == "t_ms"   ? csv_hz / 1e3
                       : unit == "t_us" ? csv_hz / 1e6
                       : unit == "t_ns" ? csv_hz / 1e9
                                        : csv_hz;
    }
    end = find({"t_end_s"});
    sample = find({"sample"});
    label = find({"label", "class", "symbol"});
    subtype = find({"subtype"});
    kind = find({"kind"});
    track = find({"track"});
    signals = std::any_of(names.begin(), names.end(), is_signal);
  }
};

struct EventRow {
  Annotation annotation;
  std::string track;
};

class Events {
 public:
  Events(const Location& where, const Columns& columns) : where_(where), columns_(columns) {}

  void add(const std::vector<std::string>& cells, std::int64_t line) {
    line_ = line;
    const std::string kind = cell(cells, columns_.kind);
    std::string label = cell(cells, columns_.label);
    if (kind == "unreadable") label = kind;
    if (!kind.empty() && kind != "unreadable") return;
    Annotation a;
    a.tick = a.end_tick =
        columns_.time >= 0 ? tick(cells, columns_.time, columns_.ticks_per_unit) : tick(cells, columns_.sample, 1);
    a.label = label.empty() || label == "beat" ? "N" : label;
    const std::string track = cell(cells, columns_.track);
    if (const std::string text = cell(cells, columns_.subtype); !text.empty()) {
      std::int64_t subtype = 0;
      if (!parse_int(text, subtype) || subtype < -128 || subtype > 255)
        refuse("a subtype must be -128 to 255, not \"" + text + "\"");
      a.subtype = static_cast<std::int32_t>(subtype);
    }
    if (label != "unreadable") {
      rows_.push_back({std::move(a), track});
      return;
    }
    a.label = "~";
    a.subtype = -1;
    if (columns_.end >= 0 && !cell(cells, columns_.end).empty()) {
      Annotation off = a;
      off.tick = off.end_tick = tick(cells, columns_.end, csv_hz);
      off.subtype = 0;
      rows_.push_back({std::move(a), track});
      rows_.push_back({std::move(off), track});
    } else {
      rows_.push_back({std::move(a), track});
    }
  }

  Marks finish() {
    Marks marks;
    marks.tick_hz = columns_.time >= 0 ? csv_hz : 0;
    std::set<std::string> tracks;
    for (const EventRow& row : rows_) tracks.insert(row.track);
    const std::string wanted = tracks.contains("atr") ? "atr" : tracks.contains("beats") ? "beats" : "";
    for (EventRow& row : rows_)
      if (wanted.empty() || row.track == wanted) marks.annotations.push_back(std::move(row.annotation));
    const auto before = [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; };
    if (!std::is_sorted(marks.annotations.begin(), marks.annotations.end(), before)) {
      std::stable_sort(marks.annotations.begin(), marks.annotations.end(), before);
      marks.repairs["annotations out of order"] = 1;
    }
    return marks;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(what, where_.shown() + " line " + std::to_string(line_));
  }
  static std::string cell(const std::vector<std::string>& cells, int column) {
    return column >= 0 && static_cast<std::size_t>(column) < cells.size() ? cells[static_cast<std::size_t>(column)]
                                                                          : "";
  }
  std::int64_t tick(const std::vector<std::string>& cells, int column, double ticks_per_unit) const {
    const std::string text = cell(cells, column);
    double value = 0;
    if (!parse_double(text, value) || !std::isfinite(value) || std::abs(value * ticks_per_unit) > 1e18)
      refuse("an event's time must be a number, not \"" + text + "\"");
    return std::llround(value * ticks_per_unit);
  }

  const Location& where_;
  const Columns& columns_;
  std::vector<EventRow> rows_;
  std::int64_t line_ = 0;
};

/// Length of a CSV recording: from its first row's time to its last row's.
double csv_duration_s(std::string_view text, const Columns& columns) {
  CsvLines lines(text);
  lines.next();
  double first = std::nan(""), last = first;
  while (const auto line = lines.next()) {
    const std::string_view head = line->substr(0, line->find(','));
    double value = 0;
    if (columns.time != 0 || !parse_double(head, value)) continue;
    if (std::isnan(first)) first = value;
    last = value;
  }
  return std::isnan(first) ? -1 : (last - first) * columns.ticks_per_unit / csv_hz;
}

Marks from_csv(const Location& where, const Bytes& bytes, bool labels) {
  CsvLines lines(bytes.text());
  const auto head = lines.next();
  if (!head) throw Error("the file is empty", where.shown());
  const Columns columns(csv_cells(*head));
  if (columns.signals && !labels) {
    const Location beside{where.volume, without_ending(where.path) + ".ann.csv"};
    if (!beside.volume->contains(beside.path))
      throw Error("a recording without labels", where.shown(), "its labels would be in " + beside.path);
    Marks marks = from_csv(beside, beside.volume->read(beside.path), true);
    marks.duration_s = csv_duration_s(bytes.text(), columns);
    return marks;
  }
  if (columns.time < 0 && columns.sample < 0)
    throw Error("neither an annotation file nor a CSV of events", where.shown(),
                "a column t_s or sample says when each event was");
  Events events(where, columns);
  while (const auto line = lines.next()) events.add(csv_cells(*line), lines.number());
  return events.finish();
}

}  // namespace

Marks read_marks(const std::string& text) {
  Location where = locate(text);
  Bytes bytes = where.volume->read(where.path);
  if (bytes.size() == 0) throw Error("the file is empty", where.shown());
  Marks marks;
  if (!is_text(bytes.text())) {
    marks = from_annotation_file(where, bytes);
  } else if (wfdb::looks_like_header(bytes.text())) {
    const Location beside{where.volume, without_ending(where.path) + ".atr"};
    if (!beside.volume->contains(beside.path))
      throw Error("a recording without reference annotations", where.shown(), "they would be in " + beside.path);
    marks = from_annotation_file(beside, beside.volume->read(beside.path));
  } else {
    marks = from_csv(where, bytes, false);
  }
  marks.shown = text;
  return marks;
}

Marks marks_of(const Recording& recording, const std::string& track) {
  const Track* found = nullptr;
  if (!track.empty()) {
    found = recording.track(track);
  } else {
    found = recording.track("atr");
    if (found == nullptr) found = recording.track("beats");
    if (found == nullptr && recording.tracks.size() == 1) found = &recording.tracks.front();
  }
  if (found == nullptr || found->layers.empty())
    throw Error(track.empty() ? "a recording without reference annotations" : "no annotations named " + track,
                recording.name);
  Marks marks;
  marks.annotations = found->current();
  marks.tick_hz = found->tick_hz;
  for (const Channel& channel : recording.channels) marks.record_hz = std::max(marks.record_hz, channel.time.rate_hz);
  if (!recording.channels.empty()) marks.duration_s = recording.duration_s();
  marks.shown = recording.name;
  return marks;
}

}  // namespace vagus::lab
