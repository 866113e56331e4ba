#pragma once
/// From millivolts at any rate to the 125 Hz wave in quarter microvolts that the ECG detectors work on.
#include <cstdint>

#include "device/health/ecg_front_end.h"

namespace vagus::health {

/// Guards the filters against what a wire can deliver, brings the lead to 125 Hz and keeps the two clocks together.
/// Values outside +-500 mV (no electrode gives them) are held at that bound; what is no finite number repeats the last
/// good value and is counted.
class EcgInput {
 public:
  static constexpr float bound_mv = 500.0F;
  static constexpr float steps_per_mv = 4000.0F;  ///< quarter microvolts: 0.1 mV is 400 steps, the bound 2 million

  EcgInput() = default;
  explicit EcgInput(float rate_hz) : resampler_(rate_hz) {}

  /// Takes one sample; calls `begin(y)` if it is the first after the start or a gap, then `out(y)` for each 125 Hz
  /// sample that it completes.
  template <class Begin, class Out>
  void push(float mv, Begin&& begin, Out&& out) {
    float x = mv;
    if (!(x > -bound_mv && x < bound_mv)) x = hold(x);
    last_ = x;
    if (resampler_.within(x)) return;
    if (fresh_) {
      fresh_ = false;
      resampler_.restart(x);
      begin(steps(x));
      if (resampler_.within(x)) return;
    }
    newest_sample_ = resampler_.taken();
    resampler_.complete(x, [&](float mean) {
      newest_ = resampler_.end() - 1;
      out(steps(mean));
    });
  }
  /// One more 125 Hz sample after the signal ended, the last value held.
  template <class Out>
  void extend(Out&& out) {
    newest_ += resampler_.period();
    out(steps(last_));
  }
  /// Samples were lost: the next one starts the filters again.
  void gap() {
    fresh_ = true;
    resampler_.stop();
  }

  /// Samples that were no finite number since the last call.
  std::int32_t take_missing() {
    const std::int32_t n = missing_;
    missing_ = 0;
    return n;
  }
  /// Samples taken so far.
  std::int64_t taken() const { return resampler_.taken(); }
  /// From within `out`: the input samples before the end of the 125 Hz sample.
  std::int64_t completed() const { return newest_sample_; }
  /// Input samples in one sample of 125 Hz.
  float period() const { return resampler_.period(); }
  /// The input sample at which the 125 Hz sample `age` periods before the newest one is centred; from within `out`.
  std::int64_t sample_before(float age) const {
    const float back = newest_ - (age + 0.5F) * resampler_.period();
    const std::int64_t at = newest_sample_ + static_cast<std::int32_t>(back < 0 ? back - 0.5F : back + 0.5F);
    return at < 0 ? 0 : at < newest_sample_ ? at : newest_sample_;
  }

 private:
  static std::int32_t steps(float mv) { return static_cast<std::int32_t>(mv * steps_per_mv); }
  float hold(float x) {
    if (x >= bound_mv && x <= 3.4e38F) return bound_mv;
    if (x <= -bound_mv && x >= -3.4e38F) return -bound_mv;
    ++missing_;
    return last_;
  }

  EcgResampler<float> resampler_{};
  std::int64_t newest_sample_ = 0;  ///< the input sample that completed the newest period
  float last_ = 0;
  float newest_ = 0;  ///< end of the newest period, relative to that sample
  std::int32_t missing_ = 0;
  bool fresh_ = true;
};

}  // namespace vagus::health
