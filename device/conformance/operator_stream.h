#pragma once
/// The device's mathematics and signal operators as sections of a conformance stream: what each gives is a probe.
#include "device/base/math.h"
#include "device/conformance/stream.h"
#include "device/dsp/butterworth.h"
#include "device/dsp/fir.h"
#include "device/dsp/fir_q15.h"
#include "device/dsp/median.h"
#include "device/dsp/moments.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"
#include "device/dsp/resampler.h"
#include "device/dsp/spectrum.h"

namespace vagus::conformance {

/// Probes by position: the names given to `open`, in the order of the calls between two `next`.
template <class Stream>
class Values {
 public:
  explicit Values(Stream& out) : out_(out) {}
  void open(const char* title, const char* probes) {
    SectionText text;
    text.add(title).add("\noutputs\nprobes ").add(probes);
    out_.section(text.characters, text.length);
    next(0);
  }
  void next(std::int64_t sample) {
    sample_ = sample;
    id_ = 0;
  }
  void operator()(float x) { out_.value(Record::probe, id_++, sample_, x); }
  void operator()(std::int32_t x) { (*this)(std::bit_cast<float>(x)); }
  /// An array is one probe, its places the samples.
  void all(const float* x, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) out_.value(Record::probe, id_, i, x[i]);
    ++id_;
  }

 private:
  Stream& out_;
  std::int64_t sample_ = 0;
  std::uint32_t id_ = 0;
};

/// Over floats of every size, special values among them.
template <class Stream>
[[gnu::noinline]] void write_mathematics(Stream& out) {
  Values<Stream> say(out);
  say.open("mathematics",
           "x sqrt sin cos tan exp log pow pow_of_size atan2 fused to_i32 round_to_i32 floor_to_i32 to_i16");
  std::int64_t n = 0;
  for (std::uint64_t word = 0; word < 0x100000000U; word += 600011) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(word));
    const float y = std::bit_cast<float>(static_cast<std::uint32_t>((word * 2654435761U) & 0xFFFFFFFFU));
    say.next(n++);
    say(canonical(x));
    for (const float value : {math::sqrt(x), math::sin(x), math::cos(x), math::tan(x), math::exp(x), math::log(x),
                              math::pow(x, y), math::pow(abs(x), y), math::atan2(x, y)})
      say(value);
    say(canonical(math::fused(x, y, 1.0F)));
    say(to_i32(x));
    say(round_to_i32(x));
    say(floor_to_i32(x));
    say(std::int32_t{to_i16(x)});
  }
}

template <class Stream>
[[gnu::noinline]] void write_filters(Stream& out) {
  Values<Stream> say(out);
  say.open("filters", "band low high notch peak fir resampled interpolated four fir_32");
  auto band = dsp::butterworth_bandpass(3, 0.7F, 35.0F, 250.0F).value();
  auto low = dsp::butterworth_lowpass(5, 40.0F, 250.0F).value();
  auto high = dsp::butterworth_highpass(4, 0.5F, 250.0F).value();
  dsp::Biquad<> hole(dsp::notch(50.0F, 250.0F, 30.0F).value());
  dsp::Biquad<> peak(dsp::bandpass(10.0F, 250.0F, 2.0F).value());
  float taps[33];
  if (dsp::design_bandpass(taps, 33, 5.0F, 30.0F, 250.0F, dsp::Window::kaiser) != Errc::ok) return;
  auto fir = dsp::Fir<float, 33>::make(taps, 33).value();
  auto four = dsp::butterworth_lowpass(8, 35.0F, 250.0F).value();
  auto fir_32 = dsp::Fir<float, 33>::make(taps, 32).value();
  // From 250 Hz to 200 and to 256.
  auto down = dsp::Resampler<float, 32, 16>::make({4, 5}).value();
  auto up = dsp::Resampler<float, 24, 16>::make({128, 125}).value();
  Wearer wearer(250.0F);
  float resampled = 0.0F;
  float interpolated = 0.0F;
  for (std::int64_t n = 0; n < 3000; ++n) {
    wearer.advance();
    const float x = wearer.value(Quantity::ecg, Unit::mv);
    down.push(x, [&](float y) { resampled = resampled * 0.5F + y; });
    up.push(x, [&](float y) { interpolated = interpolated * 0.5F + y; });
    say.next(n);
    for (const float y : {band.push(x), low.push(x), high.push(x), hole.push(x), peak.push(x), fir.push(x), resampled,
                          interpolated, four.push(x), fir_32.push(x)})
      say(y);
  }
}

/// Filters over blocks of changing length, whose inner loops the wrist's cores have in assembly.
template <class Stream>
[[gnu::noinline]] void write_blocks(Stream& out) {
  Values<Stream> say(out);
  say.open("blocks", "four three fir fir_short fir_q15");
  auto four = dsp::butterworth_lowpass(8, 35.0F, 250.0F).value();
  auto three = dsp::butterworth_bandpass(3, 0.7F, 35.0F, 250.0F).value();
  float taps[37];
  if (dsp::design_lowpass(taps, 37, 30.0F, 250.0F) != Errc::ok) return;
  auto fir = dsp::Fir<float, 37>::make(taps, 37).value();
  auto fir_short = dsp::Fir<float, 37>::make(taps + 16, 5).value();
  std::int16_t taps_q15[29];
  for (std::uint32_t k = 0; k < 29; ++k) taps_q15[k] = to_i16(taps[k + 4] * 40000.0F);
  auto fir_q15 = dsp::FirQ15<32>::make(taps_q15, 29).value();
  Wearer wearer(250.0F);
  constexpr std::uint32_t longest = 119;
  float in[longest];
  float made[4][longest];
  std::int16_t in_q15[longest];
  std::int16_t made_q15[longest];
  std::int64_t n = 0;
  for (std::uint32_t length = 1; length <= longest; length += 2) {
    for (std::uint32_t i = 0; i < length; ++i) {
      wearer.advance();
      in[i] = wearer.value(Quantity::ecg, Unit::mv);
      in_q15[i] = to_i16(in[i] * 30000.0F);
    }
    fir_q15.push(in_q15, made_q15, length);
    four.push(in, made[0], length);
    three.push(in, made[1], length);
    fir.push(in, made[2], length);
    fir_short.push(in, made[3], length);
    for (std::uint32_t i = 0; i < length; ++i) {
      say.next(n++);
      for (const auto& one : made) say(one[i]);
      say(std::int32_t{made_q15[i]});
    }
  }
}

template <class Stream>
[[gnu::noinline]] void write_windows(Stream& out) {
  Values<Stream> say(out);
  say.open("moving windows", "average minimum maximum median mean variance peaks skewness kurtosis");
  auto average = dsp::MovingAverage<float, 64>::make(50).value();
  auto low = dsp::MovingMinimum<float, 64>::make(50).value();
  auto high = dsp::MovingMaximum<float, 64>::make(50).value();
  auto median = dsp::MovingMedian<float, 64>::make(50).value();
  auto spread = dsp::MovingMoments<float, 64>::make(50).value();
  auto picker = dsp::PeakPicker<64>::make(40).value();
  dsp::Moments<float> all;
  Wearer wearer(250.0F);
  float peaks = 0.0F;
  for (std::int64_t n = 0; n < 3000; ++n) {
    wearer.advance();
    const float x = wearer.value(Quantity::ecg, Unit::mv);
    spread.push(x);
    all.push(x);
    picker.push(x, 0.3F, [&](const dsp::Peak& p) { peaks += p.value; });
    say.next(n);
    for (const float y : {average.push(x), low.push(x), high.push(x), median.push(x), spread.mean(), spread.variance(),
                          peaks, all.skewness(), all.excess_kurtosis()})
      say(y);
  }
}

template <std::uint32_t N, class Stream>
void write_transform(Values<Stream>& say, Wearer& wearer, float* room) {
  for (std::uint32_t i = 0; i < N; ++i) {
    wearer.advance();
    room[i] = wearer.value(Quantity::ecg, Unit::mv);
  }
  dsp::real_fft<N>(room);
  say.all(room, N);
}
template <class Stream>
[[gnu::noinline]] void write_spectra(Stream& out) {
  Values<Stream> say(out);
  say.open("spectra",
           "fft_8 fft_16 fft_32 fft_64 fft_256 fft_512 welch autocorrelation by_fft peak_places prominences");
  float room[512];
  float lags[128];
  Wearer wearer(250.0F);
  write_transform<8>(say, wearer, room);
  write_transform<16>(say, wearer, room);
  write_transform<32>(say, wearer, room);
  write_transform<64>(say, wearer, room);
  write_transform<256>(say, wearer, room);
  write_transform<512>(say, wearer, room);
  auto welch = dsp::Welch<256>::make(250.0F).value();
  for (float& x : room) {
    wearer.advance();
    x = wearer.value(Quantity::ecg, Unit::mv);
    welch.push(x);
  }
  for (std::uint32_t k = 0; k < 128; ++k) lags[k] = welch.density(k);
  say.all(lags, 128);
  dsp::autocorrelation(room, std::uint32_t{256}, lags, std::uint32_t{128});
  say.all(lags, 128);
  FixedVector<dsp::WindowPeak, 64> peaks;
  const bool found = dsp::find_peaks(room, 512, {.height = 0.1F, .distance = 20, .prominence = 0.05F}, peaks);
  for (std::uint32_t i = 256; i < 512; ++i) room[i] = 0.0F;
  dsp::autocorrelation_fft<512>(room);
  say.all(room, 256);
  for (std::uint32_t i = 0; i < peaks.size(); ++i) lags[i] = static_cast<float>(peaks[i].at);
  say.all(lags, found ? peaks.size() : 0);
  for (std::uint32_t i = 0; i < peaks.size(); ++i) lags[i] = peaks[i].prominence;
  say.all(lags, found ? peaks.size() : 0);
}

template <class Stream>
void write_operators(Stream& out) {
  write_mathematics(out);
  write_filters(out);
  write_blocks(out);
  write_windows(out);
  write_spectra(out);
}

}  // namespace vagus::conformance
