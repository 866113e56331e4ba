// Runs one operator over numbers from standard input, for tests/oracles/dsp_oracle.py: float32, little-endian, in and
// out.
//   dsp_probe OPERATOR [NUMBER...] < in > out
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

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
using Samples = std::vector<float>;

Samples read_all() {
  Samples out;
  float block[4096];
  for (std::size_t got = 0; (got = std::fread(block, sizeof(float), 4096, stdin)) > 0;)
    out.insert(out.end(), block, block + got);
  return out;
}
template <class T>
T must(const Result<T>& result) {
  if (result.ok()) return result.value();
  std::fprintf(stderr, "%s\n", sentence(result.error()));
  std::exit(3);
}
void must(Errc error) {
  if (error == Errc::ok) return;
  std::fprintf(stderr, "%s\n", sentence(error));
  std::exit(3);
}
template <class Operator>
Samples through(Operator op, const Samples& in) {
  Samples out;
  for (const float x : in) out.push_back(op.push(x));
  return out;
}
template <std::uint32_t N>
Samples transform(Samples x) {
  real_fft<N>(x.data());
  return x;
}
template <std::uint32_t N>
Samples welch(const Samples& in, float rate_hz) {
  auto w = must(Welch<N>::make(rate_hz));
  for (const float x : in) w.push(x);
  Samples out;
  for (std::uint32_t k = 0; k < Welch<N>::bins; ++k) out.push_back(w.density(k));
  return out;
}

Samples run(std::string_view name, const std::vector<float>& a, const Samples& in) {
  const auto whole = [&](std::size_t i) { return static_cast<std::uint32_t>(a.at(i)); };
  if (name == "butter_low") return through(must(butterworth_lowpass(whole(0), a.at(1), a.at(2))), in);
  if (name == "butter_high") return through(must(butterworth_highpass(whole(0), a.at(1), a.at(2))), in);
  if (name == "butter_band") return through(must(butterworth_bandpass(whole(0), a.at(1), a.at(2), a.at(3))), in);
  if (name == "notch") return through(Biquad<>(must(notch(a.at(0), a.at(1), a.at(2)))), in);
  if (name == "peak") return through(Biquad<>(must(bandpass(a.at(0), a.at(1), a.at(2)))), in);
  if (name.starts_with("firwin")) {
    Samples taps(whole(0));
    const auto window = static_cast<Window>(whole(4));
    if (name == "firwin_low") must(design_lowpass(taps.data(), whole(0), a.at(1), a.at(3), window));
    if (name == "firwin_high") must(design_highpass(taps.data(), whole(0), a.at(1), a.at(3), window));
    if (name == "firwin_band") must(design_bandpass(taps.data(), whole(0), a.at(1), a.at(2), a.at(3), window));
    return taps;
  }
  if (name == "fir") {
    auto fir = must(Fir<float, 256>::make(a.data(), static_cast<std::uint32_t>(a.size())));
    return through(fir, in);
  }
  if (name == "resample") {
    auto r = must(Resampler<float, 128, 32>::make({whole(0), whole(1)}));
    Samples out;
    for (const float x : in) r.push(x, [&](float y) { out.push_back(y); });
    for (std::uint32_t i = 0; i < r.delay(); ++i) r.push(0.0F, [&](float y) { out.push_back(y); });
    return out;
  }
  if (name == "median") return through(must(MovingMedian<>::make(whole(0))), in);
  if (name == "minimum") return through(must(MovingMinimum<>::make(whole(0))), in);
  if (name == "average") return through(must(MovingAverage<>::make(whole(0))), in);
  if (name == "moments") {
    Moments<> m;
    for (const float x : in) m.push(x);
    return {m.mean, m.sample_variance(), m.skewness(), m.excess_kurtosis()};
  }
  if (name == "fft") {
    switch (in.size()) {
      case 8:
        return transform<8>(in);
      case 64:
        return transform<64>(in);
      case 512:
        return transform<512>(in);
      case 2048:
        return transform<2048>(in);
      case 4096:
        return transform<4096>(in);
      default:
        return {};
    }
  }
  if (name == "welch") return whole(0) == 256 ? welch<256>(in, a.at(1)) : welch<1024>(in, a.at(1));
  if (name == "autocorrelation") {
    Samples out(in.size());
    autocorrelation(in.data(), static_cast<std::uint32_t>(in.size()), out.data(),
                    static_cast<std::uint32_t>(in.size()));
    return out;
  }
  if (name == "autocorrelation_fft") {
    Samples data = in;
    data.resize(4096, 0.0F);
    autocorrelation_fft<4096>(data.data());
    data.resize(in.size());
    return data;
  }
  if (name == "find_peaks") {
    FixedVector<WindowPeak, 2000> peaks;
    const PeakNeeds needs{.height = a.at(0), .distance = whole(1), .prominence = a.at(2)};
    if (!find_peaks(in.data(), static_cast<std::uint32_t>(in.size()), needs, peaks)) return {};
    Samples out;
    for (const WindowPeak& p : peaks) {
      out.push_back(static_cast<float>(p.at));
      out.push_back(p.prominence);
    }
    return out;
  }
  std::fprintf(stderr, "no such operator\n");
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::vector<float> numbers;
  for (int i = 2; i < argc; ++i) numbers.push_back(std::strtof(argv[i], nullptr));
  const Samples out = run(argv[1], numbers, read_all());
  return std::fwrite(out.data(), sizeof(float), out.size(), stdout) == out.size() ? 0 : 1;
}
