#pragma once
/// The search across subjects: who errs more than others?
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lab/failures/within_search.h"

namespace vagus::lab {

/// What is known of each subject as a whole: of a number the median over its rows, of a word the one it always has
/// (unknown where it changes). Columns are those of the table.
struct SubjectTable {
  std::vector<std::vector<float>> values;  ///< by column, then subject
  /// Conditions on these values.
  std::vector<Condition> conditions;
};
SubjectTable subject_table(const ErrorTable& table);

/// One subject in the search.
struct SubjectRate {
  std::uint32_t subject = 0;
  double root_rate = 0;       ///< root of errors over exposure: the variance of a count's root hardly depends on it
  std::uint32_t stratum = 0;  ///< exchanged only with subjects of the same
};

/// The group of subjects (conjunctions of up to two conditions, at least two subjects in and two out) whose root rates
/// stand out most; nothing where no group can be tried. p by exchanging the rates of subjects, over the greatest z of
/// each depth; of more than 500 subjects by the normal distribution times the number of groups, of at least 20 subjects
/// each.
std::optional<Found> search_across(const SubjectTable& subjects, std::span<const SubjectRate> rates,
                                   const WithinOptions& options);

}  // namespace vagus::lab
