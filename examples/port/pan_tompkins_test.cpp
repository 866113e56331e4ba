#include "examples/port/pan_tompkins.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "device/conformance/driver.h"
#include "examples/port/registry.h"

VAGUS_CONFORMANCE(Port, vagus::examples::PortRegistry);

namespace {

using namespace vagus;
using examples::PanTompkins;

struct Heard {
  std::vector<PanTompkins::Output> beats;
  void operator()(const PanTompkins::Output& beat) { beats.push_back(beat); }
};

TEST(PanTompkins, FindsEveryBeatOfAQuietSignalInItsPlaceAtEveryRate) {
  for (const float rate_hz : {100.0F, 250.0F, 360.0F, 1000.0F}) {
    auto detector = PanTompkins::make({.rate_hz = rate_hz}).value();
    Heard heard;
    const auto samples = static_cast<int>(20 * rate_hz);
    for (int i = 0; i < samples; ++i) {
      const double t = i / static_cast<double>(rate_hz);
      const double since = t - 0.8 * std::round((t - 0.5) / 0.8) - 0.5;  // a beat every 0.8 s from 0.5 s on
      detector.push({static_cast<float>(std::exp(-0.5 * std::pow(since / 0.012, 2)))}, heard);
    }
    detector.finish(heard);
    ASSERT_EQ(heard.beats.size(), 25U) << rate_hz;
    for (std::size_t i = 0; i < heard.beats.size(); ++i)
      EXPECT_NEAR(static_cast<double>(heard.beats[i].sample) / static_cast<double>(rate_hz),
                  0.5 + 0.8 * static_cast<double>(i), 0.03)
          << rate_hz;
  }
}

}  // namespace
