#include "lab/study/compare.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <sstream>

#include "lab/base/error.h"
#include "lab/stats/permutation.h"
#include "lab/study/counts_json.h"
#include "lab/study/results.h"
#include "lab/study/statistic_parts.h"

namespace vagus::lab {
namespace {

constexpr const char* judged_part = "what is judged";
constexpr const char* compared_beats[] = {"ec57.sensitivity_gross", "ec57.positive_predictivity_gross",
                                          "ec57.sensitivity_average", "ec57.positive_predictivity_average"};
constexpr const char* compared_events[] = {"events.sensitivity", "events.alarms_per_day", "events.trial_sensitivity",
                                           "events.specificity", "events.alarms_per_hour"};
constexpr const char* compared_windows[] = {"windows.macro_f1", "windows.accuracy"};

std::span<const char* const> compared_by(const std::string& protocol) {
  if (protocol == "events") return compared_events;
  if (protocol == "windows") return compared_windows;
  return compared_beats;
}

double ratio(const Cluster& sum) { return sum.numerator / sum.denominator; }

std::vector<Count> of(const std::map<std::string, Count>& all, const std::vector<std::string>& names) {
  std::vector<Count> out;
  out.reserve(names.size());
  for (const auto& name : names) out.push_back(all.at(name));
  return out;
}

struct Side {
  std::map<std::string, Count> counts;
  std::map<std::string, const Json*> records;
};

Side judged_side(const Json& results) {
  Side side;
  const std::string protocol = results.at("protocol").at("name").get<std::string>();
  for (const Json& record : results.at("records")) {
    if (record.at("split").get<std::string>() != "test") continue;
    Count count = count_from_record(record, protocol);
    side.records[count.recording] = &record;
    side.counts[count.recording] = std::move(count);
  }
  return side;
}

bool worse_than(Change a, Change b) {
  const auto rank = [](Change c) {
    switch (c) {
      case Change::worse:
        return 4;
      case Change::not_shown:
        return 3;
      case Change::noninferior:
        return 2;
      case Change::equal:
        return 1;
      default:
        return 0;
    }
  };
  return rank(a) > rank(b);
}

Comparison compared_sides(const Json& first, const Json& second, const CompareOptions& options) {
  const Json &one = first.at("protocol"), &other = second.at("protocol");
  if (one.at("name") != other.at("name"))
    throw Error("the two results are of different protocols: " + one.at("name").get<std::string>() + " and " +
                other.at("name").get<std::string>());
  Comparison out;
  if (one != other) out.notes.emplace_back("the protocol's settings differ (start, reference or map)");
  const Side a = judged_side(first), b = judged_side(second);
  std::vector<std::string> both;
  std::map<std::string, std::vector<std::string>> parts;
  bool labels_differ = false;
  for (const auto& [name, record] : a.records) {
    const auto it = b.records.find(name);
    if (it == b.records.end()) {
      out.unpaired.push_back(name);
      continue;
    }
    if (record->at("signal_hash") != it->second->at("signal_hash")) {
      out.unpaired.push_back(name);
      out.notes.push_back(name + ": the signals are not the same");
      continue;
    }
    labels_differ = labels_differ || record->at("labels_hash") != it->second->at("labels_hash");
    both.push_back(name);
    for (const Json& group : record->at("groups")) parts[group.get<std::string>()].push_back(name);
  }
  for (const auto& [name, record] : b.records) {
    if (!a.records.contains(name)) out.unpaired.push_back(name);
  }
  if (both.empty()) throw Error("the two results have no recording in common that both judge");
  if (labels_differ) out.notes.emplace_back("the labels are not the same: part of the difference may be theirs");
  const auto add = [&](const std::string& part, const std::vector<std::string>& names) {
    for (const char* statistic_name : compared_by(one.at("name").get<std::string>())) {
      Difference one_difference =
          difference(statistic(statistic_name), of(a.counts, names), of(b.counts, names), options);
      // What neither has (no trials, no wear) is no difference.
      if (std::isnan(one_difference.first) && std::isnan(one_difference.second)) continue;
      one_difference.part = part;
      out.differences.push_back(std::move(one_difference));
    }
  };
  add(judged_part, both);
  if (out.differences.empty()) throw Error("no figure is defined on the recordings that both judge");
  out.change = out.differences.front().change;
  for (const Difference& one_difference : out.differences) {
    if (worse_than(one_difference.change, out.change)) out.change = one_difference.change;
  }
  for (const auto& [part, names] : parts) add(part, names);
  return out;
}

}  // namespace

std::string_view name(Change change) {
  switch (change) {
    case Change::equal:
      return "equal";
    case Change::better:
      return "better";
    case Change::noninferior:
      return "not worse by the margin";
    case Change::worse:
      return "worse";
    default:
      return "not shown";
  }
}

Estimate DifferenceOf::at(double confidence) const {
  if (!score) return paired_estimate(reversed, bootstrap)(confidence);
  return score_difference(*statistic, *first, *second, confidence, bootstrap.seed).estimate;
}

DifferenceOf difference_of(const Statistic& statistic, const std::vector<Count>& first,
                           const std::vector<Count>& second, std::uint64_t seed) {
  DifferenceOf out;
  out.statistic = &statistic;
  out.first = &first;
  out.second = &second;
  out.bootstrap.seed = seed;
  out.score = quantity(statistic) == Quantity::score;
  if (out.score) return out;
  out.bootstrap.trials = quantity(statistic) == Quantity::share;
  for (const PairedCluster& pair : paired_sums(statistic, first, second)) out.reversed.push_back({pair.b, pair.a});
  return out;
}

Difference difference(const Statistic& statistic, const std::vector<Count>& first, const std::vector<Count>& second,
                      const CompareOptions& options) {
  Difference out;
  out.statistic = statistic.name();
  out.margin = options.margin;
  const DifferenceOf of_both = difference_of(statistic, first, second, options.seed);
  bool same = true;
  if (of_both.score) {
    const ScoreDifference scores = score_difference(statistic, first, second, options.confidence, options.seed);
    out.first = scores.first;
    out.second = scores.second;
    out.subjects = scores.subjects;
    out.estimate = scores.estimate;
    out.p = scores.p;
    same = scores.same;
  } else {
    Cluster a, b;
    for (const PairedCluster& pair : of_both.reversed) {  // a: the second
      a.numerator += pair.b.numerator;
      a.denominator += pair.b.denominator;
      b.numerator += pair.a.numerator;
      b.denominator += pair.a.denominator;
      same = same && pair.a.numerator == pair.b.numerator && pair.a.denominator == pair.b.denominator;
    }
    out.subjects = static_cast<std::int64_t>(of_both.reversed.size());
    out.first = ratio(a);
    out.second = ratio(b);
    if (std::isnan(out.first) && std::isnan(out.second)) return out;
    out.estimate = of_both.at(options.confidence);
    PermutationOptions exchange;
    exchange.seed = options.seed;
    out.p = paired_permutation(of_both.reversed, exchange).p;
  }
  const bool less_is_better = !more_is_better(statistic);
  const double low = less_is_better ? -out.estimate.interval.high : out.estimate.interval.low;
  const double high = less_is_better ? -out.estimate.interval.low : out.estimate.interval.high;
  if (same) {
    out.change = Change::equal;
  } else if (!out.estimate.trusted()) {
    out.change = Change::not_shown;
  } else if (low > 0) {
    out.change = Change::better;
  } else if (high < 0) {
    out.change = options.margin > 0 && low > -options.margin ? Change::noninferior : Change::worse;
  } else if (options.margin > 0 && low > -options.margin) {
    out.change = Change::noninferior;
  }
  return out;
}

Comparison compare_results(const Json& first, const Json& second, const CompareOptions& options) {
  try {
    return compared_sides(first, second, options);
  } catch (const Json::exception&) {
    throw Error("a result lacks what a comparison needs", "", "run the study again with this version");
  }
}

Json as_json(const Comparison& comparison) {
  Json json = {{"change", name(comparison.change)}, {"differences", Json::array()}};
  for (const Difference& one : comparison.differences) {
    json["differences"].push_back(
        {{"part", one.part},
         {"statistic", one.statistic},
         {"first", number(one.first)},
         {"second", number(one.second)},
         {"difference", number(one.estimate.value)},
         {"interval", {number(one.estimate.interval.low), number(one.estimate.interval.high)}},
         {"p", number(one.p)},
         {"subjects", one.subjects},
         {"margin", number(one.margin)},
         {"change", name(one.change)}});
  }
  json["unpaired"] = comparison.unpaired;
  json["notes"] = comparison.notes;
  return json;
}

std::vector<Count> judged_counts(const Json& results) {
  try {
    std::vector<Count> counts;
    for (auto& [name, count] : judged_side(results).counts) counts.push_back(count);
    return counts;
  } catch (const Json::exception&) {
    throw Error("the result lacks its recordings' counts", "", "run the study again with this version");
  }
}

Json read_results(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code code;
  const fs::path file = fs::is_directory(path, code) ? fs::path(path) / "results.json" : fs::path(path);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error("there is no result here", file.string(), "name a results.json or the folder it lies in");
  std::ostringstream text;
  text << stream.rdbuf();
  try {
    Json json = Json::parse(text.str());
    if (!json.is_object() || !json.contains("schema") || !json.at("schema").is_string())
      throw Error("this is no result of a study", file.string());
    if (const auto schema = json.at("schema").get<std::string>(); schema != results_schema)
      throw Error("a result of schema '" + schema + "', which this version does not read", file.string(),
                  std::string("it reads ") + results_schema);
    return json;
  } catch (const Json::exception&) {
    throw Error("this is no JSON", file.string());
  }
}

}  // namespace vagus::lab
