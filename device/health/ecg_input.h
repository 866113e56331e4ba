#pragma once
/// From millivolts at any rate to the 125 Hz wave in quarter microvolts that the ECG detectors work on.
#include <bit>
#include <cstdint>

#include "device/health/ecg_front_end.h"

namespace vagus::health {

/// Where the samples of 125 Hz lie among those of the input, to 2^-20 of an input sample.
class EcgClock {
 public:
  EcgClock() = default;
  explicit EcgClock(std::int32_t step) : step_(step) {}

  /// Sample 0 of 125 Hz begins with input sample `first`.
  void restart(std::int64_t first) { origin_ = (first - 1) * one; }
  void rebase(std::int32_t by) { origin_ += std::int64_t{step_} * by; }

  /// Input samples before the one that completes sample `n` of 125 Hz.
  std::int64_t completed(std::int32_t n) const { return (end(n) + one - 1) >> 20; }
  /// Input samples taken, when `n` of 125 Hz are complete and the next ends `to_next` (2^-20) after the newest.
  std::int64_t taken(std::int32_t n, std::int32_t to_next) const { return ((end(n) - to_next) >> 20) + 1; }
  /// The input sample at which the sample `age` periods before sample `n` of 125 Hz is centred.
  std::int64_t sample_before(std::int32_t n, float age) const {
    const std::int64_t newest = completed(n);
    const auto beyond = static_cast<std::int32_t>(end(n) - newest * one);  // 0 or less
    const float period = static_cast<float>(step_) * (1.0F / one);
    const float back = static_cast<float>(beyond) * (1.0F / one) - (age + 0.5F) * period;
    const std::int64_t at = newest + static_cast<std::int32_t>(back < 0 ? back - 0.5F : back + 0.5F);
    return at < 0 ? 0 : at < newest ? at : newest;
  }

 private:
  static constexpr std::int32_t one = EcgResampler<OneLane>::one_q;
  std::int64_t end(std::int32_t n) const { return origin_ + std::int64_t{step_} * (n + 1); }
  std::int64_t origin_ = 0;
  std::int32_t step_ = one;
};

/// Guards the filters against what a wire can deliver and brings the lead to 125 Hz.
/// Values outside +-500 mV (no electrode gives them) are held at that bound; what is no finite number repeats the last
/// good value and is counted.
class EcgInput {
 public:
  static constexpr float bound_mv = 500.0F;
  static constexpr float steps_per_mv = 4000.0F;  ///< quarter microvolts: 0.1 mV is 400 steps, the bound 2 million

  EcgInput() = default;
  explicit EcgInput(float rate_hz) : resampler_(rate_hz), clock_(resampler_.step()) {}

  /// Takes one sample; true if that is all there is to do. Otherwise it has to be completed.
  bool push(float& mv) {
    // As whole numbers, magnitudes of floats keep their order, and what is no number is the greatest.
    if ((std::bit_cast<std::uint32_t>(mv) << 1U) >= (std::bit_cast<std::uint32_t>(bound_mv) << 1U))
      mv = hold(mv, resampler_.newest());
    return resampler_.within(mv);
  }
  /// True where `complete` would not do, but `complete_rare`.
  bool rare() const { return resampler_.rare(); }
  /// Completes the sample that `push` gave back: the 125 Hz sample that ends with it.
  std::int32_t complete(float mv) { return steps(resampler_.complete(mv)); }
  /// Completes any sample; calls `begin(y)` if it is the first after the start or a gap, then `out(y)` for each 125 Hz
  /// sample that it completes.
  template <class Begin, class Out>
  void complete_rare(float mv, Begin&& begin, Out&& out) {
    if (stopped_) {
      begin(steps(mv));
      start();
      resampler_.restart(mv);
      if (resampler_.within(mv)) return;
    }
    resampler_.complete_several(mv, [&](float mean) { out(steps(mean)); });
  }
  void start() {
    stopped_ = false;
    clock_.restart(taken_);
  }
  /// Samples were lost, after `n` complete ones of 125 Hz: the next one starts the filters again.
  void gap(std::int32_t n) {
    if (stopped_) return;
    taken_ = clock_.taken(n, resampler_.to_next());
    stopped_ = true;
    resampler_.stop();
  }

  /// True before the first sample and after a gap.
  bool stopped() const { return stopped_; }

  /// Samples that were no finite number since the last call.
  std::int32_t take_missing() {
    const std::int32_t n = missing_;
    missing_ = 0;
    return n;
  }
  /// Input samples before the gap.
  std::int64_t taken() const { return taken_; }
  const EcgClock& clock() const { return clock_; }
  /// The newest value, as one of the 125 Hz wave.
  std::int32_t newest() const { return steps(resampler_.newest()); }
  void rebase(std::int32_t by) { clock_.rebase(by); }

  static std::int32_t steps(float mv) { return static_cast<std::int32_t>(mv * steps_per_mv); }

 private:
  template <class, class, int>
  friend class EcgSideBySide;
  float hold(float x, float newest) {
    if (x >= bound_mv && x <= 3.4e38F) return bound_mv;
    if (x <= -bound_mv && x >= -3.4e38F) return -bound_mv;
    ++missing_;
    return newest;
  }

  EcgResampler<OneLane> resampler_{};
  EcgClock clock_{};
  std::int64_t taken_ = 0;
  std::int32_t missing_ = 0;
  bool stopped_ = true;
};

}  // namespace vagus::health
