#include "lab/study/release/gate.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "lab/base/error.h"
#include "lab/study/plan.h"
#include "lab/study/release/freeze.h"
#include "lab/study/release/gate_tests.h"
#include "lab/study/results.h"
#include "lab/study/score_record.h"

namespace vagus::lab {
namespace {

constexpr const char* all_judged = "what is judged";

/// A requirement speaks of what is judged, unless its group says itself which side of the split it means.
bool concerns_judged(const RequirementSpec& asked, const RecordResult& record) {
  const auto& names = asked.group.names();
  const bool names_split = std::find(names.begin(), names.end(), "split") != names.end();
  return (names_split || record.role == Role::judged) && asked.group.picks(record.item.attributes);
}

/// A group's margin is of shares: of a rate or a time it would be another unit.
double margin_in(const Group& group, const RequirementSpec& asked) {
  const Quantity what = quantity(statistic(asked.statistic));
  const bool share = what == Quantity::share || what == Quantity::score;
  return share && group.margin > 0 ? group.margin : asked.margin;
}

/// Which recordings are compared, and which cannot be.
struct Common {
  std::vector<std::size_t> frozen, candidate;
};

Common common_records(const Frozen& frozen, const StudyResult& candidate, Gate& gate) {
  std::map<std::string, std::size_t> there;
  for (std::size_t i = 0; i < candidate.records.size(); ++i) there[candidate.records[i].item.id()] = i;
  std::map<std::string, std::string> failed;
  for (const Failure& failure : candidate.failed) failed[failure.recording] = failure.why;
  Common common;
  for (std::size_t i = 0; i < frozen.records.size(); ++i) {
    const FrozenRecord& record = frozen.records[i];
    const auto it = there.find(record.recording);
    if (it != there.end() && candidate.records[it->second].item.signal_hash == record.signal_hash) {
      common.frozen.push_back(i);
      common.candidate.push_back(it->second);
      there.erase(it);
      continue;
    }
    if (it != there.end()) {
      gate.missing.push_back(record.recording + ": its signal is not the one of the release");
      there.erase(it);
    } else if (failed.contains(record.recording)) {
      gate.failed.push_back({record.recording, failed[record.recording]});
    } else {
      gate.missing.push_back(record.recording + ": it is not in the data");
    }
  }
  for (const auto& entry : there) gate.fresh.push_back(entry.first);
  if (common.frozen.empty())
    throw Error("no recording of the release is in the data as it was", frozen.name,
                "add the data it was frozen on; a changed simulator makes another cohort");
  return common;
}

std::string times(std::int64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void tell_data(const Frozen& frozen, const StudyResult& candidate, const Common& common, Gate& gate) {
  std::int64_t mended = 0;
  for (std::size_t i = 0; i < common.frozen.size(); ++i)
    mended += frozen.records[common.frozen[i]].labels_hash != candidate.records[common.candidate[i]].item.labels_hash;
  if (mended > 0)
    gate.notes.push_back("The labels of " + times(mended, "recording") +
                         " were mended since the release was frozen; both versions are scored on those of today.");
  if (!gate.fresh.empty())
    gate.notes.push_back(times(static_cast<std::int64_t>(gate.fresh.size()), "recording") +
                         " came to the data since the release was frozen and " +
                         (gate.fresh.size() == 1 ? "is" : "are") + " in no test.");
  if (frozen.vagus() != vagus_version())
    gate.notes.push_back("The release was frozen by vagus " + frozen.vagus() +
                         "; its events are scored anew by this version.");
  if (gate.frozen_detector != gate.detector)
    gate.notes.push_back("The release is of " + gate.frozen_detector + ", the candidate is " + gate.detector + ".");
}

void count_changes(Gate& gate) {
  gate.identical = gate.failed.empty() && gate.missing.empty();
  for (const RecordChanges& record : gate.changes) {
    gate.identical = gate.identical && record.none();
    gate.same += record.same;
    gate.rescored += record.rescored;
    gate.stretches += static_cast<std::int64_t>(record.stretches.size());
    for (const EventChange& change : record.events)
      ++(change.kind == EventChange::Kind::lost     ? gate.lost
         : change.kind == EventChange::Kind::gained ? gate.gained
                                                    : gate.moved);
  }
  gate.events = gate.same;
  for (const RecordChanges& record : gate.changes) gate.events += of_frozen(record);
}

std::string whole_sentence(const Gate& gate) {
  std::int64_t refused = 0, open = 0;
  for (const GateTest& test : gate.tests) {
    refused += test.outcome == GateOutcome::refused ? 1 : 0;
    open += test.outcome == GateOutcome::not_shown ? 1 : 0;
  }
  std::string text;
  if (gate.identical) {
    text = "The candidate says the same as the release in every recording.";
  } else {
    text = times(gate.lost, gate.of_windows ? "window" : "event") + " lost, " + std::to_string(gate.gained) +
           " gained and " + std::to_string(gate.moved) + (gate.of_windows ? " answered otherwise of " : " moved of ") +
           std::to_string(gate.events) + ".";
  }
  const auto all = static_cast<std::int64_t>(gate.tests.size());
  if (all == 0) text += " The specification states no requirement, so nothing was tested.";
  if (all > 0 && refused + open == 0) text += " " + times(all, "test") + " passed.";
  if (refused > 0)
    text += " " + times(refused, "test") + " of " + std::to_string(all) + " found it worse than allowed.";
  if (open > 0)
    text += " " + times(open, "test") + " of " + std::to_string(all) + " could not rule out more loss than allowed.";
  for (const GateRequirement& bound : gate.bounds) {
    if (bound.outcome != GateOutcome::passed) text += " " + bound.why;
  }
  if (gate.cost.outcome != GateOutcome::passed) text += " Cost: " + gate.cost.why;
  for (const GateCostLine& line : gate.budget) {
    if (line.outcome != GateOutcome::passed) text += " Budget: " + line.why;
  }
  if (!gate.failed.empty())
    text += " The candidate failed on " + times(static_cast<std::int64_t>(gate.failed.size()), "recording") + ".";
  if (!gate.missing.empty())
    text += " " + times(static_cast<std::int64_t>(gate.missing.size()), "recording") +
            " of the release could not be compared.";
  if (gate.simulated) text += " The data is simulated.";
  return text;
}

void conclude_gate(Gate& gate) {
  // Nothing tested shows nothing, unless nothing changed.
  gate.outcome = gate.tests.empty() && !gate.identical ? GateOutcome::not_shown : GateOutcome::passed;
  for (const GateTest& test : gate.tests) gate.outcome = both(gate.outcome, test.outcome);
  for (const GateRequirement& bound : gate.bounds) gate.outcome = both(gate.outcome, bound.outcome);
  gate.outcome = both(gate.outcome, gate.cost.outcome);
  for (const GateCostLine& line : gate.budget) gate.outcome = both(gate.outcome, line.outcome);
  if (!gate.failed.empty() || !gate.missing.empty()) gate.outcome = both(gate.outcome, GateOutcome::not_shown);
  gate.sentence = whole_sentence(gate);
}

}  // namespace

Gate check_release(const Frozen& frozen, const StudyResult& candidate, const GateCost& cost,
                   const GateOptions& options) {
  Gate gate;
  gate.name = frozen.name;
  gate.frozen_detector = frozen.detector();
  gate.frozen_version = frozen.version();
  gate.frozen_vagus = frozen.vagus();
  gate.frozen_verdict = frozen.verdict();
  gate.detector = candidate.contract.name;
  gate.version = candidate.contract.version;
  gate.simulated = candidate.simulated;
  gate.looks = candidate.looks;
  gate.of_events = candidate.spec.score.protocol == "events";
  gate.of_windows = candidate.spec.score.protocol == "windows";
  gate.cost = cost;
  for (const CostResult& line : candidate.costs) gate.budget.push_back(budget_line(line, options.cost_asked));
  const Common common = common_records(frozen, candidate, gate);
  tell_data(frozen, candidate, common, gate);

  const std::size_t count = common.frozen.size();
  std::vector<RecordResult> scored(count);
  gate.changes.resize(count);
  on_cores(count, options.threads, [&](std::size_t i) {
    const FrozenRecord& before = frozen.records[common.frozen[i]];
    const RecordResult& after = candidate.records[common.candidate[i]];
    RecordResult& record = scored[i];
    record.item = after.item;
    record.role = after.role;
    record.reference = after.reference;
    const ScoreSpec& how = candidate.spec.score;
    if (after.events) {
      record.run.duration_s = after.run.duration_s;
      score_reported(how, after.events->reference, {}, event_test_of(before), record);
    } else if (after.windows) {
      score_answers(how, after.windows->reference, answers_of(before), record);
    } else {
      record.run = run_of(before);
      score_beats(how, record);
    }
    gate.changes[i] = changes_of(before, record, after, how.start_s, how.rule);
    record.run.events = {};
    record.reference = {};
  });
  PairedRecords records;
  records.changes = &gate.changes;
  for (std::size_t i = 0; i < count; ++i) {
    records.frozen.push_back(&scored[i]);
    records.candidate.push_back(&candidate.records[common.candidate[i]]);
    gate.records.push_back(common.candidate[i]);
    gate.recordings.push_back(records.candidate.back()->item.id());
  }
  count_changes(gate);

  const auto part_of = [&](const auto& picks) {
    std::vector<std::size_t> part;
    for (std::size_t i = 0; i < count; ++i) {
      if (picks(*records.candidate[i])) part.push_back(i);
    }
    return part;
  };
  for (const RequirementSpec& asked : candidate.spec.requirements) {
    const auto judged = part_of([&](const RecordResult& r) { return concerns_judged(asked, r); });
    if (judged.empty()) {
      gate.notes.push_back("No recording is judged by '" + asked.name + "': not tested.");
    } else {
      const std::string where = asked.group.empty() ? "" : " where " + asked.group.text();
      gate.tests.push_back(gate_test(asked, all_judged + where, asked.margin, records, judged, candidate.spec.seed));
      gate.bounds.push_back(gate_requirement(asked, records, judged));
    }
    for (const Group& group : candidate.spec.groups) {
      const auto part = part_of(
          [&](const RecordResult& r) { return in_group(group, r.item) && asked.group.picks(r.item.attributes); });
      if (part.empty()) {
        gate.notes.push_back("Group '" + group.name + "' has no recording for '" + asked.name + "': not tested.");
        continue;
      }
      gate.tests.push_back(gate_test(asked, group.name, margin_in(group, asked), records, part, candidate.spec.seed));
    }
  }
  conclude_gate(gate);
  return gate;
}

}  // namespace vagus::lab
