#include "device/health/quality.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "device/health/ecg_test_signal.h"

namespace vagus::health {
namespace {

static_assert(Detector<QualityMeter>);
static_assert(sizeof(QualityMeter) <= QualityMeter::contract.ram_bytes);

std::vector<QualityMeter::Output> run(const test::Ecg& ecg) {
  QualityMeter meter = QualityMeter::make({.rate_hz = ecg.rate_hz}).value();
  std::vector<QualityMeter::Output> seconds;
  const auto take = [&](const QualityMeter::Output& o) { seconds.push_back(o); };
  for (const float mv : ecg.mv) meter.push({mv}, take);
  meter.finish(take);
  return seconds;
}
double mean_quality(const std::vector<QualityMeter::Output>& seconds) {
  double sum = 0;
  for (const auto& s : seconds) sum += static_cast<double>(s.quality);
  return sum / static_cast<double>(seconds.size());
}

TEST(Quality, CoversTheSignalWithoutGapsOrOverlaps) {
  for (const float rate : {100.0F, 128.0F, 250.0F, 360.0F, 1000.0F}) {
    const test::Ecg ecg = test::ecg({.rate_hz = rate, .seconds = 20.4});
    const auto seconds = run(ecg);
    ASSERT_EQ(seconds.size(), 21U) << rate;
    EXPECT_EQ(seconds.front().start_sample, 0);
    EXPECT_EQ(seconds.back().end_sample, static_cast<std::int64_t>(ecg.mv.size()));
    for (std::size_t i = 1; i < seconds.size(); ++i) EXPECT_EQ(seconds[i].start_sample, seconds[i - 1].end_sample);
  }
}

TEST(Quality, IsHighOnACleanLeadWhateverItsGain) {
  for (const double gain : {0.1, 1.0, -5.0}) {
    for (const auto& s : run(test::ecg({.gain_mv = gain})))
      EXPECT_EQ(ecg_reasons[s.reason], std::string("good")) << gain;
  }
}

TEST(Quality, FallsAsNoiseGrows) {
  double before = 1.1;
  for (const double noise : {0.0, 0.3, 1.0, 3.0}) {
    const double now = mean_quality(run(test::ecg({.noise_mv = noise})));
    EXPECT_LT(now, before) << noise;
    before = now;
  }
}

TEST(Quality, NamesWhatIsWrong) {
  const auto reason = [](auto&& spoil) {
    test::Ecg ecg = test::ecg({});
    for (std::size_t i = 5000; i < 7000; ++i) spoil(ecg.mv[i]);
    for (const auto& s : run(ecg))
      if (s.start_sample <= 6000 && s.end_sample > 6000) return std::string(ecg_reasons[s.reason]);
    return std::string();
  };
  EXPECT_EQ(reason([](float& x) { x = 0.2F; }), "flat");
  EXPECT_EQ(reason([](float& x) { x = -5.0F; }), "lead_off");
  EXPECT_EQ(reason([](float& x) { x = std::nanf(""); }), "no_signal");
  EXPECT_EQ(reason([](float& x) { x = std::clamp(x * 20, -2.5F, 2.5F); }), "saturated");
}

TEST(Quality, RefusesRatesOutsideItsRange) {
  EXPECT_EQ(QualityMeter::make({.rate_hz = 50}).error(), Errc::rate_out_of_range);
  EXPECT_EQ(QualityMeter::make({.rate_hz = INFINITY}).error(), Errc::field_not_finite);
}

}  // namespace
}  // namespace vagus::health
