#include "lab/study/release/gate_tests.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "lab/stats/paired_change.h"
#include "lab/study/statistic_parts.h"

namespace vagus::lab {
namespace {

/// Enough for an end of an interval that is never narrower than two others made without resampling.
constexpr int gate_resamples = 2000;

bool is_worst(const Statistic& statistic) {
  return statistic.over == Statistic::Over::worst || statistic.over == Statistic::Over::worst_record;
}

std::vector<Count> counts_in(const std::vector<const RecordResult*>& records, std::span<const std::size_t> part) {
  std::vector<Count> counts;
  counts.reserve(part.size());
  for (const std::size_t index : part) counts.push_back(count_of(*records[index]));
  return counts;
}

/// What one trial adds to a figure: a beat to a gross share, a beat of a person to an average, a second to a share of
/// time.
double one_trial(const Statistic& statistic, const std::vector<Count>& candidate) {
  Statistic gross = statistic;
  gross.over = Statistic::Over::gross;
  double trials = 0, per_person = 0, people = 0;
  for (const PairedCluster& sum : paired_sums(gross, candidate, candidate)) {
    if (!(sum.a.denominator > 0)) continue;
    trials += sum.a.denominator;
    per_person += 1 / sum.a.denominator;
    people += 1;
  }
  if (people == 0) return 1;
  return statistic.over == Statistic::Over::average ? per_person / (people * people) : 1 / trials;
}

/// A worst figure: the same person's (or recording's) beats before and after, taken as independent.
struct WorstPair {
  std::string who;
  double frozen = 0, candidate = 0;
  PairedCluster sum;
};

WorstPair worst_pair(const Statistic& statistic, const std::vector<Count>& frozen,
                     const std::vector<Count>& candidate) {
  WorstPair out;
  const Figure now = figure(statistic, candidate, 0.95);
  out.who = now.who;
  out.candidate = now.estimate.value;
  out.frozen = figure(statistic, frozen, 0.95).estimate.value;
  Statistic gross = statistic;
  gross.over = Statistic::Over::gross;
  std::vector<Count> before, after;
  for (std::size_t i = 0; i < candidate.size(); ++i) {
    const bool by_record = statistic.over == Statistic::Over::worst_record;
    if ((by_record ? candidate[i].recording : candidate[i].subject) != now.who) continue;
    before.push_back(frozen[i]);
    after.push_back(candidate[i]);
  }
  const auto sums = paired_sums(gross, before, after);
  if (!sums.empty()) out.sum = sums.front();
  return out;
}

Estimate worst_estimate(const WorstPair& pair, double confidence) {
  Estimate out;
  const Cluster &a = pair.sum.a, &b = pair.sum.b;
  out.value = std::nan("");
  out.clusters = 1;
  if (!(a.denominator > 0 && b.denominator > 0)) return out;
  const double trial = 1 / b.denominator;
  // Each beat that changed is a part of its own.
  const auto by_beats = [&](const ChangeSide& side) { return ChangeSide{side.sum, side.sum * trial, trial, 1}; };
  const PairedCluster one[] = {pair.sum};
  const ChangeSides sides = change_sides(one);
  const Interval lost = weighted_count(by_beats(sides.lost), trial, confidence);
  const Interval gained = weighted_count(by_beats(sides.gained), trial, confidence);
  out.value = b.numerator / b.denominator - a.numerator / a.denominator;
  out.interval = {std::max(-1.0, gained.low - lost.high), std::min(1.0, gained.high - lost.low)};
  out.method =
      "gains less losses within the candidate's worst, each an exact Poisson count, its beats taken as independent";
  return out;
}

void mirror(Estimate& estimate) {
  estimate.value = -estimate.value;
  estimate.interval = {-estimate.interval.high, -estimate.interval.low};
}

/// A share in points, to a thousandth of one.
std::string in_points(double share) {
  const double rounded = std::round(share * 1e5) / 1e3;
  return shortest(rounded == 0 ? 0 : rounded);
}

std::string points(double share) {
  const std::string text = in_points(share);
  return text + (text == "1" ? " point" : " points");
}

std::string of_part(const GateTest& test) { return test.requirement + ", " + test.part + ": "; }

/// A difference as it is said: shares in points, others in their unit.
std::string amount(const Statistic& about, double value) {
  if (quantity(about) == Quantity::share) return points(value);
  if (quantity(about) == Quantity::seconds)
    return (std::isinf(value) ? "for ever" : shortest(value)) + std::string(" s");
  return printed(about, value);
}
std::string bare_amount(const Statistic& about, double value) {
  if (quantity(about) == Quantity::share) return in_points(value);
  return std::isinf(value) ? (value > 0 ? "for ever" : "-for ever") : shortest(std::round(value * 1e4) / 1e4);
}

/// A latency of the candidate less the frozen figure, which is taken as a fixed mark: misses being never, there is no
/// ratio to compare subject by subject.
Estimate latency_change(const Statistic& about, const std::vector<Count>& candidate, double mark_s, double confidence) {
  Estimate out = figure(about, candidate, confidence).estimate;
  out.value -= mark_s;
  out.interval = {out.interval.low - mark_s, out.interval.high - mark_s};
  out.method += "; less the frozen figure as a fixed mark";
  return out;
}

/// The sentence, and the outcome where the interval decides.
void conclude(GateTest& test, const Statistic& about) {
  const Interval interval = test.estimate.interval;
  const double value = test.estimate.value;
  // The estimate is turned so that more is better; what is said is the figure's own change.
  const bool turned = !more_is_better(about);
  const double said = turned ? -value : value;
  const Interval own = turned ? Interval{-interval.high, -interval.low} : interval;
  const std::string change =
      said == 0 ? "no difference in the figure" : amount(about, std::abs(said)) + (said < 0 ? " less" : " more");
  const std::string range = "(" + bare_amount(about, own.low) + " to " + bare_amount(about, own.high) + ")";
  const std::string allowed = amount(about, test.margin);
  if (std::isnan(value)) {
    test.why = of_part(test) + "the figure is not defined on these recordings.";
  } else if (!test.estimate.trusted()) {
    test.why = of_part(test) + change +
               " on these recordings, but what that says of others cannot be told: " + test.estimate.untrusted + ".";
  } else if (interval.low > -test.margin) {
    test.outcome = GateOutcome::passed;
    test.why = of_part(test) + change + " " + range + ", and more than " + allowed + " of loss is ruled out.";
  } else if (interval.high < -test.margin) {
    test.outcome = GateOutcome::refused;
    test.why = of_part(test) + change + " " + range + ": worse by more than the " + allowed + " allowed.";
  } else {
    test.why = of_part(test) + change + " " + range + ", and a loss of more than " + allowed + " is not ruled out.";
  }
}

/// Whether every window whose truth is labelled is answered as before.
bool none_judged(const RecordChanges& changes) {
  return std::none_of(changes.events.begin(), changes.events.end(), [](const EventChange& c) { return c.judged; });
}

}  // namespace

std::int64_t of_frozen(const RecordChanges& changes) {
  return std::count_if(changes.events.begin(), changes.events.end(),
                       [](const EventChange& c) { return c.before.has_value(); });
}

GateTest gate_test(const RequirementSpec& asked, const std::string& part_name, double margin,
                   const PairedRecords& records, std::span<const std::size_t> part, std::uint64_t seed) {
  GateTest test;
  test.requirement = asked.name;
  test.statistic = asked.statistic;
  test.part = part_name;
  test.margin = margin;
  test.confidence = asked.bound.confidence;
  test.recordings = static_cast<std::int64_t>(part.size());
  test.identical = true;
  const bool of_windows = protocol_of(statistic(asked.statistic)) == "windows";
  std::set<std::string> subjects;
  for (const std::size_t index : part) {
    const RecordChanges& changes = (*records.changes)[index];
    test.identical = test.identical && (of_windows ? none_judged(changes) : changes.none());
    test.events += changes.same + of_frozen(changes);
    for (const EventChange& change : changes.events)
      ++(change.kind == EventChange::Kind::lost     ? test.lost
         : change.kind == EventChange::Kind::gained ? test.gained
                                                    : test.moved);
    subjects.insert(records.candidate[index]->item.subject);
  }
  test.subjects = static_cast<std::int64_t>(subjects.size());
  const Statistic& about = statistic(asked.statistic);
  const auto before = counts_in(records.frozen, part), after = counts_in(records.candidate, part);
  test.frozen = figure(about, before, 0.95).estimate.value;
  test.candidate = figure(about, after, 0.95).estimate.value;
  if (test.identical) {
    test.outcome = GateOutcome::passed;
    test.estimate.method = "none is needed: nothing was gained, lost or moved";
    test.why = of_part(test) + "the candidate says the same in all of its recordings (" +
               std::to_string(test.recordings) + ", with " + std::to_string(test.events) +
               (of_windows ? " windows)." : " events).");
    return test;
  }
  const bool less_is_better = !more_is_better(about);
  EstimateAt at;
  if (is_worst(about)) {
    const WorstPair pair = worst_pair(about, before, after);
    test.who = pair.who;
    at = [pair](double confidence) { return worst_estimate(pair, confidence); };
  } else if (quantity(about) == Quantity::seconds) {
    at = [&about, after, mark_s = test.frozen](double confidence) {
      return latency_change(about, after, mark_s, confidence);
    };
  } else if (quantity(about) == Quantity::score) {
    at = [&about, before, after, seed](double confidence) {
      return score_difference(about, before, after, confidence, seed).estimate;
    };
  } else {
    BootstrapOptions options;
    options.seed = seed;
    options.resamples = gate_resamples;
    at = paired_change(paired_sums(about, before, after), one_trial(about, after), options);
  }
  const EstimateAt oriented = [&](double confidence) {
    Estimate estimate = at(confidence);
    if (less_is_better) mirror(estimate);
    return estimate;
  };
  // As everywhere in a study: the two-sided interval at the requirement's confidence decides, by itself.
  const Judgement judgement = noninferiority(margin, oriented, (1 + test.confidence) / 2);
  test.estimate = judgement.estimate;
  test.estimate.interval = judgement.one_sided;
  conclude(test, about);
  if (test.outcome == GateOutcome::not_shown && !is_worst(about)) test.subjects_needed = judgement.subjects_needed;
  return test;
}

GateRequirement gate_requirement(const RequirementSpec& asked, const PairedRecords& records,
                                 std::span<const std::size_t> part) {
  GateRequirement out;
  out.name = asked.name;
  out.statistic = asked.statistic;
  const Statistic& about = statistic(asked.statistic);
  const Judgement before = judge(about, asked.bound, counts_in(records.frozen, part));
  const Judgement after = judge(about, asked.bound, counts_in(records.candidate, part));
  out.frozen = before.verdict;
  out.candidate = after.verdict;
  out.frozen_figure = before.estimate.value;
  out.candidate_figure = after.estimate.value;
  const std::string now = asked.name + ": " + std::string(name(out.candidate));
  if (out.candidate == Verdict::met) {
    out.outcome = GateOutcome::passed;
    out.why = now + ".";
  } else if (worse(out.frozen, out.candidate) == out.frozen) {
    out.outcome = GateOutcome::passed;
    out.why = now + ", as it was of the frozen version: no reason against this one.";
    if (out.frozen != out.candidate) out.why = now + ", where it was not met before.";
  } else {
    out.outcome = out.candidate == Verdict::not_met ? GateOutcome::refused : GateOutcome::not_shown;
    out.why = now + ", and it was " + std::string(name(out.frozen)) + " by the frozen version.";
  }
  return out;
}

}  // namespace vagus::lab
