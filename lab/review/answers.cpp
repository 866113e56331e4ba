#include "lab/review/answers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr const char* schema = "vagus.label-review.answers/1";
/// Far above any page's answers.
constexpr std::size_t max_bytes = 64U << 20U;
constexpr Decision decisions[] = {Decision::accept, Decision::reject, Decision::move, Decision::cannot_tell};
/// What rounding to a tenth of a millisecond may leave over.
constexpr double slack_s = 1e-3;

Answer answer_from(const Json& json, const std::string& about) {
  Answer answer;
  const auto word = json.at("decision").get<std::string>();
  const auto* known =
      std::find_if(std::begin(decisions), std::end(decisions), [&](Decision d) { return name(d) == word; });
  if (known == std::end(decisions)) throw Error("case " + about + " is decided by '" + word + "', which is not known");
  answer.decision = *known;
  if (answer.decision == Decision::move) {
    const auto at = json.find("t_s");
    if (at == json.end() || !at->is_number() || !std::isfinite(at->get<double>()))
      throw Error("case " + about + " is moved, and the file does not say where to");
    answer.t_s = at->get<double>();
  }
  return answer;
}

}  // namespace

std::string_view name(Decision decision) {
  switch (decision) {
    case Decision::accept:
      return "accept";
    case Decision::reject:
      return "reject";
    case Decision::move:
      return "move";
    case Decision::cannot_tell:
      return "cannot_tell";
    default:
      return "undecided";
  }
}

ReviewAnswers parse_answers(std::string_view text, const std::string& path) {
  const char* const hint = "it is the file that the review page saves";
  if (text.size() > max_bytes) throw Error("this is larger than any review", path, hint);
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || !json.contains("schema")) throw Error("this is no review's file", path, hint);
    if (json.at("schema") != schema)
      throw Error("the file's schema is not one that this version reads, which is " + std::string(schema), path, hint);
    ReviewAnswers answers;
    answers.hash = json.at("set").at("hash").get<std::string>();
    answers.reviewer = json.at("reviewer").get<std::string>();
    answers.saved = json.at("saved").get<std::string>();
    if (answers.reviewer.empty()) throw Error("the file does not say who reviewed", path);
    std::set<std::string> seen;
    for (const Json& one : json.at("decisions")) {
      const auto about = one.at("case").get<std::string>();
      if (!seen.insert(about).second) throw Error("case " + about + " is decided twice", path);
      try {
        answers.decisions.emplace_back(about, answer_from(one, about));
      } catch (const Error& error) {
        throw error.within(path);
      }
    }
    return answers;
  } catch (const Json::exception&) {
    throw Error("this is no review's file", path, hint);
  }
}

std::vector<Answer> answers_to(const ReviewKey& key, const ReviewAnswers& answers, const std::string& path) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < key.cases.size(); ++i) places[key.cases[i].id] = i;
  std::vector<Answer> all(key.cases.size());
  for (const auto& [id, answer] : answers.decisions) {
    const auto at = places.find(id);
    if (at == places.end()) throw Error("the review has no case " + id, path);
    const double length_s = key.cases[at->second].length_s;
    if (answer.decision == Decision::move && (answer.t_s < -slack_s || answer.t_s > length_s + slack_s))
      throw Error("case " + id + " is moved out of the stretch that was shown", path);
    all[at->second] = answer;
  }
  return all;
}

}  // namespace vagus::lab
