#include "lab/formats/csv/csv.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <random>

#include "lab/base/numbers.h"
#include "lab/formats/csv/rows.h"
#include "lab/formats/test_folder.h"

namespace vagus::lab {
namespace {

class CsvTest : public TestFolder {
 protected:
  Recording of(const std::string& text) const { return read_csv(locate(put("x.csv", text))); }
  static std::vector<float> values(const Recording& recording, std::size_t channel = 0) {
    std::vector<float> out(recording.channels[channel].samples.size());
    recording.channels[channel].samples.read(0, out);
    return out;
  }
};

TEST_F(CsvTest, EveryCanonicalColumnIsKnownWithItsUnit) {
  const char* header =
      "t_s,ecg_mv,ecg_uv,ppg_green,ppg_red,ppg_ir,ppg_1,ppg_2,ppg_3,acc_x_g,acc_y_g,acc_z_g,acc_x_mps2,acc_y_mps2,acc_"
      "z_mps2,"
      "gyr_x_dps,gyr_y_dps,gyr_z_dps,gyr_x_rad_s,mag_x_ut,baro_hpa,temp_c,hr_bpm,rr_ms,spo2_pct,gps_lat_deg,gps_lon_"
      "deg,"
      "gps_alt_m,gps_speed_mps,wrist.acc_x_g";
  const auto read = csv::read_header(header, "x.csv");
  ASSERT_EQ(read.channels.size(), 29U);
  EXPECT_EQ(read.channels[1].unit, Unit::uv);
  EXPECT_EQ(read.channels[2].quantity, Quantity::ppg_green);
  EXPECT_EQ(read.channels[5].quantity, Quantity::ppg_1);
  EXPECT_EQ(read.channels[17].unit, Unit::rad_s);
  EXPECT_EQ(read.channels.back().placement, Placement::wrist);
  for (const Channel& channel : read.channels) EXPECT_EQ(csv::column_name(channel), channel.name);
}

TEST_F(CsvTest, TimeCountsFromTheFirstRowInEveryTimeUnit) {
  for (const char* text :
       {"t_s,ecg_mv\n100.000,1\n100.004,2\n100.008,3\n", "t_ms,ecg_mv\n5000,1\n5004,2\n5008,3\n",
        "t_us,ecg_mv\n-8000,1\n-4000,2\n0,3\n", "t_ns,ecg_mv\n7,1\n4000007,2\n8000007,3\n",
        "t_iso,ecg_mv\n2020-01-01T00:00:00Z,1\n2020-01-01T00:00:00.004Z,2\n2020-01-01T00:00:00.008Z,3\n"}) {
    const Recording recording = of(text);
    EXPECT_EQ(recording.channels[0].time.rate_hz, 250) << text;
    EXPECT_EQ(recording.channels[0].time.stretches[0].t_start_s, 0) << text;
    EXPECT_EQ(recording.channels[0].time.jitter_ms, 0) << text;
    EXPECT_EQ(values(recording), (std::vector<float>{1, 2, 3})) << text;
  }
}

TEST_F(CsvTest, StartIsKnownFromIsoTimesAndFromCountsSince1970) {
  EXPECT_EQ(iso(*of("t_iso,ecg_mv\n2020-01-01T02:00:00.5+02:00,1\n2020-01-01T02:00:01.5+02:00,1\n").start),
            "2020-01-01T00:00:00.5Z");
  EXPECT_EQ(iso(*of("t_iso,ecg_mv\n2020-01-01T02:00:00,1\n2020-01-01T02:00:01,1\n").start), "2020-01-01T02:00:00");
  EXPECT_EQ(iso(*of("t_ms,ecg_mv\n1577836800250,1\n1577836800254,2\n").start), "2020-01-01T00:00:00.25Z");
  EXPECT_EQ(iso(*of("t_ns,ecg_mv\n1577836800250000000,1\n1577836800254000000,2\n").start), "2020-01-01T00:00:00.25Z");
  EXPECT_FALSE(of("t_ms,ecg_mv\n86400000,1\n86400004,2\n").start);
  EXPECT_REFUSES(of("t_iso,ecg_mv\n2896-01-01T00:00:00Z,1\n2896-01-01T00:00:01Z,2\n"), "no time can be read");
}

TEST_F(CsvTest, NanosecondCountsSince1970KeepTheirNanoseconds) {
  std::string text = "t_ns,ecg_mv\n";
  for (int i = 0; i < 1000; ++i) text += std::to_string(1'577'836'800'000'000'000 + i * 1'953'125LL) + ",0\n";
  const Recording recording = of(text);
  EXPECT_EQ(recording.channels[0].time.rate_hz, 512);
  EXPECT_EQ(recording.channels[0].time.jitter_ms, 0);
}

TEST_F(CsvTest, ForeignHabitsThatSayTheSameAreTaken) {
  const Recording plain = of("t_s,ecg_mv,acc_x_g\n0,1.5,-0.25\n0.01,,1\n0.02,2,3\n");
  for (const char* text : {"\xEF\xBB\xBFt_s,ecg_mv,acc_x_g\r\n0,1.5,-0.25\r\n0.01,,1\r\n0.02,2,3\r\n",
                           "t_s,ecg_mv,acc_x_g,\n0,1.5,-0.25,\n0.01,,1,\n0.02,2,3,\n",
                           "\"t_s\",\"ecg_mv\",\"acc_x_g\"\n\"0\",\"1.5\",\"-0.25\"\n0.01,\"\",1\n0.02,2,3",
                           "t_s , ecg_mv , acc_x_g\n 0 , 1.5 , -.25\n 1e-2 , nan , +1.0\n 0.02 , 2e0 , 3.\n\n\n",
                           "T_S,ECG_mV,Acc_X_g\n0,15e-1,-0.25\n0.01,NA,1\n0.02,2,3\n"}) {
    const Recording other = of(text);
    ASSERT_EQ(other.channels.size(), 2U) << text;
    EXPECT_EQ(other.channels[0].time, plain.channels[0].time) << text;
    EXPECT_TRUE(other.repairs.empty()) << text;
    for (std::size_t c = 0; c < 2; ++c) {
      const auto a = values(plain, c);
      const auto b = values(other, c);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << text;
    }
  }
}

TEST_F(CsvTest, WhatIsNotCanonicalIsRefusedWithTheRightName) {
  EXPECT_REFUSES(of("t_s,acc_x_gg\n0,1\n"),
                 "x.csv line 1: unknown unit in column \"acc_x_gg\" (known: acc_x_g, acc_x_mps2)");
  EXPECT_REFUSES(of("t_s,ecg\n0,1\n"), "known: ecg_mv, ecg_uv");
  EXPECT_REFUSES(of("t_s,egc_mv\n0,1\n"), "did you mean \"ecg_mv\"?");
  EXPECT_REFUSES(of("t_s,ppg_gren\n0,1\n"), "did you mean \"ppg_green\"?");
  EXPECT_REFUSES(of("t_s,wirst.acc_x_g\n0,1\n"), "did you mean \"wrist\"?");
  EXPECT_REFUSES(of("time,ecg_mv\n0,1\n"), "not a time");
  EXPECT_REFUSES(of("0,1\n0.1,2\n"), "numbers where the header should be");
  EXPECT_REFUSES(of("t_s;ecg_mv\n0;1\n"), "not separated by commas");
  EXPECT_REFUSES(of("t_s\tecg_mv\n0\t1\n"), "not separated by commas");
  EXPECT_REFUSES(of("# made by hand\nt_s,ecg_mv\n0,1\n"), "comment");
  EXPECT_REFUSES(of("t_s,ecg_mv,ECG_mv\n0,1,1\n"), "stands twice");
  EXPECT_REFUSES(of("t_s,,ecg_mv\n0,1,1\n"), "without a name");
  EXPECT_REFUSES(of("t_s\n0\n1\n"), "no channel");
  EXPECT_REFUSES(of("t_s,ecg_mv\n"), "no row");
  EXPECT_REFUSES(of("t_s,ecg_mv\n0,1\n"), "one row: no rate");
  EXPECT_REFUSES(of("t_s,ecg_mv\n0,\n1,\n"), "every cell is empty");
  EXPECT_REFUSES(of("t_s,ecg_mv\n0,one\n1,two\n"), "row 2 column ecg_mv");
  EXPECT_REFUSES(of("t_s,ecg_mv\nx,1\ny,2\n"), "no time");
  EXPECT_REFUSES(of("t_s,ecg_mv\n5,1\n5,2\n5,3\n"), "all times are equal");
}

TEST_F(CsvTest, DamagedRowsAreMendedAndCounted) {
  const Recording recording =
      of("t_s,ecg_mv,acc_x_g\n0,1,1\n0.01,x,1\n0.02,1\n0.03,1,1,9\n0.04,inf,1\n0.05,1,1\n0.06,1");
  EXPECT_EQ(recording.repairs.at("unreadable cells"), 2);
  EXPECT_EQ(recording.repairs.at("short rows"), 1);
  EXPECT_EQ(recording.repairs.at("long rows"), 1);
  EXPECT_EQ(recording.repairs.at("cut last row"), 1);
  EXPECT_EQ(recording.channels[0].samples.size(), 6U);
  EXPECT_TRUE(recording.channels[0].samples.missing(1));
  EXPECT_TRUE(recording.channels[1].samples.missing(2));
}

TEST_F(CsvTest, RowsOutOfOrderTakeTheirValuesAlong) {
  const Recording recording = of("t_s,ecg_mv\n0,0\n0.01,1\n0.03,3\n0.02,2\n0.04,4\n0.05,5\n");
  EXPECT_EQ(values(recording), (std::vector<float>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(recording.repairs.at("out of order stamps"), 1);
}

TEST_F(CsvTest, WhatIsWrittenReadsBackTheSame) {
  std::mt19937 random(3);
  std::normal_distribution<float> value(0, 2);
  Recording recording;
  for (const char* column : {"ecg_mv", "wrist.acc_x_g"}) {
    Channel channel = csv::read_header("t_s," + std::string(column), "").channels[0];
    std::vector<float> samples(2000);
    for (float& v : samples) v = value(random);
    samples[77] = std::numeric_limits<float>::quiet_NaN();
    channel.samples = Samples(samples);
    channel.time.rate_hz = 360;
    channel.time.stretches = {{0, 1200, 0, 360}, {1200, 800, 1000.123456789, 360}};
    recording.channels.push_back(channel);
  }
  write_csv(recording, path("out.csv"));
  const Recording back = read_csv(locate(path("out.csv")));
  ASSERT_EQ(back.channels.size(), 2U);
  EXPECT_TRUE(back.repairs.empty());
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_EQ(back.channels[c].name, recording.channels[c].name);
    EXPECT_EQ(back.channels[c].time.rate_hz, 360);
    EXPECT_EQ(back.channels[c].time.jitter_ms, 0);
    ASSERT_EQ(back.channels[c].time.stretches.size(), 2U);
    EXPECT_EQ(back.channels[c].time.stretches[1].first_row, 1200);
    EXPECT_NEAR(back.channels[c].time.stretches[1].t_start_s, 1000.123456789, 1e-9);
    const auto a = values(recording, c);
    const auto b = values(back, c);
    EXPECT_EQ(std::memcmp(a.data(), b.data(), 77 * sizeof(float)), 0);
    EXPECT_TRUE(std::isnan(b[77]));
    EXPECT_EQ(std::memcmp(a.data() + 78, b.data() + 78, (a.size() - 78) * sizeof(float)), 0);
  }
}

TEST_F(CsvTest, FurtherLeadsGetColumnsOfTheirOwn) {
  Recording recording;
  for (const char* name : {"MLII", "V5", "V5b", "mystery"}) {
    Channel channel;
    channel.name = name;
    channel.quantity = Quantity::ecg;
    channel.unit = Unit::mv;
    if (std::string(name) == "mystery") channel.quantity = Quantity::other;
    channel.samples = Samples(std::vector<float>{1, 2, 3});
    channel.time = TimeAxis::even(250, 3);
    recording.channels.push_back(channel);
  }
  EXPECT_EQ(left_out_of_csv(recording), std::vector<std::string>{"mystery"});
  write_csv(recording, path("out.csv"));
  const Recording back = read_csv(locate(path("out.csv")));
  ASSERT_EQ(back.channels.size(), 3U);
  EXPECT_EQ(back.channels[0].name, "ecg_mv");
  EXPECT_EQ(back.channels[1].name, "V5.ecg_mv");
  EXPECT_EQ(back.channels[2].name, "ecg_2_mv");
}

TEST_F(CsvTest, FloatsAreThoseOfTheStandardLibrary) {
  std::mt19937_64 random(11);
  const auto check = [](const std::string& text) {
    float ours = -1;
    float theirs = -2;
    const bool ok = csv::parse_float(text, ours);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), theirs);
    if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(theirs)) {
      ASSERT_TRUE(ok) << text;
      ASSERT_EQ(ours, theirs) << text;
    }
  };
  for (int i = 0; i < 300'000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    check(shortest(value));
    char fixed[64];
    const auto scaled = std::fmod(value, 100.0F);
    std::snprintf(fixed, sizeof fixed, "%.*f", static_cast<int>(random() % 13), static_cast<double>(scaled));
    check(fixed);
    // Next to the middle of two floats, where rounding twice would go wrong.
    const double middle = (static_cast<double>(scaled) + static_cast<double>(std::nextafter(scaled, 1000.0F))) / 2;
    std::snprintf(fixed, sizeof fixed, "%.*f", static_cast<int>(10 + random() % 5), middle);
    check(fixed);
  }
  for (const char* text :
       {"0", "-0", "1", "16777217", "0.1", "1e10", "3.4028235e38", "1e-45", "123456789012345", ".5", "5."})
    check(text);
}

TEST_F(CsvTest, StreamGivesWhatTheFileGivesHoweverItIsCut) {
  std::string text = "t_s,ecg_mv,acc_x_g\n";
  for (int i = 0; i < 6000; ++i) {
    const double t = i * 0.004 + (i >= 4000 ? 3.0 : 0);
    text += shortest(t) + "," + std::to_string(i) + "," + (i % 7 == 0 ? "" : "1") + "\n";
  }
  const Recording whole = of(text);
  std::mt19937 random(5);
  for (const std::size_t most : {1UL, 7UL, 1000UL, 1'000'000UL}) {
    CsvStream stream;
    std::vector<float> got;
    std::vector<double> starts;
    const auto take = [&](const std::vector<CsvPiece>& pieces) {
      for (const CsvPiece& piece : pieces) {
        EXPECT_EQ(piece.first_row, static_cast<std::int64_t>(got.size()));
        EXPECT_NEAR(piece.t_start_s, whole.channels[0].time.time_of(piece.first_row), 1e-9);
        if (piece.begins_stretch) starts.push_back(piece.t_start_s);
        got.insert(got.end(), piece.columns[0].begin(), piece.columns[0].end());
      }
    };
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t n = std::min(text.size() - at, 1 + random() % most);
      take(stream.feed(std::string_view(text).substr(at, n)));
      at += n;
    }
    take(stream.finish());
    EXPECT_EQ(got, values(whole));
    EXPECT_EQ(starts.size(), 2U);
    EXPECT_EQ(stream.rate_hz(), 250);
    EXPECT_EQ(stream.jitter_ms(), 0);
    EXPECT_NEAR(stream.duration_s(), whole.duration_s(), 1e-9);
  }
}

TEST_F(CsvTest, StreamKeepsARowWithABadStampWhereThereIsRoomForItAsTheFileDoes) {
  std::string text = "t_s,ecg_mv\n";
  for (int i = 0; i < 5000; ++i) {
    text += shortest(i == 3000 || i == 3500 || i == 3501 ? 1.5 : i * 0.004) + "," + std::to_string(i) + "\n";
    if (i == 4000) text += shortest(i * 0.004) + ",-1\n";  // one too many: there is no room for it
  }
  const Recording whole = of(text);
  CsvStream stream;
  std::vector<float> got;
  const auto take = [&](const std::vector<CsvPiece>& pieces) {
    for (const CsvPiece& piece : pieces) got.insert(got.end(), piece.columns[0].begin(), piece.columns[0].end());
  };
  for (std::size_t at = 0; at < text.size(); at += 100) take(stream.feed(std::string_view(text).substr(at, 100)));
  take(stream.finish());
  EXPECT_EQ(got.size(), 5000U);
  EXPECT_EQ(got, values(whole));
}

TEST_F(CsvTest, StreamAnswersFromTheTenthSecondOn) {
  CsvStream stream;
  stream.feed("t_s,ecg_mv\n");
  std::size_t rows = 0;
  for (int i = 0; i < 3000; ++i) {
    for (const CsvPiece& piece : stream.feed(shortest(i * 0.004) + ",1\n")) rows += piece.rows();
    EXPECT_EQ(rows, i < 2500 ? 0U : static_cast<std::size_t>(i) + 1);
  }
}

TEST_F(CsvTest, StreamKeepsTheRateOfItsFirstTenSeconds) {
  CsvStream stream;
  stream.feed("t_s,ecg_mv\n");
  for (int i = 0; i < 4000; ++i) stream.feed(shortest(i < 2000 ? i * 0.01 : 20 + (i - 2000) * 0.0101) + ",1\n");
  stream.finish();
  EXPECT_EQ(stream.rate_hz(), 100);
  EXPECT_NEAR(stream.jitter_ms(), 1999 * 0.1, 0.2);
}

TEST_F(CsvTest, StreamRefusesWhatTheFileReaderRefuses) {
  EXPECT_REFUSES(CsvStream().finish(), "nothing to read");
  EXPECT_REFUSES(CsvStream().feed("t_s;ecg_mv\n"), "not separated by commas");
  EXPECT_REFUSES(CsvStream().feed(std::string(2 << 20, 'x')), "more than 1 MiB");
  EXPECT_REFUSES(
      {
        CsvStream stream;
        stream.feed("t_s,ecg_mv\n1,1\n");
        stream.finish();
      },
      "one row");
}

TEST_F(CsvTest, TextOfAMarkIsAColumnOfItsOwn) {
  Recording recording;
  recording.tracks.emplace_back();
  recording.tracks[0].name = "atr";
  recording.tracks[0].tick_hz = 100;
  recording.tracks[0].layers.emplace_back();
  for (const auto& [label, text] : {std::pair{"+", "(AFIB"}, {"N", ""}}) {
    Annotation mark;
    mark.tick = mark.end_tick = 50;
    mark.label = label;
    mark.text = text;
    recording.tracks[0].layers[0].annotations.push_back(mark);
  }
  const std::string text = annotation_csv(recording);
  EXPECT_EQ(text, "t_start_s,t_end_s,track,label,text\n0.5,,atr,+,(AFIB\n0.5,,atr,N,\n");
  EXPECT_EQ(read_annotation_csv(locate(put("x.ann.csv", text)))[0].current()[0].text, "(AFIB");
}

TEST_F(CsvTest, AnnotationsAreReadAndWritten) {
  put("x.ann.csv", "t_start_s,t_end_s,track,label\n1.5,,beats,N\n0.5,,beats,V\n2,3.25,rhythm,\"(AF, \"\"fast\"\"\"\n");
  const Recording recording = of("t_s,ecg_mv\n0,1\n0.01,2\n");
  ASSERT_EQ(recording.tracks.size(), 2U);
  const Track& beats = *recording.track("beats");
  EXPECT_EQ(beats.current()[0].label, "V");
  EXPECT_EQ(beats.time_of(beats.current()[1].tick), 1.5);
  EXPECT_EQ(recording.track("rhythm")->current()[0].label, "(AF, \"fast\"");
  EXPECT_EQ(recording.track("rhythm")->current()[0].end_tick, 3'250'000);
  const auto back = read_annotation_csv(locate(put("y.ann.csv", annotation_csv(recording))));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].current(), beats.current());
  EXPECT_REFUSES(read_annotation_csv(locate(put("z.csv", "t_start_s,t_end_s,track,label\n2,1,a,b\n"))), "row 2");
  EXPECT_REFUSES(read_annotation_csv(locate(put("z.csv", "t_start_s,t_end_s,track,label\nsoon,,a,b\n"))),
                 "row 2 column t_start_s");
}

}  // namespace
}  // namespace vagus::lab
