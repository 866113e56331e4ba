/// Nanoseconds a sample of health.beats (with quality) alone and in eight lanes, and of health.quality, on one core:
/// best of nine runs over half an hour of simulated ECG, per input rate, clean and in muscle noise. Lanes hold eight
/// moments of that recording; their nanoseconds are per sample of all lanes. `beats_speed` takes no options.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "device/health/ecg_test_signal.h"
#include "device/health/quality.h"
#include "device/lanes.h"

namespace {

using vagus::health::BeatDetector;
using vagus::health::QualityMeter;

/// Keeps the answers alive without storing them.
struct Count {
  std::int64_t sum = 0;
  void operator()(const BeatDetector::Output& o) { sum += o.sample; }
  void operator()(const QualityMeter::Output& o) { sum += o.end_sample; }
};

template <class Detector>
double nanoseconds_a_sample(const std::vector<float>& mv, float rate_hz) {
  double best = 1e9;
  std::int64_t kept = 0;
  for (int run = 0; run < 9; ++run) {
    Detector detector = Detector::make({.rate_hz = rate_hz}).value();
    Count count;
    const auto start = std::chrono::steady_clock::now();
    for (const float x : mv) detector.push({x}, count);
    detector.finish(count);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(mv.size()));
    kept += count.sum;
  }
  return kept == 0 ? 0 : best;
}

template <class Lanes>
double nanoseconds_a_sample_in_lanes(const std::vector<float>& mv, float rate_hz) {
  constexpr std::size_t count = Lanes::lane_count;
  const std::size_t length = mv.size() / count;
  std::vector<float> side_by_side(length * count);
  for (std::size_t i = 0; i < length; ++i)
    for (std::size_t lane = 0; lane < count; ++lane) side_by_side[i * count + lane] = mv[lane * length + i];
  double best = 1e9;
  std::int64_t kept = 0;
  for (int run = 0; run < 9; ++run) {
    auto lanes = Lanes::make({.rate_hz = rate_hz}).value();
    Count counts[count];
    const auto sinks = [&](int lane) -> Count& { return counts[lane]; };
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < length; ++i)
      lanes.push(*reinterpret_cast<const float(*)[count]>(side_by_side.data() + i * count), sinks);
    for (int lane = 0; lane < static_cast<int>(count); ++lane) lanes.finish(lane, sinks(lane));
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(length * count));
    for (const Count& c : counts) kept += c.sum;
  }
  return kept == 0 ? 0 : best;
}

}  // namespace

int main() {
  std::printf("%8s %8s %14s %14s %14s %14s\n", "rate Hz", "noise mV", "beats ns", "in lanes ns", "quality ns",
              "in lanes ns");
  for (const float rate : {128.0F, 250.0F, 360.0F, 512.0F, 1000.0F}) {
    for (const double noise : {0.01, 0.3}) {
      const auto ecg = vagus::health::test::ecg({.rate_hz = rate, .noise_mv = noise, .seconds = 1800});
      std::printf("%8.0f %8.2f %14.2f %14.2f %14.2f %14.2f\n", static_cast<double>(rate), noise,
                  nanoseconds_a_sample<BeatDetector>(ecg.mv, rate),
                  nanoseconds_a_sample_in_lanes<vagus::health::BeatLanes<8>>(ecg.mv, rate),
                  nanoseconds_a_sample<QualityMeter>(ecg.mv, rate),
                  nanoseconds_a_sample_in_lanes<vagus::health::QualityLanes<8>>(ecg.mv, rate));
    }
  }
  std::printf("sizeof: health.beats %zu, health.quality %zu bytes\n", sizeof(BeatDetector), sizeof(QualityMeter));
  return 0;
}
