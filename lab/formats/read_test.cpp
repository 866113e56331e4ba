#include "lab/formats/read.h"

#include <gtest/gtest.h>

#include "lab/formats/test_folder.h"

namespace vagus::lab {
namespace {

class ReadTest : public TestFolder {};

TEST_F(ReadTest, FormatIsFoundByContentNotByName) {
  EXPECT_EQ(read(put("signal.txt", "t_s,ecg_mv\n0,1\n0.004,2\n")).channels.at(0).time.rate_hz, 250);
  EXPECT_EQ(read(put("header.txt", "header 0 250 0\n")).name, "header");
}

TEST_F(ReadTest, FilesOfOneSessionShareOneClock) {
  put("acc.csv", "t_ms,acc_x_g\n2000,1\n2010,2\n2020,3\n");
  put("ppg.csv", "t_s,ppg_green\n1.5,1\n1.6,2\n1.7,3\n");
  const Recording recording = read_session({path("acc.csv"), path("ppg.csv")});
  ASSERT_EQ(recording.channels.size(), 2U);
  EXPECT_NEAR(recording.find("acc_x_g")->time.stretches[0].t_start_s, 0.5, 1e-9);
  EXPECT_EQ(recording.find("ppg_green")->time.stretches[0].t_start_s, 0);
  EXPECT_EQ(recording.find("acc_x_g")->time.rate_hz, 100);
}

TEST_F(ReadTest, StartOfASessionIsThatOfItsEarliestFile) {
  put("a.csv", "t_iso,acc_x_g\n2020-01-01T00:00:10Z,1\n2020-01-01T00:00:11Z,2\n");
  put("b.csv", "t_ms,ecg_mv\n1577836800000,1\n1577836801000,1\n");
  const Recording recording = read_session({path("a.csv"), path("b.csv")});
  EXPECT_EQ(iso(*recording.start), "2020-01-01T00:00:00Z");
  EXPECT_NEAR(recording.channels[0].time.stretches[0].t_start_s, 10, 1e-9);
}

TEST_F(ReadTest, ASessionMayBeFarOutsideOfWhatNanosecondsCount) {
  put("a.hea", "a 1 250 2 12:00:01 01/01/2896\na.dat 16 200 16 0 0 0 0 I\n");
  put("b.hea", "b 1 250 2 12:00:00 01/01/2896\nb.dat 16 200 16 0 0 0 0 II\n");
  for (const char* file : {"a.dat", "b.dat"}) put(file, std::string(4, '\0'));
  const Recording recording = read_session({path("a.hea"), path("b.hea")});
  EXPECT_EQ(iso(*recording.start), "2896-01-01T12:00:00");
  EXPECT_EQ(recording.find("I")->time.stretches[0].t_start_s, 1);
}

TEST_F(ReadTest, SameColumnOfTwoFilesKeepsBoth) {
  put("left.csv", "t_s,acc_x_g\n0,1\n1,2\n");
  put("right.csv", "t_s,acc_x_g\n0,3\n1,4\n");
  const Recording recording = read_session({path("left.csv"), path("right.csv")});
  EXPECT_NE(recording.find("acc_x_g"), nullptr);
  EXPECT_NE(recording.find("right.acc_x_g"), nullptr);
}

TEST_F(ReadTest, ClocksThatAreNotOneAreRefused) {
  put("a.csv", "t_iso,acc_x_g\n2020-01-01T00:00:10Z,1\n2020-01-01T00:00:11Z,2\n");
  put("b.csv", "t_s,ecg_mv\n0,1\n1,1\n");
  EXPECT_REFUSES(read_session({path("a.csv"), path("b.csv")}), "not one clock");
}

TEST_F(ReadTest, WhatIsNoRecordingIsNamed) {
  EXPECT_REFUSES(read(put("empty.csv", "")), "empty");
  EXPECT_REFUSES(read(put("noise.bin", std::string("\x01\x02\x03\x00zzz", 7))), "unknown content");
  EXPECT_REFUSES(read(put("a.ann.csv", "t_start_s,t_end_s,track,label\n")), "annotations, not a recording");
  EXPECT_REFUSES(read(put("x.edf", "0       X X X")), "EDF");
  put("r.hea", "r 1 250 4\nr.dat 16\n");
  EXPECT_REFUSES(read(put("r.dat", std::string(8, '\0'))), "r.hea");
  EXPECT_REFUSES(read(folder_.string()), "folder");
  EXPECT_REFUSES(read(path("nothing.csv")), "no such file");
}

TEST_F(ReadTest, FileThatCannotBeWrittenLeavesNothing) {
  const Recording recording = read(put("x.csv", "t_s,ecg_mv\n0,1\n0.004,2\n"));
  EXPECT_REFUSES(write(recording, path("none/out.csv")), "none/out.csv");
  EXPECT_THROW(write(recording, path("out.xyz")), UsageError);
  EXPECT_FALSE(std::filesystem::exists(path("none")));
  EXPECT_FALSE(std::filesystem::exists(path("out.xyz")));
}

}  // namespace
}  // namespace vagus::lab
