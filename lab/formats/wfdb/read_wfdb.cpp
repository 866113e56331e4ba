#include <algorithm>
#include <array>
#include <new>
#include <set>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/wfdb/annotations.h"
#include "lab/formats/wfdb/comments.h"
#include "lab/formats/wfdb/header.h"
#include "lab/formats/wfdb/segments.h"
#include "lab/formats/wfdb/wfdb.h"

namespace vagus::lab {
namespace {

using wfdb::Header;

/// "folder/100" of "folder/100.hea", and "100" of that.
std::string without_ending(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? path : path.substr(0, dot);
}
std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Track track_of(wfdb::AnnotationFile file, const std::string& name, double record_hz) {
  Track track;
  track.name = name;
  track.tick_hz = file.tick_hz > 0 ? file.tick_hz : record_hz;
  track.layers.push_back(
      {.author = {}, .time = {}, .reason = "as published", .parent = {}, .annotations = std::move(file.annotations)});
  return track;
}

/// Endings of what lies beside headers and is not an annotation file, whatever its bytes look like.
bool other_ending(const std::string& ending) {
  static const std::set<std::string> others = {"hea",  "dat",  "mat",  "edf", "wav", "csv", "txt", "md",
                                               "toml", "json", "html", "pdf", "png", "svg", "gz",  "xz",
                                               "zip",  "tar",  "npz",  "npy", "h5",  "xws"};
  return others.contains(ending);
}
/// Endings by which annotation files go, so that a damaged one is still known for what it is.
bool usual_ending(const std::string& ending) {
  static const std::set<std::string> usual = {"atr",  "ari",  "ecg", "qrs", "qrsc", "wqrs", "gqrs",
                                              "xqrs", "sqrs", "ann", "st",  "stf",  "rhy"};
  return usual.contains(ending);
}

void read_tracks(const Location& header_file, const Header& header, const ReadOptions& options, Recording& recording) {
  const std::string stem = without_ending(header_file.path) + ".";
  std::set<std::string> signal_files;
  for (const wfdb::SignalLine& signal : header.signals) signal_files.insert(last_part(signal.file));
  for (const std::string& path : header_file.volume->list()) {
    if (!path.starts_with(stem)) continue;
    const std::string ending = path.substr(stem.size());
    if (ending.find('/') != std::string::npos) continue;
    const bool asked = ending == options.annotator;
    if (ending.empty() || (!options.annotator.empty() && !asked)) continue;
    if (!asked && (other_ending(ending) || signal_files.contains(last_part(path)))) continue;
    const Bytes bytes = header_file.volume->read(path);
    const bool sniffed = looks_like_wfdb_annotations(bytes.view());
    if (!sniffed && !asked && !usual_ending(ending)) continue;
    try {
      wfdb::AnnotationFile file =
          wfdb::parse_annotations(bytes.view(), header_file.volume->shown() + path, recording.repairs);
      recording.tracks.push_back(track_of(std::move(file), ending, header.frame_rate_hz));
    } catch (const Error&) {
      if (asked) throw;
      ++recording.repairs["unreadable annotation file"];
    }
  }
  if (!options.annotator.empty() && recording.tracks.empty()) {
    throw Error("no annotation file with the ending ." + options.annotator, header_file.shown());
  }
}

/// Channel names are unique: the second "ECG" becomes "ECG 2".
void make_names_unique(std::vector<Channel>& channels) {
  std::set<std::string> taken;
  for (Channel& channel : channels) {
    const std::string base = channel.name;
    for (int k = 2; !taken.insert(channel.name).second; ++k) channel.name = base + " " + std::to_string(k);
  }
}

Recording read_record(const Location& header_file, const ReadOptions& options) {
  const std::string shown = header_file.shown();
  wfdb::Files files(*header_file.volume, header_file.path);
  const Header header = wfdb::parse_header(files.bytes(header_file.path).text(), shown);

  Recording recording;
  recording.name = last_part(without_ending(header_file.path));
  recording.repairs = header.repairs;
  recording.start = header.start();
  wfdb::sort_comments(header.comments, recording);
  if (header.time_us && !header.days) {
    // Printed by the header's own writer, so that it reads back the same.
    Header clock;
    clock.time_us = header.time_us;
    std::string line = wfdb::format_header(clock);
    line = line.substr(line.rfind(' ') + 1);
    recording.attributes["start_time"] = line.substr(0, line.find('\n'));
  }
  if (header.counter_hz > 0) recording.attributes["counter_hz"] = wfdb::plain(header.counter_hz);

  std::vector<wfdb::Assembled> signals = wfdb::assemble(files, header, shown, options.signals, recording.repairs);
  recording.channels.reserve(signals.size());
  for (wfdb::Assembled& signal : signals) {
    recording.channels.push_back(
        wfdb::channel_of(signal, header.frame_rate_hz, recording.channels.size(), options.signals));
  }
  make_names_unique(recording.channels);
  if (options.annotations) read_tracks(header_file, header, options, recording);
  return recording;
}

}  // namespace

Recording read_wfdb(const Location& header, const ReadOptions& options) {
  try {
    return read_record(header, options);
  } catch (const std::bad_alloc&) {
    throw Error("the record does not fit in memory", header.shown());
  }
}

Track read_annotations(const Location& file, std::map<std::string, std::int64_t>* repairs) {
  const std::string shown = file.shown();
  const Bytes bytes = file.volume->read(file.path);
  if (bytes.size() == 0) throw Error("an empty annotation file", shown);
  std::map<std::string, std::int64_t> unasked;
  wfdb::AnnotationFile parsed = wfdb::parse_annotations(bytes.view(), shown, repairs != nullptr ? *repairs : unasked);
  double record_hz = 0;
  const std::string header = without_ending(file.path) + ".hea";
  if (parsed.tick_hz == 0 && file.volume->contains(header)) {
    record_hz = wfdb::parse_header(file.volume->read(header).text(), file.volume->shown() + header).frame_rate_hz;
  }
  return track_of(std::move(parsed), file.path.substr(without_ending(file.path).size()).erase(0, 1), record_hz);
}

bool looks_like_wfdb_header(std::span<const std::byte> bytes) {
  return wfdb::looks_like_header({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool looks_like_wfdb_annotations(std::span<const std::byte> bytes) { return wfdb::looks_like_annotations(bytes); }

}  // namespace vagus::lab
