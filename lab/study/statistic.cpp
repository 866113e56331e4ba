#include "lab/study/statistic.h"

#include <algorithm>
#include <limits>
#include <map>

#include "lab/base/error.h"
#include "lab/stats/alarm_rate.h"
#include "lab/study/statistic_parts.h"

namespace vagus::lab {
namespace {

using Of = Statistic::Of;
using Over = Statistic::Over;

/// What counts for a figure, out of what.
Cluster part(const Statistic& statistic, const Count& count) {
  if (protocol_of(statistic) != "ec57") return protocol_part(statistic, count);
  if (statistic.of == Of::unreadable_share) return {count.unreadable_s, count.duration_s};
  const auto tp = statistic.whole ? count.whole_tp : count.tp, fn = statistic.whole ? count.whole_fn : count.fn;
  const auto wrong_tp = statistic.whole ? count.whole_wrong_tp : count.wrong_tp;
  const auto hits = statistic.unreadable_wrong ? wrong_tp : tp;
  const auto of = statistic.of == Of::sensitivity ? tp + fn : hits + (statistic.whole ? count.whole_fp : count.fp);
  return {static_cast<double>(hits), static_cast<double>(of)};
}

struct Unit {
  std::string who;
  Cluster sum;
};

/// Sums by subject (or by recording), in order of first appearance.
std::vector<Unit> units_of(const Statistic& statistic, const std::vector<Count>& counts, bool by_recording) {
  std::vector<Unit> units;
  std::map<std::string, std::size_t> index;
  for (const Count& count : counts) {
    const std::string& who = by_recording ? count.recording : count.subject;
    const auto [it, fresh] = index.try_emplace(who, units.size());
    if (fresh) units.push_back({who, {}});
    const Cluster add = part(statistic, count);
    units[it->second].sum.numerator += add.numerator;
    units[it->second].sum.denominator += add.denominator;
  }
  if (statistic.of == Of::people_with_alarms) {
    for (Unit& unit : units) unit.sum = {unit.sum.numerator > 0 ? 1. : 0., unit.sum.denominator > 0 ? 1. : 0.};
  }
  return units;
}

Figure worst(const Statistic& statistic, const std::vector<Unit>& units, double confidence) {
  const bool high_is_bad = !more_is_better(statistic);
  const Unit* found = nullptr;
  const auto share = [](const Unit& unit) { return unit.sum.numerator / unit.sum.denominator; };
  for (const Unit& unit : units) {
    if (!(unit.sum.denominator > 0)) continue;
    if (found == nullptr || (high_is_bad ? share(unit) > share(*found) : share(unit) < share(*found))) found = &unit;
  }
  Figure figure;
  figure.estimate.value = std::numeric_limits<double>::quiet_NaN();
  figure.estimate.clusters = static_cast<std::int64_t>(units.size());
  if (found == nullptr) return figure;
  figure.estimate.value = share(*found);
  figure.estimate.interval = clopper_pearson(found->sum.numerator, found->sum.denominator, confidence);
  figure.estimate.method =
      "exact binomial within the worst, its " + std::string(trials_of(statistic)) + " taken as independent";
  figure.who = found->who;
  return figure;
}

std::vector<Statistic> all_statistics() {
  std::vector<Statistic> all;
  for (const bool whole : {false, true}) {
    for (const Of of : {Of::sensitivity, Of::positive_predictivity}) {
      for (const Over over : {Over::gross, Over::average, Over::worst, Over::worst_record}) {
        for (const bool wrong : {false, true}) all.push_back({of, over, whole, wrong});
      }
    }
  }
  all.push_back({Of::unreadable_share, Over::gross, false, false});
  add_protocol_statistics(all);
  return all;
}

}  // namespace

std::string Statistic::name() const {
  if (protocol_of(*this) != "ec57") return protocol_statistic_name(*this);
  if (of == Of::unreadable_share) return "ec57.unreadable_share";
  constexpr const char* ways[] = {"_gross", "_average", "_worst", "_worst_record"};
  return std::string(whole ? "ec57_whole." : "ec57.") +
         (of == Of::sensitivity ? "sensitivity" : "positive_predictivity") + ways[static_cast<int>(over)] +
         (unreadable_wrong ? "_unreadable_wrong" : "");
}

const std::vector<Statistic>& statistics() {
  static const std::vector<Statistic> all = all_statistics();
  return all;
}

const std::vector<std::string>& statistic_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& one : statistics()) list.push_back(one.name());
    return list;
  }();
  return names;
}

const Statistic& statistic(std::string_view name) {
  for (const auto& one : statistics()) {
    if (one.name() == name) return one;
  }
  const auto near = nearest(name, statistic_names());
  throw UsageError("unknown statistic '" + std::string(name) + "'", near.empty() ? "" : "did you mean '" + near + "'?");
}

std::string describe(const Statistic& statistic) {
  if (protocol_of(statistic) != "ec57") return describe_protocol_statistic(statistic);
  if (statistic.of == Of::unreadable_share) return "share of the signal called unreadable";
  constexpr const char* ways[] = {"gross", "average over subjects", "worst subject", "worst recording"};
  return std::string(statistic.of == Of::sensitivity ? "sensitivity, " : "positive predictivity, ") +
         ways[static_cast<int>(statistic.over)] + (statistic.whole ? ", whole record" : "") +
         (statistic.unreadable_wrong ? ", unreadable counted as wrong" : "");
}

Figure figure(const Statistic& statistic, const std::vector<Count>& counts, double confidence) {
  if (quantity(statistic) == Quantity::seconds) return {latency_estimate(statistic, counts, confidence), ""};
  if (quantity(statistic) == Quantity::score) return {score_estimate(statistic, counts, confidence), ""};
  const auto units = units_of(statistic, counts, statistic.over == Over::worst_record);
  if (statistic.over == Over::worst || statistic.over == Over::worst_record) return worst(statistic, units, confidence);
  std::vector<Cluster> clusters;
  for (const Unit& unit : units) {
    if (statistic.over == Over::gross) {
      clusters.push_back(unit.sum);
    } else if (unit.sum.denominator > 0) {
      clusters.push_back({unit.sum.numerator / unit.sum.denominator, 1});
    }
  }
  if (quantity(statistic) == Quantity::rate) return {alarm_rate(clusters, confidence), ""};
  ShareOptions options;
  options.confidence = confidence;
  // Seconds and shares are no trials: only counted beats have an exact binomial interval to hold on to.
  options.trials = statistic.over == Over::gross && statistic.of != Of::unreadable_share &&
                   statistic.of != Of::event_unreadable_share;
  return {cluster_share(clusters, options), ""};
}

std::vector<PairedCluster> paired_sums(const Statistic& statistic, const std::vector<Count>& first,
                                       const std::vector<Count>& second) {
  if (statistic.over == Over::worst || statistic.over == Over::worst_record)
    throw UsageError("a worst figure has no paired difference: " + statistic.name());
  if (quantity(statistic) == Quantity::seconds || quantity(statistic) == Quantity::score)
    throw UsageError("no ratio of sums, so it has no paired sums: " + statistic.name());
  const auto a = units_of(statistic, first, false), b = units_of(statistic, second, false);
  if (a.size() != b.size()) throw UsageError("the two lists are not of the same subjects");
  std::map<std::string, Cluster> by_subject;
  for (const Unit& unit : b) by_subject[unit.who] = unit.sum;
  std::vector<PairedCluster> pairs;
  for (const Unit& unit : a) {
    const auto it = by_subject.find(unit.who);
    if (it == by_subject.end()) throw UsageError("the two lists are not of the same subjects");
    if (statistic.over == Over::gross) {
      pairs.push_back({unit.sum, it->second});
    } else if (unit.sum.denominator > 0 && it->second.denominator > 0) {
      pairs.push_back(
          {{unit.sum.numerator / unit.sum.denominator, 1}, {it->second.numerator / it->second.denominator, 1}});
    }
  }
  return pairs;
}

Judgement judge(const Statistic& statistic, const Requirement& requirement, const std::vector<Count>& counts) {
  Requirement two_sided = requirement;
  two_sided.confidence = (1 + requirement.confidence) / 2;
  Judgement judgement =
      judge(two_sided, [&](double confidence) { return figure(statistic, counts, confidence).estimate; });
  if (statistic.over == Over::worst || statistic.over == Over::worst_record) judgement.subjects_needed.reset();
  return judgement;
}

}  // namespace vagus::lab
