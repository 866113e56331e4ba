#include "lab/study/stored_events.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "lab/base/error.h"
#include "lab/formats/arrays/array.h"
#include "lab/formats/volume.h"
#include "lab/score/csv_lines.h"
#include "lab/score/marks.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* endings[] = {".csv", ".test.csv", ".events.csv", ".jsonl", ".json", ".mat"};

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("the stored events cannot be read", path.filename().string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

double number_in(const Json& line, const char* key) {
  const auto at = line.find(key);
  return at != line.end() && at->is_number() ? at->get<double>() : unknown_s;
}

std::string text_in(const Json& line, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto at = line.find(key);
    if (at != line.end() && at->is_string()) return at->get<std::string>();
  }
  return {};
}

bool is_weighed(const std::string& kind) { return kind == "candidate" || kind == "score"; }

Said::Kind kind_of_row(const MarkedRow& row) {
  if (row.kind == "unreadable") return Said::Kind::unreadable;
  return is_weighed(row.kind) ? Said::Kind::candidate : Said::Kind::event;
}

/// Endings of signals and of what is read otherwise: a file R.EXT of another ending may hold annotations.
bool may_be_annotations(const std::string& ending) {
  static const std::set<std::string> others{".hea", ".dat", ".xws", ".txt", ".npy", ".npz", ".html", ".png", ".edf"};
  return !ending.empty() && !others.contains(ending);
}

/// The WFDB annotation files of a recording.
std::vector<fs::path> annotation_files(const fs::path& base) {
  std::vector<fs::path> found;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(base.parent_path(), code)) {
    const fs::path& path = entry.path();
    if (path.stem() != base.filename() || !may_be_annotations(path.extension().string()) ||
        !entry.is_regular_file(code))
      continue;
    found.push_back(path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// A CSV that counts rows and tells no time.
bool counts_rows(std::string_view text) {
  const auto head = CsvLines(text).next();
  if (!head) return false;
  const std::vector<std::string> names = csv_cells(*head);
  return first_column(names, {"sample"}) >= 0 && first_column(names, {"t_s", "t_start_s", "t_ms", "t_us", "t_ns"}) < 0;
}

double clock_of(const std::function<double()>& clock_hz, const std::string& shown) {
  const double hz = clock_hz ? clock_hz() : 0;
  if (!(hz > 0)) throw Error("it counts rows, and the recording does not tell their rate", shown);
  return hz;
}

void in_order(MarkedTable& table) {
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const MarkedRow& a, const MarkedRow& b) { return a.start_s < b.start_s; });
}

/// Annotations as rows; `beats`: of beats and unreadable stretches alone.
MarkedTable table_of_marks(const Marks& marks, bool beats, const std::function<double()>& clock_hz) {
  static const std::set<std::string> beat_labels{"N", "L", "R", "B", "A", "a", "J", "S", "V", "r",
                                                 "F", "e", "j", "n", "E", "/", "f", "Q", "?"};  // WFDB's isqrs()
  MarkedTable table;
  table.shown = marks.shown;
  table.repairs = marks.repairs;
  const double hz = marks.tick_hz > 0 ? marks.tick_hz : clock_of(clock_hz, marks.shown);
  for (std::size_t i = 0; i < marks.annotations.size(); ++i) {
    const Annotation& a = marks.annotations[i];
    MarkedRow row;
    row.start_s = static_cast<double>(a.tick) / hz;
    if (a.end_tick > a.tick) row.end_s = static_cast<double>(a.end_tick) / hz;
    row.label = a.label;
    if (a.label == "~") {
      if ((a.subtype & 0x30) != 0x30) continue;  // where a stretch ends
      const auto end = std::find_if(marks.annotations.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                    marks.annotations.end(), [](const Annotation& b) { return b.label == "~"; });
      row.kind = "unreadable";
      row.end_s = static_cast<double>((end == marks.annotations.end() ? marks.annotations.back() : *end).tick) / hz;
    } else if (beats && !beat_labels.contains(a.label)) {
      continue;
    }
    table.rows.push_back(std::move(row));
  }
  in_order(table);
  return table;
}

/// The vectors of a MATLAB file by the last part of their names.
class Vectors {
 public:
  Vectors(const Arrays& arrays, std::string shown) : shown_(std::move(shown)) {
    for (const Array& array : arrays) {
      const std::string name = array.name.substr(array.name.rfind('.') + 1);
      if (!by_name_.emplace(name, &array).second) throw Error("two variables are called " + name, shown_);
    }
  }
  bool has(const char* name) const { return by_name_.contains(name); }
  std::size_t rows(const char* name) const {
    const Array& array = *by_name_.at(name);
    return array.type == Array::Type::text ? array.texts.size() : array.size();
  }
  double number(const char* name, std::size_t i) const {
    const Array& array = *by_name_.at(name);
    if (array.type == Array::Type::text) throw Error("the variable " + std::string(name) + " holds no numbers", shown_);
    const double value = array.number(i);
    if (!std::isfinite(value))
      throw Error("the variable " + std::string(name) + " holds what is no number",
                  shown_ + " element " + std::to_string(i + 1));
    return value;
  }
  const std::string& text(const char* name, std::size_t i) const { return by_name_.at(name)->texts.at(i); }
  bool is_text(const char* name) const { return has(name) && by_name_.at(name)->type == Array::Type::text; }
  std::string listed() const {
    std::string all;
    for (const auto& [name, array] : by_name_) all += (all.empty() ? "" : ", ") + name;
    return all.empty() ? "no variable" : all;
  }

 private:
  std::string shown_;
  std::map<std::string, const Array*> by_name_;
};

MarkedTable table_of_arrays(const Arrays& arrays, const std::string& shown, const std::function<double()>& clock_hz) {
  const Vectors vectors(arrays, shown);
  const char* place = nullptr;
  for (const char* name : {"t_s", "t_start_s", "sample", "index"}) {
    if (place == nullptr && vectors.has(name)) place = name;
  }
  if (place == nullptr)
    throw Error("it says of no event when it was", shown,
                "a vector t_s, t_start_s, sample (from 0) or index (from 1); it holds " + vectors.listed());
  const bool counts = std::string_view(place) == "sample" || std::string_view(place) == "index";
  const double hz = counts ? clock_of(clock_hz, shown) : 1, first = std::string_view(place) == "index" ? 1 : 0;
  const std::size_t rows = vectors.rows(place);
  const char* score = vectors.has("score") ? "score" : vectors.has("quality") ? "quality" : nullptr;
  for (const char* name : {"t_end_s", "score", "quality", "label"})
    if (vectors.has(name) && vectors.rows(name) != rows)
      throw Error(std::string(name) + " has " + std::to_string(vectors.rows(name)) + " elements, and " + place + " " +
                      std::to_string(rows),
                  shown);
  MarkedTable table;
  table.shown = shown;
  for (std::size_t i = 0; i < rows; ++i) {
    MarkedRow row;
    row.start_s = (vectors.number(place, i) - first) / hz;
    if (vectors.has("t_end_s")) row.end_s = vectors.number("t_end_s", i);
    if (score != nullptr) row.score = vectors.number(score, i);
    if (vectors.is_text("label")) row.label = vectors.text("label", i);
    if (row.end_s < row.start_s)
      throw Error("a stretch ends before it starts", shown + " element " + std::to_string(i + 1));
    table.rows.push_back(std::move(row));
  }
  in_order(table);
  return table;
}

/// Refuses what lies outside of the recording: another recording's file, another unit.
void check_times(const MarkedTable& table, double duration_s, const std::string& shown) {
  if (!(duration_s > 0)) return;
  constexpr double tolerance_s = 1;
  for (const MarkedRow& row : table.rows) {
    if (row.start_s < -tolerance_s || row.start_s > duration_s + tolerance_s)
      throw Error(
          "an event is at " + shortest(row.start_s) + " s, and the recording lasts " + shortest(duration_s) + " s",
          shown);
  }
}

}  // namespace

StoredEvents::StoredEvents(fs::path folder) : folder_(std::move(folder)) {
  std::error_code code;
  if (!fs::is_directory(folder_, code))
    throw Error("there is no such folder of stored events", folder_.string(),
                "[detector] events = \"FOLDER\" is looked for from the current folder");
}

StoredEvents::File StoredEvents::read(const StudyItem& item, const StoredUse& use) const {
  std::vector<fs::path> found;
  for (const fs::path& base : {folder_ / item.set / item.name, folder_ / item.name}) {
    std::error_code code;
    for (const char* ending : endings)
      if (fs::path path = base.string() + ending; fs::is_regular_file(path, code)) found.push_back(std::move(path));
    if (found.empty()) found = annotation_files(base);
    if (!found.empty()) break;
  }
  if (found.empty()) throw Error("no events are stored of it", item.id());
  if (found.size() > 1)
    throw Error("two files of stored events: " + found[0].filename().string() + " and " + found[1].filename().string(),
                item.id());
  const fs::path& path = found.front();
  const std::string text = bytes_of(path), shown = path.filename().string(), ending = path.extension().string();
  File file;
  file.hash = blake2b_256(text);
  if (ending == ".csv" && !counts_rows(text)) {
    file.table = read_table(path.string());
  } else if (ending == ".jsonl" || ending == ".json") {
    file.table = table_of_json_lines(text, shown, use.clock_hz);
  } else if (ending == ".mat") {
    file.table = table_of_arrays(read_mat(locate(path.string())), shown, use.clock_hz);
  } else {
    file.table = table_of_marks(read_marks(path.string()), ending != ".csv" && use.beats, use.clock_hz);
  }
  file.table.shown = item.id();
  check_times(file.table, use.duration_s, shown);
  return file;
}

MarkedTable table_of_json_lines(std::string_view text, const std::string& shown,
                                const std::function<double()>& clock_hz) {
  MarkedTable table;
  table.shown = shown;
  CsvLines lines(text);
  while (const auto line = lines.next()) {
    const Json json = Json::parse(*line, nullptr, false);
    if (!json.is_object()) throw Error("not a JSON object", shown + " line " + std::to_string(lines.number()));
    if (json.contains("summary")) {
      if (const double s = number_in(json, "duration_s"); s >= 0) table.duration_s = s;
      continue;
    }
    MarkedRow row;
    row.kind = text_in(json, {"kind"});
    if (row.kind == "probe") continue;
    row.start_s = number_in(json, "t_start_s");
    if (std::isnan(row.start_s)) row.start_s = number_in(json, "t_s");
    if (const double sample = number_in(json, "sample"); std::isnan(row.start_s) && sample >= 0 && clock_hz)
      row.start_s = sample / clock_hz();
    row.end_s = number_in(json, "t_end_s");
    row.impact_s = number_in(json, "t_impact_s");
    row.score = number_in(json, "score");
    if (std::isnan(row.score)) row.score = number_in(json, "quality");
    row.label = text_in(json, {"label", "class", "type"});
    if (std::isnan(row.start_s) && std::isnan(row.impact_s))
      throw Error("a line says neither when it starts nor its impact",
                  shown + " line " + std::to_string(lines.number()));
    if (row.end_s < row.start_s)
      throw Error("a stretch ends before it starts", shown + " line " + std::to_string(lines.number()));
    table.rows.push_back(std::move(row));
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const MarkedRow& a, const MarkedRow& b) {
    return (std::isnan(a.start_s) ? a.impact_s : a.start_s) < (std::isnan(b.start_s) ? b.impact_s : b.start_s);
  });
  return table;
}

RunResult run_of_table(const MarkedTable& table, double duration_s) {
  RunResult run;
  run.duration_s = table.duration_s >= 0 ? table.duration_s : duration_s;
  run.repairs = table.repairs;
  std::vector<TimeSpan> unreadable;
  for (const MarkedRow& row : table.rows) {
    Event event;
    event.kind = kind_of_row(row);
    event.interval = !std::isnan(row.end_s);
    event.t_s = std::isnan(row.start_s) ? row.impact_s : row.start_s;
    event.t_start_s = event.t_s;
    event.t_end_s = event.interval ? row.end_s : event.t_s;
    event.value = std::isnan(row.score) ? 1.0F : static_cast<float>(row.score);
    if (event.kind == Said::Kind::unreadable) unreadable.push_back({event.t_start_s, event.t_end_s});
    run.events.push_back(std::move(event));
  }
  run.unreadable_s = total_s(joined(std::move(unreadable)));
  return run;
}

}  // namespace vagus::lab
