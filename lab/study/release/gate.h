#pragma once
/// May this version go out? A candidate held against a frozen release on the same recordings.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/stats/verdict.h"
#include "lab/study/release/changes.h"
#include "lab/study/release/gate_cost.h"

namespace vagus::lab {

/// Non-inferiority of one figure on one part of the data. Differences are oriented so that more is better.
struct GateTest {
  std::string requirement, statistic;
  std::string part;  ///< "what is judged", or a group's name
  double margin = 0, confidence = 0.95;
  double frozen = 0, candidate = 0;  ///< the two figures; NaN where undefined
  std::string who;                   ///< of a worst figure: whose is the candidate's
  Estimate estimate;                 ///< candidate less frozen, interval two-sided at `confidence`
  bool identical = false;            ///< the candidate says the same in every recording: no interval is needed
  std::int64_t recordings = 0, subjects = 0, events = 0;
  std::int64_t lost = 0, gained = 0, moved = 0;  ///< events of the part that changed, right ones and false ones
  std::optional<std::int64_t> subjects_needed;   ///< where not shown
  GateOutcome outcome = GateOutcome::not_shown;
  std::string why;  ///< one sentence
};

/// A requirement itself: what the specification asks, of both on the same labels.
struct GateRequirement {
  std::string name, statistic;
  Verdict frozen = Verdict::not_shown, candidate = Verdict::not_shown;
  double frozen_figure = 0, candidate_figure = 0;
  GateOutcome outcome = GateOutcome::not_shown;
  std::string why;
};

struct Gate {
  std::string name;  ///< of the release
  std::string frozen_detector, frozen_version, frozen_vagus, frozen_verdict;
  std::string detector, version;
  bool simulated = false;
  bool of_events = false;               ///< protocol events
  bool of_windows = false;              ///< protocol windows; else beats
  bool identical = false;               ///< nothing gained, lost or moved in any recording
  std::vector<GateTest> tests;          ///< requirement by requirement: what is judged, then group by group
  std::vector<GateRequirement> bounds;  ///< requirement by requirement
  GateCost cost;
  std::vector<GateCostLine> budget;     ///< the specification's own [budget], limit by limit
  std::vector<std::string> recordings;  ///< of both, as in the candidate's result
  std::vector<std::size_t> records;     ///< of each of these, its index in the candidate's result
  std::vector<RecordChanges> changes;   ///< of each of these
  std::vector<Failure> failed;          ///< recordings that the candidate could not be run on
  std::vector<std::string> missing;     ///< recordings of the release that are not there, or have another signal
  std::vector<std::string> fresh;       ///< recordings that the release does not have: in no test
  std::vector<std::string> notes;
  std::int64_t same = 0, rescored = 0, lost = 0, gained = 0, moved = 0, stretches = 0, events = 0;
  std::int64_t looks = 0;  ///< at this test data, this one included
  GateOutcome outcome = GateOutcome::not_shown;
  std::string sentence;  ///< the answer in a sentence or two
};

struct GateOptions {
  int threads = 0;         ///< 0: all cores
  bool cost_asked = true;  ///< false: the budget is left out on request
};

/// Scores both on the labels now in force, compares them event by event and tests each requirement where it is asked
/// and in every named group:
///  - nothing changed in the part (of windows: in the labelled ones): passed, for what is the same needs no interval;
///  - else the difference of the figures by paired_change over subjects: its interval lies above -margin: passed; below
///    it as a whole: refused; else not shown. A worst figure is compared in the subject (or recording) that is the
///    candidate's worst, its beats taken as independent.
/// Every test has to pass, each at its own confidence: a candidate that is worse than the margin anywhere passes all of
/// them no more often than it passes that one (Berger 1982, Technometrics 24:295), so nothing is to be corrected for
/// the number of groups. A requirement that the frozen version meets has to be met. `cost` is taken over; over the
/// specification's budget is refused, and a budget that no known cost can be held to is not shown. A latency of
/// protocol events is compared with the frozen figure as a fixed mark; a macro F1 by drawing subjects in pairs.
/// Release: all passed and every recording of the release was compared. Throws Error where no recording is common.
Gate check_release(const Frozen& frozen, const StudyResult& candidate, const GateCost& cost,
                   const GateOptions& options = {});

Json as_json(const Gate& gate);

}  // namespace vagus::lab
