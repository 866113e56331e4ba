#include "lab/formats/wfdb/wfdb.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "lab/base/error.h"
#include "lab/formats/wfdb/annotations.h"
#include "lab/formats/wfdb/digitise.h"
#include "lab/formats/wfdb/header.h"
#include "lab/formats/wfdb/packing.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;
constexpr float nan_f = std::numeric_limits<float>::quiet_NaN();

/// Files that exist in this test alone.
class MemoryVolume final : public Volume {
 public:
  std::map<std::string, std::string> files;
  std::string shown() const override { return "memory/"; }
  bool contains(const std::string& path) const override { return files.contains(path); }
  Bytes read(const std::string& path) const override {
    const auto found = files.find(path);
    if (found == files.end()) throw Error("no such file", shown() + path);
    const auto text = std::make_shared<const std::string>(found->second);
    return {text, std::as_bytes(std::span(text->data(), text->size()))};
  }
  std::vector<std::string> list() const override {
    std::vector<std::string> names;
    for (const auto& [name, content] : files) names.push_back(name);
    return names;
  }
};

struct Record {
  std::shared_ptr<MemoryVolume> volume = std::make_shared<MemoryVolume>();
  std::string& operator[](const std::string& file) { return volume->files[file]; }
  Recording read(const std::string& header = "r.hea", const ReadOptions& options = {}) const {
    return read_wfdb({volume, header}, options);
  }
  /// The message of the Error that reading gives; "" if it gives none.
  std::string refusal(const std::string& header = "r.hea") const {
    try {
      read(header);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Exit::bad_input);
      return error.what();
    }
    return "";
  }
};

std::string bytes_of(int format, const std::vector<std::int32_t>& samples) {
  const std::vector<std::byte> packed = wfdb::pack(format, samples);
  return {reinterpret_cast<const char*>(packed.data()), packed.size()};
}

/// `rows` rows of `signals` signals in format 16, sample = 10 * row + signal.
std::string ramp(int rows, int signals) {
  std::vector<std::int32_t> samples;
  for (int r = 0; r < rows; ++r) {
    for (int s = 0; s < signals; ++s) samples.push_back(10 * r + s);
  }
  return bytes_of(16, samples);
}

const std::vector<std::int16_t>& narrow(const Channel& channel) {
  return std::get<std::vector<std::int16_t>>(channel.samples.storage());
}

/// A folder that goes away with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("vagus_wfdb_test_" + std::to_string(getpid()) + "_" +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
  Folder() { fs::create_directories(path); }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Recording read(const std::string& name) const { return read_wfdb({open_folder(path.string()), name + ".hea"}); }
};

Recording recording_of(std::vector<Channel> channels) {
  Recording recording;
  recording.name = "made";
  recording.channels = std::move(channels);
  return recording;
}

Channel channel_of(const std::string& name, Samples samples, double rate_hz) {
  Channel channel;
  channel.name = name;
  channel.unit = Unit::mv;
  channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(samples.size()));
  channel.samples = std::move(samples);
  return channel;
}

constexpr int plain_formats[] = {16, 24, 32, 61, 80, 160, 212, 310, 311};

TEST(Packing, EveryFormatGivesBackWhatWasPackedAtEveryLength) {
  for (const int format : plain_formats) {
    const std::int64_t limit = (std::int64_t{1} << (wfdb::range_bits(format) - 1)) - 1;
    for (std::int64_t length = 0; length < 40; ++length) {
      std::vector<std::int32_t> samples;
      for (std::int64_t i = 0; i < length; ++i)
        samples.push_back(static_cast<std::int32_t>((i * 7919 * 104729) % limit * (i % 2 == 0 ? 1 : -1)));
      const std::vector<std::byte> packed = wfdb::pack(format, samples);
      EXPECT_EQ(static_cast<std::int64_t>(packed.size()), wfdb::bytes_for(format, length)) << format;
      EXPECT_GE(wfdb::samples_in(format, wfdb::bytes_for(format, length)), length) << format << " " << length;
      if (length > 0) {
        EXPECT_LT(wfdb::samples_in(format, wfdb::bytes_for(format, length) - 1), length) << format << " " << length;
      }
      std::vector<std::int32_t> back(samples.size());
      wfdb::unpack(format, packed, 0, back);
      EXPECT_EQ(back, samples) << format << " " << length;
    }
  }
}

TEST(Packing, UnpackingFromTheMiddleGivesTheSameSamples) {
  std::vector<std::int32_t> samples(60);
  std::iota(samples.begin(), samples.end(), -30);
  for (const int format : plain_formats) {
    const std::vector<std::byte> packed = wfdb::pack(format, samples);
    for (std::int64_t first = 0; first < 60; first += 6) {
      std::vector<std::int32_t> part(static_cast<std::size_t>(60 - first));
      wfdb::unpack(format, packed, first, part);
      EXPECT_TRUE(std::equal(part.begin(), part.end(), samples.begin() + first)) << format << " " << first;
    }
  }
}

TEST(Packing, MissingCodesBecomeTheLowestOfTheType) {
  for (const int format : plain_formats) {
    const std::vector<std::int32_t> samples = {1, wfdb::missing_code(format), 2};
    const std::vector<std::byte> packed = wfdb::pack(format, samples);
    std::vector<std::int32_t> back(3);
    wfdb::unpack(format, packed, 0, back);
    EXPECT_EQ(back, (std::vector<std::int32_t>{1, INT32_MIN, 2})) << format;
  }
}

TEST(Packing, TheFastPathOfFormat212EqualsTheGeneralOne) {
  for (std::int64_t frames = 0; frames < 50; ++frames) {
    std::vector<std::int32_t> samples;
    for (std::int64_t i = 0; i < 2 * frames; ++i)
      samples.push_back(static_cast<std::int32_t>((i * 1103 + 17 * i * i) % 4096 - 2048));
    const std::vector<std::byte> packed = wfdb::pack(212, samples);
    std::vector<std::int16_t> general(samples.size());
    wfdb::unpack(212, packed, 0, general);
    std::vector<std::int16_t> even(static_cast<std::size_t>(frames));
    std::vector<std::int16_t> odd(static_cast<std::size_t>(frames));
    wfdb::unpack_212_pair(packed, frames, even.data(), odd.data());
    for (std::size_t f = 0; f < even.size(); ++f) {
      EXPECT_EQ(even[f], general[2 * f]);
      EXPECT_EQ(odd[f], general[2 * f + 1]);
    }
  }
}

TEST(Packing, TallySumsModulo2To16AndLeavesTheMissingOutOfTheExtremes) {
  std::vector<std::int16_t> samples(100000, 3);
  samples[70000] = INT16_MIN;
  samples[5] = -7;
  samples[6] = 11;
  const wfdb::Tally sums = wfdb::tally(samples);
  EXPECT_EQ(sums.sum, static_cast<std::uint16_t>(99997 * 3 - 32768 - 7 + 11));
  EXPECT_EQ(sums.missing, 1);
  EXPECT_EQ(sums.least, -7);
  EXPECT_EQ(sums.greatest, 11);
}

TEST(Header, EveryFieldIsRead) {
  const wfdb::Header header = wfdb::parse_header(
      "# before\r\nrec 2 62.5/999.56(-5) 14400 13:14:15.25 28/02/2011\r\n"
      "d/a.dat 212x4:3+24 12.84(-1605)/mmHg 12 7 -943 -23651 512 ABP of the arm\n\n"
      "b.dat 16\n#<age>: 61\n",
      "rec.hea");
  EXPECT_EQ(header.name, "rec");
  EXPECT_EQ(header.frame_rate_hz, 62.5);
  EXPECT_EQ(header.counter_hz, 999.56);
  EXPECT_EQ(header.base_counter, -5);
  EXPECT_EQ(header.frames, 14400);
  ASSERT_TRUE(header.start().has_value());
  EXPECT_EQ(header.start()->us, ((wfdb::days_from_civil(2011, 2, 28) * 24 + 13) * 60 + 14) * 60'000'000 + 15'250'000);
  EXPECT_FALSE(header.start()->utc);
  ASSERT_EQ(header.signals.size(), 2U);
  const wfdb::SignalLine& a = header.signals[0];
  EXPECT_EQ(a.file, "d/a.dat");
  EXPECT_EQ(a.format, 212);
  EXPECT_EQ(a.samples_per_frame, 4);
  EXPECT_EQ(a.skew_frames, 3);
  EXPECT_EQ(a.byte_offset, 24);
  EXPECT_EQ(a.gain, 12.84);
  EXPECT_EQ(a.baseline, -1605);
  EXPECT_EQ(a.units, "mmHg");
  EXPECT_EQ(a.resolution_bits, 12);
  EXPECT_EQ(a.adc_zero, 7);
  EXPECT_EQ(a.initial_value, -943);
  EXPECT_EQ(a.checksum, -23651);
  EXPECT_EQ(a.block_size, 512);
  EXPECT_EQ(a.description, "ABP of the arm");
  EXPECT_EQ(header.signals[1].gain, 200);
  EXPECT_FALSE(header.signals[1].calibrated);
  EXPECT_EQ(header.comments, (std::vector<std::string>{"before", "<age>: 61"}));
}

TEST(Header, WithoutABaselineTheAdcZeroIsPhysicalZero) {
  const wfdb::Header header = wfdb::parse_header("r 1 360\nr.dat 212 200 11 1024\n", "r.hea");
  EXPECT_EQ(header.signals[0].baseline, 1024);
}

TEST(Header, ATimeOfTwoPartsIsMinutesAndSeconds) {
  EXPECT_EQ(wfdb::parse_header("r 0 1 1 31:25.894", "").time_us, (31 * 60 + 25) * 1'000'000LL + 894'000);
}

TEST(Header, WhatIsPrintedReadsBackEqual) {
  const std::string text =
      "rec 1 62.5/1000(3) 14400 03:04:05.678 01/12/1999\nrec.dat 16x2:3+24 0.1(-7)/uV 12 5 -1 77 0 lead II\n# age: 5\n";
  EXPECT_EQ(wfdb::format_header(wfdb::parse_header(text, "")), text);
}

TEST(Header, NumbersAreWrittenWithoutExponents) {
  EXPECT_EQ(wfdb::plain(100000), "100000");
  EXPECT_EQ(wfdb::plain(1e-7), "0.0000001");
  EXPECT_EQ(wfdb::plain(360), "360");
}

TEST(Header, LiesAreRefusedWithTheirLine) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      wfdb::parse_header(text, "x.hea");
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::map<std::string, std::string> broken = {
      {"", "x.hea: the header holds no record line"},
      {"# only a comment\n", "x.hea: the header holds no record line"},
      {"r\n", "x.hea line 1: the record line does not say"},
      {"r 2 360\nr.dat 16\n", "x.hea: the header promises 2 signals and describes 1"},
      {"r -1 360\n", "x.hea line 1: the number of signals is negative"},
      {"r 999999999 360\n", "x.hea line 1: the number of signals is absurd"},
      {"r 1 0\nr.dat 16\n", "x.hea line 1: the sampling frequency must be a positive number"},
      {"r 1 nan\nr.dat 16\n", "x.hea line 1: the sampling frequency must be"},
      {"r 1 -360\nr.dat 16\n", "x.hea line 1: the sampling frequency must be"},
      {"r 1 fast\nr.dat 16\n", "x.hea line 1: the sampling frequency 'fast' is not a number"},
      {"r 1 360 -5\nr.dat 16\n", "x.hea line 1: the number of samples is negative"},
      {"r 1 360 99999999999999999999\nr.dat 16\n", "x.hea line 1: the number of samples"},
      {"r 1 360\nr.dat\n", "x.hea line 2: a signal line without a format"},
      {"r 1 360\nr.dat 17\n", "x.hea line 2: signal format '17' is not one"},
      {"r 1 360\nr.dat 16x-3\n", "x.hea line 2: the samples per frame is negative"},
      {"r 1 360\nr.dat 16x99999999\n", "x.hea line 2: the samples per frame are absurd"},
      {"r 1 360\nr.dat 16+-3\n", "x.hea line 2: the byte offset is negative"},
      {"r 1 360\nr.dat 16 gain\n", "x.hea line 2: the gain 'gain' is not a number"},
      {"r 1 360\nr.dat 16 200(a)\n", "x.hea line 2: the baseline 'a' is not"},
      {"r/0 1 360 10\n", "x.hea line 1: a multi-segment record of no segments"},
      {"r/-2 1 360 10\n", "x.hea line 1: the number of segments is negative"},
      {"r/2 1 360 10\n", "x.hea: the header promises 2 segments and lists none"},
      {"r/1 1 360 10\na -10\n", "x.hea line 2: the length of the segment is negative"},
  };
  for (const auto& [text, want] : broken) EXPECT_EQ(message(text).substr(0, want.size()), want) << text;
}

TEST(Header, UnreadableStartTimesAndChecksumsAreMendedAndCounted) {
  const wfdb::Header header =
      wfdb::parse_header("r 1 360 10 25:99:00 32/01/2000\nr.dat 16 200 12 0 x y z ECG\nextra 16\n", "r.hea");
  EXPECT_FALSE(header.start().has_value());
  EXPECT_EQ(header.repairs,
            (std::map<std::string, std::int64_t>{
                {"unreadable start time", 1}, {"unreadable header fields", 3}, {"extra header lines", 1}}));
}

TEST(Header, Latin1BecomesUtf8) {
  EXPECT_EQ(wfdb::utf8("32/\xB5V"), "32/\u00b5V");
  EXPECT_EQ(wfdb::utf8("\u00b5V"), "\u00b5V");
  EXPECT_EQ(wfdb::utf8("\xE2\x82"), "\u00e2\u0082");
}

TEST(Header, EveryDayOfFourCenturiesHasItsNumber) {
  std::int64_t before = wfdb::days_from_civil(1800, 1, 1) - 1;
  for (std::int64_t days = before + 1; days < wfdb::days_from_civil(2200, 1, 1); ++days) {
    const wfdb::Civil date = wfdb::civil_from_days(days);
    ASSERT_EQ(wfdb::days_from_civil(date.year, date.month, date.day), days);
    ASSERT_EQ(days, before + 1);
    before = days;
  }
  EXPECT_EQ(wfdb::days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(wfdb::days_from_civil(2000, 3, 1), 11017);
}

TEST(ReadWfdb, SignalsKeepTheirIntegersWithGainAndBaseline) {
  Record r;
  r["r.hea"] =
      "r 2 250 4\nr.dat 16 100(5)/mV 12 5 0 60 0 MLII\nr.dat 16 2/mmHg 12 0 1 64 0 ABP\n# age: 61\n# sex: female\n";
  r["r.dat"] = ramp(4, 2);
  const Recording recording = r.read();
  ASSERT_EQ(recording.channels.size(), 2U);
  EXPECT_TRUE(recording.repairs.empty());
  EXPECT_EQ(recording.name, "r");
  const Channel& ecg = recording.channels[0];
  EXPECT_EQ(ecg.quantity, Quantity::ecg);
  EXPECT_EQ(ecg.unit, Unit::mv);
  EXPECT_EQ(narrow(ecg), (std::vector<std::int16_t>{0, 10, 20, 30}));
  EXPECT_EQ(ecg.samples.at(2), 0.15);
  EXPECT_EQ(ecg.time, TimeAxis::even(250, 4));
  EXPECT_EQ(ecg.resolution_bits, 12);
  EXPECT_EQ(ecg.adc_zero, 5);
  EXPECT_EQ(ecg.saturates_high, (5 + 2047 - 5) / 100.0);
  EXPECT_EQ(recording.channels[1].quantity, Quantity::abp);
  EXPECT_EQ(recording.channels[1].unit, Unit::mmhg);
  EXPECT_EQ(recording.attributes, (std::map<std::string, std::string>{{"age", "61"}, {"sex", "F"}}));
}

TEST(ReadWfdb, SamplesPerFrameAreRatesOfTheirOwn) {
  Record r;
  r["r.hea"] = "r 2 100 2\nr.dat 16x3 1/mV 0 0 0 0 0 fast\nr.dat 16 1/mV 0 0 0 0 0 slow\n";
  r["r.dat"] = bytes_of(16, {1, 2, 3, 100, 4, 5, 6, 200});
  const Recording recording = r.read();
  EXPECT_EQ(narrow(recording.channels[0]), (std::vector<std::int16_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(recording.channels[0].time, TimeAxis::even(300, 6));
  EXPECT_EQ(narrow(recording.channels[1]), (std::vector<std::int16_t>{100, 200}));
}

TEST(ReadWfdb, SkewIsTakenOutAndWhatIsThenLackingIsMissing) {
  Record r;
  r["r.hea"] = "r 2 100 4\nr.dat 16 1/mV 0 0 0 60\nr.dat 16:3 1/mV 0 0 1 64\n";
  r["r.dat"] = ramp(4, 2);
  const Recording recording = r.read();
  EXPECT_TRUE(recording.repairs.empty());
  EXPECT_EQ(narrow(recording.channels[1]), (std::vector<std::int16_t>{31, INT16_MIN, INT16_MIN, INT16_MIN}));
}

TEST(ReadWfdb, DifferencesAreSummedFromTheInitialValue) {
  Record r;
  r["r.hea"] = "r 1 100 4\nr.dat 8 1/mV 12 0 1000\n";
  r["r.dat"] = std::string("\x00\x05\xFB\x7F", 4);
  EXPECT_EQ(narrow(r.read().channels[0]), (std::vector<std::int16_t>{1000, 1005, 1000, 1127}));
}

TEST(ReadWfdb, DifferencesThatGrowBeyond16BitsAreKeptIn32) {
  Record r;
  r["r.hea"] = "r 1 100 3\nr.dat 8 1/mV 12 0 32700\n";
  r["r.dat"] = std::string("\x00\x7F\x7F", 3);
  EXPECT_EQ(std::get<std::vector<std::int32_t>>(r.read().channels[0].samples.storage()),
            (std::vector<std::int32_t>{32700, 32827, 32954}));
}

TEST(ReadWfdb, AMatFileIsReadPastItsHeader) {
  Record r;
  r["r.hea"] = "r 1 300 3\nr.mat 16+24 1000/mV 16 0 7 0 0 ECG\n";
  r["r.mat"] = std::string(24, 'h') + bytes_of(16, {1000, -500, 250});
  const Recording recording = r.read();
  EXPECT_EQ(recording.channels[0].samples.at(1), -0.5);
  EXPECT_EQ(recording.repairs.at("wrong checksum"), 1);
}

TEST(ReadWfdb, AnUndescribedMillivoltSignalIsAnEcg) {
  Record r;
  r["r.hea"] = "r 1\nr.dat 16\n";
  r["r.dat"] = ramp(3, 1);
  const Recording recording = r.read();
  EXPECT_EQ(recording.channels[0].quantity, Quantity::ecg);
  EXPECT_EQ(recording.channels[0].time, TimeAxis::even(250, 3));
}

TEST(ReadWfdb, CanonicalNamesKeepPlacementAndQuantity) {
  Record r;
  r["r.hea"] = "r 2 50 3\nr.dat 16 1000/g 0 0 0 30 0 wrist.acc_x_g\nr.dat 16 1000/g 0 0 1 33 0 wrist.acc_x_g\n";
  r["r.dat"] = ramp(3, 2);
  const Recording recording = r.read();
  EXPECT_EQ(recording.channels[0].placement, Placement::wrist);
  EXPECT_EQ(recording.channels[0].quantity, Quantity::acc_x);
  EXPECT_EQ(recording.channels[0].unit, Unit::g);
  EXPECT_EQ(recording.channels[1].name, "wrist.acc_x_g 2");
}

TEST(ReadWfdb, NamesBirthDatesAndFreeTextAreIdentifiers) {
  Record r;
  r["r.hea"] =
      "r 1 50 3\nr.dat 16 1/mV 0 0 0 30\n# 69 M 1085 1629 x1\n# Name: Jane Roe\n# Birth date: 1950-01-02\n# Smoker: "
      "no\n"
      "# <age>: 61  <sex>: F  <Height>: 170\n# Aldomet, Inderal\n";
  r["r.dat"] = ramp(3, 1);
  const Recording recording = r.read();
  EXPECT_EQ(recording.attributes,
            (std::map<std::string, std::string>{{"age", "69"}, {"sex", "M"}, {"smoker", "no"}, {"height", "170"}}));
  EXPECT_EQ(recording.identifiers, (std::map<std::string, std::string>{{"name", "Jane Roe"},
                                                                       {"birth_date", "1950-01-02"},
                                                                       {"comment 1", "69 M 1085 1629 x1"},
                                                                       {"comment 2", "Aldomet, Inderal"}}));
}

TEST(ReadWfdb, WithoutSignalsThereAreStillAnnotations) {
  Record r;
  r["r.hea"] = "r 0 250 9205760\n";
  const std::vector<Annotation> beats = {
      {.tick = 40, .end_tick = 40, .label = "N", .text = {}, .subtype = 0, .channel = 0, .num = 0}};
  const auto bytes = wfdb::format_annotations(beats, 0);
  r["r.atr"] = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  r["r.txt"] = r["r.atr"];
  r["rx.atr"] = r["r.atr"];
  r["sub/r.atr"] = r["r.atr"];
  const Recording recording = r.read();
  EXPECT_TRUE(recording.channels.empty());
  ASSERT_EQ(recording.tracks.size(), 1U);
  EXPECT_EQ(recording.tracks[0].name, "atr");
  EXPECT_EQ(recording.tracks[0].tick_hz, 250);
  EXPECT_EQ(recording.tracks[0].current(), beats);
}

TEST(ReadWfdb, OnlyTheAnnotatorAskedForIsRead) {
  Record r;
  r["r.hea"] = "r 0 250\n";
  r["r.atr"] = std::string("\x28\x04\x00\x00", 4);
  r["r.qrs"] = r["r.atr"];
  ReadOptions options;
  options.annotator = "qrs";
  const Recording recording = r.read("r.hea", options);
  ASSERT_EQ(recording.tracks.size(), 1U);
  EXPECT_EQ(recording.tracks[0].name, "qrs");
  options.annotator = "none";
  EXPECT_THROW(r.read("r.hea", options), Error);
}

TEST(ReadWfdb, HeadersAloneGiveLengthsWithoutSamples) {
  Record r;
  r["r.hea"] = "r 2 100 1000000000000000\nr.dat 16x2 1/mV\nr.dat 16 1/mV\n";
  r["r.dat"] = ramp(4, 3);
  ReadOptions options;
  options.signals = false;
  const Recording recording = r.read("r.hea", options);
  EXPECT_EQ(recording.channels[0].time.rows(), 8);
  EXPECT_EQ(recording.channels[0].samples.size(), 0U);
}

TEST(Segments, AFixedLayoutIsJoinedWithoutAGap) {
  Record r;
  r["r.hea"] = "r/2 1 100 7\na 3\nb 4\n";
  r["a.hea"] = "a 1 100 3\na.dat 16 10/mV 0 0 0 30 0 ECG\n";
  r["b.hea"] = "b 1 100 4\nb.dat 16 10/mV 0 0 0 60 0 ECG\n";
  r["a.dat"] = ramp(3, 1);
  r["b.dat"] = ramp(4, 1);
  const Recording recording = r.read();
  ASSERT_EQ(recording.channels.size(), 1U);
  EXPECT_EQ(narrow(recording.channels[0]), (std::vector<std::int16_t>{0, 10, 20, 0, 10, 20, 30}));
  EXPECT_EQ(recording.channels[0].time, TimeAxis::even(100, 7));
}

Record variable() {
  Record r;
  r["r.hea"] = "r/5 2 100 20\nr_layout 0\na 3\n~ 5\nb 4\nlost 8\n";
  r["r_layout.hea"] = "r_layout 2 100 0\n~ 0 10/mV 0 0 0 0 0 ECG\n~ 0 10/mmHg 0 0 0 0 0 ABP\n";
  r["a.hea"] = "a 1 100 3\na.dat 16 10/mV 0 0 0 30 0 ECG\n";
  r["b.hea"] = "b 2 100 4\nb.dat 16 20/mmHg 0 0 0 60 0 ABP\nb.dat 16 20(5)/mV 0 0 1 64 0 ECG\n";
  r["a.dat"] = ramp(3, 1);
  r["b.dat"] = ramp(4, 2);
  return r;
}

TEST(Segments, NullAndLostSegmentsAreGapsAndSignalsComeByName) {
  const Recording recording = variable().read();
  ASSERT_EQ(recording.channels.size(), 2U);
  const Channel& ecg = recording.channels[0];
  EXPECT_EQ(ecg.time.stretches, (std::vector<Stretch>{{0, 3, 0, 100}, {3, 4, 0.08, 100}}));
  // The gain changes, so the values are physical.
  EXPECT_FALSE(ecg.samples.is_integer());
  EXPECT_EQ(ecg.samples.at(2), 2);
  EXPECT_FLOAT_EQ(static_cast<float>(ecg.samples.at(4)), (11.0F - 5) / 20);
  const Channel& abp = recording.channels[1];
  EXPECT_EQ(abp.time.stretches, (std::vector<Stretch>{{0, 4, 0.08, 100}}));
  EXPECT_TRUE(abp.samples.is_integer());
  EXPECT_EQ(abp.samples.gain(), 20);
  EXPECT_EQ(recording.repairs, (std::map<std::string, std::int64_t>{{"missing segment", 1}}));
}

TEST(Segments, ARecordThatContainsItselfIsRefused) {
  Record r;
  r["r.hea"] = "r/2 1 100 20\nr 10\nr 10\n";
  EXPECT_EQ(r.refusal(), "memory/r.hea line 2: the segment r has segments itself");
}

TEST(Segments, OneFileNamedAMillionTimesDoesNotFillTheMemory) {
  Record r;
  std::string header = "r/100000 1 100 0\n";
  for (int i = 0; i < 100000; ++i) header += "a 30000\n";
  r["r.hea"] = header;
  r["a.hea"] = "a 1 100 30000\na.dat 16 10/mV\n";
  r["a.dat"] = ramp(30000, 1);
  EXPECT_NE(r.refusal().find("far more samples"), std::string::npos);
}

TEST(Segments, LengthsThatOverflowAreRefused) {
  Record r;
  r["r.hea"] = "r/3 1 100 0\n~ 9007199254740992\n~ 9007199254740992\n~ 9007199254740992\n";
  EXPECT_NE(r.refusal().find("absurd"), std::string::npos);
}

TEST(BadInput, PathsThatLeaveTheFolderAreRefused) {
  for (const char* name : {"../secret", "/etc/passwd", "a/../../b", "..", "a\\b"}) {
    Record r;
    r["r.hea"] = std::string("r 1 100 3\n") + name + " 16 10/mV\n";
    EXPECT_NE(r.refusal().find("does not lie in the record's folder"), std::string::npos) << name;
    r["r.hea"] = std::string("r/1 1 100 3\n") + name + " 3\n";
    EXPECT_NE(r.refusal(), "") << name;
  }
}

TEST(BadInput, APromiseOfAQuadrillionSamplesGivesWhatIsThere) {
  Record r;
  r["r.hea"] = "r 1 100 1000000000000000\nr.dat 16 10/mV 0 0 0 30\n";
  r["r.dat"] = ramp(3, 1);
  const Recording recording = r.read();
  EXPECT_EQ(recording.channels[0].time, TimeAxis::even(100, 3));
  EXPECT_EQ(recording.repairs, (std::map<std::string, std::int64_t>{{"truncated signal file", 1}}));
}

TEST(BadInput, AMissingOrEmptySignalFileIsNamed) {
  Record r;
  r["r.hea"] = "r 1 100 3\nr.dat 16 10/mV\n";
  EXPECT_EQ(r.refusal(), "memory/r.hea line 2: the signal file r.dat is not there");
  r["r.dat"] = "";
  EXPECT_EQ(r.refusal(), "memory/r.hea line 2: the signal file r.dat holds no whole frame of samples");
  r["r.dat"] = "x";
  EXPECT_EQ(r.refusal(), "memory/r.hea line 2: the signal file r.dat holds no whole frame of samples");
}

TEST(BadInput, OneOfTwoSignalFilesMissingLeavesTheOther) {
  Record r;
  r["r.hea"] = "r 2 100 3\nr.dat 16 10/mV 0 0 0 30 0 I\ngone.dat 16 10/mV 0 0 0 30 0 II\n";
  r["r.dat"] = ramp(3, 1);
  const Recording recording = r.read();
  ASSERT_EQ(recording.channels.size(), 1U);
  EXPECT_EQ(recording.channels[0].name, "I");
  EXPECT_EQ(recording.repairs.at("missing signal file"), 1);
}

TEST(BadInput, ZeroAndNanGainsAreTheDefaultAndNanIsCounted) {
  Record r;
  r["r.hea"] = "r 2 100 3\nr.dat 16 0/mV 0 0 0 30\nr.dat 16 nan/mV 0 0 1 33\n";
  r["r.dat"] = ramp(3, 2);
  const Recording recording = r.read();
  EXPECT_EQ(recording.channels[0].samples.gain(), 200);
  EXPECT_EQ(recording.channels[1].samples.gain(), 200);
  EXPECT_EQ(recording.repairs, (std::map<std::string, std::int64_t>{{"unusable gain", 1}}));
}

TEST(BadInput, TwoFormatsForOneFileAreRefused) {
  Record r;
  r["r.hea"] = "r 2 100 3\nr.dat 16 10/mV\nr.dat 212 10/mV\n";
  r["r.dat"] = ramp(3, 2);
  EXPECT_EQ(r.refusal(), "memory/r.hea line 3: two formats for the one file r.dat");
}

TEST(BadInput, AFileCalledFlacThatIsNot) {
  Record r;
  r["r.hea"] = "r 1 100 3\nr.dat 516 10/mV\n";
  r["r.dat"] = "fLaC but not really";
  EXPECT_NE(r.refusal().find("not a FLAC stream"), std::string::npos);
}

TEST(BadInput, EveryCutOfARecordIsReadOrRefusedWithOneError) {
  Record whole = variable();
  for (const auto& [file, content] : whole.volume->files) {
    for (std::size_t cut = 0; cut < content.size(); ++cut) {
      Record r = variable();
      r[file] = content.substr(0, cut);
      try {
        r.read();
      } catch (const Error&) {
      }
    }
  }
}

TEST(Annotations, EveryFieldGoesThereAndBack) {
  std::vector<Annotation> all;
  const auto add = [&](std::int64_t tick, const char* label, const char* text, int subtype, int channel, int num) {
    all.push_back({.tick = tick,
                   .end_tick = tick,
                   .label = label,
                   .text = text,
                   .subtype = subtype,
                   .channel = channel,
                   .num = num});
  };
  add(0, "+", "(N", 0, 0, 0);
  add(1023, "N", "", 0, 0, 0);
  add(1023 + 1024, "V", "", 1, 0, 0);
  add(5'000'000'000, "~", "odd", -1, 3, -2);
  add(5'000'000'001, "\"", "even", 127, 255, 127);
  add(5'000'000'001, "[42]", std::string(255, 'x').c_str(), -128, 0, -128);
  for (const double tick_hz : {0.0, 250.0, 62.4725, 100000.0}) {
    std::map<std::string, std::int64_t> repairs;
    const auto bytes = wfdb::format_annotations(all, tick_hz);
    EXPECT_TRUE(wfdb::looks_like_annotations(bytes));
    const wfdb::AnnotationFile back = wfdb::parse_annotations(bytes, "x", repairs);
    EXPECT_EQ(back.annotations, all);
    EXPECT_EQ(back.tick_hz, tick_hz);
    EXPECT_TRUE(repairs.empty());
  }
}

TEST(Annotations, EveryStandardMnemonicHasItsCodeAndBack) {
  std::set<std::string> seen;
  for (int code = 1; code < 50; ++code) {
    const std::string label = wfdb::mnemonic(code);
    EXPECT_TRUE(seen.insert(label).second) << label;
    if (label.front() != '[' || label.size() == 1) {
      EXPECT_EQ(wfdb::code_of(label), code);
    }
  }
  EXPECT_EQ(wfdb::code_of("N"), 1);
  EXPECT_EQ(wfdb::code_of("["), 32);
  EXPECT_EQ(wfdb::code_of("r"), 41);
}

TEST(Annotations, LabelsThatWfdbLacksAreDefinedInTheFile) {
  const std::vector<Annotation> all = {
      {.tick = 1, .end_tick = 1, .label = "walking", .text = {}, .subtype = 0, .channel = 0, .num = 0},
      {.tick = 2, .end_tick = 2, .label = "N", .text = {}, .subtype = 0, .channel = 0, .num = 0},
      {.tick = 3, .end_tick = 3, .label = "standing_up", .text = {}, .subtype = 0, .channel = 0, .num = 0}};
  std::map<std::string, std::int64_t> repairs;
  EXPECT_EQ(wfdb::parse_annotations(wfdb::format_annotations(all, 50), "x", repairs).annotations, all);
  std::vector<Annotation> many;
  for (int i = 0; i < 20; ++i)
    many.push_back({.tick = i,
                    .end_tick = i,
                    .label = "label" + std::to_string(i),
                    .text = {},
                    .subtype = 0,
                    .channel = 0,
                    .num = 0});
  EXPECT_THROW(wfdb::format_annotations(many, 0), Error);
}

TEST(Annotations, ADefinitionOfAUserCodeNeedsNoNotesAroundIt) {
  const auto note = [](const std::string& text) {
    return Annotation{.tick = 0, .end_tick = 0, .label = "\"", .text = text, .subtype = 0, .channel = 0, .num = 0};
  };
  const Annotation mark{.tick = 9, .end_tick = 9, .label = "[42]", .text = {}, .subtype = 0, .channel = 0, .num = 0};
  const std::vector<Annotation> all = {note("42 CAL Calibration"), note("gqrs -r 100"), note("7 beats were lost"),
                                       mark};
  std::map<std::string, std::int64_t> repairs;
  const auto back = wfdb::parse_annotations(wfdb::format_annotations(all, 0), "x", repairs).annotations;
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[0].text, "gqrs -r 100");
  EXPECT_EQ(back[1].text, "7 beats were lost");
  EXPECT_EQ(back[2].label, "CAL");
}

TEST(Annotations, AnIntervalEndsWithAMarkThatNamesIt) {
  const std::vector<Annotation> all = {
      {.tick = 10, .end_tick = 90, .label = "(", .text = "walk", .subtype = 0, .channel = 0, .num = 0}};
  std::map<std::string, std::int64_t> repairs;
  const auto back = wfdb::parse_annotations(wfdb::format_annotations(all, 0), "x", repairs).annotations;
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[1].tick, 90);
  EXPECT_EQ(back[1].label, ")");
  EXPECT_EQ(back[1].text, "(");
}

TEST(Annotations, WhatTheFormatCannotHoldIsRefused) {
  const Annotation fine{.tick = 1, .end_tick = 1, .label = "N", .text = {}, .subtype = 0, .channel = 0, .num = 0};
  for (const auto& [change, what] : std::vector<std::pair<void (*)(Annotation&), const char*>>{
           {[](Annotation& a) { a.text = std::string(256, 'a'); }, "text"},
           {[](Annotation& a) { a.subtype = 128; }, "subtype"},
           {[](Annotation& a) { a.num = -129; }, "num"},
           {[](Annotation& a) { a.channel = 256; }, "channel"}}) {
    Annotation bad = fine;
    change(bad);
    EXPECT_THROW(wfdb::format_annotations(std::span(&bad, 1), 0), Error) << what;
  }
}

TEST(Annotations, ATruncatedFileKeepsWhatIsThereAndTimeThatRunsBackIsSorted) {
  const std::vector<Annotation> all = {
      {.tick = 5, .end_tick = 5, .label = "N", .text = "hello", .subtype = 0, .channel = 0, .num = 0},
      {.tick = 7, .end_tick = 7, .label = "V", .text = {}, .subtype = 0, .channel = 0, .num = 0}};
  std::vector<std::byte> bytes = wfdb::format_annotations(all, 0);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::map<std::string, std::int64_t> repairs;
    const auto part = wfdb::parse_annotations(std::span(bytes).first(cut), "x", repairs).annotations;
    EXPECT_LE(part.size(), 2U);
    EXPECT_EQ(repairs.at("truncated annotation file"), 1);
  }
  const unsigned char backwards[] = {0x0A, 0x04, 0x00, 0xEC, 0xFF, 0xFF, 0xFC, 0xFF, 0x01, 0x14, 0, 0};
  std::map<std::string, std::int64_t> repairs;
  const auto sorted = wfdb::parse_annotations(std::as_bytes(std::span(backwards)), "x", repairs).annotations;
  ASSERT_EQ(sorted.size(), 2U);
  EXPECT_EQ(sorted[0].tick, 7);
  EXPECT_EQ(sorted[0].label, "V");
  EXPECT_EQ(repairs.at("annotations out of order"), 1);
}

TEST(Annotations, TextAndSignalsAreNotTakenForAnnotations) {
  const std::string csv = "t_s,ecg_mv\n0,1\n0.1,2\n";
  EXPECT_FALSE(looks_like_wfdb_annotations(std::as_bytes(std::span(csv.data(), csv.size()))));
  const std::string signal = ramp(1000, 2);
  EXPECT_FALSE(looks_like_wfdb_annotations(std::as_bytes(std::span(signal.data(), signal.size()))));
  EXPECT_FALSE(looks_like_wfdb_annotations({}));
}

TEST(Annotations, ALoneFileHasTheClockOfItsHeader) {
  Record r;
  r["r.atr"] = std::string("\x28\x04\x00\x00", 4);
  EXPECT_EQ(read_annotations({r.volume, "r.atr"}).tick_hz, 0);
  r["r.hea"] = "r 0 360\n";
  const Track track = read_annotations({r.volume, "r.atr"});
  EXPECT_EQ(track.tick_hz, 360);
  EXPECT_EQ(track.name, "atr");
  EXPECT_EQ(track.current().at(0).tick, 40);
}

TEST(Sniffing, HeadersAreKnownByWhatTheySay) {
  const auto looks = [](const std::string& text) {
    return looks_like_wfdb_header(std::as_bytes(std::span(text.data(), text.size())));
  };
  EXPECT_TRUE(looks("100 2 360 650000\n100.dat 212 200 11 1024 995 -22131 0 MLII\n100.dat 212 200\n"));
  EXPECT_TRUE(looks("# comment\nr/2 1 100 7\na 3\nb 4\n"));
  EXPECT_TRUE(looks("04043 0 250 9205760\n# no signals\n"));
  EXPECT_FALSE(looks("t_s,ecg_mv\n0,1\n"));
  EXPECT_FALSE(looks("1 2 3\n4 5 6\n"));
  EXPECT_FALSE(looks(""));
  EXPECT_FALSE(looks(std::string("\x89HDF\r\n\x1a\n\0\0", 10)));
}

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
  for (int i = 0; i < 50000; ++i) values.push_back(static_cast<std::int16_t>((i * 2654435761U) >> 20U));
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
