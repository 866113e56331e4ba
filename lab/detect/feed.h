#pragma once
/// The front end before every detector: rows of even stretches in, samples and gaps to the detector, and the way back
/// from the detector's sample counts to rows and times. Files and standard input go through the same code.
#include <cstdint>
#include <span>
#include <vector>

#include "lab/detect/detector.h"

namespace vagus::lab {

/// Drives one instance. Missing values (not finite) are bridged by a straight line over at most 0.1 s or one sample,
/// whichever is longer; a longer run, like the seam between two stretches, reaches the detector as a gap.
class Feed {
 public:
  /// `required[i]`: the i-th channel must be there (a missing value of an optional one is passed on as NaN).
  Feed(Instance& instance, std::vector<bool> required, Listener listener);

  /// The next rows begin a stretch: row `first_row` is at `t_start_s`, `rate_hz` rows a second.
  void begin_stretch(std::int64_t first_row, double t_start_s, double rate_hz);
  /// The next `count` rows of the stretch; `columns[i]` is null where an optional channel is absent.
  void rows(std::span<const float* const> columns, std::size_t count);
  void finish();

  /// Where a sample the detector counted lies. `sample` may be one past the last.
  std::int64_t row_of(std::int64_t sample) const;
  double time_of(std::int64_t sample) const;
  /// End of the half-open interval that ends before `sample`: one interval after sample - 1, not beyond a gap.
  double end_time_of(std::int64_t sample) const;

  std::int64_t pushed() const { return pushed_; }
  std::int64_t gaps() const { return gaps_; }
  std::int64_t bridged() const { return bridged_; }  ///< missing values filled
  std::int64_t missing() const { return missing_; }  ///< rows not pushed because they were missing
  bool gap_between(std::int64_t first_sample, std::int64_t second_sample) const;

 private:
  struct Segment {
    std::int64_t first_sample, first_row;
    double t_start_s, rate_hz;
  };
  const Segment& segment_of(std::int64_t sample) const;
  bool complete(std::span<const float* const> columns, std::size_t row) const;
  void push(std::span<const float* const> columns, std::size_t first, std::size_t count);
  void bridge(std::span<const float* const> columns, std::size_t row);
  void start_segment(std::int64_t row);

  Instance& instance_;
  std::vector<bool> required_;
  Listener listener_;
  std::vector<Segment> segments_;
  double stretch_t_s_ = 0, rate_hz_ = 1;
  std::int64_t stretch_row_ = 0, next_row_ = 0;
  std::int64_t pushed_ = 0, gaps_ = 0, bridged_ = 0, missing_ = 0;
  bool open_ = false;                        ///< the current segment can be continued
  std::vector<std::vector<float>> waiting_;  ///< incomplete rows that may still be bridged, by channel
  std::vector<float> last_;                  ///< the last row pushed
};

}  // namespace vagus::lab
