#include "apps/cli/run_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "lab/base/error.h"
#include "lab/formats/wfdb/wfdb.h"

namespace vagus::cli {
namespace {

std::string csv_cell(const lab::Json& value) {
  if (value.is_null()) return "";
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void append_table(std::string& out, const lab::DetectorInfo& detector, const lab::RunResult& result,
                  const std::string& shown) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{} {} on {}, channel {}, {:g} Hz, {}\n\n", result.detector, result.version, shown, result.channel,
                 result.rate_hz, clock_text(result.duration_s));
  const bool moment = detector.moment;
  fmt::format_to(to, "{:>14}  {:>14}  {:>7}", moment ? "time" : "from", moment ? "sample" : "to", "quality");
  for (const lab::FieldInfo& field : detector.outputs) {
    if (field.name == "sample" || field.name == "start_sample" || field.name == "end_sample" || field.name == "quality")
      continue;
    fmt::format_to(to, "  {:>12}", field.name + (field.unit.empty() ? "" : " " + field.unit));
  }
  out += '\n';
  for (const lab::Event& event : result.events) {
    if (event.kind == lab::Said::Kind::unreadable) {
      fmt::format_to(to, "{:>14}  {:>14}  unreadable: {}\n", clock_text(event.t_start_s), clock_text(event.t_end_s),
                     event.reason);
      continue;
    }
    if (event.kind != lab::Said::Kind::event) continue;
    fmt::format_to(to, "{:>14}  {:>14}  {:>7.3f}", clock_text(event.t_start_s),
                   moment ? std::to_string(event.row) : clock_text(event.t_end_s), static_cast<double>(event.value));
    for (const auto& [name, value] : event.fields) fmt::format_to(to, "  {:>12}", csv_cell(value));
    out += '\n';
  }
  const double share = result.duration_s > 0 ? 100 * result.unreadable_s / result.duration_s : 0;
  fmt::format_to(to, "\n{} {}; unreadable {:.1f} s ({:.2f} %), {} gap{}",
                 result.summary.value(detector.contract->event, 0), detector.contract->event, result.unreadable_s,
                 share, result.gaps, result.gaps == 1 ? "" : "s");
  for (const auto& [key, value] : result.summary.items()) {
    if (key == "mean_hr_bpm" && value.is_number())
      fmt::format_to(to, "; mean heart rate {:.1f} bpm", value.get<double>());
    if (!value.is_object() || !key.ends_with("_share")) continue;
    for (const auto& [label, amount] : value.items())
      fmt::format_to(to, "; {} {:.1f} %", label, 100 * amount.get<double>());
  }
  out += '\n';
}

}  // namespace

std::string clock_text(double seconds) {
  const auto ms = static_cast<std::int64_t>(std::llround(seconds * 1000));
  if (ms >= 3'600'000)
    return fmt::format("{}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
  return fmt::format("{}:{:02}.{:03}", ms / 60'000, ms / 1000 % 60, ms % 1000);
}

void append_csv_header(std::string& out, const lab::DetectorInfo& detector, bool with_recording) {
  if (with_recording) out += "recording,";
  out += detector.moment ? "t_s,sample,quality" : "t_s,t_start_s,t_end_s,quality";
  for (const lab::FieldInfo& field : detector.outputs) {
    if (field.name == "sample" || field.name == "start_sample" || field.name == "end_sample" || field.name == "quality")
      continue;
    out += "," + field.name;
  }
  out += ",t_known_s\n";
}

void append_csv_line(std::string& out, const lab::Event& event, const std::string& recording, bool with_recording) {
  if (event.kind != lab::Said::Kind::event) return;
  if (with_recording) out += csv_cell(recording) + ",";
  lab::append_shortest(out, event.t_s);
  if (event.interval) {
    lab::append_shortest(out += ',', event.t_start_s);
    lab::append_shortest(out += ',', event.t_end_s);
  } else {
    out += "," + std::to_string(event.row);
  }
  lab::append_shortest(out += ',', event.value);
  for (const auto& [name, value] : event.fields) out += "," + csv_cell(value);
  lab::append_shortest(out += ',', event.t_known_s);
  out += '\n';
}

void append_result(std::string& out, Shape shape, const lab::DetectorInfo& detector, const lab::RunResult& result,
                   const std::string& recording, const std::string& shown, bool probes_said) {
  if (shape == Shape::table) {
    if (!out.empty()) out += '\n';
    append_table(out, detector, result, shown);
    return;
  }
  for (const lab::Event& event : result.events) {
    if (event.kind == lab::Said::Kind::probe && !probes_said) continue;
    if (shape == Shape::json) {
      event.append_line(out, recording);
    } else {
      append_csv_line(out, event, recording, !recording.empty());
    }
  }
  if (shape == Shape::csv) return;
  lab::Json summary = lab::Json::object();
  summary["summary"] = true;
  if (!recording.empty()) summary["recording"] = recording;
  summary.update(result.summary);
  out += summary.dump(-1, ' ', false, lab::Json::error_handler_t::replace) + "\n";
}

void write_annotation_file(const lab::Recording& recording, const lab::RunResult& result, const std::string& extension,
                           const std::string& folder) {
  std::vector<lab::Annotation> annotations;
  for (const lab::Event& event : result.events) {
    lab::Annotation mark;
    mark.tick = mark.end_tick = event.row;
    if (event.kind == lab::Said::Kind::event) {
      mark.label = "N";
      annotations.push_back(mark);
    } else if (event.kind == lab::Said::Kind::unreadable) {
      mark.label = "~";
      mark.subtype = -1;
      mark.text = event.reason;
      annotations.push_back(mark);
      mark.tick = mark.end_tick = event.end_row;
      mark.subtype = 0;
      mark.text = "readable";
      annotations.push_back(mark);
    }
  }
  std::stable_sort(annotations.begin(), annotations.end(),
                   [](const auto& a, const auto& b) { return a.tick < b.tick; });
  std::string name = recording.name;
  std::replace(name.begin(), name.end(), '/', '-');
  std::error_code ec;
  const std::filesystem::path where = folder.empty() ? "." : folder;
  std::filesystem::create_directories(where, ec);
  if (ec) throw lab::Error("the folder cannot be made: " + ec.message(), where.string());
  const std::filesystem::path file = where / (name + "." + extension);
  if (extension == "atr" && std::filesystem::exists(file, ec))
    throw lab::UsageError(file.string() + " is there: a detector's answers do not replace reference labels",
                          "take another ending, or another folder with -o");
  lab::write_annotations(annotations, result.rate_hz, file);
}

void say_repairs(const std::string& shown, const std::map<std::string, std::int64_t>& repairs) {
  if (repairs.empty()) return;
  std::string text;
  for (const auto& [what, count] : repairs) text += (text.empty() ? "" : ", ") + what + " " + std::to_string(count);
  std::fprintf(stderr, "vagus: %s: mended or dropped: %s\n", shown.c_str(), text.c_str());
}

}  // namespace vagus::cli
