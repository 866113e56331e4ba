#pragma once
/// Cases of falls and crashes: protocol events.
#include <string>
#include <utility>
#include <vector>

#include "lab/report/review_page.h"
#include "lab/review/picked.h"
#include "lab/stats/random.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// The track that holds the reference's events, and that a review mends: the one that the specification names, else the
/// only one that holds events, else "falls" or "crash". Throws Error where the one named holds none, or several do.
std::string event_track(const StudyResult& result, const Source& source);

/// Whether the reference knows when a missed event was: of a staged fall without an onset it does not.
bool has_moment(const Picked& picked, const RecordResult& record);

/// Events that both found, drawn at random, none twice: of the person of an error where there is one left, else of
/// anybody.
std::vector<Picked> agreeing_events(const std::vector<Picked>& errors, const StudyResult& result, std::size_t wanted,
                                    SplitMix& random);

/// What is shown of one case, and what it is about. The mark of a reference's event that lasts is drawn at its greatest
/// acceleration. Throws Error where the recording has no signals.
std::pair<ReviewCase, CaseKey> event_case(const Picked& picked, const RecordResult& record, EventRule rule,
                                          const Recording& recording, const std::string& track, double stretch_s);

}  // namespace vagus::lab
