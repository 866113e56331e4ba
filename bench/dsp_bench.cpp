// What the device's operators cost on one core of this host, in ns a sample: one channel, four and eight in lanes, and
// how many times the samples a second eight lanes give over one channel, sample by sample in both. "blocks" is one
// channel given to the operator block by block, where it takes blocks.
//   build/release/bench/dsp_bench [PART_OF_A_NAME]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <string_view>
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

template <class T>
inline constexpr std::uint32_t lanes_of = 1;
template <std::uint32_t Lanes>
inline constexpr std::uint32_t lanes_of<Pack<Lanes>> = Lanes;

/// The standard ECG at 250 Hz; every lane begins at another place of it.
template <class T>
const std::vector<T>& signal() {
  static const std::vector<T> samples = [] {
    constexpr std::size_t count = 1U << 14U;
    conformance::Wearer wearer(250.0F);
    std::vector<float> all(count + std::size_t{8} * 331);
    for (float& x : all) {
      wearer.advance();
      x = wearer.value(Quantity::ecg, Unit::mv);
    }
    std::vector<T> out(count);
    for (std::size_t n = 0; n < count; ++n) {
      if constexpr (lanes_of<T> == 1) {
        out[n] = all[n];
      } else {
        out[n] = T::each([&](std::uint32_t i) { return all[n + std::size_t{331} * i]; });
      }
    }
    return out;
  }();
  return samples;
}

/// Makes the compiler believe that `x` is looked at.
template <class T>
void use(const T& x) {
  __asm__ volatile("" : : "r"(&x) : "memory");
}

/// The least of many runs over the signal, ns a sample.
template <class T, class Run>
double ns_a_sample(const Run& run) {
  const std::vector<T>& x = signal<T>();
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 25; ++i) {
    const auto before = std::chrono::steady_clock::now();
    run(x);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - before;
    least = std::min(least, took.count());
  }
  return least / static_cast<double>(x.size()) / lanes_of<T>;
}

std::string_view wanted;
bool left_out(const char* name) { return std::string_view(name).find(wanted) == std::string_view::npos; }

template <class Make>
double blocks(const Make& make) {
  if constexpr (requires(float* y) { make.template operator()<float>().push(y, y, 0U); }) {
    std::vector<float> y(512);
    return ns_a_sample<float>([&](const std::vector<float>& x) {
      auto op = make.template operator()<float>();
      for (std::size_t i = 0; i < x.size(); i += y.size()) {
        op.push(x.data() + i, y.data(), static_cast<std::uint32_t>(y.size()));
        use(y[0]);
      }
    });
  } else {
    return 0.0;
  }
}
/// `run(T{}, x)` sends a signal of sample type T through an operator.
template <class Run>
void row(const char* name, const Run& run, double in_blocks = 0.0) {
  if (left_out(name)) return;
  const auto of = [&]<class T>(T /*kind*/) { return ns_a_sample<T>([&](const std::vector<T>& x) { run(x); }); };
  const double one = of(0.0F);
  const double four = of(Pack<4>(0.0F));
  const double eight = of(Pack<8>(0.0F));
  char block[16] = "-";
  if (in_blocks > 0.0) std::snprintf(block, sizeof block, "%.2f", in_blocks);
  std::printf("%-38s%10.2f%10s%10.2f%10.2f%9.1f\n", name, one, block, four, eight, one / eight);
}
/// An operator with one sample in and one out, as `make<T>()` gives it.
template <class Make>
void filter(const char* name, const Make& make) {
  if (left_out(name)) return;
  row(
      name,
      [&]<class T>(const std::vector<T>& x) {
        auto op = make.template operator()<T>();
        for (const T& v : x) use(op.push(v));
      },
      blocks(make));
}

void filters() {
  filter("biquad, 4 sections", []<class T>() { return butterworth_lowpass<T>(8, 40, 250).value(); });
  filter("biquad, 2 sections", []<class T>() { return butterworth_bandpass<T>(2, 5, 15, 250).value(); });
  float taps[64];
  if (design_lowpass(taps, 64, 40, 250) != Errc::ok) return;
  filter("FIR, 32 taps", [&]<class T>() { return Fir<T, 64>::make(taps, 32).value(); });
  filter("FIR, 64 taps", [&]<class T>() { return Fir<T, 64>::make(taps, 64).value(); });
  for (const auto& [name, ratio] : {std::pair{"resampler, 360 to 250 Hz", Ratio{25, 36}},
                                    {"resampler, 250 to 256 Hz, interpolated", Ratio{128, 125}}}) {
    row(name, [&, ratio = ratio]<class T>(const std::vector<T>& x) {
      auto r = Resampler<T, 48, 32>::make(ratio).value();
      for (const T& v : x) r.push(v, [](const T& y) { use(y); });
    });
  }
}

void windows() {
  filter("moving average, 50", []<class T>() { return MovingAverage<T>::make(50).value(); });
  filter("moving minimum, 50", []<class T>() { return MovingMinimum<T>::make(50).value(); });
  filter("moving maximum, 50", []<class T>() { return MovingMaximum<T>::make(50).value(); });
  filter("moving median, 25", []<class T>() { return MovingMedian<T>::make(25).value(); });
  filter("moving median, 50", []<class T>() { return MovingMedian<T>::make(50).value(); });
  filter("moving median, 100", []<class T>() { return MovingMedian<T>::make(100).value(); });
  row("moving moments, 50, with variance", []<class T>(const std::vector<T>& x) {
    auto m = MovingMoments<T>::make(50).value();
    for (const T& v : x) {
      m.push(v);
      use(m.variance());
    }
  });
  row("moments", []<class T>(const std::vector<T>& x) {
    Moments<T> m;
    for (const T& v : x) m.push(v);
    use(m.m4);
  });
  row("peak picker, 50", []<class T>(const std::vector<T>& x) {
    auto p = PeakPicker<64, T>::make(50).value();
    for (const T& v : x) {
      if constexpr (lanes_of<T> == 1) {
        p.push(v, 0.5F, [](const Peak& peak) { use(peak); });
      } else {
        p.push(v, T(0.5F), [](std::uint32_t, const Peak& peak) { use(peak); });
      }
    }
  });
}

template <std::uint32_t N>
void fft(const char* name) {
  row(name, []<class T>(const std::vector<T>& x) {
    std::vector<T> data(N);
    for (std::size_t i = 0; i < x.size(); i += N) {
      std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(i), N, data.begin());
      real_fft<N>(data.data());
      use(data[0]);
    }
  });
}
void spectra() {
  fft<256>("real FFT, 256 points");
  fft<1024>("real FFT, 1024 points");
  filter("Welch, 256 points", []<class T>() { return Welch<256, T>::make(250).value(); });
  row("autocorrelation, 256 samples, 64 lags", []<class T>(const std::vector<T>& x) {
    T lags[64];
    for (std::size_t i = 0; i < x.size(); i += 256) {
      autocorrelation(x.data() + i, 256, lags, 64);
      use(lags[0]);
    }
  });
  row("autocorrelation by FFT, 256 lags", []<class T>(const std::vector<T>& x) {
    std::vector<T> data(512);
    for (std::size_t i = 0; i < x.size(); i += 256) {
      std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(i), 256, data.begin());
      std::fill(data.begin() + 256, data.end(), T{});
      autocorrelation_fft<512>(data.data());
      use(data[0]);
    }
  });
}

void function(const char* name, float (*f)(float)) {
  if (left_out(name)) return;
  const double one = ns_a_sample<float>([&](const std::vector<float>& x) {
    for (const float v : x) use(f(v));
  });
  std::printf("%-38s%10.2f\n", name, one);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) wanted = argv[1];
  std::printf("%-38s%10s%10s%10s%10s%9s\n", "ns a sample of a channel", "one", "blocks", "4 lanes", "8 lanes", "one/8");
  filters();
  windows();
  spectra();
  function("sine", [](float x) { return math::sin(x); });
  function("exponential", [](float x) { return math::exp(x); });
  function("logarithm", [](float x) { return math::log(abs(x)); });
  function("square root", [](float x) { return math::sqrt(abs(x)); });
  function("power", [](float x) { return math::pow(abs(x), 1.7F); });
  return 0;
}
