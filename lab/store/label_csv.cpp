#include "lab/store/label_csv.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// Takes one row (quoted cells may hold commas, line ends and doubled quotes) off the text.
std::vector<std::string> take_row(std::string_view& text, std::int64_t& line) {
  std::vector<std::string> cells(1);
  bool inside = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (inside) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        cells.back() += '"';
        ++i;
      } else if (c == '"') {
        inside = false;
      } else {
        cells.back() += c;
      }
    } else if (c == '"' && cells.back().empty()) {
      inside = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      ++i;
      break;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  text.remove_prefix(i);
  return cells;
}

}  // namespace

std::string label_csv(const Track& track) {
  std::string out = "t_start_s,t_end_s,track,label,text,subtype,channel,num\n";
  for (const Annotation& a : track.current()) {
    out += shortest(track.time_of(a.tick)) + ",";
    if (a.end_tick != a.tick) out += shortest(track.time_of(a.end_tick));
    out += "," + quoted(track.name) + "," + quoted(a.label) + "," + quoted(a.text) + "," + std::to_string(a.subtype) +
           "," + std::to_string(a.channel) + "," + std::to_string(a.num) + "\n";
  }
  return out;
}

std::vector<Annotation> labels_from_csv(std::string_view text, const std::string& track, double tick_hz,
                                        const std::string& shown) {
  std::int64_t line = 1;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::vector<std::string> names = take_row(text, line);
  const auto column = [&](const char* name) -> std::optional<std::size_t> {
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) return std::nullopt;
    return static_cast<std::size_t>(it - names.begin());
  };
  const auto start = column("t_start_s");
  const auto label = column("label");
  if (!start || !label) throw Error("labels need the columns t_start_s and label", shown + " line 1");
  const auto end = column("t_end_s");
  const auto of_track = column("track");
  std::vector<Annotation> annotations;
  std::string other;
  while (!text.empty()) {
    const std::string place = shown + " line " + std::to_string(line);
    const std::vector<std::string> cells = take_row(text, line);
    if (cells.size() == 1 && cells[0].empty()) continue;
    const auto cell = [&](std::optional<std::size_t> i) { return i && *i < cells.size() ? cells[*i] : std::string(); };
    if (of_track && !cell(of_track).empty() && cell(of_track) != track) {
      if (other.empty()) other = cell(of_track);
      continue;
    }
    const auto tick = [&](const std::string& value, const char* name) {
      double t = 0;
      if (!parse_double(value, t) || !(std::abs(t) < 1e10))
        throw Error("\"" + value + "\" is no time in seconds", place + " column " + name);
      return static_cast<std::int64_t>(std::llround(t * tick_hz));
    };
    const auto small = [&](const char* name) {
      const std::string value = cell(column(name));
      std::int64_t number = 0;
      if (!value.empty() && (!parse_int(value, number) || number < INT32_MIN || number > INT32_MAX))
        throw Error("\"" + value + "\" is no whole number", place + " column " + name);
      return static_cast<std::int32_t>(number);
    };
    Annotation a;
    a.tick = tick(cell(start), "t_start_s");
    a.end_tick = cell(end).empty() ? a.tick : tick(cell(end), "t_end_s");
    if (a.end_tick < a.tick) throw Error("an interval ends before it starts", place);
    a.label = cell(label);
    a.text = cell(column("text"));
    a.subtype = small("subtype");
    a.channel = small("channel");
    a.num = small("num");
    annotations.push_back(std::move(a));
  }
  // To take every label away by a file of another track is nobody's wish.
  if (annotations.empty() && !other.empty())
    throw Error("no row is of track \"" + track + "\"", shown, "its rows are of \"" + other + "\": --track " + other);
  std::stable_sort(annotations.begin(), annotations.end(),
                   [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });
  return annotations;
}

}  // namespace vagus::lab
