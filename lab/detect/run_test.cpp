#include "lab/detect/run.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/detect/adapter.h"

namespace vagus::lab {
namespace {

/// Says every sample it is given, and a probe of it; for tests of what stands before and after a detector.
class Echo {
 public:
  struct Config {
    float rate_hz = 100;
    float level = 0;
  };
  struct Input {
    float ecg_mv;
  };
  struct Output {
    std::int64_t sample;
    float quality;
    float value;
  };
  static constexpr std::array needs = {ChannelNeed{Quantity::ecg, Unit::mv, 50, 1000}};
  static constexpr std::array probes = {ProbeInfo{"input", "mV"}};
  static constexpr Contract contract = {.name = "test.echo",
                                        .version = "1.0.0",
                                        .summary = "",
                                        .source = "",
                                        .event = "echoes",
                                        .reads = needs,
                                        .probes = probes,
                                        .latency_ms = 0,
                                        .ram_bytes = 64};
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 50, 1000, "rate"),
      Field<Config>::number("level", "mV", &Config::level, 0, 1, "level")};
  static constexpr std::array output_fields = {Field<Output>::sample("sample", &Output::sample, ""),
                                               Field<Output>::number("quality", "", &Output::quality, ""),
                                               Field<Output>::number("value", "mV", &Output::value, "")};
  static Result<Echo> make(const Config&) { return Echo{}; }
  template <class Emit>
  void push(Input in, Emit&& emit) {
    probe(emit, 0, count_, in.ecg_mv);
    emit(Output{count_++, 1, in.ecg_mv});
  }
  void gap(Duration lost) { lost_us_ += lost.us; }
  template <class Emit>
  void finish(Emit&& emit) {
    unreadable(emit, {0, lost_us_ / 1000, "milliseconds lost"});
  }

 private:
  std::int64_t count_ = 0, lost_us_ = 0;
};

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

Recording recording_of(std::vector<float> values, double rate_hz = 100) {
  Recording recording;
  recording.name = "r";
  Channel channel;
  channel.name = "lead";
  channel.quantity = Quantity::ecg;
  channel.unit = Unit::mv;
  channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(values.size()));
  channel.samples = Samples(std::move(values));
  recording.channels.push_back(std::move(channel));
  return recording;
}

std::vector<float> echoed(const RunResult& result) {
  std::vector<float> values;
  for (const Event& event : result.events) {
    if (event.kind == Said::Kind::event) values.push_back(event.fields.at(0).second.get<float>());
  }
  return values;
}

const DetectorInfo& echo() {
  static const DetectorInfo info = describe<Echo>();
  return info;
}

TEST(Run, EverySampleReachesTheDetectorInOrderWithItsRowAndTime) {
  const RunResult result = run(echo(), recording_of({1, 2, 3}), {});
  EXPECT_EQ(echoed(result), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(result.events[2].row, 2);
  EXPECT_DOUBLE_EQ(result.events[2].t_s, 0.02);
}

TEST(Run, AShortRunOfMissingValuesIsBridgedByAStraightLineAndCounted) {
  const RunResult result = run(echo(), recording_of({1, missing, missing, 4}), {});
  EXPECT_EQ(echoed(result), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(result.repairs.at("missing values bridged"), 2);
  EXPECT_EQ(result.gaps, 0);
}

TEST(Run, ARunOfMissingValuesLongerThanATenthOfASecondIsAGapAndRowsKeepCounting) {
  std::vector<float> values(40, 7.0F);
  for (std::size_t i = 10; i < 21; ++i) values[i] = missing;
  const RunResult result = run(echo(), recording_of(values), {});
  EXPECT_EQ(echoed(result).size(), 29U);
  EXPECT_EQ(result.gaps, 1);
  EXPECT_EQ(result.events[10].row, 21);
  EXPECT_DOUBLE_EQ(result.events[10].t_s, 0.21);
  EXPECT_EQ(result.events.back().kind, Said::Kind::unreadable);
}

TEST(Run, ExactlyATenthOfASecondIsStillBridged) {
  std::vector<float> values(40, 7.0F);
  for (std::size_t i = 10; i < 20; ++i) values[i] = missing;
  EXPECT_EQ(run(echo(), recording_of(values), {}).gaps, 0);
}

TEST(Run, OneMissingSampleIsBridgedHoweverSlowTheRate) {
  Recording slow = recording_of({1, missing, 3}, 50);
  EXPECT_EQ(echoed(run(echo(), slow, {})), (std::vector<float>{1, 2, 3}));
}

TEST(Run, MissingValuesAtTheStartAndTheEndAreNotFilled) {
  const RunResult result = run(echo(), recording_of({missing, 1, 2, missing}), {});
  EXPECT_EQ(echoed(result), (std::vector<float>{1, 2}));
  EXPECT_EQ(result.events[0].row, 1);
  EXPECT_EQ(result.gaps, 0);
}

TEST(Run, ASeamBetweenStretchesIsAGapOfTheTimeThatWasLost) {
  Recording recording = recording_of(std::vector<float>(20, 1.0F));
  recording.channels[0].time.stretches = {{0, 10, 0, 100}, {10, 10, 1.1, 100}};
  const RunResult result = run(echo(), recording, {});
  EXPECT_EQ(result.gaps, 1);
  EXPECT_DOUBLE_EQ(result.events[10].t_s, 1.1);
  EXPECT_EQ(result.events.back().end_row, 1000);  // the echo tells the milliseconds it was told were lost
}

TEST(Run, RowsAreThoseOfTheInputWhereSomeWereDroppedOrMoved) {
  Recording recording = recording_of({1, 2, 3, 4});
  recording.channels[0].time.input_rows = InputRows({{1, 3}, {2, 5}});
  const RunResult result = run(echo(), recording, {});
  const std::vector<std::int64_t> input = {0, 3, 5, 6};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(result.events[i].row, input[i]);
  EXPECT_DOUBLE_EQ(result.events[3].t_s, 0.03);
}

TEST(Run, UnitsAreConverted) {
  Recording recording = recording_of({1000, 2000});
  recording.channels[0].unit = Unit::uv;
  EXPECT_EQ(echoed(run(echo(), recording, {})), (std::vector<float>{1, 2}));
}

TEST(Run, AChannelThatIsNotThereIsNamed) {
  Recording recording = recording_of({1, 2});
  recording.channels[0].quantity = Quantity::acc_x;
  recording.channels[0].unit = Unit::g;
  try {
    run(echo(), recording, {});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("ecg_mv"), std::string::npos);
    EXPECT_EQ(error.code(), Exit::bad_input);
  }
}

TEST(Run, ARateTheDetectorDoesNotTakeIsRefused) { EXPECT_THROW(run(echo(), recording_of({1, 2}, 20), {}), Error); }

TEST(Run, ProbesComeOnlyWhenAskedFor) {
  EXPECT_EQ(run(echo(), recording_of({1, 2}), {}).events.size(), 3U);
  RunOptions options;
  options.probes = {"input"};
  EXPECT_EQ(run(echo(), recording_of({1, 2}), options).events.size(), 5U);
  options.probes = {"inputs"};
  EXPECT_THROW(run(echo(), recording_of({1, 2}), options), UsageError);
}

TEST(Run, AnUnknownConfigurationKeyNamesTheNearestRightOne) {
  RunOptions options;
  options.config = {{"levle", 0.5}};
  try {
    run(echo(), recording_of({1, 2}), options);
    FAIL() << "nothing was thrown";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("\"level\""), std::string::npos);
  }
  options.config = {{"level", 2}};
  EXPECT_THROW(run(echo(), recording_of({1, 2}), options), UsageError);
}

TEST(Run, ARecordingOfMissingSamplesAloneIsRefused) {
  EXPECT_THROW(run(echo(), recording_of({missing, missing}), {}), Error);
}

TEST(Run, ChunksDoNotMatterToTheFeed) {
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = (i * 7919 % 13) < 3 ? missing : static_cast<float>(i);
  for (std::size_t i = 300; i < 350; ++i) values[i] = missing;
  std::vector<std::vector<float>> heard;
  for (const std::size_t chunk : {1U, 7U, 64U, 1000U}) {
    const auto instance = echo().make({}, {});
    std::vector<float> said;
    Feed feed(*instance, {true}, [&](const Said& what) {
      if (what.kind == Said::Kind::event) said.push_back(what.values[2].number);
    });
    feed.begin_stretch(0, 0, 100);
    for (std::size_t at = 0; at < values.size(); at += chunk) {
      const float* column = values.data() + at;
      feed.rows(std::span(&column, 1), std::min(chunk, values.size() - at));
    }
    feed.finish();
    heard.push_back(said);
  }
  for (const auto& one : heard) EXPECT_EQ(one, heard.front());
}

}  // namespace
}  // namespace vagus::lab
