#pragma once
/// What a sweep looks like: its front drawn, what was chosen and how it was judged, and every setting in a table.
#include <string>

#include "lab/study/sweep.h"

namespace vagus::lab {

/// The section of a study's page; "" without a sweep.
std::string sweep_section(const StudySpec& spec, const SweepResult& sweep);

/// What stands around a sweep on a page of its own.
struct SweepPage {
  bool simulated = false;
  std::int64_t looks = 0;  ///< at the test data, this one included
  std::vector<std::string> exploratory;
};
/// A whole page: the verdict about what was chosen first. No path, no time of day, no identifier of a person.
std::string sweep_page(const StudySpec& spec, const SweepResult& sweep, const SweepPage& around);

}  // namespace vagus::lab
