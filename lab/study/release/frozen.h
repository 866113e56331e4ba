#pragma once
/// A released version as it is kept: what it said on every recording of its specification's data, and what was known of
/// it then. The program that said it is not needed again.
///
/// The file: "vagus-release\n", the format's number (16 bit), the number of recordings (64 bit), then blocks of a
/// length (64 bit), the first eight bytes of the content's BLAKE2b-256, and the content: first what is known (JSON),
/// then a recording each. All numbers are little-endian.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// The formats that this version writes and reads; what changes their layout raises the number.
inline constexpr std::uint16_t release_format = 1;
/// The same with the impacts of events beside their times (protocol events).
inline constexpr std::uint16_t release_format_with_impacts = 2;
/// The same with labelled windows (protocol windows).
inline constexpr std::uint16_t release_format_with_windows = 3;
/// The file's name in the folder of a release.
inline constexpr const char* release_file = "release.vgr";

/// A moment that the detector reported, or weighed and did not report.
struct FrozenEvent {
  double t_s = 0;
  float score = 0;         ///< quality of what was reported, score of what was weighed; NaN: none was told
  double t_impact_s = -1;  ///< of the impact it saw; < 0: none told
  friend bool operator==(const FrozenEvent&, const FrozenEvent&) = default;
};

/// A stretch in which it could not tell.
struct FrozenStretch {
  double t_start_s = 0, t_end_s = 0;
  std::string reason;
  friend bool operator==(const FrozenStretch&, const FrozenStretch&) = default;
};

/// A window and what was answered of it.
struct FrozenWindow {
  double t_start_s = 0, t_end_s = 0;
  float score = 0;    ///< NaN: none was told
  std::string label;  ///< "": it could not tell
  friend bool operator==(const FrozenWindow&, const FrozenWindow&) = default;
};

struct FrozenRecord {
  std::string recording, subject;  ///< "mitdb:100"
  std::string signal_hash, labels_hash, channel;
  double rate_hz = 0, duration_s = 0, unreadable_s = 0;  ///< a rate of 0: the events were not made from samples here
  std::vector<FrozenEvent> events;                       ///< in order of time
  std::vector<FrozenEvent> weighed;                      ///< in order of time
  std::vector<FrozenStretch> unreadable;                 ///< in order of time
  std::vector<FrozenWindow> windows;                     ///< as they were answered
  friend bool operator==(const FrozenRecord&, const FrozenRecord&) = default;
};

struct Frozen {
  std::string name;
  Json result;               ///< `results.json` of the study, without its records
  Json cost;                 ///< what `vagus cost --json` says of both cores, or null
  std::string cost_missing;  ///< why there is none
  std::vector<FrozenRecord> records;

  /// From `result`; they are there in whatever was read.
  std::string specification() const { return result.at("specification_text"); }
  std::string detector() const { return result.at("detector").at("name"); }
  std::string version() const { return result.at("detector").at("version"); }
  std::string code() const { return result.at("detector").at("code"); }
  std::string vagus() const { return result.at("vagus"); }
  std::string verdict() const { return result.at("verdict"); }
  Config config() const;
};

/// A recording's part of the file; unpacking throws Error naming `where`.
std::string pack(const FrozenRecord& record);
FrozenRecord unpack_frozen_record(std::string_view bytes, const std::string& where);

/// The whole file.
std::string pack(const Frozen& frozen);
/// Throws Error naming `where` and the byte or the recording: no such file, another format, cut short, changed, longer
/// than it says, a recording twice.
Frozen unpack_frozen(std::string_view bytes, const std::string& where);

/// Names a release by its bytes: BLAKE2b-256, as a user may note it down.
std::string release_digest(std::string_view bytes);

/// Where the release `name` lies: the file itself, the folder it lies in, or `releases/NAME` here. Throws Error where
/// there is none.
std::filesystem::path find_release(const std::string& name);
/// Reads a file whole. Throws Error where it cannot be read.
std::string read_bytes(const std::filesystem::path& file);

}  // namespace vagus::lab
