#pragma once
/// What `vagus run` prints: a table for people, JSON Lines and CSV for programs, WFDB annotations for other tools.
#include <cstdint>
#include <map>
#include <string>

#include "lab/detect/run.h"

namespace vagus::cli {

enum class Shape { table, json, csv };

void append_csv_header(std::string& out, const lab::DetectorInfo& detector, bool with_recording);
/// One event as a line of CSV; other kinds of lines have no place in it.
void append_csv_line(std::string& out, const lab::Event& event, const std::string& recording, bool with_recording);
/// Everything one run said. `recording` is told on every line where it is not empty; `shown` heads the table.
void append_result(std::string& out, Shape shape, const lab::DetectorInfo& detector, const lab::RunResult& result,
                   const std::string& recording, const std::string& shown, bool probes_said);
/// Writes FOLDER/RECORD.EXT: beats as N, unreadable stretches as NOISE (subtype -1 where one begins, 0 where it ends).
void write_annotation_file(const lab::Recording& recording, const lab::RunResult& result, const std::string& extension,
                           const std::string& folder);
/// One line on standard error where anything was mended.
void say_repairs(const std::string& shown, const std::map<std::string, std::int64_t>& repairs);
/// 75.3 -> "1:15.300".
std::string clock_text(double seconds);

}  // namespace vagus::cli
