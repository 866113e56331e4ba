#include "device/lanes.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>
#include <vector>

#include "device/conformance/signals.h"
#include "device/health/ecg_test_signal.h"

namespace vagus::health {
namespace {

constexpr int count = 8;

/// Everything said, in order, to the bit.
struct Transcript {
  using Line = std::tuple<char, std::int64_t, std::int64_t, std::uint32_t>;
  std::vector<Line> lines;
  static std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }
  void operator()(const BeatDetector::Output& o) { lines.emplace_back('b', o.sample, 0, bits(o.quality)); }
  void operator()(const QualityMeter::Output& o) {
    lines.emplace_back('q', o.start_sample, o.end_sample, bits(o.quality) ^ o.reason);
  }
  void candidate(const Candidate& c) { lines.emplace_back('c', c.sample, 0, bits(c.score)); }
  void unreadable(const Unreadable& u) {
    lines.emplace_back('u', u.start_sample, u.end_sample, static_cast<std::uint32_t>(u.reason[0]));
  }
};
/// The same with probes, which lanes give as detectors give them.
struct ProbedTranscript : Transcript {
  void probe(int id, std::int64_t sample, float value) { lines.emplace_back('p', id, sample, bits(value)); }
};

/// A lane: its signal, when it loses samples and when it ends.
struct Wire {
  std::vector<float> mv;
  std::int64_t lost_before = -1;  ///< the sample before which samples are lost; -1: none are
  Duration lost{};
};

template <class D, class Heard>
std::vector<typename Heard::Line> alone(const Wire& wire, float rate_hz) {
  D detector = D::make({.rate_hz = rate_hz}).value();
  Heard heard;
  for (std::size_t i = 0; i < wire.mv.size(); ++i) {
    if (static_cast<std::int64_t>(i) == wire.lost_before) detector.gap(wire.lost);
    detector.push({wire.mv[i]}, heard);
  }
  detector.finish(heard);
  return heard.lines;
}
template <class D, class Heard>
void expect_same(const std::array<Wire, count>& wires, float rate_hz) {
  using Many = typename LanesOf<D>::type;
  static_assert(Many::lane_count == count);
  Many lanes = Many::make({.rate_hz = rate_hz}).value();
  std::array<Heard, count> heard;
  const auto sinks = [&](int i) -> Heard& { return heard[static_cast<std::size_t>(i)]; };
  std::array<bool, count> ended{};
  for (std::size_t n = 0;; ++n) {
    float mv[count];
    bool any = false;
    for (std::size_t i = 0; i < count; ++i) {
      const Wire& wire = wires[i];
      const int lane = static_cast<int>(i);
      if (n == wire.mv.size() && !ended[i]) {
        ended[i] = true;
        lanes.finish(lane, sinks(lane));
      }
      if (!ended[i] && static_cast<std::int64_t>(n) == wire.lost_before) lanes.gap(lane, wire.lost);
      mv[i] = ended[i] ? std::nanf("") : wire.mv[n];
      any = any || !ended[i];
    }
    if (!any) break;
    lanes.push(mv, sinks);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto expected = alone<D, Heard>(wires[i], rate_hz);
    if (wires[i].mv.size() > 1) {
      EXPECT_FALSE(expected.empty());
    }
    EXPECT_TRUE(heard[i].lines == expected) << "lane " << i << " at " << rate_hz << " Hz";
  }
}

std::array<Wire, count> hearts(float rate_hz, double seconds) {
  std::array<Wire, count> wires;
  for (std::size_t i = 0; i < count; ++i) {
    const auto k = static_cast<double>(i);
    const double gain_mv = i == 6 ? 0.0 : i == 7 ? -2.0 : 1.0;
    wires[i].mv =
        test::ecg(
            {.rate_hz = rate_hz, .gain_mv = gain_mv, .bpm = 45 + 20 * k, .noise_mv = 0.06 * k, .seconds = seconds})
            .mv;
  }
  conformance::Wearer wearer(rate_hz);
  for (float& mv : wires[0].mv) {
    wearer.advance();
    mv = wearer.value(Quantity::ecg, Unit::mv);
  }
  return wires;
}

template <class D>
struct Lanes : testing::Test {};
using Detectors = testing::Types<BeatDetector, QualityMeter>;
TYPED_TEST_SUITE(Lanes, Detectors);

TYPED_TEST(Lanes, SayWhatDetectorsSayAtAnyRate) {
  for (const float rate_hz : {100.0F, 125.0F, 128.0F, 250.0F, 360.0F, 1000.0F})
    expect_same<TypeParam, Transcript>(hearts(rate_hz, 40), rate_hz);
}

TYPED_TEST(Lanes, SayWhatDetectorsSayWhateverTheWireDelivers) {
  auto wires = hearts(250, 60);
  const float values[] = {std::nanf(""), std::numeric_limits<float>::infinity(), 1e30F, -700.0F, 5.0F};
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < 500; ++k) wires[i].mv[3000 + 400 * i + k] = values[(i + k / 100) % 5];
  wires[5].mv[0] = std::nanf("");
  expect_same<TypeParam, Transcript>(wires, 250);
}

TYPED_TEST(Lanes, ThatLoseSamplesOrEndLeaveTheOthersAsTheyAre) {
  auto wires = hearts(360, 60);
  wires[1].lost_before = 5001, wires[1].lost = Duration::from_ms(300);
  wires[2].lost_before = 5001, wires[2].lost = Duration::from_ms(60000);
  wires[3].lost_before = 0;
  wires[4].mv.resize(7777);
  wires[5].mv.resize(1);
  wires[6].lost_before = 15000, wires[6].lost = Duration::from_ms(100);
  expect_same<TypeParam, Transcript>(wires, 360);
}

TYPED_TEST(Lanes, GiveProbesAsDetectorsDo) { expect_same<TypeParam, ProbedTranscript>(hearts(250, 10), 250); }

TEST(BeatLanes, RefuseWhatDetectorsRefuse) {
  EXPECT_EQ(BeatLanes<8>::make({.rate_hz = 99}).error(), Errc::rate_out_of_range);
  EXPECT_EQ(BeatLanes<4>::make({.rate_hz = 250, .threshold = 2}).error(), Errc::field_out_of_range);
}

}  // namespace
}  // namespace vagus::health
