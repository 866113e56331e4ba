#pragma once
/// The parts of a study's page that differ by protocol: those of events and windows.
#include <string>

#include "lab/study/study.h"

namespace vagus::lab {

/// Every figure of every part of the data, a row a figure.
std::string figure_rows(const StudyResult& result);
/// The recordings with most errors; a cohort's thousands would make no table.
std::string worst_recordings(const StudyResult& result);

/// Hypotheses with their differences, and the budget beside what is known of the cost; "" without any.
std::string claims_section(const StudyResult& result);

/// A value under its interval, as its statistic is printed: shares with the report's own digits.
std::string value_with_interval(const Statistic& about, double value, const Interval& interval);
/// A bound as it was stated.
std::string as_stated(const Statistic& about, double value);

}  // namespace vagus::lab
