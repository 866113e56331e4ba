#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/csv/columns.h"
#include "lab/formats/csv/csv.h"
#include "lab/formats/csv/rows.h"

namespace vagus::lab {
namespace {

constexpr double ticks_per_s = 1e6;

/// Cells of a line; quoted ones may hold commas and doubled quotes.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) cell = std::string(csv::bare(cell));
  return cells;
}

struct AnnotationColumns {
  std::size_t start = 0;
  std::optional<std::size_t> end, track, label, text;
};

std::optional<std::size_t> column(const std::vector<std::string>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<std::size_t>(at - names.begin());
}

std::optional<AnnotationColumns> layout_of(const std::vector<std::string>& names) {
  AnnotationColumns layout;
  const auto interval = column(names, "t_start_s");
  const auto moment = column(names, "t_s");
  if (!interval && !moment) return std::nullopt;
  layout.start = interval ? *interval : *moment;
  if (interval) layout.end = column(names, "t_end_s");
  layout.track = column(names, "track");
  layout.text = column(names, "text");
  for (const char* label : {"label", "class", "event", "rhythm", "type", "reason"}) {
    if (!layout.label) layout.label = column(names, label);
  }
  return layout;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

}  // namespace

std::vector<Track> read_annotation_csv(const Location& where) {
  const std::string place = where.shown();
  const Bytes bytes = where.volume->read(where.path);
  std::string_view text = csv::without_mark(bytes.text());
  const auto next_line = [&] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    return line;
  };
  const std::vector<std::string> names = cells_of(next_line());
  const auto layout = layout_of(names);
  if (!layout)
    throw Error("no column t_start_s or t_s", place + " line 1", "annotations are t_start_s,t_end_s,track,label");
  std::map<std::string, std::vector<Annotation>> tracks;
  for (std::int64_t row = 2; !text.empty(); ++row) {
    const std::vector<std::string> cells = cells_of(next_line());
    if (cells.size() == 1 && cells[0].empty()) continue;
    const auto cell = [&](std::optional<std::size_t> at) {
      return at && *at < cells.size() ? cells[*at] : std::string();
    };
    const auto tick = [&](std::size_t at) {
      double t = 0;
      if (!parse_double(cell(at), t) || !(std::abs(t) < 1e12)) {
        throw Error("\"" + cell(at) + "\" is no time", place + " row " + std::to_string(row) + " column " + names[at]);
      }
      return static_cast<std::int64_t>(std::llround(t * ticks_per_s));
    };
    Annotation annotation;
    annotation.tick = tick(layout->start);
    annotation.end_tick = cell(layout->end).empty() ? annotation.tick : tick(*layout->end);
    if (annotation.end_tick < annotation.tick) {
      throw Error("the end is before the start", place + " row " + std::to_string(row));
    }
    annotation.label = cell(layout->label);
    annotation.text = cell(layout->text);
    const std::string track = cell(layout->track);
    tracks[track.empty() ? "events" : track].push_back(std::move(annotation));
  }
  std::vector<Track> out;
  for (auto& [name, annotations] : tracks) {
    std::stable_sort(annotations.begin(), annotations.end(),
                     [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });
    Track track;
    track.name = name;
    track.tick_hz = ticks_per_s;
    track.layers.emplace_back();
    track.layers.back().reason = "as read";
    track.layers.back().annotations = std::move(annotations);
    out.push_back(std::move(track));
  }
  return out;
}

bool looks_like_annotation_csv(std::string_view start) {
  const std::string_view text = csv::without_mark(start);
  const std::vector<std::string> names = cells_of(text.substr(0, text.find('\n')));
  return column(names, "t_start_s") || (column(names, "t_s") && (column(names, "quality") || column(names, "label")));
}

std::string annotation_csv(const Recording& recording) {
  const bool texts = std::any_of(recording.tracks.begin(), recording.tracks.end(), [](const Track& track) {
    const auto& marks = track.current();
    return std::any_of(marks.begin(), marks.end(), [](const Annotation& mark) { return !mark.text.empty(); });
  });
  std::string out = texts ? "t_start_s,t_end_s,track,label,text\n" : "t_start_s,t_end_s,track,label\n";
  for (const Track& track : recording.tracks) {
    for (const Annotation& mark : track.current()) {
      out += shortest(track.time_of(mark.tick)) + ",";
      if (mark.end_tick > mark.tick) out += shortest(track.time_of(mark.end_tick));
      out += "," + quoted(track.name) + "," + quoted(mark.label);
      if (texts) out += "," + quoted(mark.text);
      out += "\n";
    }
  }
  return out;
}

}  // namespace vagus::lab
