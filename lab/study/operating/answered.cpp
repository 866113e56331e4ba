#include "lab/study/operating/answered.h"

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab::operating {
namespace {

bool given_at(const Answer& answer, double quality) {
  return answer.given && static_cast<double>(answer.quality) >= quality;
}

}  // namespace

AnswerCurve answer_curve(std::span<const Answer> answers) {
  if (answers.empty()) throw UsageError("accuracy against the share answered needs answers");
  std::vector<Answer> given;
  for (const Answer& answer : answers) {
    if (answer.given && !std::isfinite(answer.quality)) throw UsageError("an answer's quality must be finite");
    if (answer.given) given.push_back(answer);
  }
  std::sort(given.begin(), given.end(), [](const Answer& a, const Answer& b) { return a.quality > b.quality; });
  AnswerCurve out;
  out.all = static_cast<std::int64_t>(answers.size());
  const auto all = static_cast<double>(answers.size());
  out.ceiling = static_cast<double>(given.size()) / all;
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < given.size();) {
    const std::size_t first = i;
    for (; i < given.size() && given[i].quality == given[first].quality; ++i) correct += given[i].correct ? 1 : 0;
    AnswerPoint point;
    point.quality = static_cast<double>(given[first].quality);
    point.answered = static_cast<std::int64_t>(i);
    point.correct = correct;
    point.share = static_cast<double>(i) / all;
    point.accuracy = static_cast<double>(correct) / static_cast<double>(i);
    point.accuracy_of_all = static_cast<double>(correct) / all;
    out.area += point.accuracy * static_cast<double>(i - first);
    out.points.push_back(point);
  }
  out.area = given.empty() ? std::nan("") : out.area / static_cast<double>(given.size());
  return out;
}

std::vector<Cluster> accuracy_clusters(std::span<const Answer> answers, std::size_t subjects, double quality) {
  std::vector<Cluster> out(subjects);
  for (const Answer& answer : answers) {
    if (!given_at(answer, quality)) continue;
    out.at(answer.subject).denominator += 1;
    out.at(answer.subject).numerator += answer.correct ? 1 : 0;
  }
  return out;
}

std::vector<Cluster> answered_clusters(std::span<const Answer> answers, std::size_t subjects, double quality) {
  std::vector<Cluster> out(subjects);
  for (const Answer& answer : answers) {
    out.at(answer.subject).denominator += 1;
    out.at(answer.subject).numerator += given_at(answer, quality) ? 1 : 0;
  }
  return out;
}

}  // namespace vagus::lab::operating
