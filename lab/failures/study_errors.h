#pragma once
/// A study's errors with what stood there, as a table to search in, whatever the protocol.
#include <cstdint>
#include <string>
#include <vector>

#include "lab/failures/context_column.h"
#include "lab/failures/error_table.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// One error: what kind, when, and the row of the table in which it lies.
struct ErrorMoment {
  std::uint32_t kind = 0;    ///< of the table's
  std::uint32_t record = 0;  ///< index into StudyResult::records
  std::uint32_t row = 0;
  double t_s = 0;
};

struct StudyErrors {
  ErrorTable table;
  std::vector<std::uint32_t> record;  ///< of each row: index into StudyResult::records
  std::vector<double> t_s;            ///< of each row: its moment, or its middle
  std::vector<ErrorMoment> errors;    ///< each of them; by recording, then kind, then time
  std::vector<std::string> notes;     ///< what the table does not hold, a sentence each
};

/// The rows of one recording in order of time.
struct RecordRows {
  std::vector<double> t_s;
  std::vector<std::vector<float>> exposure;  ///< kind by kind, a value a row
  std::vector<ContextColumn> columns;
  std::vector<ErrorMoment> errors;  ///< by kind, then time; rows count from the recording's first, `record` is not read
};

/// Rows of all recordings as one table, subjects in natural order; with them what is known of the recordings, as far as
/// it differs between some and does not name one.
/// @param kinds  without errors and exposure
StudyErrors join_rows(const StudyResult& result, std::vector<ErrorKind> kinds, std::vector<RecordRows> rows);

/// The errors of the scored part by the study's protocol: beats (lab/failures/beat_context.h), events and windows
/// (lab/failures/event_rows.h). Made on all cores.
StudyErrors study_errors(const StudyResult& result, const Source& source, const Cache& cache, int threads = 0);

}  // namespace vagus::lab
