#pragma once
/// What a candidate says otherwise than the frozen version: every event gained, lost or moved.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/study/release/frozen.h"

namespace vagus::lab {

/// Two beats this near are one that moved: the match window of EC57.
inline constexpr double moved_window_s = 0.15;
/// The same of falls and crashes: what is told so much later is told of the same event.
inline constexpr double moved_event_window_s = 10;

/// Of windows: lost is a right answer that is right no more, gained the other way round, moved another wrong answer or
/// one where nothing is labelled. A window that only one of the two answers is lost or gained, right or wrong.
struct EventChange {
  enum class Kind : std::uint8_t { lost, gained, moved } kind = Kind::lost;
  double t_s = 0;                      ///< where the frozen version has it; of a gained one where the candidate does
  double moved_s = 0;                  ///< of a moved one: the candidate's time less the frozen one's
  std::optional<float> before, after;  ///< scores of who reports it
  bool right_before = false;           ///< the frozen version's matched a reference beat
  bool right_after = false;            ///< the candidate's
  std::optional<float> weighed;        ///< of a gained one: the frozen version's score where it was not reported
  bool judged = true;                  ///< after the protocol's start; of windows where the truth is labelled
  double t_end_s = 0;                  ///< of a window
  std::string truth, said_before, said_after;  ///< of a window: labels; "" unlabelled, not answered or not told
};
std::string_view name(EventChange::Kind kind);

/// A stretch that only one of the two cannot read.
struct StretchChange {
  bool gained = false;  ///< the candidate's
  double t_start_s = 0, t_end_s = 0;
  std::string reason;
};

struct RecordChanges {
  std::int64_t same = 0;            ///< events at the very same time
  std::int64_t rescored = 0;        ///< of these, with another score
  std::vector<EventChange> events;  ///< in order of time
  std::vector<StretchChange> stretches;
  bool none() const { return events.empty() && stretches.empty(); }
};

/// @param frozen,candidate of one recording, scored on the same labels by one protocol
RecordChanges changes_of(const FrozenRecord& frozen, const RecordResult& frozen_scored, const RecordResult& candidate,
                         double start_s, EventRule rule = EventRule::fall);

}  // namespace vagus::lab
