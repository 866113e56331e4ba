#pragma once
/// How much somebody moved, and where the signal breaks off: measures of any recording with an accelerometer.
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab {

/// The magnitude of the first three-axis accelerometer of a recording (g), and the breaks of all its channels.
class Movement {
 public:
  /// A recording without an accelerometer has breaks alone.
  explicit Movement(const Recording& recording);
  /// Standard deviation of the magnitude in [from_s, to_s), g; NaN where less than half of a second is known.
  float deviation_g(double from_s, double to_s) const;
  /// Its greatest value there, g.
  float greatest_g(double from_s, double to_s) const;
  bool has_acceleration() const { return !magnitude_g_.empty(); }
  /// Whether any channel breaks off or begins again in [from_s, to_s].
  bool breaks_in(double from_s, double to_s) const;

 private:
  struct Rows {
    std::size_t first, last;
  };
  Rows rows_in(double from_s, double to_s) const;
  TimeAxis time_;
  std::vector<float> magnitude_g_;
  std::vector<double> breaks_s_;
};

/// Times at which the signal breaks off or begins again, in order.
std::vector<double> breaks_of(const Channel& channel);

}  // namespace vagus::lab
