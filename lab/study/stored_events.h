#pragma once
/// Events that were stored in files, a recording each: the detector ran elsewhere.
#include <filesystem>
#include <string>
#include <string_view>

#include "lab/detect/run.h"
#include "lab/score/moments.h"
#include "lab/study/source.h"

namespace vagus::lab {

/// A folder of stored events. Of recording R of set S the file is S/R.EXT, else R.EXT, EXT one of csv, test.csv,
/// events.csv, jsonl, json, as `vagus run --csv` or `--json -o FILE` and `vagus simulate events` write them.
class StoredEvents {
 public:
  /// Throws Error where there is no such folder.
  explicit StoredEvents(std::filesystem::path folder);

  struct File {
    MarkedTable table;  ///< rows of kind "" are reported; candidate, score: weighed; unreadable: stretches
    std::string hash;   ///< of the file's bytes
  };
  /// Throws Error where the recording has no file, or more than one, or one that cannot be read.
  File read(const StudyItem& item) const;

 private:
  std::filesystem::path folder_;
};

/// JSON Lines as `vagus run --json` writes them: the summary line gives the duration. Throws Error naming the line.
MarkedTable table_of_json_lines(std::string_view text, const std::string& shown);

/// Rows as the run that they were stored from, for protocols that take runs: times alone, no samples.
RunResult run_of_table(const MarkedTable& table, double duration_s);

}  // namespace vagus::lab
