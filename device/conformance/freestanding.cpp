// Every header of device/ in one freestanding translation unit, every operator and every detector instantiated: what
// freestanding.sh compiles, and looks into for symbols that a wrist does not have.
#include "device/conformance/laws.h"
#include "device/dsp/butterworth.h"
#include "device/dsp/fir.h"
#include "device/dsp/fir_q15.h"
#include "device/dsp/median.h"
#include "device/dsp/moments.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"
#include "device/dsp/resampler.h"
#include "device/dsp/spectrum.h"
#include "device/flight/recorder.h"
#include "device/infer/network.h"
#ifndef VAGUS_REGISTRY_HEADER
#define VAGUS_REGISTRY_HEADER "device/registry.h"
#define VAGUS_REGISTRY vagus::Registry
#endif
#include VAGUS_REGISTRY_HEADER

namespace {

using namespace vagus;

/// A flight recorder as firmware has one.
template <class D>
std::uint64_t fly(flight::Recorder<D, 4, 1024>& recorder, const typename D::Input& in) {
  D detector = D::make({}).value();
  const Discard<typename D::Output> emit;
  recorder.begin({}, {}, 0.01F);
  recorder.push(detector, in, emit);
  recorder.gap(detector, Duration::from_ms(1));
  recorder.finish(detector, emit);
  std::uint64_t sum = 0;
  recorder.read([&](const flight::Block& block) { sum += block.bytes[0]; });
  return sum;
}
template <class D>
std::uint64_t use() {
  using L = conformance::Laws<D>;
  return L::says_what_it_promises().ok && L::contract_holds().ok && L::configuration_is_guarded().ok &&
                 L::snapshot_continues().ok
             ? 1U
             : 0U;
}
template <class... Detectors>
std::uint64_t fly_all(TypeList<Detectors...> /*list*/, void* recorders, const void* rows) {
  return (fly<Detectors>(*static_cast<flight::Recorder<Detectors, 4, 1024>*>(recorders),
                         *static_cast<const typename Detectors::Input*>(rows)) +
          ... + std::uint64_t{0});
}
template <class... Detectors>
std::uint64_t use_all(TypeList<Detectors...> /*list*/) {
  return (use<Detectors>() + ... + std::uint64_t{0});
}

}  // namespace

// External, so that nothing of it is thrown away.
std::int32_t vagus_use_network(const std::uint8_t* bytes, std::uint8_t* arena, const float* x);
std::int32_t vagus_use_network(const std::uint8_t* bytes, std::uint8_t* arena, const float* x) {
  const auto plan = vagus::infer::check_plan({bytes, 4096});
  if (plan.error != vagus::infer::PlanError::ok) return 0;
  vagus::infer::Network network(plan, arena);
  const std::int8_t* out = network.push(x);
  return out == nullptr ? 0 : *out;
}
std::uint64_t vagus_use_detectors();
std::uint64_t vagus_use_detectors() { return use_all(VAGUS_REGISTRY{}); }

std::uint64_t vagus_use_recorders(void* recorders, const void* rows);
std::uint64_t vagus_use_recorders(void* recorders, const void* rows) {
  return fly_all(VAGUS_REGISTRY{}, recorders, rows);
}

float vagus_use_mathematics(float x, float y);
float vagus_use_mathematics(float x, float y) {
  return math::sqrt(x) + math::sin(x) + math::cos(x) + math::tan(x) + math::exp(x) + math::log(x) + math::pow(x, y) +
         math::atan2(x, y) + static_cast<float>(round_to_i32(x) + floor_to_i32(y) + to_i16(x));
}

template class vagus::dsp::Fir<float, 32>;
template class vagus::dsp::FirQ15<32>;
template class vagus::dsp::Resampler<float, 48, 32>;
template class vagus::dsp::MovingAverage<float, 64>;
template class vagus::dsp::MovingExtreme<vagus::dsp::TakeLarger, float, 64>;
template class vagus::dsp::MovingMedian<float, 64>;
template class vagus::dsp::MovingMoments<float, 64>;
template struct vagus::dsp::Moments<float>;
template class vagus::dsp::Welch<256>;
template class vagus::dsp::PeakPicker<32>;

float vagus_use_operators(float* data, std::uint32_t count);
float vagus_use_operators(float* data, std::uint32_t count) {
  auto band = dsp::butterworth_bandpass(3, data[0], data[1], data[2]);
  auto low = dsp::butterworth_lowpass(3, data[0], data[2]);
  auto high = dsp::butterworth_highpass(3, data[0], data[2]);
  auto hole = dsp::notch(data[0], data[2], 30.0F);
  if (!band.ok() || !low.ok() || !high.ok() || !hole.ok()) return 0.0F;
  if (dsp::design_highpass(data, count, data[0], data[2]) != Errc::ok) return 0.0F;
  if (dsp::design_bandpass(data, count, data[0], data[1], data[2], dsp::Window::kaiser) != Errc::ok) return 0.0F;
  auto resampler = dsp::Resampler<float, 48, 32>::make(dsp::rate_ratio(data[0], data[1]).value());
  float sum = 0.0F;
  resampler.value().push(data[0], [&](float y) { sum += y; });
  FixedVector<dsp::WindowPeak, 16> peaks;
  if (dsp::find_peaks(data, count, {.distance = 5}, peaks)) sum += peaks[0].prominence;
  dsp::autocorrelation(data, count, data + count, count);
  dsp::autocorrelation_fft<4096>(data);
  return sum + band.value().push(data[0]) + low.value().push(data[1]) + high.value().push(data[2]) + hole.value().b0;
}
