#pragma once
/// The stretches that a report draws: around every miss and false beat, with what the detector saw inside.
#include <vector>

#include "lab/study/study.h"

namespace vagus::lab {

/// A beat that was missed or one that was not there.
struct Mistake {
  double t_s = 0;
  bool missed = false;
  bool learning = false;  ///< before the protocol's start: not in the headline figures
};

/// Every mistake of a record, over the whole of it, in order of time.
std::vector<Mistake> mistakes_of(const RecordResult& record, double start_s);

struct ExcerptOptions {
  std::size_t per_record = 40;  ///< stretches of one record at most, those of the scored part first
  std::size_t in_all = 320;     ///< at most, records with most mistakes first
  int threads = 0;
};

struct RecordExcerpts {
  std::size_t record = 0;         ///< index into StudyResult::records
  std::vector<Excerpt> excerpts;  ///< in order of time
  std::size_t mistakes = 0;       ///< of the record
  std::size_t shown = 0;          ///< of these in the excerpts
};

/// A stretch of one channel, NaN where there is no sample; empty where the recording has no such channel.
Trace trace_of(const Recording& recording, const std::string& channel, double t0_s, double t1_s);

/// Records in order of mistakes in the scored part, most first, ties in natural order; those without one come last and
/// have no excerpt. The detector runs again, with its probes, on records whose excerpts are not in the cache.
std::vector<RecordExcerpts> make_excerpts(const StudyResult& result, const Source& source, const Cache& cache,
                                          const ExcerptOptions& options = {});

/// Stretches of one record around some moments, in order of time, `most` at most; those that are `learning` come last
/// where there are too many. Of events and windows they are longer, and of the signals alone. Throws Error where the
/// signal cannot be loaded and the stretches are not in the cache, or there are no signals.
std::vector<Excerpt> excerpts_around(const StudyResult& result, const RecordResult& record, const Source& source,
                                     const Cache& cache, const std::vector<Mistake>& moments, std::size_t most);

}  // namespace vagus::lab
