#pragma once
/// What stood at each beat of a study, for the search for slices: from the signal, the reference and what is known of
/// the recording.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/failures/study_errors.h"

namespace vagus::lab {

/// The context of one recording's rows. A row is a reference beat with the signal half way to its neighbours; where no
/// beat is within two seconds, a stretch of at most two seconds.
struct BeatContext {
  std::vector<double> t_s;      ///< the beat, or the middle of the stretch
  std::vector<double> start_s;  ///< where the row begins; it ends where the next begins
  double end_s = 0;
  std::vector<std::uint8_t> beats;  ///< 1 or 0
  std::vector<ContextColumn> columns;
};

/// Heart rate, RR interval over those around, QRS and T wave size, noises, quality, rhythm and class of beat,
/// neighbours, gaps and unreadable stretches nearby, position. From `start_s` on.
BeatContext beat_context(const RecordResult& record, const Recording& recording, double start_s);

/// Bytes for the cache, and back; nothing where the bytes are not such a thing.
std::string pack(const BeatContext& context);
std::optional<BeatContext> unpack_beat_context(std::string_view bytes);

/// A study's errors with their context: kinds "missed" (of the reference's beats) and "false" (of the signal's time),
/// in the scored part. Made on all cores; contexts are kept in the cache by signal, labels, run and the sources they
/// are computed by.
StudyErrors beat_errors(const StudyResult& result, const Source& source, const Cache& cache, int threads = 0);

/// The hash of the sources of contexts; made at build time.
std::string_view context_code();

}  // namespace vagus::lab
