#pragma once
/// Which of several settings nothing else beats: sensitivity, alarms, latency, energy, memory, each with its interval.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lab/stats/interval.h"

namespace vagus::lab::operating {

enum class Better : bool { less, more };

struct Objective {
  std::string name;  ///< "alarms per day", "energy mJ/day"
  Better better = Better::less;
};

/// One setting: a configuration, a rule, a threshold.
struct Setting {
  std::string name;
  std::vector<Interval> values;  ///< one an objective; a figure known exactly has low = high
};

/// Whether `a` is clearly better in some objective and clearly worse in none. Ranges that overlap or touch are a tie.
bool beats(const Setting& a, const Setting& b, std::span<const Objective> objectives);

/// The settings on the front, in their order. Ties make `beats` intransitive, so that settings can beat each other in a
/// ring; a setting is off the front only if one beats it (through others, if need be) that it does not beat back in
/// the same way. So the front is never empty. Throws UsageError for a value that is NaN, a range upside down, or a
/// wrong number of values.
std::vector<std::size_t> pareto_front(std::span<const Setting> settings, std::span<const Objective> objectives);

}  // namespace vagus::lab::operating
