#include "lab/study/verdict.h"

#include <algorithm>
#include <cmath>

#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

/// A requirement speaks of what is judged, unless its group says itself which side of the split it means.
bool concerns(const RequirementSpec& requirement, Role role, const Attributes& attributes) {
  const auto& names = requirement.group.names();
  const bool names_split = std::find(names.begin(), names.end(), "split") != names.end();
  return (names_split || role == Role::judged) && requirement.group.picks(attributes);
}

std::string plural(std::int64_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

RequirementResult judged(const StudyResult& result, const RequirementSpec& asked, const std::vector<Planned>& failed) {
  RequirementResult out;
  out.asked = asked;
  std::vector<Count> counts;
  for (const auto& record : result.records) {
    if (concerns(asked, record.role, record.item.attributes)) counts.push_back(count_of(record));
  }
  const auto lost = std::count_if(failed.begin(), failed.end(), [&](const Planned& planned) {
    return concerns(asked, planned.role, planned.item.attributes);
  });
  out.records = static_cast<std::int64_t>(counts.size());
  const Statistic& about = statistic(asked.statistic);
  out.judgement = judge(about, asked.bound, counts);
  out.who = figure(about, counts, asked.bound.confidence).who;
  out.verdict = out.judgement.verdict;
  const bool at_least = asked.bound.direction == Direction::at_least;
  const std::string wanted = (at_least ? "at least " : "at most ") + shortest(asked.bound.bound);
  const double value = out.judgement.estimate.value;
  if (counts.empty()) {
    out.why = "No recording belongs to it.";
  } else if (std::isnan(value)) {
    out.why = "The figure is not defined on these recordings.";
  } else if (!out.judgement.estimate.trusted()) {
    out.why = "No interval can be trusted here: " + out.judgement.estimate.untrusted + ".";
  } else if (out.verdict == Verdict::met && lost > 0) {
    out.verdict = Verdict::not_shown;
    out.why = "The rest would meet it, but " + plural(lost, "recording") + " failed and nothing is known of them.";
  } else if (out.verdict == Verdict::met) {
    out.why = "The whole interval is " + wanted + ".";
  } else if (out.verdict == Verdict::not_met) {
    out.why = "No value in the interval is " + wanted + ".";
  } else if (at_least ? value >= asked.bound.bound : value <= asked.bound.bound) {
    out.why = "The estimate is " + wanted + ", but not the whole interval.";
  } else {
    out.why = "The estimate is not " + wanted + ", but the interval does not rule it out.";
  }
  return out;
}

/// "2 of 3 requirements met, 1 not met, 0 not shown."; nothing of none.
std::string tally_of(const std::vector<Verdict>& verdicts, const char* noun) {
  const auto all = static_cast<std::int64_t>(verdicts.size());
  const auto met = std::count(verdicts.begin(), verdicts.end(), Verdict::met);
  const auto not_met = std::count(verdicts.begin(), verdicts.end(), Verdict::not_met);
  if (all == 0) return {};
  if (met == all && all == 1) return "The " + std::string(noun) + " is met.";
  if (met == all) return "All " + plural(all, noun) + " are met.";
  return std::to_string(met) + " of " + plural(all, noun) + " met, " + std::to_string(not_met) + " not met, " +
         std::to_string(all - met - not_met) + " not shown.";
}

template <class Judged>
std::vector<Verdict> verdicts_of(const std::vector<Judged>& judged) {
  std::vector<Verdict> all;
  all.reserve(judged.size());
  for (const auto& one : judged) all.push_back(one.verdict);
  return all;
}

std::string sentence_of(const StudyResult& result) {
  std::string text;
  for (const std::string& part :
       {tally_of(verdicts_of(result.requirements), "requirement"), tally_of(verdicts_of(result.hypotheses), "claim"),
        tally_of(verdicts_of(result.costs), "limit")})
    text += (text.empty() || part.empty() ? "" : " ") + part;
  if (text.empty()) text = "The specification states no requirement, so nothing is shown.";
  if (!result.failed.empty()) {
    text += " " + plural(static_cast<std::int64_t>(result.failed.size()), "recording") + " failed:";
    for (std::size_t i = 0; i < std::min<std::size_t>(result.failed.size(), 5); ++i)
      text += (i == 0 ? " " : ", ") + result.failed[i].recording;
    text += result.failed.size() > 5 ? " and others." : ".";
  }
  if (result.simulated) text += " The data is simulated.";
  return text;
}

}  // namespace

void judge_study(StudyResult& result, const std::vector<Planned>& failed) {
  for (const auto& requirement : result.spec.requirements)
    result.requirements.push_back(judged(result, requirement, failed));
  result.exploratory.emplace_back("the specification was not locked before the first look at its test data");
  const bool open = (result.requirements.empty() && result.hypotheses.empty()) || !result.failed.empty();
  result.verdict = open ? Verdict::not_shown : Verdict::met;
  for (const auto& requirement : result.requirements) result.verdict = worse(result.verdict, requirement.verdict);
  for (const auto& hypothesis : result.hypotheses) result.verdict = worse(result.verdict, hypothesis.verdict);
  for (const auto& cost : result.costs) result.verdict = worse(result.verdict, cost.verdict);
  result.sentence = sentence_of(result);
}

}  // namespace vagus::lab
