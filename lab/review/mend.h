#pragma once
/// From what reviewers found to new label layers.
#include <string>
#include <vector>

#include "lab/review/outcome.h"
#include "lab/store/store.h"

namespace vagus::lab {

/// What a review does to the labels of one recording.
struct MendedTrack {
  std::string set, recording;
  std::string original, layer;  ///< hashes: the layer that was looked at, the new one
  std::int64_t added = 0, removed = 0, moved = 0;
};

struct Mending {
  std::vector<MendedTrack> tracks;  ///< those that changed, in order of first appearance among the cases
  std::int64_t unchanged = 0;       ///< recordings of the review whose labels stay as they are
};

/// The labels of one recording as the rulings on its cases leave them: a rejected beat of the reference goes, a false
/// beat that was accepted comes in as Q (a beat that nobody has put into a class), a fall as "fall" and a crash as
/// "crash" (moments, of no type), a moved one sits where it was moved to, an event that lasts with all of its length;
/// whatever was not decided, or cannot be told, stays. `done` counts what was changed. Throws Error where a case is
/// about a beat or event that the labels have not.
std::vector<Annotation> mended(const std::vector<Annotation>& labels, const ReviewKey& key,
                               const ReviewOutcome& outcome, const std::string& set, const std::string& recording,
                               MendedTrack& done);

/// Writes the new layers, each on the one that was looked at; nothing is written where one of those is no longer in
/// force, or a recording is gone. Applied again, it changes nothing. Author are the reviewers. A recording that had no
/// such track gets an empty layer first, so that what was published can still be told from what was mended.
Mending apply(Store& store, const ReviewKey& key, const ReviewOutcome& outcome);

Json as_json(const Mending& mending);

}  // namespace vagus::lab
