// Cost of the device's operators on this host, in ns a sample (items are samples): build/release/bench/dsp_bench
#include <benchmark/benchmark.h>

#include <vector>

#include "device/conformance/signals.h"
#include "device/dsp/butterworth.h"
#include "device/dsp/fir.h"
#include "device/dsp/median.h"
#include "device/dsp/moments.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"
#include "device/dsp/resampler.h"
#include "device/dsp/spectrum.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

/// The standard ECG at 250 Hz.
const std::vector<float>& signal() {
  static const std::vector<float> samples = [] {
    conformance::Wearer wearer(250.0F);
    std::vector<float> out(1U << 14U);
    for (float& x : out) {
      wearer.advance();
      x = wearer.value(Quantity::ecg, Unit::mv);
    }
    return out;
  }();
  return samples;
}

/// One sample in, one out, through an operator over `T`; lanes of a pack count as samples.
template <class T, class Operator>
void each_sample(benchmark::State& state, Operator op, std::int64_t lanes = 1) {
  const auto& x = signal();
  for (auto _ : state) {
    for (const float v : x) benchmark::DoNotOptimize(op.push(T(v)));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.size()) * lanes);
}

void biquad_cascade_4(benchmark::State& state) { each_sample<float>(state, butterworth_lowpass(8, 40, 250).value()); }
BENCHMARK(biquad_cascade_4);
void biquad_cascade_4_pack_8(benchmark::State& state) {
  each_sample<Pack<8>>(state, butterworth_lowpass<Pack<8>>(8, 40, 250).value(), 8);
}
BENCHMARK(biquad_cascade_4_pack_8);
void biquad_bandpass_2(benchmark::State& state) {
  each_sample<float>(state, butterworth_bandpass(2, 5, 15, 250).value());
}
BENCHMARK(biquad_bandpass_2);

void fir_64(benchmark::State& state) {
  float taps[64];
  if (design_lowpass(taps, 64, 40, 250) != Errc::ok) return;
  each_sample<float>(state, Fir<float, 64>::make(taps, 64).value());
}
BENCHMARK(fir_64);

template <std::uint32_t Up, std::uint32_t Down>
void resample(benchmark::State& state) {
  auto r = Resampler<float, 48, 32>::make({Up, Down}).value();
  const auto& x = signal();
  for (auto _ : state) {
    for (const float v : x) r.push(v, [](float y) { benchmark::DoNotOptimize(y); });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.size()));
}
BENCHMARK(resample<25, 36>);
BENCHMARK(resample<1, 4>);
BENCHMARK(resample<125, 128>);

void moving_average_100(benchmark::State& state) { each_sample<float>(state, MovingAverage<>::make(100).value()); }
BENCHMARK(moving_average_100);
void moving_minimum_100(benchmark::State& state) { each_sample<float>(state, MovingMinimum<>::make(100).value()); }
BENCHMARK(moving_minimum_100);
void moving_median_100(benchmark::State& state) { each_sample<float>(state, MovingMedian<>::make(100).value()); }
BENCHMARK(moving_median_100);

void moving_moments_100(benchmark::State& state) {
  auto m = MovingMoments<>::make(100).value();
  const auto& x = signal();
  for (auto _ : state) {
    for (const float v : x) {
      m.push(v);
      benchmark::DoNotOptimize(m.variance());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.size()));
}
BENCHMARK(moving_moments_100);

void peak_picker_50(benchmark::State& state) {
  auto p = PeakPicker<64>::make(50).value();
  const auto& x = signal();
  for (auto _ : state) {
    for (const float v : x) p.push(v, 0.5F, [](const Peak& peak) { benchmark::DoNotOptimize(peak.sample); });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.size()));
}
BENCHMARK(peak_picker_50);

template <std::uint32_t N>
void fft(benchmark::State& state) {
  std::vector<float> data(N);
  for (auto _ : state) {
    std::copy(signal().begin(), signal().begin() + N, data.begin());
    real_fft<N>(data.data());
    benchmark::DoNotOptimize(data.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * N);
}
BENCHMARK(fft<256>);
BENCHMARK(fft<1024>);
BENCHMARK(fft<4096>);

void welch_256(benchmark::State& state) { each_sample<float>(state, Welch<256>::make(250).value()); }
BENCHMARK(welch_256);

template <float (*F)(float)>
void function(benchmark::State& state) {
  const auto& x = signal();
  for (auto _ : state) {
    for (const float v : x) benchmark::DoNotOptimize(F(v));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.size()));
}
BENCHMARK(function<math::sin>);
BENCHMARK(function<math::exp>);
BENCHMARK(function<math::log>);
BENCHMARK(function<math::sqrt>);

void function_pow(benchmark::State& state) {
  const auto& x = signal();
  for (auto _ : state) {
    for (const float v : x) benchmark::DoNotOptimize(math::pow(abs(v), 1.7F));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.size()));
}
BENCHMARK(function_pow);

}  // namespace

BENCHMARK_MAIN();
