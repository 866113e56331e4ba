#include "lab/formats/read.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <new>
#include <set>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/arrays/layout.h"
#include "lab/formats/csv/csv.h"
#include "lab/formats/wfdb/wfdb.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* supported =
    "read are WFDB headers (.hea), canonical CSV, NumPy (.npz, .npy), MATLAB (.mat), and archives of these";
constexpr double one_clock_s = 10 * 365.25 * 86400;  // files of one session do not lie farther apart

enum class Format { wfdb, csv, npy, npz, mat };

bool is_text(std::string_view start) {
  return std::all_of(start.begin(), start.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 32 || c == '\n' || c == '\r' || c == '\t';
  });
}

std::string lower_ending(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

std::string with_ending(const std::string& path, const char* ending) {
  return fs::path(path).replace_extension(ending).generic_string();
}

Format format_of(const Location& where) {
  const Bytes bytes = where.volume->read(where.path);
  const std::string_view text = bytes.text();
  const std::string_view start = text.substr(0, 512);
  if (text.empty()) throw Error("the file is empty", where.shown());
  if (start.starts_with("\x93NUMPY")) return Format::npy;
  if (start.starts_with("PK\x03\x04")) return Format::npz;
  if (start.starts_with("MATLAB 5.0 MAT-file") || start.starts_with("MATLAB 7.3 MAT-file")) return Format::mat;
  if (lower_ending(where.path) == ".mat") return Format::mat;
  if (is_text(start)) {
    if (lower_ending(where.path) == ".hea" || looks_like_wfdb_header(bytes.view())) return Format::wfdb;
    if (looks_like_annotation_csv(start)) {
      throw Error("these are annotations, not a recording", where.shown(), "name the file with the signals");
    }
    if (lower_ending(where.path) == ".csv" || looks_like_csv(start)) return Format::csv;
  }
  const std::string header = with_ending(where.path, ".hea");
  const bool has_header = header != where.path && where.volume->contains(header);
  if (has_header)
    throw Error("this belongs to a WFDB record", where.shown(),
                "name its header: " + Location{where.volume, header}.shown());
  if (start.starts_with("0       ") || start.starts_with("\xFF"
                                                         "BIOSEMI"))
    throw Error("EDF and BDF are not read", where.shown(), supported);
  throw Error("unknown content", where.shown(), supported);
}

Recording read_by_format(const Location& where, const ReadOptions& options, Clock& clock) {
  switch (format_of(where)) {
    case Format::csv:
      return read_csv(where, options, &clock);
    case Format::wfdb: {
      Recording recording = read_wfdb(where, options);
      if (recording.start) clock = {recording.start->us, 0};
      return recording;
    }
    default: {
      Recording recording = read_arrays(where, options);
      if (recording.start) clock = {recording.start->us, 0};
      return recording;
    }
  }
}

Recording read_known(const Location& where, const ReadOptions& options, Clock& clock) {
  try {
    return read_by_format(where, options, clock);
  } catch (const std::bad_alloc&) {
    throw Error("needs more memory than there is", where.shown());
  }
}

/// A name that no channel of `recording` has.
std::string unique_name(const Recording& recording, const std::string& name, const std::string& file) {
  if (recording.find(name) == nullptr) return name;
  std::string prefixed = fs::path(file).stem().string() + "." + name;
  if (recording.find(prefixed) == nullptr) return prefixed;
  for (int number = 2;; ++number) {
    if (std::string numbered = prefixed + "_" + std::to_string(number); recording.find(numbered) == nullptr)
      return numbered;
  }
}

}  // namespace

Recording read(const Location& where, const ReadOptions& options) {
  Clock clock;
  return read_known(where, options, clock);
}

Recording read(const std::string& where, const ReadOptions& options) { return read(locate(where), options); }

Recording read_session(const std::vector<std::string>& files, const ReadOptions& options) {
  if (files.empty()) throw Error("no file is named");
  if (files.size() == 1) return read(files.front(), options);
  std::vector<Recording> parts;
  std::vector<Clock> clocks(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) parts.push_back(read_known(locate(files[i]), options, clocks[i]));

  const auto earliest = std::min_element(clocks.begin(), clocks.end());
  Recording whole = parts[static_cast<std::size_t>(earliest - clocks.begin())];
  whole.channels.clear();
  whole.tracks.clear();
  whole.repairs.clear();
  whole.name = parts.front().name;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double later_s = clocks[i].seconds_after(*earliest);
    if (later_s > one_clock_s) {
      throw Error(
          "its times and those of " + files[static_cast<std::size_t>(earliest - clocks.begin())] + " are not one clock",
          files[i], "give files of one session whose time columns count from the same moment");
    }
    for (Channel& channel : parts[i].channels) {
      channel.name = unique_name(whole, channel.name, files[i]);
      channel.time = channel.time.shifted(later_s);
      whole.channels.push_back(std::move(channel));
    }
    for (Track& track : parts[i].tracks) {
      const auto shift = static_cast<std::int64_t>(std::llround(later_s * track.tick_hz));
      for (Layer& layer : track.layers) {
        for (Annotation& annotation : layer.annotations) {
          annotation.tick += shift;
          annotation.end_tick += shift;
        }
      }
      if (whole.track(track.name) != nullptr) track.name = fs::path(files[i]).stem().string() + "." + track.name;
      whole.tracks.push_back(std::move(track));
    }
    for (const auto& [what, count] : parts[i].repairs) whole.repairs[what] += count;
    whole.attributes.merge(parts[i].attributes);
    whole.identifiers.merge(parts[i].identifiers);
  }
  return whole;
}

Written write(const Recording& recording, const std::string& path) {
  const std::string ending = lower_ending(path);
  Written written;
  if (ending == ".hea") {
    const WfdbWritten wfdb = write_wfdb(recording, fs::path(path).replace_extension());
    for (const fs::path& file : wfdb.files) written.files.push_back(file.string());
    for (const WfdbWritten::Rounding& rounding : wfdb.rounded) {
      written.notes.push_back(rounding.channel + " kept within " +
                              shortest(static_cast<float>(rounding.largest_error)));
    }
  } else if (ending == ".csv") {
    // Both files are whole on the disk before either appears.
    std::optional<AtomicFile> marks;
    if (!recording.tracks.empty()) {
      marks.emplace(with_ending(path, ".ann.csv"));
      marks->write(annotation_csv(recording));
    }
    write_csv(recording, path);
    written.files.push_back(path);
    if (marks) {
      marks->commit();
      written.files.push_back(with_ending(path, ".ann.csv"));
    }
    for (const std::string& name : left_out_of_csv(recording))
      written.notes.push_back("left out: " + name + " (no canonical CSV column)");
  } else if (ending == ".npz") {
    write_whole(path, npz_of(npz_arrays(recording)));
    written.files.push_back(path);
    for (const std::string& name : left_out_of_csv(recording))
      written.notes.push_back("left out: " + name + " (no canonical name)");
  } else {
    throw UsageError("\"" + path + "\" has an ending that is not written", "written are .hea (WFDB), .csv and .npz");
  }
  return written;
}

}  // namespace vagus::lab
