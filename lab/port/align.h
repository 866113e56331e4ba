#pragma once
/// Two lists of events, one to one.
#include <cstdint>
#include <string>
#include <vector>

namespace vagus::lab {

/// An event as it is compared: its place, and what it says beside numbers.
struct PortEvent {
  double t_s = 0;                     ///< of an interval its start
  double end_s = 0;                   ///< of a moment `t_s`
  std::int64_t row = 0, end_row = 0;  ///< rows of the input
  std::string says;                   ///< labels and flags that both sides have; only equal ones are one event
};

/// A pair by its places in both lists; -1: the event has none on that side.
struct PortPair {
  std::int64_t a = -1, b = -1;
  bool both() const { return a >= 0 && b >= 0; }
};

/// How far apart two events are: the larger of the distances of their starts and ends.
double apart_s(const PortEvent& a, const PortEvent& b);

/// Events of both lists, each at most once and in order of time, no pair further apart than `tolerance_s`: as many
/// pairs as there can be without crossing, and of these the nearest. Where more than 4,000 events on each side follow
/// one another within the tolerance, each takes the first that it can. Both lists are in order of time.
std::vector<PortPair> align(const std::vector<PortEvent>& a, const std::vector<PortEvent>& b, double tolerance_s);

}  // namespace vagus::lab
