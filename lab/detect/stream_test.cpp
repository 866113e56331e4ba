#include "lab/detect/stream.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"
#include "lab/detect/run.h"

namespace vagus::lab {
namespace {

constexpr double rate_hz = 250;

/// A spike a second over a slow wave, in mV.
std::vector<float> beats_mv(std::size_t seconds) {
  std::vector<float> values(static_cast<std::size_t>(rate_hz) * seconds);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double t = static_cast<double>(i % 250) / rate_hz - 0.5;
    values[i] =
        static_cast<float>(std::exp(-t * t / (2 * 0.012 * 0.012)) + 0.05 * std::sin(0.01 * static_cast<double>(i)));
  }
  return values;
}

struct Heard {
  std::vector<std::vector<double>> rows;  ///< kind, times and values of all that was said
  std::unique_ptr<Stream> stream;

  explicit Heard(const std::string& name, double rate = rate_hz) {
    stream = std::make_unique<Stream>(detector(name), Config{}, rate, Wanted{},
                                      [this](const Said& said, const EventTimes& times) {
                                        rows.push_back({static_cast<double>(said.kind), times.t_start_s, times.t_end_s,
                                                        times.t_known_s, static_cast<double>(said.value)});
                                      });
  }
  void push(std::span<const float> values) {
    const float* columns[] = {values.data()};
    stream->push(columns, values.size());
  }
};

class Streams : public testing::TestWithParam<const char*> {};

TEST_P(Streams, SayWhatARunSaysAtTheSameTimes) {
  const std::vector<float> values = beats_mv(30);
  Recording recording;
  Channel channel;
  channel.name = "ecg_mv";
  channel.quantity = Quantity::ecg;
  channel.unit = Unit::mv;
  channel.samples = Samples(values);
  channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(values.size()));
  recording.channels.push_back(channel);
  std::vector<std::vector<double>> expected;
  for (const Event& event : run(detector(GetParam()), recording, {}).events)
    expected.push_back({static_cast<double>(event.kind), event.t_start_s, event.t_end_s, event.t_known_s,
                        static_cast<double>(event.value)});
  ASSERT_GT(expected.size(), 20U);

  Heard heard(GetParam());
  heard.push(values);
  heard.stream->finish();
  EXPECT_EQ(heard.rows, expected);
}

TEST_P(Streams, GoOnFromWhatWasSavedAcrossGaps) {
  const std::vector<float> values = beats_mv(40);
  Heard one(GetParam()), two(GetParam());
  one.push(std::span(values).first(3000));
  one.stream->gap(7.25);
  one.push(std::span(values).subspan(3000, 1000));
  two.stream->resume(one.stream->saved());
  EXPECT_EQ(two.stream->pushed(), 4000);
  one.rows.clear();
  for (Heard* heard : {&one, &two}) {
    heard->push(std::span(values).subspan(4000));
    heard->stream->finish();
  }
  EXPECT_GT(one.rows.size(), 10U);
  EXPECT_EQ(one.rows, two.rows);
}

TEST_P(Streams, RefuseEveryDamagedSnapshotAndStayAsTheyWere) {
  Heard one(GetParam()), two(GetParam());
  one.push(beats_mv(5));
  const std::vector<std::byte> saved = one.stream->saved();
  for (std::size_t at = 0; at < saved.size(); at += 1 + saved.size() / 97) {
    std::vector<std::byte> damaged = saved;
    damaged[at] ^= std::byte{0x10};
    EXPECT_THROW(two.stream->resume(damaged), Error);
    EXPECT_THROW(two.stream->resume(std::span(saved).first(at)), Error);
  }
  EXPECT_EQ(two.stream->pushed(), 0);
  EXPECT_THROW(Heard(GetParam(), 360).stream->resume(saved), Error);
}

INSTANTIATE_TEST_SUITE_P(Detectors, Streams, testing::Values("health.beats", "health.quality"),
                         [](const auto& one) { return std::string(one.param).substr(7); });

TEST(Stream, TimesCountTheLostSeconds) {
  const std::vector<float> values = beats_mv(20);
  Heard heard("health.beats");
  heard.push(values);
  heard.stream->gap(100);
  heard.push(values);
  heard.stream->finish();
  int after = 0;
  for (const auto& row : heard.rows) {
    EXPECT_TRUE(row[1] <= 20 || row[1] >= 120) << row[1];
    after += row[1] >= 120 ? 1 : 0;
  }
  EXPECT_GT(after, 10);
}

TEST(Stream, RefusesWhatIsNoRateNoGapAndNoChannel) {
  for (const double rate : {0.0, -1.0, std::nan(""), static_cast<double>(INFINITY)})
    EXPECT_THROW(Heard("health.beats", rate), UsageError);
  Heard heard("health.beats");
  for (const double gap : {0.0, -1.0, std::nan(""), 1e12}) EXPECT_THROW(heard.stream->gap(gap), UsageError);
  const float* none[] = {nullptr};
  EXPECT_THROW(heard.stream->push(none, 1), UsageError);
}

}  // namespace
}  // namespace vagus::lab
