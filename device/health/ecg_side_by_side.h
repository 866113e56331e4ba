#pragma once
/// What the ECG detectors share when several recordings run at once on a host.
#include <bit>
#include <cstdint>
#include <type_traits>

#include "device/base/contract.h"
#include "device/health/ecg_input.h"
#include "device/health/ecg_lanes.h"
#include "device/health/ecg_seconds.h"

namespace vagus::health {

/// `Lanes` detectors of type `D` and one configuration, fed side by side: every lane says what its detector would say
/// by itself, bit for bit and in the same order.
///
/// Resampling, wavelets, envelope and the sums over seconds run for all lanes at once. `Self` derives from it and adds
/// `follow(end, sinks)`, called whenever `Self::follow_each` more samples of 125 Hz are there, and `hand_over(i)`,
/// which gives lane `i` what `Self` keeps for all. A lane that gaps or ends leaves the others, whose cost stays, and
/// goes on by itself at a detector's cost. Sinks that take probes get them from detectors run one by one.
template <class Self, class D, int Lanes>
class EcgSideBySide {
 public:
  using Input = typename D::Input;
  static constexpr int lane_count = Lanes;

  /// Refuses what `D` refuses.
  static Result<Self> make(const typename D::Config& config) {
    const Result<D> one = D::make(config);
    if (!one.ok()) return one.error();
    Self lanes;
    for (D& d : lanes.lane_) d = one.value();
    lanes.resampler_ = EcgResampler<Pack>(config.rate_hz);
    return lanes;
  }

  /// The next sample of every lane, in millivolts; `sinks(i)` is the sink of lane `i` (see contract.h). The values of
  /// lanes that have ended are not looked at.
  template <class Sinks>
  void push(const float (&mv)[Lanes], Sinks&& sinks) {
    using Sink = std::remove_reference_t<decltype(sinks(0))>;
    if (together_ != 0) {
      Real x;
      __builtin_memcpy(&x, mv, sizeof x);
      const Word size = reinterpret_cast<Word>(x) << 1;
      if (Pack::any(size >= (std::bit_cast<std::uint32_t>(EcgInput::bound_mv) << 1U))) guard(x);
      if (!resampler_.within(x)) complete(x, sinks);
    } else if (!started_ && !takes_probes<Sink>) {
      start(mv, sinks);
    }
    if (alone_ == 0) return;
    for (int i = 0; i < Lanes; ++i)
      if ((alone_ >> i & 1U) != 0) lane_[i].push({mv[i]}, sinks(i));
  }
  /// Samples of lane `i` were lost.
  void gap(int i, Duration lost) {
    part(i);
    lane_[i].gap(lost);
  }
  /// Lane `i` has ended.
  template <class Emit>
  void finish(int i, Emit&& emit) {
    part(i);
    lane_[i].finish(emit);
    alone_ &= ~(1U << i);
  }
  /// True while lane `i` runs with the others.
  bool together(int i) const { return (together_ >> i & 1U) != 0; }

 protected:
  static_assert(Lanes > 1 && Lanes <= 32 && (Lanes & (Lanes - 1)) == 0);
  using Pack = ManyLanes<Lanes>;
  using Real = typename Pack::Real;
  using Int = typename Pack::Int;
  using Word = typename Pack::Word;
  using Wave = QrsEnvelope<Pack, D::Wave::memory>;

  /// Takes the next block into the sums; `close(i)` where a second is full, its sums handed to the lane's own.
  template <class Close>
  void gather(Close&& close) {
    judged_ += EcgSeconds::block;
    gathered_ += EcgSeconds::block;
    sums_.push(wave_, judged_ - 1, EcgSeconds::block, true);
    if (gathered_ != EcgSeconds::length) return;
    each([&](int i) {
      lane_[i].seconds_.take(sums_.lane(i), gathered_);
      close(i);
    });
    sums_.clear();
    gathered_ = 0;
  }
  template <class Each>
  void each(Each&& what) {
    for (std::uint32_t left = together_; left != 0; left &= left - 1) what(std::countr_zero(left));
  }
  /// Hands lane `i` all that is its own, to go on by itself.
  void part(int i) {
    if (!together(i)) return;
    D& d = lane_[i];
    d.input_.resampler_ = resampler_.lane(i);
    d.wave_ = wave_.lane(i);
    d.seconds_.take(sums_.lane(i), gathered_);
    d.judged_ = judged_;
    together_ &= ~(1U << i);
    alone_ |= 1U << i;
    static_cast<Self*>(this)->hand_over(i);
  }

  EcgResampler<Pack> resampler_{};
  Wave wave_{};
  EcgSums<Pack> sums_{};
  D lane_[Lanes] = {};
  std::uint32_t together_ = 0;  ///< lanes that run side by side, a bit each
  std::uint32_t alone_ =
      static_cast<std::uint32_t>((std::uint64_t{1} << Lanes) - 1);  ///< lanes that do not, or not yet
  std::int32_t judged_ = 0;                                         ///< as in the detectors
  std::int32_t gathered_ = 0;                                       ///< samples of 125 Hz in `sums_`
  bool started_ = false;

 private:
  /// The first sample: all lanes that have not ended begin together.
  template <class Sinks>
  [[gnu::noinline]] void start(const float (&mv)[Lanes], Sinks&& sinks) {
    started_ = true;
    together_ = alone_;
    alone_ = 0;
    Real x;
    __builtin_memcpy(&x, mv, sizeof x);
    guard(x);
    Int y{};
    for (int i = 0; i < Lanes; ++i) {
      y[i] = EcgInput::steps(x[i]);
      if (!together(i)) continue;
      lane_[i].begin(y[i], sinks(i));
      lane_[i].input_.start();
    }
    wave_.restart(y);
    resampler_.restart(x);
    if (!resampler_.within(x)) complete(x, sinks);
  }
  /// What a detector does with values that no electrode gives; lanes that have left are kept at zero.
  [[gnu::noinline]] void guard(Real& x) {
    for (int i = 0; i < Lanes; ++i) {
      if (!together(i))
        x[i] = 0;
      else if (!(abs(x[i]) < EcgInput::bound_mv))
        x[i] = lane_[i].input_.hold(x[i], resampler_.newest()[i]);
    }
  }
  template <class Sinks>
  [[gnu::noinline]] void complete(const Real& x, Sinks&& sinks) {
    const auto out = [&](const Real& mean) {
      if (wave_.push(Pack::truncated(mean * EcgInput::steps_per_mv)) && wave_.count() % Self::follow_each == 0)
        static_cast<Self*>(this)->follow(wave_.count(), sinks);
    };
    if (resampler_.rare())
      resampler_.complete_several(x, out);
    else
      out(resampler_.complete(x));
  }
};

}  // namespace vagus::health
