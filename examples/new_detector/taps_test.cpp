#include "examples/new_detector/taps.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "device/conformance/driver.h"
#include "examples/new_detector/registry.h"

// The conformance kit: chunks, snapshots, bad input, recovery, latency, memory. One line for every detector in the
// list.
VAGUS_CONFORMANCE(Example, vagus::examples::Registry);

namespace {

using namespace vagus;
using examples::TapDetector;

/// What a detector says, kept.
struct Heard {
  std::vector<TapDetector::Output> taps;
  std::vector<Candidate> candidates;
  std::vector<Unreadable> stretches;
  void operator()(const TapDetector::Output& tap) { taps.push_back(tap); }
  void candidate(const Candidate& c) { candidates.push_back(c); }
  void unreadable(const Unreadable& u) { stretches.push_back(u); }
};

/// A still wrist, tapped at the given times: a half-wave of 12 ms.
std::vector<TapDetector::Input> tapped(float rate_hz, float seconds, const std::vector<double>& at_s, double height_g) {
  std::vector<TapDetector::Input> out;
  for (int i = 0; i < static_cast<int>(seconds * rate_hz); ++i) {
    const double t = i / static_cast<double>(rate_hz);
    double shock = 0.003 * std::sin(t * 13);
    for (const double at : at_s) shock += height_g * std::exp(-0.5 * std::pow((t - at) / 0.012, 2));
    out.push_back({0.1F, 0.2F, static_cast<float>(0.97 + shock)});
  }
  return out;
}
Heard run(const TapDetector::Config& config, const std::vector<TapDetector::Input>& signal) {
  auto detector = TapDetector::make(config).value();
  Heard heard;
  for (const auto& in : signal) detector.push(in, heard);
  detector.finish(heard);
  return heard;
}

TEST(Taps, AreFoundWhereTheyAreAtEveryRate) {
  const std::vector<double> truth = {1.0, 2.5, 4.0, 4.6};
  for (const float rate_hz : {50.0F, 100.0F, 208.0F, 400.0F}) {
    const Heard heard = run({.rate_hz = rate_hz}, tapped(rate_hz, 6, truth, 1.5));
    ASSERT_EQ(heard.taps.size(), truth.size()) << rate_hz;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(heard.taps[i].sample) / static_cast<double>(rate_hz), truth[i], 0.021) << rate_hz;
    }
  }
}

TEST(Taps, AHigherThresholdNeverFindsMoreAndCandidatesTellWhatItWouldFind) {
  const auto signal = tapped(100, 20, {2, 4, 6, 8, 10, 12}, 0.4);
  const Heard all = run({.threshold = 1}, signal);
  std::size_t last = all.taps.size();
  for (const float threshold : {2.0F, 4.0F, 8.0F, 16.0F, 90.0F}) {
    const Heard heard = run({.threshold = threshold}, signal);
    EXPECT_LE(heard.taps.size(), last);
    last = heard.taps.size();
    std::size_t above = 0;
    for (const Candidate& c : all.candidates) above += c.score >= threshold ? 1 : 0;
    EXPECT_EQ(heard.taps.size(), above);
  }
  EXPECT_EQ(last, 0U);
}

TEST(Taps, TheStrongerTheTapTheHigherItsQuality) {
  const Heard soft = run({}, tapped(100, 4, {2}, 0.8));
  const Heard hard = run({}, tapped(100, 4, {2}, 2.0));
  ASSERT_EQ(soft.taps.size(), 1U);
  ASSERT_EQ(hard.taps.size(), 1U);
  EXPECT_LT(soft.taps[0].quality, hard.taps[0].quality);
}

TEST(Taps, AStretchWithoutAccelerationIsSaidToBeUnreadable) {
  auto signal = tapped(100, 6, {1, 5}, 1.5);
  for (std::size_t i = 200; i < 300; ++i) signal[i].acc_y_g = canonical_nan;
  const Heard heard = run({}, signal);
  ASSERT_EQ(heard.stretches.size(), 1U);
  EXPECT_EQ(heard.stretches[0].start_sample, 200);
  EXPECT_EQ(heard.stretches[0].end_sample, 300);
  EXPECT_EQ(heard.taps.size(), 2U);
}

}  // namespace
