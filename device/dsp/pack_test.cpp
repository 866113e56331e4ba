#include "device/dsp/pack.h"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "device/dsp/butterworth.h"
#include "device/dsp/fir.h"
#include "device/dsp/median.h"
#include "device/dsp/moments.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"
#include "device/dsp/resampler.h"
#include "device/dsp/spectrum.h"
#include "device/dsp/test_signal.h"

namespace {

using namespace vagus;
using namespace vagus::dsp;

std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

constexpr std::size_t count = 4000;
const std::vector<float>& channel(std::size_t lane) {
  static const auto all = [] {
    std::vector<std::vector<float>> out;
    for (std::uint64_t i = 0; i < 8; ++i) {
      out.push_back(noise(count, 100 + i));
      for (float& x : out.back()) x *= static_cast<float>(i * i + 1);  // lanes of different size
    }
    return out;
  }();
  return all[lane];
}

/// `run(T{}, signal)` returns what the operator of sample type T gave; lane i of the pack must be channel i's bits.
template <std::uint32_t Lanes, class Run>
void lanes_equal_channels(const Run& run) {
  std::vector<Pack<Lanes>> packed(count);
  for (std::size_t n = 0; n < count; ++n) {
    for (std::uint32_t i = 0; i < Lanes; ++i) packed[n].lane[i] = channel(i)[n];
  }
  const std::vector<Pack<Lanes>> together = run(packed);
  ASSERT_FALSE(together.empty());
  for (std::uint32_t i = 0; i < Lanes; ++i) {
    const std::vector<float> alone = run(channel(i));
    ASSERT_EQ(alone.size(), together.size());
    for (std::size_t n = 0; n < alone.size(); ++n)
      ASSERT_EQ(bits(alone[n]), bits(together[n].lane[i])) << n << ' ' << i;
  }
}
template <class Run>
void lanes_equal_channels_4_and_8(const Run& run) {
  lanes_equal_channels<4>(run);
  lanes_equal_channels<8>(run);
}

/// Pushes a signal through an operator and gathers what `push` returns.
template <class T, class Operator>
std::vector<T> through(Operator op, const std::vector<T>& x) {
  std::vector<T> out;
  out.reserve(x.size());
  for (const T& v : x) out.push_back(op.push(v));
  return out;
}

TEST(Pack, EveryFilterGivesEachLaneTheBitsOfAChannelAlone) {
  lanes_equal_channels_4_and_8([]<class T>(const std::vector<T>& x) {
    return through<T>(butterworth_bandpass<T, 4>(3, 5, 15, 360).value(), x);
  });
  lanes_equal_channels_4_and_8([]<class T>(const std::vector<T>& x) {
    float taps[31];
    EXPECT_EQ(design_lowpass(taps, 31, 40, 360), Errc::ok);
    auto fir = Fir<T, 32>::make(taps, 31).value();
    std::vector<T> out = through<T>(fir, x);
    std::vector<T> blocks(x.size());
    fir.push(x.data(), blocks.data(), static_cast<std::uint32_t>(x.size()));
    out.insert(out.end(), blocks.begin(), blocks.end());
    auto four = butterworth_lowpass<T, 4>(8, 35, 360).value();
    four.push(x.data(), blocks.data(), static_cast<std::uint32_t>(x.size()));
    out.insert(out.end(), blocks.begin(), blocks.end());
    return out;
  });
}

TEST(Pack, EveryMovingFigureGivesEachLaneTheBitsOfAChannelAlone) {
  for (const std::uint32_t length : {1U, 2U, 37U, 50U}) {
    const auto same = [&](auto make) {
      lanes_equal_channels_4_and_8(
          [&]<class T>(const std::vector<T>& x) { return through<T>(make.template operator()<T>(length), x); });
    };
    same([]<class T>(std::uint32_t n) { return MovingAverage<T, 64>::make(n).value(); });
    same([]<class T>(std::uint32_t n) { return MovingMinimum<T, 64>::make(n).value(); });
    same([]<class T>(std::uint32_t n) { return MovingMaximum<T, 64>::make(n).value(); });
    same([]<class T>(std::uint32_t n) { return MovingMedian<T, 64>::make(n).value(); });
  }
  lanes_equal_channels_4_and_8([]<class T>(const std::vector<T>& x) {
    auto window = MovingMoments<T, 64>::make(37).value();
    Moments<T> all;
    std::vector<T> out;
    for (const T& v : x) {
      window.push(v);
      all.push(v);
      for (const T& y : {window.mean(), window.variance(), all.variance()}) out.push_back(y);
    }
    out.push_back(all.skewness());
    out.push_back(all.excess_kurtosis());
    return out;
  });
}

TEST(Pack, TheResamplerGivesEachLaneTheBitsOfAChannelAlone) {
  for (const Ratio ratio : {Ratio{25, 36}, Ratio{125, 64}}) {
    lanes_equal_channels_4_and_8([&]<class T>(const std::vector<T>& x) {
      auto r = Resampler<T, 48, 32>::make(ratio).value();
      std::vector<T> out;
      for (const T& v : x) r.push(v, [&](const T& y) { out.push_back(y); });
      r.finish([&](const T& y) { out.push_back(y); });
      return out;
    });
  }
}

TEST(Pack, ThePeakPickerGivesEachLaneThePeaksOfAChannelAlone) {
  for (const std::uint32_t distance : {1U, 2U, 7U, 50U}) {
    std::vector<std::vector<Peak>> together(8);
    auto picker = PeakPicker<64, Pack<8>>::make(distance).value();
    const auto take = [&](std::uint32_t lane, const Peak& p) { together[lane].push_back(p); };
    for (std::size_t n = 0; n < count; ++n)
      picker.push(Pack<8>::each([&](std::uint32_t i) { return channel(i)[n]; }), Pack<8>(0.25F), take);
    picker.finish(take);
    for (std::uint32_t i = 0; i < 8; ++i) {
      std::vector<Peak> alone;
      const auto take_one = [&](const Peak& p) { alone.push_back(p); };
      auto one = PeakPicker<64>::make(distance).value();
      for (const float x : channel(i)) one.push(x, 0.25F, take_one);
      one.finish(take_one);
      ASSERT_GT(alone.size(), 10U);
      ASSERT_EQ(alone.size(), together[i].size()) << distance << ' ' << i;
      for (std::size_t k = 0; k < alone.size(); ++k) {
        ASSERT_EQ(alone[k].sample, together[i][k].sample);
        ASSERT_EQ(bits(alone[k].value), bits(together[i][k].value));
      }
    }
  }
}

TEST(Pack, TransformSpectrumAndAutocorrelationGiveEachLaneTheBitsOfAChannelAlone) {
  lanes_equal_channels_4_and_8([]<class T>(const std::vector<T>& x) {
    std::vector<T> out(x.begin(), x.begin() + 1024);
    real_fft<1024>(out.data());
    auto welch = Welch<256, T>::make(100).value();
    for (const T& v : x) welch.push(v);
    for (std::uint32_t k = 0; k < Welch<256, T>::bins; ++k) out.push_back(welch.density(k));
    std::vector<T> lags(300);
    autocorrelation(x.data(), 600, lags.data(), 300);
    out.insert(out.end(), lags.begin(), lags.end());
    return out;
  });
}

}  // namespace
