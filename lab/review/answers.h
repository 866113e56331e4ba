#pragma once
/// The file that a reviewer saves (docs/label-review.md).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/review/key.h"

namespace vagus::lab {

enum class Decision : std::uint8_t { undecided, accept, reject, move, cannot_tell };
std::string_view name(Decision decision);

struct Answer {
  Decision decision = Decision::undecided;
  double t_s = 0;  ///< of `move`: where the mark belongs, in the stretch
};

/// One reviewer's answers.
struct ReviewAnswers {
  std::string hash;  ///< of the set of cases
  std::string reviewer, saved;
  std::vector<std::pair<std::string, Answer>> decisions;  ///< by case, in the file's order
};

/// Throws Error (place `path`) for what the review page does not write: another schema, a decision that is not known, a
/// case decided twice, a move without a moment, no reviewer.
ReviewAnswers parse_answers(std::string_view text, const std::string& path);

/// The answers to a set of cases, in the order of its cases; undecided where the file has none. Throws Error for a case
/// that the set has not, or a move out of its stretch.
std::vector<Answer> answers_to(const ReviewKey& key, const ReviewAnswers& answers, const std::string& path);

}  // namespace vagus::lab
