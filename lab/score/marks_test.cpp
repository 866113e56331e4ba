#include "lab/score/marks.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lab/base/error.h"
#include "lab/formats/wfdb/annotations.h"
#include "lab/score/protocol.h"

namespace vagus::lab {
namespace {

class Folder : public ::testing::Test {
 protected:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "vagus-marks-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Folder() override { std::filesystem::remove_all(folder_); }
  std::string file(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  std::string annotations(const std::string& name, std::initializer_list<std::int64_t> ticks, double hz = 0) {
    std::vector<Annotation> all;
    for (const std::int64_t tick : ticks) {
      Annotation a;
      a.tick = a.end_tick = tick;
      a.label = "N";
      all.push_back(a);
    }
    const std::vector<std::byte> bytes = wfdb::format_annotations(all, hz);
    return file(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  std::filesystem::path folder_;
};

using MarksFrom = Folder;

TEST_F(MarksFrom, AnAnnotationFileTakeClockAndLengthFromTheHeaderBesideIt) {
  file("a.hea", "a 0 360 3600\n");
  const Marks marks = read_marks(annotations("a.atr", {10, 370, 730}));
  ASSERT_EQ(marks.annotations.size(), 3u);
  EXPECT_EQ(marks.annotations[1].tick, 370);
  EXPECT_EQ(marks.record_hz, 360);
  EXPECT_EQ(marks.duration_s, 10);
}

TEST_F(MarksFrom, AHeaderMeansItsReference) {
  annotations("a.atr", {10, 370});
  const std::string header = file("a.hea", "a 0 360 3600\n");
  EXPECT_EQ(read_marks(header).annotations.size(), 2u);
  EXPECT_EQ(read_marks((folder_ / "a").string()).annotations.size(), 2u);
  EXPECT_THROW(read_marks(file("b.hea", "b 0 360 3600\n")), Error);
}

TEST_F(MarksFrom, EventsAsCsvAreBeatsUnlessTheirLabelSaysOtherwise) {
  const Marks marks = read_marks(file("e.csv", "t_s,quality,label\r\n0.5,0.9,\r\n1.25,0.8,V\r\n\r\n2,1,beat\r\n"));
  ASSERT_EQ(marks.annotations.size(), 3u);
  EXPECT_EQ(marks.annotations[0].label, "N");
  EXPECT_EQ(marks.annotations[1].label, "V");
  EXPECT_EQ(marks.annotations[2].label, "N");
  EXPECT_DOUBLE_EQ(static_cast<double>(marks.annotations[1].tick) / marks.tick_hz, 1.25);
}

TEST_F(MarksFrom, AnUnreadableStretchOfACsvIsAShutdown) {
  const Marks marks = read_marks(file("e.csv", "t_s,t_end_s,kind\n1,,\n2,4,unreadable\n5,,\n6,,probe\n"));
  ASSERT_EQ(marks.annotations.size(), 4u);
  EXPECT_EQ(marks.annotations[1].label, "~");
  EXPECT_EQ(marks.annotations[1].subtype & 0x30, 0x30);
  EXPECT_EQ(marks.annotations[2].subtype, 0);
}

TEST_F(MarksFrom, SampleNumbersAloneAreOnTheRecordingsClock) {
  file("a.hea", "a 0 200 2000\n");
  Ec57Options options;
  options.from_s = 0;
  const Marks reference = read_marks(annotations("a.atr", {200, 400, 600}));
  const Marks test = read_marks(file("t.csv", "sample\n200\n400\n600\n"));
  EXPECT_EQ(ec57(reference, test, options).tp, 3);
}

TEST_F(MarksFrom, ARecordingAsCsvHasItsLabelsBesideIt) {
  const std::string recording = file("r.csv", "t_s,ecg_mv\n10,0\n10.5,1\n20,0\n");
  EXPECT_THROW(read_marks(recording), Error);
  file("r.ann.csv", "t_start_s,t_end_s,track,label\n1,,atr,N\n2,3,rhythm,(AFIB\n4,,atr,V\n");
  const Marks marks = read_marks(recording);
  EXPECT_EQ(marks.annotations.size(), 2u);
  EXPECT_EQ(marks.duration_s, 10);
}

TEST_F(MarksFrom, RowsOutOfOrderAreSortedAndCounted) {
  const Marks marks = read_marks(file("e.csv", "t_s\n3\n1\n2\n"));
  EXPECT_EQ(marks.annotations.front().tick, static_cast<std::int64_t>(marks.tick_hz));
  EXPECT_EQ(marks.repairs.size(), 1u);
}

TEST_F(MarksFrom, WhatIsNeitherIsRefusedWithItsPlace) {
  EXPECT_THROW(read_marks(file("empty.atr", "")), Error);
  EXPECT_THROW(read_marks(file("words.txt", "hello, world\nfoo\n")), Error);
  EXPECT_THROW(read_marks((folder_ / "missing.atr").string()), Error);
  try {
    read_marks(file("bad.csv", "t_s\n1\n2\nthree\n"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.where().find("line 4"), std::string::npos) << error.where();
  }
  EXPECT_THROW(read_marks(file("nan.csv", "t_s\nnan\n")), Error);
}

TEST_F(MarksFrom, NoiseIsNoAnnotationFileButATruncatedOneIs) {
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 4000; ++i) noise += static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  EXPECT_THROW(read_marks(file("noise.atr", noise)), Error);
  std::ifstream whole(annotations("a.atr", {10, 370, 730, 5000}), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(whole)), {});
  const Marks marks = read_marks(file("cut.atr", bytes.substr(0, bytes.size() - 3)));
  EXPECT_GE(marks.annotations.size(), 3u);
  EXPECT_EQ(marks.repairs.count("truncated annotation file"), 1u);
}

TEST_F(MarksFrom, TwoClocksMeetOnTheRecordings) {
  file("a.hea", "a 0 360 360000\n");
  Ec57Options options;
  options.from_s = 0;
  const Marks reference = read_marks(annotations("a.atr", {360, 720, 1080}));
  const Marks test = read_marks(annotations("a.tst", {250, 500, 750}, 250));
  const Ec57 e = ec57(reference, test, options);
  EXPECT_EQ(e.tp, 3);
  EXPECT_EQ(e.clock_hz, 360);
  EXPECT_EQ(e.rr_rms_ms(), 0);
}

TEST(Protocol, AMisspeltNameIsAnsweredWithTheNearest) {
  try {
    protocol("ec75");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("ec57"), std::string::npos);
  }
}

}  // namespace
}  // namespace vagus::lab
