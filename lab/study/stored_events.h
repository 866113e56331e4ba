#pragma once
/// Events that were stored in files, a recording each: the detector ran elsewhere.
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "lab/detect/run.h"
#include "lab/score/moments.h"
#include "lab/study/source.h"

namespace vagus::lab {

/// What a stored file is read for.
struct StoredUse {
  bool beats = false;                ///< protocol ec57: only annotations of beats are events
  double duration_s = 0;             ///< what lies outside is refused; 0: nothing is
  std::function<double()> clock_hz;  ///< of the recording's rows; asked only where a file counts them
};

/// A folder of stored events. Of recording R of set S the file is S/R.EXT, else R.EXT, EXT one of
/// - csv, test.csv, events.csv: a column t_s (t_ms ...), t_start_s and t_end_s, or sample (rows from 0);
/// - jsonl, json: lines with t_s, t_start_s and t_end_s, or sample; as `vagus run --csv` or `--json -o FILE` and
///   `vagus simulate events` write them;
/// - mat: vectors t_s, t_start_s and t_end_s, sample (from 0) or index (from 1), perhaps score or quality; fields of
/// one
///   structure too;
/// - else any ending of a WFDB annotation file: R.atr, R.qrs.
class StoredEvents {
 public:
  /// Throws Error where there is no such folder.
  explicit StoredEvents(std::filesystem::path folder);

  struct File {
    MarkedTable table;  ///< rows of kind "" are reported; candidate, score: weighed; unreadable: stretches
    std::string hash;   ///< of the file's bytes
  };
  /// Throws Error where the recording has no file, or more than one, or one that cannot be read.
  File read(const StudyItem& item, const StoredUse& use = {}) const;

 private:
  std::filesystem::path folder_;
};

/// JSON Lines as `vagus run --json` writes them: the summary line gives the duration. Throws Error naming the line.
/// A line with `sample` and no time is that row at `clock_hz`.
MarkedTable table_of_json_lines(std::string_view text, const std::string& shown,
                                const std::function<double()>& clock_hz = {});

/// Rows as the run that they were stored from, for protocols that take runs: times alone, no samples.
RunResult run_of_table(const MarkedTable& table, double duration_s);

}  // namespace vagus::lab
