#pragma once
/// The parts of a specification that claim something beside its requirements: hypotheses, budgets, sweeps.
#include <string>

#include "lab/study/spec.h"
#include "lab/study/spec_section.h"

namespace vagus::lab {

/// A statistic of the study's own protocol, under `section.statistic`.
std::string read_statistic(const Section& section, const ScoreSpec& score);
/// The highest value that a statistic can be bounded by.
double highest_bound(const std::string& statistic_name);

/// Fills `hypotheses`, `budget` and `sweep`; protocol, split and detector have been read.
void read_claims(const Section& top, StudySpec& spec);

/// The split with its kind, lists and folds.
SplitSpec read_split(const Section& top, const DataSpec& data);

}  // namespace vagus::lab
