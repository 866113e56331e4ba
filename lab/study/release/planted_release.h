#pragma once
/// Stored events of people with a known truth, before and after a change that was planted: for the gate's test and
/// bench/release.
#include <cmath>
#include <string>
#include <utility>

#include "lab/stats/distributions.h"
#include "lab/study/release/freeze.h"
#include "lab/study/release/gate.h"
#include "lab/study/score_record.h"
#include "lab/study/verdict.h"

namespace vagus::lab {

struct PlantedRelease {
  std::uint64_t seed = 1;
  int subjects = 100, in_group = 5, beats = 100;
  double found = 0.97;       ///< by the frozen version, on average over people, who differ (beta, ICC 0.02)
  double lost_in_group = 0;  ///< share of its found beats that the candidate loses in people of the group
  double lost = 0;           ///< the same in everybody
  double gained = 0;         ///< share of its missed beats that the candidate finds, in everybody
  double differs = 0;        ///< people lose unlike: gamma of this shape about the share lost; 0: all alike
  double moved = 0;          ///< share of events that the candidate has one sample later
  double margin = 0.03;
};

inline constexpr double planted_hz = 250, planted_beat_s = 0.8;

inline StudySpec planted_spec(const PlantedRelease& planted) {
  return parse_spec(
      "name = \"planted\"\nquestion = \"?\"\n[data]\nsets = [\"planted\"]\n[detector]\n"
      "name = \"health.beats\"\n[score]\nstart_s = 0\n[[requirement]]\nname = \"Beats are found\"\n"
      "statistic = \"ec57.sensitivity_gross\"\ndirection = \"at_least\"\nbound = 0.9\nmargin = " +
          shortest(planted.margin) +
          "\n[[group]]\nname = \"small\"\nwhere = \"small == 'yes'\"\n[[group]]\nname = \"others\"\n"
          "where = \"small == 'no'\"\n",
      "planted.toml");
}

/// What two versions found of one person's beats.
struct PlantedPerson {
  std::vector<bool> frozen, candidate, later;
};

inline PlantedPerson planted_person(const PlantedRelease& planted, bool in_group, SplitMix& random) {
  constexpr double icc = 0.02, total = 1 / icc - 1;
  const double share = draw_beta(random, planted.found * total, (1 - planted.found) * total);
  double lost = planted.lost;
  if (planted.differs > 0) lost *= draw_gamma(random, planted.differs) / planted.differs;
  if (in_group) lost = 1 - (1 - lost) * (1 - planted.lost_in_group);
  PlantedPerson person;
  for (int beat = 0; beat < planted.beats; ++beat) {
    const bool before = random.uniform() < share;
    const double draw = random.uniform();
    person.frozen.push_back(before);
    person.candidate.push_back(before ? draw >= lost : draw < planted.gained);
    person.later.push_back(random.uniform() < planted.moved);
  }
  return person;
}

inline RecordResult planted_record(int index, bool in_group, const std::vector<bool>& found,
                                   const std::vector<bool>& later) {
  RecordResult record;
  StudyItem& item = record.item;
  item.set = "planted";
  item.name = "p" + std::to_string(index);
  item.subject = item.name;
  item.signal_hash = "signal " + item.name;
  item.labels_hash = "labels " + item.name;
  item.attributes["small"] = in_group ? "yes" : "no";
  item.duration_s = record.run.duration_s = planted_beat_s * static_cast<double>(found.size() + 1);
  record.run.rate_hz = record.reference.tick_hz = planted_hz;
  for (std::size_t beat = 0; beat < found.size(); ++beat) {
    Annotation annotation;
    annotation.tick = annotation.end_tick = std::llround(planted_beat_s * planted_hz * static_cast<double>(beat + 1));
    annotation.label = "N";
    if (found[beat]) {
      Event event;
      event.t_s = event.t_start_s = event.t_end_s =
          static_cast<double>(annotation.tick + (later[beat] ? 1 : 0)) / planted_hz;
      event.value = 0.9F;
      record.run.events.push_back(std::move(event));
    }
    record.reference.annotations.push_back(std::move(annotation));
  }
  return record;
}

/// A study's result as run_study would have it, without groups.
inline StudyResult planted_result(const PlantedRelease& planted, bool candidate) {
  StudyResult result;
  result.spec = planted_spec(planted);
  result.contract = *detector("health.beats").contract;
  result.code = candidate ? "candidate" : "frozen";
  for (int i = 0; i < planted.subjects; ++i) {
    SplitMix random = SplitMix::stream(planted.seed, static_cast<std::uint64_t>(i));
    const bool in_group = i < planted.in_group;
    const PlantedPerson person = planted_person(planted, in_group, random);
    const std::vector<bool> never(person.later.size());
    result.records.push_back(
        planted_record(i, in_group, candidate ? person.candidate : person.frozen, candidate ? person.later : never));
    score_beats(result.spec.score, result.records.back());
  }
  judge_study(result, {});
  return result;
}

inline Frozen planted_frozen(const PlantedRelease& planted) {
  return freeze("planted", planted_result(planted, false), {}, nullptr, "none was planted");
}

/// The gate's answer about a planted change.
inline Gate planted_gate(const PlantedRelease& planted) {
  return check_release(planted_frozen(planted), planted_result(planted, true), no_cost(), {1});
}

/// The test of one part of a planted release; "what is judged" is all of it.
inline const GateTest& planted_test(const Gate& gate, const std::string& part) {
  for (const GateTest& test : gate.tests) {
    if (test.part == part) return test;
  }
  return gate.tests.front();
}

}  // namespace vagus::lab
