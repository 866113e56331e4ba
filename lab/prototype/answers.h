#pragma once
/// What another program says of a recording, in JSON Lines, as a detector's answers.
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/detect/detector.h"

namespace vagus::lab {

/// The samples that were handed over: stretches of even rate.
class SampleGrid {
 public:
  void begin(double t_s, double rate_hz) { stretches_.push_back({samples_, t_s, rate_hz}); }
  void push(std::size_t count) { samples_ += static_cast<std::int64_t>(count); }
  std::int64_t samples() const { return samples_; }
  /// The sample nearest to a time; -1 where that is more than one interval before the first or after the last.
  std::int64_t nearest(double t_s) const;
  /// The sample that a half-open stretch up to `t_s` ends before; -1 as above.
  std::int64_t end_at(double t_s) const;
  double time_of(std::int64_t sample) const;

 private:
  struct Stretch {
    std::int64_t first_sample;
    double t_s, rate_hz;
  };
  std::int64_t nearest(double t_s, std::int64_t past) const;
  std::vector<Stretch> stretches_;
  std::int64_t samples_ = 0;
};

/// Takes the lines of an answer, checks them and says them. A line is an event, or by `kind` a score, candidate, probe
/// or unreadable stretch; a line with `summary` is passed over. Places are `sample` (rows handed over, from 0) or
/// `t_s`, of stretches `start_sample` and `end_sample` or `t_start_s` and `t_end_s`.
class Answers {
 public:
  /// `optional`: names among the detector's outputs that an event may leave out. Both must outlive this.
  Answers(const DetectorInfo& detector, const std::set<std::string>& optional, Wanted wanted)
      : detector_(detector), optional_(optional), wanted_(wanted) {}

  /// Keeps a line. Throws Error naming its number: no JSON object.
  void take(const std::string& line);
  /// Says everything that was kept, once all samples are known. Throws Error naming the line: what is no number, lies
  /// outside of the recording, comes out of order, or is a field that the detector does not declare.
  void say(const SampleGrid& grid, const Listener& listener);

 private:
  struct Line {
    std::int64_t number;
    std::string text;
  };
  const DetectorInfo& detector_;
  const std::set<std::string>& optional_;
  Wanted wanted_;
  std::int64_t number_ = 0;
  std::vector<Line> lines_;
};

}  // namespace vagus::lab
