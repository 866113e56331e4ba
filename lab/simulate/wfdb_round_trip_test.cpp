#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "lab/formats/wfdb/wfdb.h"
#include "lab/simulate/noise_stress.h"
#include "lab/simulate/simulate.h"

namespace vagus::lab {
namespace {

class WfdbRoundTrip : public ::testing::Test {
 protected:
  WfdbRoundTrip()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                ("vagus-simulate-round-trip-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~WfdbRoundTrip() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void expect_kept(Recording made, const std::string& name) const {
    made.name = name;
    write_wfdb(made, folder_ / name);
    const Recording read = read_wfdb(locate((folder_ / (name + ".hea")).string()));
    ASSERT_EQ(read.channels.size(), made.channels.size());
    for (std::size_t i = 0; i < made.channels.size(); ++i) {
      EXPECT_EQ(read.channels[i].samples, made.channels[i].samples);
      EXPECT_EQ(read.channels[i].name, made.channels[i].name);
      EXPECT_EQ(read.channels[i].quantity, Quantity::ecg);
      EXPECT_EQ(read.channels[i].time, made.channels[i].time);
    }
    EXPECT_EQ(read.track("atr")->current(), made.track("atr")->current());
    EXPECT_EQ(read.attributes.at("simulated"), made.attributes.at("simulated"));
    EXPECT_TRUE(read.repairs.empty());
  }

  std::filesystem::path folder_;
};

TEST_F(WfdbRoundTrip, KeepsEverySampleAndEveryMark) {
  expect_kept(simulate("ecg", {}, 60, 1), "plain");
  expect_kept(simulate("ecg",
                       {{"rate_hz", "250"},
                        {"rhythm", "paroxysmal_af"},
                        {"pvc_share", "0.1"},
                        {"gaps_per_hour", "100"},
                        {"lead_off_per_hour", "100"},
                        {"motion_mv", "0.3"},
                        {"artefact_share", "0.3"}},
                       600, 2),
              "everything");
}

TEST_F(WfdbRoundTrip, KeepsWhatNoiseStressMade) {
  expect_kept(noise_stress(simulate("ecg", {}, 500, 3), sim::NoiseKind::motion, -6, 3), "stressed");
}

}  // namespace
}  // namespace vagus::lab
