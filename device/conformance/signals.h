#pragma once
/// The named standard signals: one for each kind of input, the same bits on every core, made by the device's own
/// mathematics. They are what detectors are held to their contracts with and what their costs are measured on; they are
/// no model of people (that is lab/simulate).
#include <cstdint>

#include "device/base/math.h"
#include "device/base/units.h"

namespace vagus::conformance {

/// A wearer's minute, over and over: 0 to 20 s at rest, 20 to 40 s walking at 1.8 Hz, 40 to 50 s at rest with three
/// taps, 50 to 60 s running at 2.7 Hz up a slope. The heart follows at 66 to 130 bpm with respiratory modulation, every
/// eleventh beat premature and wide. All channels of one wearer are made together, so that they fit each other.
class Wearer {
 public:
  static constexpr const char* version = "wearer-1";

  explicit Wearer(float rate_hz) : step_s_(1.0F / rate_hz) {}

  /// Moves on by one sample; `value` then gives any channel at that moment.
  void advance();
  /// In the unit the detector declares; a unit that the quantity is not measured in leaves the number as it is.
  float value(Quantity quantity, Unit unit);

 private:
  enum class Doing : std::uint8_t { rest, walk, taps, run };

  Doing doing() const {
    if (minute_s_ < 20.0F) return Doing::rest;
    if (minute_s_ < 40.0F) return Doing::walk;
    return minute_s_ < 50.0F ? Doing::taps : Doing::run;
  }
  /// About Gaussian (the sum of four uniform), SD 1.
  float noise() {
    float sum = 0.0F;
    for (int i = 0; i < 4; ++i) {
      random_ ^= random_ << 13U;
      random_ ^= random_ >> 17U;
      random_ ^= random_ << 5U;
      sum += static_cast<float>(static_cast<std::int32_t>(random_)) * 0x1p-31F;
    }
    return sum * 0.866025404F;
  }
  /// A smooth bump of height 1 at 0, e^-1/2 at +-width.
  static float bump(float t, float width) {
    const float x = t / width;
    return x * x < 50.0F ? math::exp(-0.5F * x * x) : 0.0F;
  }
  float ecg_mv();
  float pulse();
  float acc_g(int axis);
  float gyr_dps(int axis);
  float gait(float harmonic, float phase) const { return math::sin(math::two_pi * harmonic * gait_ + phase); }
  float vigour() const { return doing() == Doing::walk ? 1.0F : (doing() == Doing::run ? 2.5F : 0.0F); }

  float step_s_;
  float minute_s_ = 0;    ///< within the minute
  float breath_ = 0;      ///< phase, 0..1
  float gait_ = 0;        ///< phase, 0..1
  float since_beat_ = 1;  ///< s
  float rr_s_ = 0.9F;     ///< from the last beat to the next
  float last_rr_s_ = 0.9F;
  float climbed_m_ = 0;
  float travelled_m_ = 0;
  std::uint32_t beats_ = 0;
  std::uint32_t random_ = 2463534242U;
  bool started_ = false;
};

inline void Wearer::advance() {
  if (!started_) {
    started_ = true;
    return;
  }
  minute_s_ += step_s_;
  if (minute_s_ >= 60.0F) {
    minute_s_ -= 60.0F;
    climbed_m_ = 0.0F;
  }
  const auto turn = [](float& phase, float by) {
    phase += by;
    if (phase >= 1.0F) phase -= 1.0F;
  };
  turn(breath_, step_s_ * 0.25F);
  if (doing() == Doing::walk) turn(gait_, step_s_ * 0.9F);
  if (doing() == Doing::run) {
    turn(gait_, step_s_ * 1.35F);
    climbed_m_ += step_s_ * 0.3F;
  }
  travelled_m_ += step_s_ * vigour() * 1.3F;
  since_beat_ += step_s_;
  if (since_beat_ >= rr_s_) {
    since_beat_ -= rr_s_;
    last_rr_s_ = rr_s_;
    ++beats_;
    const float rest_s = doing() == Doing::run ? 0.46F : (doing() == Doing::walk ? 0.65F : 0.9F);
    const float sinus_s = 0.9F * rr_s_ + 0.1F * rest_s + 0.02F * math::sin(math::two_pi * breath_);
    const std::uint32_t place = beats_ % 11U;
    // The premature beat comes at 0.6 of the interval and is followed by a pause; then the sinus rhythm goes on.
    rr_s_ = place == 9U ? 0.6F * rest_s : (place == 10U ? 1.4F * rest_s : (place == 0U ? rest_s : sinus_s));
  }
}

inline float Wearer::ecg_mv() {
  const auto beat = [](float t, bool wide) {
    if (wide) return 1.4F * bump(t, 0.035F) - 0.5F * bump(t - 0.11F, 0.04F) - 0.35F * bump(t - 0.3F, 0.06F);
    return 0.12F * bump(t + 0.16F, 0.022F) - 0.1F * bump(t + 0.026F, 0.009F) + 1.1F * bump(t, 0.011F) -
           0.22F * bump(t - 0.028F, 0.011F) + 0.28F * bump(t - 0.27F, 0.05F);
  };
  const float wave = beat(since_beat_, beats_ % 11U == 10U) + beat(since_beat_ - rr_s_, (beats_ + 1U) % 11U == 10U);
  const float drift = 0.12F * math::sin(math::two_pi * breath_) + 0.05F * vigour() * gait(1.0F, 0.3F);
  return wave + drift + (0.012F + 0.02F * vigour()) * noise();
}

/// 0 in diastole, 1 at the systolic peak; a dicrotic wave after it.
inline float Wearer::pulse() {
  const float delay_s = 0.2F;
  const auto wave = [](float t) { return bump(t - 0.13F, 0.055F) + 0.35F * bump(t - 0.36F, 0.08F); };
  const float t = since_beat_ - delay_s;
  return wave(t) + wave(t + last_rr_s_) + wave(t - rr_s_);
}

inline float Wearer::acc_g(int axis) {
  constexpr float gravity[3] = {0.3F, -0.2F, 0.9327379F};
  constexpr float share[3] = {0.35F, 0.2F, 0.6F};
  const auto phase = static_cast<float>(axis);
  // A stride has two steps; the third harmonic makes heel strikes.
  const float motion = share[axis] * vigour() *
                       (0.35F * gait(2.0F, phase) + 0.12F * gait(1.0F, 2.0F * phase) + 0.1F * gait(6.0F, phase));
  float tap = 0.0F;
  if (doing() == Doing::taps) {
    for (int i = 0; i < 3; ++i) tap += bump(minute_s_ - 42.0F - 2.0F * static_cast<float>(i), 0.012F);
  }
  return gravity[axis] + motion + 1.5F * share[axis] * tap + 0.004F * noise();
}

inline float Wearer::gyr_dps(int axis) {
  const auto phase = static_cast<float>(axis);
  return vigour() * (60.0F * gait(1.0F, 1.1F * phase) + 15.0F * gait(2.0F, phase)) + 0.3F * noise();
}

inline float Wearer::value(Quantity quantity, Unit unit) {
  switch (quantity) {
    case Quantity::ecg: {
      const float mv = ecg_mv();
      return unit == Unit::uv ? 1000.0F * mv : (unit == Unit::v ? 0.001F * mv : mv);
    }
    case Quantity::ppg_green:
    case Quantity::ppg_red:
    case Quantity::ppg_ir:
    case Quantity::ppg_1:
    case Quantity::ppg_2:
    case Quantity::ppg_3: {
      // Sensor counts: light falls as blood fills the tissue; infrared the deepest, red the least.
      const float depth = quantity == Quantity::ppg_red ? 300.0F : (quantity == Quantity::ppg_ir ? 600.0F : 900.0F);
      return 60000.0F - depth * pulse() + 200.0F * math::sin(math::two_pi * breath_) +
             400.0F * vigour() * gait(2.0F, 0.7F) + 20.0F * noise();
    }
    case Quantity::acc_x:
    case Quantity::acc_y:
    case Quantity::acc_z: {
      const float g = acc_g(static_cast<int>(quantity) - static_cast<int>(Quantity::acc_x));
      return unit == Unit::mps2 ? 9.80665F * g : g;
    }
    case Quantity::gyr_x:
    case Quantity::gyr_y:
    case Quantity::gyr_z: {
      const float dps = gyr_dps(static_cast<int>(quantity) - static_cast<int>(Quantity::gyr_x));
      return unit == Unit::rad_s ? 0.0174532925F * dps : dps;
    }
    case Quantity::mag_x:
      return 20.0F + 5.0F * vigour() * gait(1.0F, 0.0F) + 0.2F * noise();
    case Quantity::mag_y:
      return -5.0F + 5.0F * vigour() * gait(1.0F, 1.57F) + 0.2F * noise();
    case Quantity::mag_z:
      return -43.0F + 0.2F * noise();
    case Quantity::baro: {
      // 8.3 m of height a hectopascal
      const float hpa = 1013.25F - 0.12F * climbed_m_ + 0.02F * noise();
      return unit == Unit::pa ? 100.0F * hpa : hpa;
    }
    case Quantity::temp:
      return 33.0F + 0.5F * math::sin(math::two_pi * minute_s_ / 60.0F) + 0.02F * noise();
    case Quantity::hr:
      return 60.0F / last_rr_s_;
    case Quantity::rr:
      return unit == Unit::s ? last_rr_s_ : 1000.0F * last_rr_s_;
    case Quantity::spo2:
      return 97.0F + 0.3F * noise();
    case Quantity::gps_lat:
      return 48.0F + travelled_m_ * 8.983e-6F;
    case Quantity::gps_lon:
      return 11.0F;
    case Quantity::gps_alt:
      return 520.0F + climbed_m_ + noise();
    case Quantity::gps_speed:
      return 1.3F * vigour() + 0.05F * abs(noise());
    case Quantity::resp:
      return math::sin(math::two_pi * breath_) + 0.02F * noise();
    case Quantity::abp:
      return 80.0F + 40.0F * pulse() + 0.5F * noise();
    case Quantity::eda:
      return 4.0F + 0.6F * bump(minute_s_ - 25.0F, 3.0F) + 0.01F * noise();
    case Quantity::light:
      return doing() == Doing::rest ? 200.0F : 5000.0F + 50.0F * noise();
    case Quantity::steps:
      return 2.0F * travelled_m_;
    case Quantity::other:
      return noise();
  }
  return 0.0F;
}

}  // namespace vagus::conformance
