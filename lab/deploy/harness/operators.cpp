// The device's operators, each in a region of its own under the counting plugin: what they cost a sample, a tap, a
// call. Prints one JSON object, {"operators": [{"id", "name", "per", "count"}, ...], "pass": true}: `count` is how many
// of `per` the region held. The call of each function counts with it.
#include <cstdint>

#include "apps/firmware/board/board.h"
#include "apps/firmware/board/regions.h"
#include "device/conformance/signals.h"
#include "device/dsp/biquad.h"
#include "device/dsp/fir.h"
#include "device/dsp/fir_q15.h"
#include "device/dsp/median.h"
#include "device/dsp/moments.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"
#include "device/dsp/resampler.h"
#include "device/dsp/spectrum.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

constexpr std::uint32_t block = 256;
float input[block];
float output[2 * block];

template <class F>
[[gnu::noinline]] void call(F& f) {
  f();
}

/// Runs `f` in region `id`: `count` of what its cost is told for.
template <std::uint32_t id, class F>
void measure(const char* name, const char* per, std::uint32_t count, F f) {
  board::enter<id>();
  call(f);
  board::leave<id>();
  board::print(id == 0 ? "{\"operators\":[{\"id\":" : ",\n{\"id\":");
  board::print(std::uint64_t{id});
  board::print(",\"name\":\"");
  board::print(name);
  board::print("\",\"per\":\"");
  board::print(per);
  board::print("\",\"count\":");
  board::print(std::uint64_t{count});
  board::print("}");
}
/// The same for an operator that takes a sample and gives one, over a block that it has run in on.
template <std::uint32_t id, class Operator>
[[gnu::noinline]] void through(const char* name, Operator op) {
  for (std::uint32_t i = 0; i < block; ++i) output[i] = op.push(input[i]);
  measure<id>(name, "sample", block, [&] {
    for (std::uint32_t i = 0; i < block; ++i) output[i] = op.push(input[i]);
  });
}

Cascade<float, 4> four_sections() {
  Cascade<float, 4> cascade;
  for (int i = 0; i < 4; ++i) cascade.add(lowpass(35.0F, 250.0F).value());
  return cascade;
}
[[gnu::noinline]] float one_sample(Cascade<float, 4>& cascade, float x) { return cascade.push(x); }

[[gnu::noinline]] void biquads() {
  auto cascade = four_sections();
  // Only the call and the function: the loop round it is the caller's.
  for (std::uint32_t i = 0; i < block; ++i) {
    const float x = input[i];
    board::enter<0>();
    const float y = one_sample(cascade, x);
    board::leave<0>();
    output[i] = y;
  }
  measure<0>("biquad, 4 sections, one sample a call", "sample", block, [] {});
  measure<1>("biquad, 4 sections, in blocks of 256", "sample", block, [&] { cascade.push(input, output, block); });
}

[[gnu::noinline]] void filters() {
  float taps[32];
  if (design_lowpass(taps, 32, 35.0F, 250.0F) != Errc::ok) return;
  auto fir = Fir<float, 32>::make(taps, 32).value();
  measure<2>("FIR, 32 taps, in blocks of 256", "tap", 32 * block, [&] { fir.push(input, output, block); });
}
[[gnu::noinline]] void whole_number_filter() {
  std::int16_t taps[32];
  static std::int16_t x[block];
  static std::int16_t y[block];
  for (std::uint32_t k = 0; k < 32; ++k) taps[k] = static_cast<std::int16_t>(60 * k);
  for (std::uint32_t i = 0; i < block; ++i) x[i] = to_i16(input[i] * 10000.0F);
  auto fir = FirQ15<32>::make(taps, 32).value();
  measure<21>("FIR of 16-bit samples, 32 taps, in blocks of 256", "tap", 32 * block, [&] { fir.push(x, y, block); });
}
template <std::uint32_t id>
[[gnu::noinline]] void resample(const char* name, Ratio ratio) {
  auto resampler = Resampler<float, 48, 32>::make(ratio).value();
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < block; ++i) resampler.push(input[i], [&](float y) { output[count++] = y; });
  count = 0;
  measure<id>(name, "input sample", block, [&] {
    for (std::uint32_t i = 0; i < block; ++i) resampler.push(input[i], [&](float y) { output[count++] = y; });
  });
}

[[gnu::noinline]] void moving() {
  through<5>("moving average, 50", MovingAverage<float, 64>::make(50).value());
  through<6>("moving minimum, 50", MovingMinimum<float, 64>::make(50).value());
  through<7>("moving maximum, 50", MovingMaximum<float, 64>::make(50).value());
  through<8>("moving median, 50", MovingMedian<float, 64>::make(50).value());
  auto moments = MovingMoments<float, 64>::make(50).value();
  measure<9>("moving moments, 50, with variance", "sample", block, [&] {
    for (std::uint32_t i = 0; i < block; ++i) {
      moments.push(input[i]);
      output[i] = moments.variance();
    }
  });
  auto picker = PeakPicker<64>::make(50).value();
  measure<10>("peak picker, 50", "sample", block, [&] {
    for (std::uint32_t i = 0; i < block; ++i) picker.push(input[i], 0.0F, [&](const Peak& p) { output[i] = p.value; });
  });
}

[[gnu::noinline]] void spectra() {
  for (std::uint32_t i = 0; i < block; ++i) output[i] = input[i];
  measure<11>("real FFT, 256 points", "call", 1, [] { real_fft<256>(output); });
  auto welch = Welch<256>::make(250.0F).value();
  for (std::uint32_t i = 0; i < block; ++i) welch.push(input[i]);
  measure<12>("Welch, 256 points", "sample", block, [&] {
    for (std::uint32_t i = 0; i < block; ++i) welch.push(input[i]);
  });
  measure<13>("autocorrelation, 256 samples, 64 lags", "call", 1,
              [] { autocorrelation(input, block, output, std::uint32_t{64}); });
  for (std::uint32_t i = 0; i < 2 * block; ++i) output[i] = i < block ? input[i] : 0.0F;
  measure<14>("autocorrelation by FFT, 256 lags", "call", 1, [] { autocorrelation_fft<512>(output); });
}

template <std::uint32_t id, class F>
void function(const char* name, F f) {
  measure<id>(name, "call", block, [f] {
    for (std::uint32_t i = 0; i < block; ++i) output[i] = f(input[i]);
  });
}
void mathematics() {
  function<15>("square root", [](float x) { return math::sqrt(x); });
  function<16>("sine", [](float x) { return math::sin(x); });
  function<17>("exponential", [](float x) { return math::exp(x); });
  function<18>("logarithm", [](float x) { return math::log(x); });
  function<19>("power", [](float x) { return math::pow(x, 1.7F); });
  function<20>("arc tangent of two", [](float x) { return math::atan2(x, 0.5F); });
}

}  // namespace

int main() {
  conformance::Wearer wearer(250.0F);
  for (float& x : input) {
    wearer.advance();
    x = wearer.value(Quantity::ecg, Unit::mv) + 0.5F;
  }
  biquads();
  filters();
  whole_number_filter();
  resample<3>("resampler, 360 to 250 Hz", {25, 36});
  resample<4>("resampler, 250 to 256 Hz, interpolated", {128, 125});
  moving();
  spectra();
  mathematics();
  board::print("],\"pass\":true}\n");
  return 0;
}
