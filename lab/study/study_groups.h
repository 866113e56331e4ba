#pragma once
/// The figures of each part of a study's data, printed beside the verdict.
#include <span>
#include <string>

#include "lab/study/study.h"

namespace vagus::lab {

/// What is printed of every part of the data under a protocol.
std::span<const char* const> headline_figures(const std::string& protocol);

/// Fills `groups` of a result whose records are scored: each side of the split, all recordings, then those asked for.
void add_groups(StudyResult& result);

}  // namespace vagus::lab
