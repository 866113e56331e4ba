#pragma once
/// Accuracy against the share answered: what a detector gains by saying that it cannot tell.
#include <span>
#include <string>
#include <vector>

#include "lab/study/operating/band.h"

namespace vagus::lab::operating {

/// One answer that a detector could give: a window, a beat, a recording.
struct Answer {
  std::uint32_t subject = 0;
  float quality = 0;  ///< how sure it is
  bool correct = false;
  bool given = true;  ///< false: it said itself that it cannot tell; never answered, and wrong where that counts
};

struct AnswerPoint {
  double quality = 0;  ///< answers of this quality or more are given
  std::int64_t answered = 0, correct = 0;
  double share = 0;            ///< answered of all
  double accuracy = 0;         ///< correct of the answered
  double accuracy_of_all = 0;  ///< correct of all: what is not answered counted as wrong
};
struct AnswerCurve {
  std::vector<AnswerPoint> points;  ///< one a distinct quality, the highest first
  std::int64_t all = 0;
  double ceiling = 0;  ///< the largest share that can be answered
  /// Mean accuracy over the share answered from 0 to the ceiling: 1 where the sure ones are right and the last wrong
  /// ones cost nothing.
  double area = 0;
};
/// Throws UsageError without answers or for a quality that is not finite (of a given answer).
AnswerCurve answer_curve(std::span<const Answer> answers);

/// One cluster a subject at a quality: correct of answered, or answered of all.
std::vector<Cluster> accuracy_clusters(std::span<const Answer> answers, std::size_t subjects, double quality);
std::vector<Cluster> answered_clusters(std::span<const Answer> answers, std::size_t subjects, double quality);

}  // namespace vagus::lab::operating
