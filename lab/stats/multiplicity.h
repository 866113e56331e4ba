#pragma once
/// Several hypotheses at once.
#include <span>
#include <vector>

namespace vagus::lab {

/// Adjusted p-values in the order given: those at or below alpha may be rejected together.
/// Holm 1979, Scandinavian Journal of Statistics 6:65: at most alpha of any false rejection, whatever the dependence.
/// Throws UsageError for a p outside [0, 1].
std::vector<double> holm(std::span<const double> p);
/// Benjamini and Hochberg 1995, JRSS B 57:289: on average at most alpha of the rejections are false, for independent or
/// positively dependent tests.
std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace vagus::lab
