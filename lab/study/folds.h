#pragma once
/// Folds of subjects: every subject is judged in one of them, and what is chosen or learned for it comes from the
/// others.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/study/plan.h"

namespace vagus::lab {

/// Gives each judged recording the attribute `fold` by the split's kind: kfold and nested by subjects in an order that
/// the seed draws, loso by subject, lodo by set. Throws Error where there are fewer subjects (or sets) than folds.
void assign_folds(const SplitSpec& split, std::uint64_t seed, std::vector<Planned>& recordings);

/// Folds of subjects in an order that the seed draws: subject -> "1" to the number of folds, with leading zeros.
/// @param part  another part draws another order of the same seed: 0 the split itself, above it the folds within a fold
std::map<std::string, std::string> drawn_folds(std::vector<std::string> subjects, std::size_t folds, std::uint64_t seed,
                                               std::uint64_t part = 0);

/// The folds of some recordings, in natural order; empty without folds.
std::vector<std::string> fold_names(const std::vector<RecordResult>& records);
/// "" of a recording in no fold.
std::string fold_of(const StudyItem& item);

}  // namespace vagus::lab
