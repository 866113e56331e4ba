#pragma once
/// Folds of subjects: every subject is judged in one of them, and what is chosen or learned for it comes from the
/// others.
#include <string>
#include <vector>

#include "lab/study/plan.h"

namespace vagus::lab {

/// Gives each judged recording the attribute `fold` by the split's kind: kfold and nested by subjects in an order that
/// the seed draws, loso by subject, lodo by set. Throws Error where there are fewer subjects (or sets) than folds.
void assign_folds(const SplitSpec& split, std::uint64_t seed, std::vector<Planned>& recordings);

/// The folds of some recordings, in natural order; empty without folds.
std::vector<std::string> fold_names(const std::vector<RecordResult>& records);
/// "" of a recording in no fold.
std::string fold_of(const StudyItem& item);

}  // namespace vagus::lab
