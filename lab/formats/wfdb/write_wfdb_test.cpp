#include <cmath>
#include <numeric>

#include "lab/formats/wfdb/digitise.h"
#include "lab/formats/wfdb/test_record.h"

namespace vagus::lab {
namespace {

using namespace wfdb_test;
namespace fs = std::filesystem;
constexpr float nan_f = std::numeric_limits<float>::quiet_NaN();

TEST(Digitise, GainsAreRoundAndTheErrorIsStated) {
  EXPECT_EQ(wfdb::round_down_125(3200), 2000);
  EXPECT_EQ(wfdb::round_down_125(5000), 5000);
  EXPECT_EQ(wfdb::round_down_125(0.0199), 0.01);
  const Channel channel = channel_of("ecg", Samples(std::vector<float>{1.5F, -2.25F, nan_f, 0.1F}), 100);
  const wfdb::Digital digital = wfdb::digitise(channel, 0, 0);
  EXPECT_TRUE(digital.rounded);
  EXPECT_EQ(digital.gain, 10000);
  EXPECT_EQ(digital.baseline, 0);
  EXPECT_EQ(digital.values, (std::vector<std::int32_t>{15000, -22500, INT32_MIN, 1000}));
  EXPECT_NEAR(digital.largest_error, 1.5e-9, 1e-10);  // 0.1F is not 0.1
}

TEST(Digitise, ValuesFarFromZeroGetABaseline) {
  const Channel channel = channel_of("baro", Samples(std::vector<double>{1013.25, 1013.5, 1012.75}), 1);
  const wfdb::Digital digital = wfdb::digitise(channel, 0, 0);
  EXPECT_EQ(digital.gain, 50000);
  EXPECT_LE(digital.largest_error, 0.5 / digital.gain);
}

TEST(Digitise, WhatDoesNotFitIsRefusedWithItsChannel) {
  const Channel channel = channel_of("ecg", Samples(std::vector<std::int16_t>{0, 3000}, 200, 0), 100);
  try {
    wfdb::digitise(channel, 212, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "channel ecg: values from 0 to 3000 do not fit in format 212");
  }
  EXPECT_THROW(wfdb::digitise(channel, 17, 0), UsageError);
}

TEST(WriteWfdb, EveryFormatReadsBackEqual) {
  const Folder folder;
  for (const int format : {0, 8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524}) {
    std::vector<std::int16_t> a;
    std::vector<std::int16_t> b;
    for (int i = 0; i < 1001; ++i) {
      a.push_back(static_cast<std::int16_t>(std::lround(100 * std::sin(i * 0.05))));
      b.push_back(static_cast<std::int16_t>(i % 7 - 3));
    }
    if (format != 8) a[500] = b[0] = INT16_MIN;
    Recording recording =
        recording_of({channel_of("MLII", Samples(a, 200, 10), 360), channel_of("V5", Samples(b, -50, 0), 360)});
    recording.attributes = {{"age", "33"}, {"device", "test"}};
    recording.subject = "S1";
    recording.start = Start{.us = 1'000'000'000'123'456, .zone_minutes = 0, .utc = true};
    const fs::path base = folder.path / ("f" + std::to_string(format));
    WfdbWriteOptions options;
    options.format = format;
    EXPECT_TRUE(write_wfdb(recording, base, options).rounded.empty());
    const Recording back = folder.read(base.filename().string());
    EXPECT_TRUE(back.repairs.empty()) << format << " " << (back.repairs.empty() ? "" : back.repairs.begin()->first);
    ASSERT_EQ(back.channels.size(), 2U);
    for (std::size_t c = 0; c < 2; ++c) {
      const Channel& want = recording.channels[c];
      const Channel& got = back.channels[c];
      EXPECT_EQ(got.name, want.name);
      EXPECT_EQ(got.unit, want.unit);
      EXPECT_EQ(got.time, want.time);
      EXPECT_EQ(got.samples.gain(), want.samples.gain());
      EXPECT_EQ(got.samples.baseline(), want.samples.baseline());
      for (std::size_t i = 0; i < want.samples.size(); ++i) {
        ASSERT_EQ(got.samples.missing(i), want.samples.missing(i)) << format << " " << i;
        if (!want.samples.missing(i)) {
          ASSERT_EQ(got.samples.at(i), want.samples.at(i)) << format << " " << i;
        }
      }
    }
    EXPECT_EQ(back.attributes, recording.attributes);
    EXPECT_EQ(back.subject, "S1");
    EXPECT_EQ(back.start, recording.start);
  }
}

TEST(WriteWfdb, SeveralRatesShareAFrame) {
  const Folder folder;
  std::vector<float> fast(500);
  std::iota(fast.begin(), fast.end(), 0.0F);
  const Recording recording = recording_of(
      {channel_of("ecg", Samples(fast), 250), channel_of("temp", Samples(std::vector<float>{36.5F, 36.75F}), 1),
       channel_of("acc_x", Samples(std::vector<std::int16_t>(100, 7), 1000, 0), 50)});
  write_wfdb(recording, folder.path / "r");
  const Recording back = folder.read("r");
  EXPECT_EQ(back.channels[0].time, TimeAxis::even(250, 500));
  EXPECT_EQ(back.channels[1].time, TimeAxis::even(1, 2));
  EXPECT_EQ(back.channels[2].time, TimeAxis::even(50, 100));
  EXPECT_NEAR(back.channels[1].samples.at(1), 36.75, 1e-3);
}

TEST(WriteWfdb, RatesWithoutACommonFrameAreRefused) {
  const Folder folder;
  const Recording recording = recording_of({channel_of("a", Samples(std::vector<float>(100, 1.0F)), 102.3),
                                            channel_of("b", Samples(std::vector<float>(100, 1.0F)), 104.123456)});
  EXPECT_THROW(write_wfdb(recording, folder.path / "r"), Error);
  EXPECT_TRUE(fs::is_empty(folder.path));
}

TEST(WriteWfdb, ShortGapsAreFilledAndLongOnesBecomeSegments) {
  const Folder folder;
  for (const double gap_s : {2.0, 4000.0}) {
    Channel ecg = channel_of("ECG", Samples(std::vector<std::int16_t>(2000, 5), 100, 0), 100);
    ecg.time.stretches = {{0, 1000, 0, 100}, {1000, 1000, 10 + gap_s, 100}};
    Channel abp = channel_of("ABP", Samples(std::vector<std::int16_t>(1000, 9), 10, 0), 100);
    abp.unit = Unit::mmhg;
    abp.time.stretches = {{0, 1000, 10 + gap_s, 100}};
    write_wfdb(recording_of({ecg, abp}), folder.path / "r");
    const Recording back = folder.read("r");
    EXPECT_TRUE(back.repairs.empty());
    ASSERT_EQ(back.channels.size(), 2U);
    if (gap_s > 100) {
      EXPECT_EQ(back.channels[0].time, ecg.time);
      EXPECT_EQ(back.channels[1].time, abp.time);
      EXPECT_EQ(back.channels[1].samples, abp.samples);
    } else {
      EXPECT_EQ(back.channels[0].samples.size(), 2200U);
      EXPECT_TRUE(back.channels[0].samples.missing(1100));
      EXPECT_EQ(back.channels[0].samples.at(1200), 0.05);
      EXPECT_TRUE(back.channels[1].samples.missing(0));
    }
  }
}

TEST(WriteWfdb, TracksBecomeAnnotationFilesAndIdentifiersStayOutUnlessAskedFor) {
  const Folder folder;
  Recording recording = recording_of({channel_of("ECG", Samples(std::vector<std::int16_t>(1000, 5), 100, 0), 360)});
  recording.identifiers = {{"name", "Jane Roe"}, {"comment 1", "Aldomet"}};
  Track track{.name = "atr", .tick_hz = 360, .layers = {}};
  track.layers.push_back(
      {.author = {},
       .time = {},
       .reason = {},
       .parent = {},
       .annotations = {{.tick = 77, .end_tick = 77, .label = "N", .text = {}, .subtype = 0, .channel = 0, .num = 0}}});
  recording.tracks.push_back(track);
  track.name = "fine";
  track.tick_hz = 1000;
  recording.tracks.push_back(track);
  WfdbWriteOptions options;
  write_wfdb(recording, folder.path / "r", options);
  Recording back = folder.read("r");
  ASSERT_EQ(back.tracks.size(), 2U);
  EXPECT_EQ(back.tracks[0].current(), recording.tracks[0].current());
  EXPECT_EQ(back.tracks[0].tick_hz, 360);
  EXPECT_EQ(back.tracks[1].tick_hz, 1000);
  EXPECT_TRUE(back.identifiers.empty());
  options.identifiers = true;
  write_wfdb(recording, folder.path / "r", options);
  EXPECT_EQ(folder.read("r").identifiers, recording.identifiers);
}

TEST(WriteWfdb, AFailureLeavesNothing) {
  const Folder folder;
  Recording recording = recording_of({channel_of("ECG", Samples(std::vector<std::int16_t>(10, 5), 100, 0), 360)});
  recording.tracks.push_back({.name = "../atr", .tick_hz = 360, .layers = {{}}});
  EXPECT_THROW(write_wfdb(recording, folder.path / "r"), Error);
  EXPECT_THROW(write_wfdb(recording_of({}), folder.path / "r"), Error);
  EXPECT_THROW(write_wfdb(recording, folder.path / "no" / "such"), Error);
  EXPECT_THROW(write_wfdb(recording, folder.path / "a name"), Error);
  EXPECT_TRUE(fs::is_empty(folder.path));
}

TEST(Flac, ATruncatedStreamKeepsWhatWasDecoded) {
  const Folder folder;
  std::vector<std::int16_t> values;
  for (int i = 0; i < 50000; ++i)
    values.push_back(static_cast<std::int16_t>((static_cast<unsigned>(i) * 2654435761U) >> 20U));
  WfdbWriteOptions options;
  options.format = 516;
  write_wfdb(recording_of({channel_of("ECG", Samples(values, 100, 0), 360)}), folder.path / "r", options);
  const auto size = fs::file_size(folder.path / "r.dat");
  fs::resize_file(folder.path / "r.dat", size / 2);
  const Recording back = folder.read("r");
  const auto& got = narrow(back.channels[0]);
  EXPECT_GT(got.size(), 10000U);
  EXPECT_TRUE(std::equal(got.begin(), got.end(), values.begin()));
  EXPECT_EQ(back.repairs.at("truncated signal file"), 1);
  fs::resize_file(folder.path / "r.dat", 3);
  EXPECT_THROW(folder.read("r"), Error);
}

}  // namespace
}  // namespace vagus::lab
