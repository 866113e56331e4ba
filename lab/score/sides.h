#pragma once
/// What is put before a protocol: whatever a person names, or what a run said.
#include <string>

#include "lab/detect/run.h"
#include "lab/score/marks.h"
#include "lab/score/moments.h"

namespace vagus::lab {

/// `read_marks` and `read_table`, or SET:RECORDING of the store; a file of that name wins over the store. Throws
/// UsageError where the name means several recordings.
Marks named_marks(const std::string& text);
MarkedTable named_table(const std::string& text);

/// A run's events as beats N at their rows, and what it could not tell as `vagus run --wfdb` writes it.
Marks marks_of_run(const RunResult& run);
/// What a run said, as rows.
MarkedTable table_of_run(const RunResult& run);

}  // namespace vagus::lab
