#pragma once
/// Signal quality of several recordings at once on a host.
#include <cstdint>

#include "device/health/ecg_side_by_side.h"
#include "device/health/quality.h"

namespace vagus::health {

/// `Lanes` QualityMeters side by side (see EcgSideBySide): what a second is judged by is gathered for all at once.
template <int Lanes = 8>
class QualityLanes : public EcgSideBySide<QualityLanes<Lanes>, QualityMeter, Lanes> {
  using Base = EcgSideBySide<QualityLanes<Lanes>, QualityMeter, Lanes>;
  friend Base;
  static constexpr int follow_each = QualityMeter::Wave::batch;

  template <class Sinks>
  void follow(std::int32_t end, Sinks&& sinks) {
    if (end - this->judged_ >= EcgSeconds::block) {
      this->gather([&](int i) {
        QualityMeter& d = this->lane_[i];
        d.close(d.input_.clock().completed(this->judged_ - 1), sinks(i));
      });
    }
    // From here on each by itself; that is after 24 days.
    if (end > QualityMeter::rebase_at) this->each([&](int i) { this->part(i); });
  }
  void hand_over(int) {}
};

}  // namespace vagus::health
