#pragma once
/// Errors worth looking at, with what stood there and what would have flipped them.
#include <optional>
#include <string>
#include <vector>

#include "lab/failures/slice_search.h"
#include "lab/failures/study_errors.h"

namespace vagus::lab {

struct Exemplar {
  std::size_t record = 0;  ///< index into StudyResult::records
  std::size_t kind = 0;    ///< of the table's
  std::size_t row = 0;     ///< of the table: its context
  double t_s = 0;
  std::optional<std::size_t> slice;         ///< the first that holds it
  std::optional<double> before_s, after_s;  ///< the nearest that it got right: beats or events found, windows
  std::optional<double> score;              ///< of what is false, or the best of what was weighed where one was missed
  std::optional<double> threshold;          ///< the one that it passed, or that it would have had to pass
  std::optional<double> margin() const {    ///< how far the score would have to move for the error to go
    return score && threshold ? std::optional(kind == 0 ? *threshold - *score : *score - *threshold) : std::nullopt;
  }
};

/// Beats of the reference that were found, in seconds, in order of time.
std::vector<double> found_beats(const RecordResult& record);

/// Ranked: errors in slices first, the best slice's before the next one's, then those that nothing explains; within
/// these, what was weighed nowhere near and the widest margins first, at most `of_record` of a recording and slice
/// together. Of beats, candidates come from a run with scores, which is kept; windows have no score.
std::vector<Exemplar> find_exemplars(const StudyResult& result, const StudyErrors& errors,
                                     const std::vector<Slice>& slices, const Source& source, const Cache& cache,
                                     std::size_t most, int threads, std::size_t of_record = 4);

}  // namespace vagus::lab
