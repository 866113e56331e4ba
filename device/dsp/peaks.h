#pragma once
/// Local maxima of a stream and of a window.
#include <cstdint>

#include "device/base/fixed_vector.h"
#include "device/base/result.h"
#include "device/dsp/moving.h"

namespace vagus::dsp {

/// A local maximum: where and how high.
struct Peak {
  std::int64_t sample;
  float value;
};

/// Peaks of a stream: samples above every one of the `distance` before (the first sample too has none above it), not
/// below any of the `distance` after, and at least the `threshold` pushed with them. Of equal neighbours the first.
/// Said exactly `distance` samples after the peak. Input without NaN.
template <std::uint32_t MaxDistance = 128, class T = float>
class PeakPicker {
 public:
  /// Refuses `capacity_exceeded` unless 1 <= distance <= MaxDistance.
  static Result<PeakPicker> make(std::uint32_t distance) {
    const auto before = MovingMaximum<float, MaxDistance>::make(distance);
    if (!before.ok()) return before.error();
    PeakPicker p;
    p.before_ = before.value();
    return p;
  }
  /// Samples from a peak to the push that says it.
  std::uint32_t delay() const { return before_.length(); }

  template <class Emit>
  void push(float x, float threshold, Emit&& emit) {
    // Only the last sample that topped its past can still be a peak: it topped all before, and none topped it since.
    if (sample_ == 0 || x > highest_) {
      best_ = {sample_, x};
      worthy_ = x >= threshold;
      left_ = before_.length();
    } else if (left_ > 0 && --left_ == 0 && worthy_) {
      emit(best_);
    }
    highest_ = before_.push(x);
    ++sample_;
  }
  /// The signal ended: a peak that nothing has topped yet is one.
  template <class Emit>
  void finish(Emit&& emit) {
    if (left_ > 0 && worthy_) emit(best_);
    left_ = 0;
  }
  void reset() {
    before_.reset();
    sample_ = 0;
    left_ = 0;
  }

 private:
  MovingMaximum<float, MaxDistance> before_;
  std::int64_t sample_ = 0;
  Peak best_{0, 0};
  float highest_ = 0;
  std::uint32_t left_ = 0;  ///< samples until the best is said; 0: it was, or there is none
  bool worthy_ = false;
};

/// In lanes: `emit(lane, Peak)`, within a push by rising lane. The peaks of each lane are those of a picker of its own.
template <std::uint32_t MaxDistance, std::uint32_t Lanes>
class PeakPicker<MaxDistance, Pack<Lanes>> {
 public:
  static Result<PeakPicker> make(std::uint32_t distance) {
    const auto before = MovingMaximum<Pack<Lanes>, MaxDistance>::make(distance);
    if (!before.ok()) return before.error();
    PeakPicker p;
    p.before_ = before.value();
    return p;
  }
  std::uint32_t delay() const { return before_.length(); }

  template <class Emit>
  void push(const Pack<Lanes>& x, const Pack<Lanes>& threshold, Emit&& emit) {
    const Wholes tops = sample_ == 0 ? ~Wholes{} : x.lane > highest_.lane;
    best_ = choose(WholePack<Lanes>{tops}, x, best_);
    worthy_ = tops ? x.lane >= threshold.lane : worthy_;
    // A mask is -1 where it holds.
    left_ = tops ? Wholes{} + static_cast<std::int32_t>(before_.length()) : left_ + (left_ > 0);
    const Wholes due = ~tops & (left_ == 0) & worthy_;
    if (any(WholePack<Lanes>{due})) {
      for (std::uint32_t i = 0; i < Lanes; ++i) {
        if (due[i] != 0) emit(i, Peak{sample_ - before_.length(), best_.lane[i]});
      }
    }
    // Said once.
    worthy_ = worthy_ & (left_ != 0);
    highest_ = before_.push(x);
    ++sample_;
  }
  template <class Emit>
  void finish(Emit&& emit) {
    for (std::uint32_t i = 0; i < Lanes; ++i) {
      const std::int64_t since = std::int64_t{before_.length()} - left_[i];
      if (left_[i] > 0 && worthy_[i] != 0) emit(i, Peak{sample_ - 1 - since, best_.lane[i]});
    }
    left_ = Wholes{};
  }
  void reset() {
    before_.reset();
    sample_ = 0;
    left_ = Wholes{};
  }

 private:
  using Wholes = typename WholePack<Lanes>::Vector;
  MovingMaximum<Pack<Lanes>, MaxDistance> before_;
  std::int64_t sample_ = 0;
  Pack<Lanes> best_{};
  Pack<Lanes> highest_{};
  Wholes left_{};
  Wholes worthy_{};
};

/// What `find_peaks` asks of a peak; the defaults ask nothing.
struct PeakNeeds {
  float height = -infinity;    ///< at least this value
  std::uint32_t distance = 1;  ///< at least this far from a higher peak
  float prominence =
      -infinity;  ///< at least this far above the higher of the two valleys that part it from higher ground
};

struct WindowPeak {
  std::uint32_t at;
  float value;
  float prominence;
};

namespace detail {

/// Height above the higher of the lowest points to either side before the ground rises above the peak or ends.
inline float prominence(const float* x, std::uint32_t n, std::uint32_t at) {
  float left = x[at];
  for (std::uint32_t i = at; i-- > 0 && !(x[i] > x[at]);) left = vagus::min(left, x[i]);
  float right = x[at];
  for (std::uint32_t i = at + 1; i < n && !(x[i] > x[at]); ++i) right = vagus::min(right, x[i]);
  return x[at] - vagus::max(left, right);
}

}  // namespace detail

/// Peaks of x[0..n), in order; of a flat top the middle (rounded down); never the first or last sample. Height, then
/// distance (the highest first, of equal ones the later), then prominence: the rules of SciPy's find_peaks.
/// False where more than `Capacity` local maxima reach the height: `out` then holds the first of them, unfiltered.
template <std::uint32_t Capacity>
inline bool find_peaks(const float* x, std::uint32_t n, const PeakNeeds& needs,
                       FixedVector<WindowPeak, Capacity>& out) {
  out.clear();
  for (std::uint32_t i = 1; i + 1 < n; ++i) {
    if (!(x[i - 1] < x[i])) continue;
    std::uint32_t end = i + 1;
    while (end + 1 < n && x[end] == x[i]) ++end;
    if (x[end] < x[i]) {
      const std::uint32_t middle = (i + end - 1) / 2;
      if (x[middle] >= needs.height && !out.push_back({middle, x[middle], 0.0F})) return false;
      i = end - 1;
    }
  }
  if (needs.distance > 1) {
    bool settled[Capacity]{};
    bool dropped[Capacity]{};
    for (std::uint32_t round = 0; round < out.size(); ++round) {
      std::uint32_t top = out.size();
      for (std::uint32_t i = 0; i < out.size(); ++i) {
        if (!settled[i] && !dropped[i] && (top == out.size() || out[i].value >= out[top].value)) top = i;
      }
      if (top == out.size()) break;
      settled[top] = true;
      for (std::uint32_t i = top; i-- > 0 && out[top].at - out[i].at < needs.distance;)
        dropped[i] = !settled[i] || dropped[i];
      for (std::uint32_t i = top + 1; i < out.size() && out[i].at - out[top].at < needs.distance; ++i) {
        dropped[i] = !settled[i] || dropped[i];
      }
    }
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < out.size(); ++i) {
      if (!dropped[i]) out[kept++] = out[i];
    }
    while (out.size() > kept) out.pop_back();
  }
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    out[i].prominence = detail::prominence(x, n, out[i].at);
    if (out[i].prominence >= needs.prominence) out[kept++] = out[i];
  }
  while (out.size() > kept) out.pop_back();
  return true;
}

}  // namespace vagus::dsp
