#pragma once
/// Labels: tracks of append-only layers, kept apart from the signal.
#include <cstdint>
#include <string>
#include <vector>

namespace vagus::lab {

/// One mark at a tick of its track's clock, or an interval [tick, end_tick].
struct Annotation {
  std::int64_t tick = 0;
  std::int64_t end_tick = 0;  ///< equal to `tick` for a moment
  std::string label;          ///< WFDB mnemonic ("N", "V", "+", "~" ...) or a free label
  std::string text;           ///< WFDB aux string ("(AFIB") or a remark
  std::int32_t subtype = 0;   ///< WFDB subtype, chan, num
  std::int32_t channel = 0;
  std::int32_t num = 0;
  friend bool operator==(const Annotation&, const Annotation&) = default;
};

/// One version of a track: who made it, when, why, and from which layer.
struct Layer {
  std::string author;
  std::string time;                     ///< ISO 8601, "" unknown
  std::string reason;                   ///< "as published", "review of 2026-11"
  std::string parent;                   ///< hash of the layer it was made from, "" for the first
  std::vector<Annotation> annotations;  ///< in order of tick
};

/// A named sequence of annotations: "atr" (reference beats), "falls", "stage" ... The last layer is the one in force.
struct Track {
  std::string name;
  double tick_hz = 0;  ///< ticks a second; tick 0 is the recording's start
  std::vector<Layer> layers;
  const std::vector<Annotation>& current() const { return layers.back().annotations; }
  double time_of(std::int64_t tick) const { return static_cast<double>(tick) / tick_hz; }
};

}  // namespace vagus::lab
