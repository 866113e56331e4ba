// Prints what has to be the same bits everywhere, one `NAME DIGEST` a line: what every detector of a list says about
// the standard signals, and what the operators give. Built with each compiler and optimisation by same_bits.sh.
#include <cstdio>

#include "device/conformance/laws.h"
#include "device/dsp/butterworth.h"
#include "device/dsp/fir.h"
#include "device/dsp/median.h"
#include "device/dsp/moments.h"
#include "device/dsp/moving.h"
#include "device/dsp/resampler.h"
#include "device/dsp/spectrum.h"
#ifndef VAGUS_REGISTRY_HEADER
#define VAGUS_REGISTRY_HEADER "device/registry.h"
#define VAGUS_REGISTRY vagus::Registry
#endif
#include VAGUS_REGISTRY_HEADER

namespace {

using namespace vagus;
using namespace vagus::conformance;

void print(const char* name, std::uint64_t digest) {
  std::printf("%s %08x%08x\n", name, static_cast<unsigned>(digest >> 32U), static_cast<unsigned>(digest & 0xFFFFFFFFU));
}

std::uint64_t mathematics() {
  Digest d;
  for (std::uint64_t word = 0; word < 0x100000000U; word += 100003) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(word));
    const float y = std::bit_cast<float>(static_cast<std::uint32_t>((word * 2654435761U) & 0xFFFFFFFFU));
    const float values[] = {math::sqrt(x), math::sin(x),    math::cos(x),         math::tan(x),     math::exp(x),
                            math::log(x),  math::pow(x, y), math::pow(abs(x), y), math::atan2(x, y)};
    for (const float value : values) d.number(value);
    d.index(to_i32(x));
    d.index(round_to_i32(x));
    d.index(floor_to_i32(x));
  }
  return d.value;
}

std::uint64_t operators() {
  Digest d;
  auto band = dsp::butterworth_bandpass(3, 0.7F, 35.0F, 250.0F).value();
  float taps[33];
  if (dsp::design_bandpass(taps, 33, 5.0F, 30.0F, 250.0F, dsp::Window::kaiser) != Errc::ok) return 0;
  auto fir = dsp::Fir<float, 33>::make(taps, 33).value();
  auto resampler = dsp::Resampler<float, 48, 32>::make(dsp::rate_ratio(250.0F, 128.0F).value()).value();
  auto average = dsp::MovingAverage<float, 64>::make(50).value();
  auto low = dsp::MovingMinimum<float, 64>::make(50).value();
  auto median = dsp::MovingMedian<float, 64>::make(50).value();
  auto spread = dsp::MovingMoments<float, 64>::make(50).value();
  auto welch = dsp::Welch<256>::make(250.0F).value();
  dsp::Moments<float> all;
  Wearer wearer(250.0F);
  for (int n = 0; n < 20000; ++n) {
    wearer.advance();
    const float x = wearer.value(Quantity::ecg, Unit::mv);
    d.number(band.push(x));
    d.number(fir.push(x));
    resampler.push(x, [&](float y) { d.number(y); });
    d.number(average.push(x));
    d.number(low.push(x));
    d.number(median.push(x));
    spread.push(x);
    d.number(spread.variance());
    all.push(x);
    welch.push(x);
  }
  d.number(all.skewness());
  d.number(all.excess_kurtosis());
  for (std::uint32_t k = 0; k < dsp::Welch<256>::bins; ++k) d.number(welch.density(k));
  return d.value;
}

template <class... Detectors>
void print_all(TypeList<Detectors...> /*list*/) {
  (print(Detectors::contract.name, Laws<Detectors>::digest()), ...);
}

}  // namespace

int main() {
  print("mathematics", mathematics());
  print("operators", operators());
  print_all(VAGUS_REGISTRY{});
  return 0;
}
