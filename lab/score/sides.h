#pragma once
/// What is put before a protocol: whatever a person names, or what a run said.
#include <cstdint>
#include <string>
#include <vector>

#include "lab/detect/run.h"
#include "lab/score/marks.h"
#include "lab/score/moments.h"

namespace vagus::lab {

/// `read_marks` and `read_table`, or SET:RECORDING of the store; a file of that name wins over the store. Throws
/// UsageError where the name means several recordings.
Marks named_marks(const std::string& text);
MarkedTable named_table(const std::string& text);

/// Moments at `ticks` of a clock of `tick_hz` (0: samples of the recording), each with its label; none: all are beats
/// N. From each first row of `unreadable_rows` to each second nothing could be told. Throws UsageError where the
/// numbers do not agree.
Marks marks_of_moments(const std::vector<std::int64_t>& ticks, const std::vector<std::string>& labels, double tick_hz,
                       const std::vector<std::int64_t>& unreadable_rows);
/// Rows in any order as a table; `duration_s` below 0: unknown.
MarkedTable table_of_rows(std::vector<MarkedRow> rows, double duration_s);

/// A run's events as beats N at their rows, and what it could not tell as `vagus run --wfdb` writes it.
Marks marks_of_run(const RunResult& run);
/// What a run said, as rows.
MarkedTable table_of_run(const RunResult& run);

}  // namespace vagus::lab
