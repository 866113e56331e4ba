#pragma once
/// Heart beats in several recordings at once on a host.
#include <cstdint>

#include "device/health/beats.h"
#include "device/health/ecg_side_by_side.h"

namespace vagus::health {

/// `Lanes` BeatDetectors side by side (see EcgSideBySide): humps are looked for in all lanes at once; what a lane
/// decides it decides by itself.
template <int Lanes = 8>
class BeatLanes : public EcgSideBySide<BeatLanes<Lanes>, BeatDetector, Lanes> {
  using Base = EcgSideBySide<BeatLanes<Lanes>, BeatDetector, Lanes>;
  friend Base;
  using Base::judged_;
  using Base::lane_;
  using Base::wave_;
  using Pack = typename Base::Pack;
  using Int = typename Base::Int;
  static constexpr int follow_each = BeatDetector::follow_each;
  /// One lane of the wave, as BeatDetector takes it.
  struct LaneWave {
    const typename Base::Wave& all;
    int lane;
    std::uint32_t total(std::int32_t n) const { return all.total(n)[lane]; }
    std::int32_t envelope(std::int32_t n) const { return all.envelope(n)[lane]; }
  };

  template <class Sinks>
  void follow(std::int32_t end, Sinks&& sinks) {
    for (; seen_ < end; ++seen_) {
      look(seen_);
      if (seen_ < due_at_) continue;
      this->each([&](int i) {
        BeatDetector& d = lane_[i];
        if (seen_ >= d.decision_.due_at()) d.decide(LaneWave{wave_, i}, seen_, false, sinks(i));
      });
      find_due();
    }
    this->each([&](int i) {
      BeatDecision& decision = lane_[i].decision_;
      if (end > decision.ripens_at()) decision.ripen(end - 1, false, LaneWave{wave_, i});
    });
    if (end - judged_ >= EcgSeconds::block) {
      this->gather([&](int i) {
        BeatDetector& d = lane_[i];
        d.second(d.input_.clock().completed(judged_ - 1), sinks(i));
      });
    }
    // From here on each by itself; that is after 24 days.
    if (seen_ > BeatDetector::rebase_at) this->each([&](int i) { this->part(i); });
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
    this->each([&](int i) {
      if (whole[i] == 0) return;
      lane_[i].weigh({best_at_[i] - envelope_lag, best_[i]});
      if (lane_[i].decision_.due_at() < due_at_) due_at_ = lane_[i].decision_.due_at();
    });
    best_ = whole ? Int{} : best_;
    best_at_ = whole ? Int{} + HumpFinder::none : best_at_;
  }
  void find_due() {
    due_at_ = INT32_MAX;
    this->each([&](int i) {
      if (lane_[i].decision_.due_at() < due_at_) due_at_ = lane_[i].decision_.due_at();
    });
  }
  void hand_over(int i) {
    BeatDetector& d = lane_[i];
    d.humps_.take(before_[i], best_[i], best_at_[i]);
    d.seen_ = seen_;
    find_due();
  }

  Int before_{}, best_{}, best_at_ = Int{} + HumpFinder::none;
  std::int32_t seen_ = 0;            ///< as in BeatDetector
  std::int32_t due_at_ = INT32_MAX;  ///< when the first lane has something to decide
};

}  // namespace vagus::health
