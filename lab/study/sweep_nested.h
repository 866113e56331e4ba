#pragma once
/// The choice of a nested split: for each outer fold by folds within the others.
#include <cstdint>
#include <string>
#include <vector>

#include "lab/study/sweep_judge.h"

namespace vagus::lab {

struct NestedChoice {
  std::size_t run = 0;  ///< place in the points
  InnerChoice inner;
};

/// The subjects of `on` are folded again. Within each inner fold, every combination of parameters gets its threshold
/// from the other inner folds and is judged on that one; the combination that does best over all inner folds is taken,
/// at the median of the thresholds that the inner folds fitted. So no threshold is judged by the subjects it came from,
/// and what one inner fold alone would like does not decide.
/// @param affordable  runs within the budget, one a run
/// @param part        of the seed: the outer fold, from 1
NestedChoice nested_choice(const StudySpec& spec, const SweptPoints& points, const std::vector<bool>& on,
                           const std::vector<bool>& affordable, std::uint64_t part, int threads);

}  // namespace vagus::lab
