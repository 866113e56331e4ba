#pragma once
/// The linear front end of the ECG detectors: any input rate to 125 Hz, then the QRS wavelets and their envelope.
///
/// Everything here is additions and a few multiplications over a sample type, so that a pack of lanes (one recording
/// each) runs through the same code as one float or one std::int32_t, with the same bits per lane.
#include <cstdint>

namespace vagus::health {

/// The rate at which the ECG detectors work inside, whatever the rate of the input.
/// QRS energy lies between 5 and 25 Hz (Thakor et al., IEEE TBME 31(11):702, 1984); 8 ms a sample keeps 50 and 60 Hz
/// inside the band, where the wavelets below cancel them, and muscle noise above 62 Hz folds back only by a quarter.
inline constexpr int ecg_rate_hz = 125;

/// Brings an even grid of `input_hz` (100 to 1000 Hz) to 125 Hz by the mean over each new period of the straight
/// lines between input samples. Exact for straight lines, no overshoot at steps, -3 dB at 55 Hz, delay 4 ms.
/// Three additions a sample; the periods' ends are kept in 2^-20 of an input sample, so the clocks cannot drift apart.
template <class Real>
class EcgResampler {
 public:
  EcgResampler() = default;
  explicit EcgResampler(float input_hz)
      // NOLINTNEXTLINE(bugprone-incorrect-roundings): positive
      : step_(static_cast<std::int32_t>(input_hz * (one / float{ecg_rate_hz}) + 0.5F)),
        scale_(0.5F * one / static_cast<float>(step_)) {}

  /// True if `x` completes no period, which is then all there is to do for it.
  bool within(Real x) {
    if (to_next_ <= one_q) return false;
    to_next_ -= one_q;
    twice_area_ = twice_area_ + (previous_ + x);
    previous_ = x;
    return true;
  }
  /// Takes a sample that completes a period; calls `out(mean)` for each that it completes (two or more below 125 Hz).
  template <class Out>
  void complete(Real x, Out&& out) {
    counted_ += since_last();
    const Real slope = x - previous_;
    float from = 0;
    while (to_next_ <= one_q) {
      const float to = static_cast<float>(to_next_) * (1 / one);
      const Real part = (previous_ + previous_ + slope * (from + to)) * (to - from);
      const Real mean = (twice_area_ + part) * scale_;
      from = to;
      twice_area_ = Real{};
      out(mean);
      to_next_ += step_;
    }
    twice_area_ = (previous_ + previous_ + slope * (from + 1)) * (1 - from);
    to_next_ -= one_q;
    base_ = to_next_;
    ++counted_;
    previous_ = x;
  }
  /// Starts again from the value `x`, as if the input had always been there.
  void restart(Real x) {
    previous_ = x;
    twice_area_ = Real{};
    to_next_ = step_;
    base_ = step_;
  }
  /// Makes the next sample one that `within` refuses.
  void stop() {
    counted_ += since_last();
    to_next_ = 0;
    base_ = 0;
  }
  /// Input samples taken so far.
  std::int64_t taken() const { return counted_ + since_last(); }
  /// Input samples in one period of 125 Hz.
  float period() const { return static_cast<float>(step_) * (1 / one); }
  /// Inside `out`: where the period ends, in input samples after the last one taken before this.
  float end() const { return static_cast<float>(to_next_) * (1 / one); }

 private:
  static constexpr std::int32_t one_q = 1 << 20;
  static constexpr float one = 1 << 20;
  std::int32_t since_last() const { return (base_ - to_next_) >> 20; }
  Real previous_{};
  Real twice_area_{};
  std::int32_t to_next_ = 0;  ///< from the newest sample to the end of the period being filled
  std::int32_t base_ = 0;     ///< `to_next_` when samples were last counted
  std::int32_t step_ = one_q;
  float scale_ = 0.5F;
  std::int64_t counted_ = 0;
};

/// Two wavelets made of four-sample (32 ms) sums, a quarter period apart: `bump`, the second difference, answers to a
/// wave that returns; `edge`, the first difference, to a slope. Both pass 8 to 18 Hz and cancel a constant.
/// Integers, so running sums stay exact however long the recording. One sample in; the wavelets are centred 5.5
/// samples back.
template <class Int>
struct QrsWavelets {
  static constexpr int memory = 64;
  Int y[memory] = {};     ///< the last samples
  Int sums[memory] = {};  ///< the sum over y[n-3..n]
  std::int32_t n = 0;     ///< where the newest sample stands
  Int bump{};
  Int edge{};

  void push(Int x) {
    n = (n + 1) & (memory - 1);
    const Int sum = sums[(n - 1) & (memory - 1)] + x - y[(n - 4) & (memory - 1)];
    y[n] = x;
    sums[n] = sum;
    bump = sums[(n - 4) & (memory - 1)] * 2 - sum - sums[(n - 8) & (memory - 1)];
    edge = sums[(n - 2) & (memory - 1)] - sums[(n - 6) & (memory - 1)];
  }
};

}  // namespace vagus::health
