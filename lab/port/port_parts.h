#pragma once
/// What the files of lab/port share.
#include "lab/port/port_check.h"

namespace vagus::lab {

/// One probe of one run: rows of the input, their times and values, in order of rows once it is sorted.
struct ProbeSeries {
  struct Point {
    std::int64_t row = 0;
    double t_s = 0;
    float value = 0;
  };
  std::vector<Point> points;
};

/// Compares two series where both have a row; values differ above `tolerance` of the RMS of A's. Both are sorted by
/// row.
ProbeAgreement compare_probe(const std::string& name, const ProbeSeries& a, const ProbeSeries& b, double tolerance);

/// Both sides' events in words that can be compared, and what differs: fills the counts and `differences`.
void compare_events(PortRecording& recording, const DetectorInfo& a, const DetectorInfo& b, double tolerance_s);

/// Stretches around the first differences, with what both sides' probes say there.
std::vector<Excerpt> excerpts_of(const PortRecording& recording, const Recording& signal,
                                 const std::vector<std::string>& probes, const std::vector<ProbeSeries>& a,
                                 const std::vector<ProbeSeries>& b, std::size_t most);

/// Scores of both sides where both say beats and recordings have reference beats: fills `protocol` and what follows.
void compare_scores(PortCheck& check, const DetectorInfo& a, const DetectorInfo& b, const Source& source);

}  // namespace vagus::lab
