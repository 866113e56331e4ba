#pragma once
/// The samples of a single-segment record: its signal files, unpacked into one run of digital values a signal.
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "lab/formats/volume.h"
#include "lab/formats/wfdb/header.h"

namespace vagus::lab::wfdb {

/// The files of one record and the bound on what they may expand to: a header can name one file thousands of times and
/// FLAC can blow a few bytes up to gigabytes, so a record may give at most 32 Mi samples and 64 for each byte of its
/// files.
class Files {
 public:
  /// @param header  path of the record's header within the volume
  Files(const Volume& volume, const std::string& header);

  /// A file beside the header. Throws Error (blaming `where`) if the name leads out of the folder.
  std::string resolve(const std::string& name, const std::string& where) const;
  bool contains(const std::string& path) const { return volume_.contains(path); }
  const Bytes& bytes(const std::string& path);
  std::string shown(const std::string& path) const { return volume_.shown() + path; }
  /// Throws Error if `samples` more are too many.
  void spend(std::int64_t samples, const std::string& where);

 private:
  const Volume& volume_;
  std::string folder_;
  std::map<std::string, Bytes> read_;
  std::int64_t left_ = std::int64_t{32} << 20;
};

/// Digital values; the lowest of the type is missing.
using Digits = std::variant<std::vector<std::int16_t>, std::vector<std::int32_t>>;

struct SignalData {
  Digits digits;
  std::int64_t frames = 0;                ///< rows / samples per frame; rows promised where samples were not asked for
  bool present = false;                   ///< its file is there (or it needs none)
  std::int32_t least = 0, greatest = -1;  ///< extremes of what is not missing; least > greatest if there is nothing
};

/// Reads the signals of `header` in its order. With `samples` false only lengths are found.
/// Repairs counted: "missing signal file", "truncated signal file", "wrong checksum", "damaged
/// signal file" (FLAC that ends in an error; what was decoded stands).
/// Throws Error naming file and line where signals of one file disagree on format or offset.
std::vector<SignalData> read_signals(Files& files, const Header& header, const std::string& shown, bool samples,
                                     std::map<std::string, std::int64_t>& repairs);

}  // namespace vagus::lab::wfdb
