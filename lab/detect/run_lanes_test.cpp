// Recordings side by side in lanes: the same results as one by one, whatever their rates, lengths and gaps.
#include "lab/detect/run_lanes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "device/conformance/signals.h"
#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr float lost = std::numeric_limits<float>::quiet_NaN();

/// The standard ECG, `seconds` of it from a moment of its own, cut into two stretches where `broken`, with values lost
/// for 0.06 s and for 3 s where `spotted`.
Recording recording_of(int number, double rate_hz, int seconds, bool broken, bool spotted) {
  conformance::Wearer wearer(static_cast<float>(rate_hz));
  for (int n = 0; n < number * 1000; ++n) wearer.advance();
  std::vector<float> values;
  const auto rows = static_cast<std::int64_t>(rate_hz) * seconds;
  for (std::int64_t n = 0; n < rows; ++n) {
    wearer.advance();
    values.push_back(wearer.value(Quantity::ecg, Unit::mv));
  }
  if (spotted) {
    const auto at = static_cast<std::size_t>(rows / 3);
    for (std::size_t n = 0; n < static_cast<std::size_t>(0.06 * rate_hz); ++n) values[at + n] = lost;
    for (std::size_t n = 0; n < static_cast<std::size_t>(3 * rate_hz); ++n) values[2 * at + n] = lost;
  }
  Recording recording;
  recording.name = "r" + std::to_string(number);
  Channel channel;
  channel.name = "ECG";
  channel.quantity = Quantity::ecg;
  channel.unit = Unit::mv;
  channel.time.rate_hz = rate_hz;
  if (broken) {
    const std::int64_t first = rows / 2;
    channel.time.stretches = {{0, first, 0, rate_hz},
                              {first, rows - first, static_cast<double>(first) / rate_hz + 7, rate_hz}};
    channel.time.input_rows = InputRows({{100, 103}, {first, first + 40}});
  } else {
    channel.time.stretches = {{0, rows, 0, rate_hz}};
  }
  channel.samples = Samples(std::move(values));
  recording.channels.push_back(std::move(channel));
  return recording;
}

std::string lines(const RunResult& result) {
  std::string text;
  for (const Event& event : result.events) event.append_line(text);
  return text + result.summary.dump();
}

std::vector<Recording> some_recordings() {
  std::vector<Recording> recordings;
  for (int i = 0; i < 13; ++i)
    recordings.push_back(recording_of(i, i % 4 == 3 ? 360 : 250, 30 + 7 * i, i % 3 == 1, i % 5 == 2));
  return recordings;
}

std::vector<const Recording*> addresses(const std::vector<Recording>& recordings) {
  std::vector<const Recording*> all;
  for (const Recording& recording : recordings) all.push_back(&recording);
  return all;
}

TEST(RunEach, SaysOfEveryRecordingWhatARunByItselfSays) {
  const std::vector<Recording> recordings = some_recordings();
  int with_lanes = 0;
  for (const DetectorInfo& info : detectors()) {
    if (info.contract->reads[0].quantity != Quantity::ecg) continue;
    RunOptions options;
    options.scores = true;
    with_lanes += lane_count(info, options) > 1 ? 1 : 0;
    const std::vector<LaneResult> each = run_each(info, addresses(recordings), options);
    ASSERT_EQ(each.size(), recordings.size());
    for (std::size_t i = 0; i < each.size(); ++i) {
      ASSERT_TRUE(each[i].result.has_value()) << info.contract->name << " " << i;
      EXPECT_EQ(lines(*each[i].result), lines(run(info, recordings[i], options))) << info.contract->name << " " << i;
      EXPECT_GT(each[i].result->events.size(), 20U);
    }
  }
  EXPECT_GT(with_lanes, 0) << "no detector has lanes";
}

TEST(RunEach, ARecordingThatCannotBeRunLeavesTheOthersAsTheyAre) {
  std::vector<Recording> recordings = some_recordings();
  recordings[1].channels.clear();
  recordings[4].channels[0].time.stretches.clear();
  recordings[5] = recording_of(5, 2000, 5, false, false);
  recordings[6].channels[0].samples = Samples(std::vector<float>(recordings[6].channels[0].samples.size(), lost));
  const DetectorInfo& info = detector("health.beats");
  const std::vector<LaneResult> each = run_each(info, addresses(recordings), {});
  for (std::size_t i = 0; i < each.size(); ++i) {
    const bool sound = i != 1 && i != 4 && i != 5 && i != 6;
    ASSERT_EQ(each[i].result.has_value(), sound) << i;
    ASSERT_EQ(each[i].error != nullptr, !sound) << i;
    if (sound) {
      EXPECT_EQ(lines(*each[i].result), lines(run(info, recordings[i], {}))) << i;
    } else {
      EXPECT_THROW(std::rethrow_exception(each[i].error), Error) << i;
    }
  }
}

TEST(RunEach, ProbesAreOfDetectorsRunOneByOne) {
  RunOptions options;
  options.probes = {"all"};
  EXPECT_EQ(lane_count(detector("health.beats"), options), 1U);
  const std::vector<Recording> recordings = {recording_of(0, 250, 10, false, false)};
  const std::vector<LaneResult> each = run_each(detector("health.beats"), addresses(recordings), options);
  EXPECT_EQ(lines(*each[0].result), lines(run(detector("health.beats"), recordings[0], options)));
}

}  // namespace
}  // namespace vagus::lab
