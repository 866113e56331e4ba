#pragma once
/// Heart beats in several recordings at once on a host.
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "device/base/contract.h"
#include "device/health/beats.h"
#include "device/health/ecg_lanes.h"

namespace vagus::health {

/// `Lanes` BeatDetectors of one configuration, fed side by side: every lane says what its detector would say by itself,
/// bit for bit and in the same order.
///
/// Resampling, wavelets, envelope, humps and the sums over seconds run for all lanes at once; what a lane decides it
/// decides by itself. A lane that gaps or ends leaves the others, whose cost stays, and goes on by itself at a
/// detector's cost. Sinks that take probes get them from detectors run one by one.
template <int Lanes = 8>
class BeatLanes {
 public:
  using Input = BeatDetector::Input;
  static constexpr int lane_count = Lanes;

  /// Refuses what BeatDetector refuses.
  static Result<BeatLanes> make(const BeatDetector::Config& config) {
    const Result<BeatDetector> one = BeatDetector::make(config);
    if (!one.ok()) return one.error();
    BeatLanes lanes;
    for (BeatDetector& d : lanes.lane_) d = one.value();
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

 private:
  static_assert(Lanes > 1 && Lanes <= 32 && (Lanes & (Lanes - 1)) == 0);
  using Pack = ManyLanes<Lanes>;
  using Real = typename Pack::Real;
  using Int = typename Pack::Int;
  using Word = typename Pack::Word;
  using Wave = QrsEnvelope<Pack, BeatDetector::Wave::memory>;
  /// One lane of the wave, as BeatDetector takes it.
  struct LaneWave {
    const Wave& all;
    int lane;
    std::uint32_t total(std::int32_t n) const { return all.total(n)[lane]; }
    std::int32_t envelope(std::int32_t n) const { return all.envelope(n)[lane]; }
  };

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
  /// What BeatDetector does with values that no electrode gives; lanes that have left are kept at zero.
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
      if (wave_.push(Pack::truncated(mean * EcgInput::steps_per_mv)) && wave_.count() % BeatDetector::follow_each == 0)
        follow(wave_.count(), sinks);
    };
    if (resampler_.rare())
      resampler_.complete_several(x, out);
    else
      out(resampler_.complete(x));
  }
  template <class Sinks>
  void follow(std::int32_t end, Sinks&& sinks) {
    for (; seen_ < end; ++seen_) {
      look(seen_);
      if (seen_ < due_at_) continue;
      each([&](int i) {
        BeatDetector& d = lane_[i];
        if (seen_ >= d.decision_.due_at()) d.decide(LaneWave{wave_, i}, seen_, false, sinks(i));
      });
      find_due();
    }
    each([&](int i) {
      BeatDecision& decision = lane_[i].decision_;
      if (end > decision.ripens_at()) decision.ripen(end - 1, false, LaneWave{wave_, i});
    });
    if (end - judged_ >= EcgSeconds::block) {
      judged_ += EcgSeconds::block;
      gathered_ += EcgSeconds::block;
      sums_.push(wave_, judged_ - 1, EcgSeconds::block, true);
      if (gathered_ == EcgSeconds::length) {
        each([&](int i) {
          BeatDetector& d = lane_[i];
          d.seconds_.take(sums_.lane(i), gathered_);
          d.second(d.input_.clock().completed(judged_ - 1), sinks(i));
        });
        sums_.clear();
        gathered_ = 0;
      }
    }
    // From here on each by itself; that is after 24 days.
    if (seen_ > BeatDetector::rebase_at) each([&](int i) { part(i); });
  }
  /// What HumpFinder does, for all lanes.
  void look(std::int32_t n) {
    const std::int32_t at = n - HumpFinder::behind;
    const Int& envelope = wave_.envelope(at);
    const Int higher = (envelope > before_) & (envelope > best_);
    before_ = envelope;
    best_ = higher ? envelope : best_;
    best_at_ = higher ? Int{} + at : best_at_;
    const Int whole = at - best_at_ >= Hump::separation;
    if (!Pack::any(whole)) return;
    each([&](int i) {
      if (whole[i] == 0) return;
      lane_[i].weigh({best_at_[i] - envelope_lag, best_[i]});
      if (lane_[i].decision_.due_at() < due_at_) due_at_ = lane_[i].decision_.due_at();
    });
    best_ = whole ? Int{} : best_;
    best_at_ = whole ? Int{} + HumpFinder::none : best_at_;
  }
  void find_due() {
    due_at_ = INT32_MAX;
    each([&](int i) {
      if (lane_[i].decision_.due_at() < due_at_) due_at_ = lane_[i].decision_.due_at();
    });
  }
  template <class Each>
  void each(Each&& what) {
    for (std::uint32_t left = together_; left != 0; left &= left - 1) what(std::countr_zero(left));
  }
  /// Hands lane `i` all that is its own, to go on by itself.
  void part(int i) {
    if (!together(i)) return;
    BeatDetector& d = lane_[i];
    d.input_.resampler_ = resampler_.lane(i);
    d.wave_ = wave_.lane(i);
    d.humps_.take(before_[i], best_[i], best_at_[i]);
    d.seconds_.take(sums_.lane(i), gathered_);
    d.seen_ = seen_;
    d.judged_ = judged_;
    together_ &= ~(1U << i);
    alone_ |= 1U << i;
    find_due();
  }

  EcgResampler<Pack> resampler_{};
  Wave wave_{};
  Int before_{}, best_{}, best_at_ = Int{} + HumpFinder::none;
  EcgSums<Pack> sums_{};
  BeatDetector lane_[Lanes] = {};
  std::uint32_t together_ = 0;  ///< lanes that run side by side, a bit each
  std::uint32_t alone_ =
      static_cast<std::uint32_t>((std::uint64_t{1} << Lanes) - 1);  ///< lanes that do not, or not yet
  std::int32_t seen_ = 0, judged_ = 0;                              ///< as in BeatDetector
  std::int32_t gathered_ = 0;                                       ///< samples of 125 Hz in `sums_`
  std::int32_t due_at_ = INT32_MAX;                                 ///< when the first lane has something to decide
  bool started_ = false;
};

}  // namespace vagus::health
