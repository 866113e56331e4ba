#include "lab/study/stored_events.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include "lab/base/error.h"
#include "lab/formats/volume.h"
#include "lab/score/csv_lines.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* endings[] = {".csv", ".test.csv", ".events.csv", ".jsonl", ".json"};

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

}  // namespace

StoredEvents::StoredEvents(fs::path folder) : folder_(std::move(folder)) {
  std::error_code code;
  if (!fs::is_directory(folder_, code))
    throw Error("there is no such folder of stored events", folder_.string(),
                "[detector] events = \"FOLDER\" is looked for from the current folder");
}

StoredEvents::File StoredEvents::read(const StudyItem& item) const {
  std::vector<fs::path> found;
  for (const fs::path& base : {folder_ / item.set / item.name, folder_ / item.name}) {
    std::error_code code;
    for (const char* ending : endings)
      if (fs::path path = base.string() + ending; fs::is_regular_file(path, code)) found.push_back(std::move(path));
    if (!found.empty()) break;
  }
  if (found.empty()) throw Error("no events are stored of it", item.id());
  if (found.size() > 1)
    throw Error("two files of stored events: " + found[0].filename().string() + " and " + found[1].filename().string(),
                item.id());
  const std::string text = bytes_of(found.front());
  File file;
  file.hash = blake2b_256(text);
  if (found.front().extension() == ".csv") {
    file.table = read_table(found.front().string());
  } else {
    file.table = table_of_json_lines(text, found.front().filename().string());
  }
  file.table.shown = item.id();
  return file;
}

MarkedTable table_of_json_lines(std::string_view text, const std::string& shown) {
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
