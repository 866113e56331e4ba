#include "lab/study/hypothesis.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "lab/base/error.h"
#include "lab/stats/multiplicity.h"
#include "lab/store/hash.h"
#include "lab/study/compare.h"
#include "lab/study/counts_json.h"
#include "lab/study/results.h"

namespace vagus::lab {
namespace {

/// One side of a comparison: what was counted of each judged recording, and which signal it was.
struct OtherSide {
  std::string named;  ///< without folders
  std::map<std::string, std::pair<Count, std::string>> recordings;
};

OtherSide side_of_result(const std::string& path, const std::string& protocol) {
  const Json results = read_results(path);
  try {
    if (const auto of = results.at("protocol").at("name").get<std::string>(); of != protocol)
      throw Error("the result to compare with is of protocol " + of + ", and the study scores " + protocol, path);
    OtherSide side;
    side.named = "result " + results.at("name").get<std::string>() + " of " +
                 results.at("detector").at("name").get<std::string>() + ", digest " +
                 results.at("digest").get<std::string>().substr(0, 16);
    for (const Json& record : results.at("records")) {
      if (record.at("split").get<std::string>() != "test") continue;
      Count count = count_from_record(record, protocol);
      std::string name = count.recording;
      side.recordings[std::move(name)] = {std::move(count), record.at("signal_hash").get<std::string>()};
    }
    return side;
  } catch (const Json::exception&) {
    throw Error("the result to compare with lacks its recordings' counts", path, "run that study with this version");
  }
}

std::string config_text(const Config& config) {
  std::string text;
  for (const auto& [key, value] : config) text += (text.empty() ? "" : ", ") + key + " = " + shortest(value);
  return text.empty() ? "its defaults" : text;
}

OtherSide side_of_run(const StudyResult& result, const AgainstSpec& against, const Source& source, const Cache& cache,
                      const StudyOptions& options) {
  StudySpec other = result.spec;
  other.hypotheses.clear();
  other.requirements.clear();
  other.groups.clear();
  other.budget = {};
  const std::string own = result.contract.name;
  const std::string name = against.detector.empty() ? own : against.detector;
  if (name != other.detector.name) {
    other.detector.name = name;
    other.detector.events.clear();
    other.detector.config.clear();
  }
  if (against.config) other.detector.config = *against.config;
  StudyOptions how = options;
  how.detector.clear();
  const StudyResult run = run_study(other, source, cache, how);
  OtherSide side;
  side.named = name + " at " + config_text(run.config);
  for (const RecordResult& record : run.records) {
    if (record.role == Role::judged) side.recordings[record.item.id()] = {count_of(record), record.item.signal_hash};
  }
  return side;
}

bool concerned(const HypothesisSpec& asked, const RecordResult& record) {
  return record.role == Role::judged && asked.group.picks(record.item.attributes);
}

Judgement judged_claim(const HypothesisSpec& asked, const EstimateAt& difference, double confidence) {
  switch (asked.kind) {
    case HypothesisSpec::Kind::superiority:
      return superiority(difference, confidence);
    case HypothesisSpec::Kind::noninferiority:
      return noninferiority(asked.margin, difference, confidence);
    default:
      return equivalence(asked.margin, difference, confidence);
  }
}

/// The smallest error rate at which the claim is made: the confidence is moved until it just is not. 1 where it is made
/// at none.
double p_of_claim(const HypothesisSpec& asked, const EstimateAt& difference) {
  const auto made = [&](double p) { return judged_claim(asked, difference, 1 - p).verdict == Verdict::met; };
  double low = 1e-5, high = 0.499;
  if (!made(high)) return 1;
  if (made(low)) return low;
  for (int step = 0; step < 12; ++step) {
    const double middle = std::sqrt(low * high);
    (made(middle) ? high : low) = middle;
  }
  return high;
}

HypothesisResult judged_hypothesis(const StudyResult& result, const HypothesisSpec& asked, const OtherSide& other) {
  HypothesisResult out;
  out.asked = asked;
  out.against = other.named;
  std::vector<Count> own_counts, other_counts;
  std::int64_t unpaired = 0;
  for (const RecordResult& record : result.records) {
    if (!concerned(asked, record)) continue;
    const auto at = other.recordings.find(record.item.id());
    if (at == other.recordings.end() || at->second.second != record.item.signal_hash) {
      ++unpaired;
      continue;
    }
    own_counts.push_back(count_of(record));
    other_counts.push_back(at->second.first);
    other_counts.back().subject = own_counts.back().subject;
  }
  out.records = static_cast<std::int64_t>(own_counts.size());
  if (own_counts.empty()) {
    out.why = "No judged recording is on both sides.";
    return out;
  }
  const Statistic& about = statistic(asked.statistic);
  const Difference shown = difference(about, other_counts, own_counts, {asked.confidence, 0, result.spec.seed});
  out.first = shown.first;
  out.second = shown.second;
  out.subjects = shown.subjects;
  out.estimate = shown.estimate;
  if (shown.change == Change::equal) {
    const bool superior = asked.kind == HypothesisSpec::Kind::superiority;
    out.p = superior ? 1 : 0;
    out.verdict = superior ? Verdict::not_met : Verdict::met;
    out.why = "Both counted the same for every subject.";
  } else {
    DifferenceOf paired = difference_of(about, other_counts, own_counts, result.spec.seed);
    if (paired.reversed.size() > 1000) paired.bootstrap.resamples = 2000;
    const EstimateAt better = [&](double confidence) {
      Estimate estimate = paired.at(confidence);
      if (!more_is_better(about)) {
        estimate.value = -estimate.value;
        estimate.interval = {-estimate.interval.high, -estimate.interval.low};
      }
      return estimate;
    };
    const Judgement judgement = judged_claim(asked, better, asked.confidence);
    out.verdict = judgement.verdict;
    out.p = p_of_claim(asked, better);
    if (!judgement.estimate.trusted()) {
      out.why = "No interval can be trusted here: " + judgement.estimate.untrusted + ".";
    } else if (out.verdict == Verdict::met) {
      out.why = "The whole interval of the difference satisfies it.";
    } else if (out.verdict == Verdict::not_met) {
      out.why = "No value in the interval of the difference satisfies it.";
    } else {
      out.why = "The interval of the difference does not decide it.";
    }
  }
  const bool lost = unpaired > 0 || !result.failed_signals.empty();
  if (lost && out.verdict == Verdict::met) {
    out.verdict = Verdict::not_shown;
    out.why = "The rest would show it, but judged recordings are missing on one side.";
  }
  return out;
}

std::string_view kind_name(HypothesisSpec::Kind kind) {
  constexpr std::string_view names[] = {"superiority", "noninferiority", "equivalence"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace

void judge_hypotheses(StudyResult& result, const Source& source, const Cache& cache, const StudyOptions& options) {
  std::vector<double> p;
  for (const HypothesisSpec& asked : result.spec.hypotheses) {
    const OtherSide other = asked.against.result.empty()
                                ? side_of_run(result, asked.against, source, cache, options)
                                : side_of_result(asked.against.result, result.spec.score.protocol);
    result.hypotheses.push_back(judged_hypothesis(result, asked, other));
    p.push_back(result.hypotheses.back().p);
  }
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    HypothesisResult& one = result.hypotheses[i];
    one.p_holm = adjusted[i];
    if (one.verdict == Verdict::met && one.p_holm > 1 - one.asked.confidence) {
      one.verdict = Verdict::not_shown;
      one.why = "Shown by itself, but not together with the others (Holm).";
    }
  }
}

Json as_json(const HypothesisResult& hypothesis) {
  const HypothesisSpec& asked = hypothesis.asked;
  return {
      {"name", asked.name},
      {"kind", kind_name(asked.kind)},
      {"statistic", asked.statistic},
      {"group", asked.group.text()},
      {"against", hypothesis.against},
      {"margin", asked.kind == HypothesisSpec::Kind::superiority ? Json(nullptr) : number(asked.margin)},
      {"confidence", number(asked.confidence)},
      {"against_estimate", number(hypothesis.first)},
      {"estimate", number(hypothesis.second)},
      {"difference", number(hypothesis.estimate.value)},
      {"interval", Json::array({number(hypothesis.estimate.interval.low), number(hypothesis.estimate.interval.high)})},
      {"p", number(hypothesis.p)},
      {"p_holm", number(hypothesis.p_holm)},
      {"verdict", name(hypothesis.verdict)},
      {"why", hypothesis.why},
      {"subjects", hypothesis.subjects},
      {"records", hypothesis.records}};
}

}  // namespace vagus::lab
