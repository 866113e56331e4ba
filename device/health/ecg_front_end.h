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
/// The newest value of the QRS envelope is centred this many samples of 125 Hz back.
inline constexpr int envelope_lag = 8;

/// The sample types of one recording; `ecg_lanes.h` has those of several side by side.
struct OneLane {
  using Real = float;
  using Int = std::int32_t;
  using Word = std::uint32_t;
  using Mask = bool;
  static Int magnitude(Int v) { return v < 0 ? -v : v; }
  static Int whole(Word v) { return static_cast<Int>(v); }
  static Word word(Int v) { return static_cast<Word>(v); }
  static bool any(Mask m) { return m; }
};

/// Brings an even grid of `input_hz` (100 to 1000 Hz) to 125 Hz by the mean over each new period of the straight
/// lines between input samples. Exact for straight lines, no overshoot at steps, -3 dB at 55 Hz, delay 4 ms.
/// Three additions a sample; the periods' ends are kept in 2^-20 of an input sample, so the clocks cannot drift apart.
template <class Lanes>
class EcgResampler {
 public:
  using Real = typename Lanes::Real;
  static constexpr std::int32_t one_q = 1 << 20;  ///< an input sample

  EcgResampler() = default;
  explicit EcgResampler(float input_hz)
      // NOLINTNEXTLINE(bugprone-incorrect-roundings): positive
      : step_(static_cast<std::int32_t>(input_hz * (one / float{ecg_rate_hz}) + 0.5F)),
        scale_(0.5F * one / static_cast<float>(step_)) {}

  /// True if `x` completes no period, which is then all there is to do for it.
  bool within(const Real& x) {
    if (to_next_ <= one_q) return false;
    to_next_ -= one_q;
    twice_area_ = twice_area_ + (previous_ + x);
    previous_ = x;
    return true;
  }
  /// True where `complete` would not do: the sample that `within` refused completes several periods, as happens below
  /// 125 Hz, or is the first after `stop`.
  bool rare() const { return to_next_ + step_ <= one_q; }
  /// Takes a sample that completes a period: the mean over it.
  Real complete(const Real& x) {
    const Real slope = x - previous_, twice = previous_ + previous_;
    previous_ = x;
    float from = 0;
    const Real mean = next(slope, twice, from);
    finish(slope, twice, from);
    return mean;
  }
  /// Takes a sample that completes any number of periods; calls `out(mean)` for each.
  template <class Out>
  void complete_several(const Real& x, Out&& out) {
    const Real slope = x - previous_, twice = previous_ + previous_;
    previous_ = x;
    float from = 0;
    while (to_next_ <= one_q) out(next(slope, twice, from));
    finish(slope, twice, from);
  }
  /// Starts again from the value `x`, as if the input had always been there.
  void restart(const Real& x) {
    previous_ = x;
    twice_area_ = Real{};
    to_next_ = step_;
  }
  /// Makes the next sample a rare one.
  void stop() { to_next_ = -(1 << 30); }

  /// Input samples in one period of 125 Hz, in 2^-20.
  std::int32_t step() const { return step_; }
  /// From the newest sample to the end of the period being filled, in 2^-20 of an input sample.
  std::int32_t to_next() const { return to_next_; }
  /// The newest sample taken.
  const Real& newest() const { return previous_; }
  /// One of several lanes, to go on by itself.
  EcgResampler<OneLane> lane(int i) const {
    EcgResampler<OneLane> out;
    out.previous_ = previous_[i];
    out.twice_area_ = twice_area_[i];
    out.to_next_ = to_next_;
    out.step_ = step_;
    out.scale_ = scale_;
    return out;
  }

 private:
  template <class>
  friend class EcgResampler;
  static constexpr float one = one_q;
  /// The mean over the period that is being filled, which ends between the newest sample and the one before; `from`
  /// moves there.
  Real next(const Real& slope, const Real& twice, float& from) {
    const float to = static_cast<float>(to_next_) * (1 / one);
    const Real part = (twice + slope * (from + to)) * (to - from);
    const Real mean = (twice_area_ + part) * scale_;
    twice_area_ = Real{};
    to_next_ += step_;
    from = to;
    return mean;
  }
  /// What is left of the newest sample belongs to the next period.
  void finish(const Real& slope, const Real& twice, float from) {
    twice_area_ = (twice + slope * (from + 1)) * (1 - from);
    to_next_ -= one_q;
  }
  Real previous_{};
  Real twice_area_{};
  std::int32_t to_next_ = -(1 << 30);
  std::int32_t step_ = one_q;
  float scale_ = 0.5F;
};

/// The 125 Hz wave of the last `Memory` samples and the envelope of its QRS wavelets.
///
/// Two wavelets made of four-sample (32 ms) sums, a quarter period apart: `bump`, the second difference, answers to a
/// wave that returns; `edge`, the first difference, to a slope. Both pass 8 to 18 Hz and cancel a constant. The
/// envelope is |bump| + |edge| summed over six samples (48 ms); each value is centred `envelope_lag` samples back.
///
/// Whole numbers, so nothing drifts however long the recording. The wave is kept as its running total, which may wrap:
/// a wavelet is three or four of its values. The envelope is filled in four samples at a time, for then every value it
/// needs stands at a fixed place.
template <class Lanes, int Memory>
class QrsEnvelope {
 public:
  using Int = typename Lanes::Int;
  using Word = typename Lanes::Word;
  static constexpr int memory = Memory;
  static constexpr int batch = 4;

  /// Takes the next sample; true if the envelope is now filled in up to it.
  bool push(const Int& y) {
    total_ = total_ + Lanes::word(y);
    totals_[count_ & mask] = total_;
    ++count_;
    if (!filled_in()) return false;
    advance();
    return true;
  }
  /// True if the envelope is there up to the newest sample.
  bool filled_in() const { return (count_ & (batch - 1)) == 0; }
  /// Starts again, as if the wave had always been `y`.
  void restart(const Int& y) {
    count_ = 0;
    total_ = Word{};
    Word back{};
    for (std::int32_t n = memory - 1; n >= 0; --n) {
      totals_[n] = back;
      back = back - Lanes::word(y);
      envelope_[n] = Int{};
    }
    for (Int& s : strengths_) s = Int{};
  }
  /// Moves the count back by `by`, a multiple of the memory.
  void rebase(std::int32_t by) { count_ -= by; }

  /// Samples taken since the start.
  std::int32_t count() const { return count_; }
  /// The running total up to and with sample `n`.
  const Word& total(std::int32_t n) const { return totals_[n & mask]; }
  const Int& envelope(std::int32_t n) const { return envelope_[n & mask]; }
  Int wave(std::int32_t n) const { return Lanes::whole(total(n) - total(n - 1)); }
  /// One of several lanes, to go on by itself.
  QrsEnvelope<OneLane, Memory> lane(int i) const {
    QrsEnvelope<OneLane, Memory> out;
    for (int n = 0; n < Memory; ++n) {
      out.totals_[n] = totals_[n][i];
      out.envelope_[n] = envelope_[n][i];
    }
    for (int n = 0; n < 2 * batch; ++n) out.strengths_[n] = strengths_[n][i];
    out.total_ = total_[i];
    out.count_ = count_;
    return out;
  }

 private:
  /// Fills in the envelope of the newest batch.
  void advance() {
    const std::int32_t first = count_ - batch;
    const Word* const c0 = totals_ + (first & mask);
    const Word* const c1 = totals_ + ((first - 4) & mask);
    const Word* const c2 = totals_ + ((first - 8) & mask);
    const Word* const c3 = totals_ + ((first - 12) & mask);
    Int* const out = envelope_ + (first & mask);
    Int* const strengths = strengths_ + (first & batch);  // of two batches ago, until they are overwritten
    const Int* const last = strengths_ + (batch - (first & batch));
    Int sum = envelope_[(first - 1) & mask];
#pragma GCC unroll 4
    for (int j = 0; j < batch; ++j) {
      const Word rise = c1[j] - c2[j];
      const Word middle = j < 2 ? c2[j + 2] : c1[j - 2];
      const Int bump = Lanes::whole(rise + rise + rise + c3[j] - c0[j]);
      const Int edge =
          Lanes::whole((j < 2 ? c1[j + 2] : c0[j - 2]) + (j < 2 ? c3[j + 2] : c2[j - 2]) - middle - middle);
      const Int strength = Lanes::magnitude(bump) + Lanes::magnitude(edge);
      sum = sum + strength - (j < 2 ? strengths[j + 2] : last[j - 2]);
      strengths[j] = strength;
      out[j] = sum;
    }
  }

  template <class, int>
  friend class QrsEnvelope;
  static constexpr std::int32_t mask = Memory - 1;
  static_assert((Memory & mask) == 0);
  Word totals_[Memory] = {};
  Int envelope_[Memory] = {};
  Int strengths_[2 * batch] = {};
  Word total_{};
  std::int32_t count_ = 0;
};

}  // namespace vagus::health
