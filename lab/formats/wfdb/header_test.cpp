#include "lab/formats/wfdb/header.h"

#include "lab/formats/wfdb/test_record.h"

namespace vagus::lab {
namespace {

using namespace wfdb_test;

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

}  // namespace
}  // namespace vagus::lab
