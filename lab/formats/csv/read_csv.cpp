#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "lab/base/error.h"
#include "lab/formats/csv/columns.h"
#include "lab/formats/csv/csv.h"
#include "lab/formats/csv/rows.h"
#include "lab/signal/even_grid.h"

namespace vagus::lab {
namespace {

using csv::RowReader;

constexpr double s_per_ns = 1e-9;

/// Lines of `text`, without their newlines, to `take(line, last)`; `last` if the text ended without one. Empty ones go
/// to `blank(how_many)`.
template <class Take, class Blank>
void for_lines(std::string_view text, Take take, Blank blank) {
  while (!text.empty()) {
    if (text.front() == '\n') {
      const std::size_t lines = std::min(text.find_first_not_of('\n'), text.size());
      blank(lines);
      text.remove_prefix(lines);
      continue;
    }
    const void* found = std::memchr(text.data(), '\n', text.size());
    if (found == nullptr) return take(text, true);
    const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    take(text.substr(0, length), false);
    text.remove_prefix(length + 1);
  }
}

RowReader read_rows(std::string_view text, const std::string& where) {
  const std::string_view first = text.substr(0, text.find('\n'));
  RowReader rows(csv::read_header(first, where), where);
  text.remove_prefix(std::min(text.size(), first.size() + 1));
  // From the first mebibyte; a file that is not alike throughout costs some copying, not memory.
  const std::string_view first_part = text.substr(0, std::size_t{1} << 20);
  std::size_t lines = 0;
  for_lines(
      first_part, [&](std::string_view line, bool) { lines += line.size() > 1 ? 1 : 0; }, [](std::size_t) {});
  if (!first_part.empty()) rows.reserve(lines * (text.size() / first_part.size() + 1) + 1);
  for_lines(
      text, [&](std::string_view line, bool last) { rows.line(line, last); },
      [&](std::size_t blank) { rows.blank(blank); });
  rows.demand_samples();
  return rows;
}

/// Seconds since the first readable stamp; NaN where a stamp cannot be read.
std::vector<double> seconds_since(std::vector<std::int64_t>& stamps, std::int64_t origin_ns) {
  std::vector<double> seconds(stamps.size());
  std::transform(stamps.begin(), stamps.end(), seconds.begin(), [&](std::int64_t stamp) {
    if (stamp == csv::no_stamp) return std::numeric_limits<double>::quiet_NaN();
    // Far apart, the difference of two counts does not fit one.
    const auto apart = static_cast<double>(stamp) - static_cast<double>(origin_ns);
    return s_per_ns * (std::abs(apart) < 9e18 ? static_cast<double>(stamp - origin_ns) : apart);
  });
  std::vector<std::int64_t>().swap(stamps);
  return seconds;
}

void reorder(std::vector<float>& values, const std::vector<std::int64_t>& rows) {
  std::vector<float> moved(rows.size());
  std::transform(rows.begin(), rows.end(), moved.begin(),
                 [&](std::int64_t row) { return values[static_cast<std::size_t>(row)]; });
  values.swap(moved);
}

std::string sibling(const std::string& path, const std::string& ending) {
  return std::filesystem::path(path).replace_extension(ending).generic_string();
}

void add_annotations(const Location& where, Recording& recording) {
  for (const std::string& path : {sibling(where.path, ".ann.csv"), where.path + ".ann.csv"}) {
    if (path == where.path || !where.volume->contains(path)) continue;
    for (Track& track : read_annotation_csv({where.volume, path})) recording.tracks.push_back(std::move(track));
    return;
  }
}

}  // namespace

Recording read_csv(const Location& where, const ReadOptions& options, Clock* clock) {
  const std::string place = where.shown();
  Recording recording;
  recording.name = std::filesystem::path(where.path).stem().string();
  Grid grid;
  std::int64_t origin_ns = 0;
  bool absolute = false;  // counted from 1970 (t_iso, or a count that can be nothing else), not from some moment
  {
    const Bytes bytes = where.volume->read(where.path);
    RowReader rows = read_rows(csv::without_mark(bytes.text()), place);
    const auto first =
        std::find_if(rows.stamps.begin(), rows.stamps.end(), [](std::int64_t s) { return s != csv::no_stamp; });
    if (first == rows.stamps.end()) throw Error("no time can be read", place + " column 1");
    origin_ns = *first;
    absolute = csv::counts_from_1970(*first, rows.header().time);
    rows.damage().count_into(recording.repairs);
    recording.channels = rows.header().channels;
    if (rows.header().time == csv::TimeColumn::iso) {
      recording.start = start_from_iso(csv::first_cell(bytes.text().substr(bytes.text().find('\n') + 1)));
    }
    try {
      grid = even_grid(seconds_since(rows.stamps, origin_ns));
    } catch (const Error& e) {
      throw Error(e.what(), place + " column 1");
    }
    for (std::size_t i = 0; i < recording.channels.size(); ++i) {
      if (!grid.kept_rows.empty()) reorder(rows.columns[i], grid.kept_rows);
      if (options.signals) recording.channels[i].samples = Samples(std::move(rows.columns[i]));
    }
  }
  for (const auto& [what, count] : grid.repairs) recording.repairs[what] += count;
  const double earliest = grid.time.stretches.front().t_start_s;
  origin_ns += static_cast<std::int64_t>(std::llround(earliest / s_per_ns));
  const TimeAxis axis = grid.time.shifted(-earliest);
  for (Channel& channel : recording.channels) channel.time = axis;
  if (absolute) {
    const bool local = recording.start && !recording.start->utc;
    const auto zone = recording.start ? recording.start->zone_minutes : std::nullopt;
    recording.start = Start{origin_ns / 1000, zone, !local};
  }
  if (options.annotations) add_annotations(where, recording);
  if (clock != nullptr) *clock = Clock::from_ns(origin_ns);
  return recording;
}

bool looks_like_csv(std::string_view start) {
  const std::string_view line = csv::without_mark(start);
  const std::string first = csv::first_cell(line.substr(0, line.find('\n')));
  if (csv::time_column(first)) return true;
  // Text with commas that is no header is answered by the reader of headers, which says what is wrong.
  const std::string_view text = line.substr(0, line.find('\n'));
  const bool printable = std::all_of(
      text.begin(), text.end(), [](char c) { return c == '\t' || c == '\r' || static_cast<unsigned char>(c) >= 32; });
  return printable && text.find_first_of(",;\t") != std::string_view::npos;
}

}  // namespace vagus::lab
