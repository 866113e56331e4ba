#pragma once
/// Any supported file -> Recording. The format is found by content, not only by name.
#include <optional>
#include <string>
#include <vector>

#include "lab/formats/volume.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

struct ReadOptions {
  bool signals = true;         ///< false: only what headers say (`vagus info` of a huge file)
  bool annotations = true;     ///< read every annotation file beside the record ("atr", "qrs" ...) as tracks
  std::string annotator = {};  ///< only this one, if set
  std::optional<std::string> layout =
      {};                        ///< array files: path of a TOML that names variables, axes, rates and channels
  std::string layout_text = {};  ///< that TOML itself, where it stands in no file of its own
};

/// Reads one recording. Throws Error naming file and place; whatever was mended is counted in `Recording::repairs`.
Recording read(const Location& where, const ReadOptions& options = {});
Recording read(const std::string& where, const ReadOptions& options = {});

/// Several files of one session, whose time columns are one clock: one recording, `t_s` from the earliest row of all.
Recording read_session(const std::vector<std::string>& files, const ReadOptions& options = {});

/// What was written, and what a reader of it should know.
struct Written {
  std::vector<std::string> files;
  std::vector<std::string> notes;  ///< "left out: resp (no canonical CSV column)", "ecg_mv kept within 0.0005 mv" ...
};

/// Writes by the ending of `path` (.hea WFDB, .csv canonical with its .ann.csv, .npz): whole or not at all.
/// Throws UsageError on another ending.
Written write(const Recording& recording, const std::string& path);

}  // namespace vagus::lab
