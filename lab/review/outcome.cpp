#include "lab/review/outcome.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "lab/base/error.h"
#include "lab/stats/cluster_share.h"

namespace vagus::lab {
namespace {

bool has_beat(Decision decision) { return decision == Decision::accept || decision == Decision::move; }

Estimate agreeing_share(const ReviewKey& key, const std::vector<Answer>& answers) {
  std::map<std::string, Cluster> by_subject;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Decision decision = answers[i].decision;
    if (key.cases[i].kind != CaseKind::agreeing || !(has_beat(decision) || decision == Decision::reject)) continue;
    Cluster& cluster = by_subject[key.cases[i].subject];
    cluster.numerator += has_beat(decision) ? 1 : 0;
    cluster.denominator += 1;
  }
  std::vector<Cluster> clusters;
  clusters.reserve(by_subject.size());
  for (const auto& [subject, cluster] : by_subject) clusters.push_back(cluster);
  return cluster_share(clusters);
}

bool same(const Answer& a, const Answer& b, double place_s) {
  return a.decision == b.decision && (a.decision != Decision::move || std::abs(a.t_s - b.t_s) <= place_s);
}

Ruling ruling_of(const std::vector<std::vector<Answer>>& answers, std::size_t i, double place_s) {
  const Answer& first = answers[0][i];
  if (first.decision == Decision::undecided) return {};
  if (answers.size() == 1) return {Ruling::By::one, first};
  const Answer& second = answers[1][i];
  if (second.decision == Decision::undecided) return {};
  if (same(first, second, place_s)) {
    Answer both = first;
    both.t_s = (first.t_s + second.t_s) / 2;
    return {Ruling::By::both, both};
  }
  if (answers.size() == 3 && answers[2][i].decision != Decision::undecided) return {Ruling::By::third, answers[2][i]};
  return {Ruling::By::differ, {}};
}

std::optional<Kappa> kappa_of(const ReviewKey& key, const std::vector<std::vector<Answer>>& answers) {
  if (answers.size() < 2) return std::nullopt;
  std::vector<RatedPair> pairs;
  for (std::size_t i = 0; i < key.cases.size(); ++i) {
    const Decision first = answers[0][i].decision, second = answers[1][i].decision;
    if (first == Decision::undecided || second == Decision::undecided) continue;
    pairs.push_back({key.cases[i].subject, static_cast<std::int32_t>(first), static_cast<std::int32_t>(second)});
  }
  if (pairs.empty()) return std::nullopt;
  return cohen_kappa(pairs);
}

void check(const ReviewKey& key, const std::vector<ReviewAnswers>& files) {
  if (files.empty() || files.size() > 3)
    throw UsageError("a review is that of one reviewer, or of two, or of two and a third who adjudicates");
  std::set<std::string> names;
  for (const ReviewAnswers& one : files) {
    if (!names.insert(one.reviewer).second)
      throw UsageError("two of the files are by " + one.reviewer, "each file needs a reviewer of its own");
  }
  if (std::none_of(key.cases.begin(), key.cases.end(), [](const auto& c) { return c.kind == CaseKind::agreeing; }))
    throw Error(
        "the review is no evidence: it has no case on which detector and reference agree, so nothing tells a "
        "careful reviewer from one who always sides against the reference",
        "", "export it again with a share of agreeing cases");
}

Json of_estimate(const Estimate& estimate) {
  return {{"estimate", number(estimate.value)},
          {"interval", Json::array({number(estimate.interval.low), number(estimate.interval.high)})},
          {"subjects", estimate.clusters},
          {"method", estimate.method}};
}

const char* name(Ruling::By by) {
  switch (by) {
    case Ruling::By::one:
      return "one";
    case Ruling::By::both:
      return "both";
    case Ruling::By::third:
      return "third";
    case Ruling::By::differ:
      return "differ";
    default:
      return "undecided";
  }
}

}  // namespace

double same_place_s(const ReviewKey& key) { return key.event == "beat" ? 0.05 : 0.5; }

ReviewOutcome outcome_of(const ReviewKey& key, const std::vector<ReviewAnswers>& files,
                         const std::vector<std::string>& paths) {
  check(key, files);
  ReviewOutcome out;
  std::vector<std::vector<Answer>> answers;
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (files[k].hash != key.hash) throw Error("the file answers another set of cases than the first", paths[k]);
    answers.push_back(answers_to(key, files[k], paths[k]));
    ReviewerFigures figures;
    figures.reviewer = files[k].reviewer;
    for (std::size_t i = 0; i < key.cases.size(); ++i) ++figures.decided[key.cases[i].kind][answers[k][i].decision];
    figures.agreeing = agreeing_share(key, answers[k]);
    const auto& of_agreeing = figures.decided[CaseKind::agreeing];
    const auto open = of_agreeing.find(Decision::undecided);
    std::int64_t all = 0;
    for (const auto& [decision, count] : of_agreeing) all += count;
    // Who adjudicates may look at the cases alone in which the others differ.
    if (k < 2 && open != of_agreeing.end() && open->second == all)
      throw Error(
          "the review is no evidence: " + figures.reviewer + " decided no case on which detector and reference agree",
          paths[k]);
    out.reviewers.push_back(std::move(figures));
  }
  out.kappa = kappa_of(key, answers);
  for (std::size_t i = 0; i < key.cases.size(); ++i) out.rulings.push_back(ruling_of(answers, i, same_place_s(key)));
  return out;
}

Json as_json(const ReviewOutcome& outcome, const ReviewKey& key) {
  Json json = {{"hash", key.hash}, {"cases", key.cases.size()}, {"reviewers", Json::array()}};
  for (const ReviewerFigures& one : outcome.reviewers) {
    Json decided = Json::object();
    for (const auto& [kind, counts] : one.decided) {
      for (const auto& [decision, count] : counts)
        decided[std::string(name(kind))][std::string(name(decision))] = count;
    }
    json["reviewers"].push_back(
        {{"reviewer", one.reviewer}, {"decided", decided}, {"agreeing_confirmed", of_estimate(one.agreeing)}});
  }
  json["kappa"] = nullptr;
  if (outcome.kappa) {
    json["kappa"] = of_estimate(outcome.kappa->kappa);
    json["kappa"]["observed"] = of_estimate(outcome.kappa->observed);
    json["kappa"]["chance"] = number(outcome.kappa->chance);
  }
  Json by = {{"one", 0}, {"both", 0}, {"third", 0}, {"differ", 0}, {"undecided", 0}};
  for (const Ruling& one : outcome.rulings) by[name(one.by)] = by[name(one.by)].get<std::int64_t>() + 1;
  json["decided_by"] = by;
  return json;
}

}  // namespace vagus::lab
