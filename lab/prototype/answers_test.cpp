#include "lab/prototype/answers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lab/prototype/command.h"
#include "lab/prototype/frames.h"

namespace vagus::lab {
namespace {

/// Samples 0 to 99 at 0 to 0.99 s, and 100 to 199 at 5 to 5.99 s.
SampleGrid two_stretches() {
  SampleGrid grid;
  grid.begin(0, 100);
  grid.push(100);
  grid.begin(5, 100);
  grid.push(100);
  return grid;
}

TEST(SampleGrid, TimesAndSamplesAreOne) {
  const SampleGrid grid = two_stretches();
  for (const std::int64_t sample : {0, 1, 99, 100, 199}) EXPECT_EQ(grid.nearest(grid.time_of(sample)), sample);
  EXPECT_EQ(grid.nearest(0.014), 1);
  EXPECT_EQ(grid.end_at(6), 200);
  EXPECT_EQ(grid.end_at(1), 100);
}

TEST(SampleGrid, AGapBelongsToItsNearerEdge) {
  const SampleGrid grid = two_stretches();
  EXPECT_EQ(grid.nearest(1.5), 99);
  EXPECT_EQ(grid.nearest(4.5), 100);
  EXPECT_EQ(grid.end_at(4.5), 100);
}

TEST(SampleGrid, WhatLiesOutsideIsNoSample) {
  const SampleGrid grid = two_stretches();
  EXPECT_EQ(grid.nearest(-0.1), -1);
  EXPECT_EQ(grid.nearest(6.1), -1);
  EXPECT_EQ(grid.nearest(std::nan("")), -1);
  EXPECT_EQ(SampleGrid().nearest(0), -1);
}

TEST(FrameWriter, TextHasShortTimesAndEmptyCells) {
  FrameWriter writer(Frames::csv, {"ecg_mv", "acc_x_g"});
  writer.begin(1, 4);
  const float ecg[] = {0.5F, std::numeric_limits<float>::quiet_NaN()};
  const float* columns[] = {ecg, nullptr};
  std::string out;
  writer.rows(columns, 2, out);
  writer.finish(out);
  EXPECT_EQ(out, "t_s,ecg_mv,acc_x_g\n1,0.5,\n1.25,,\n");
}

TEST(FrameWriter, BlocksBeginAtMultiplesOf64BytesAndTheLastIsEmpty) {
  FrameWriter writer(Frames::npy, {"ecg_mv"});
  writer.begin(0, 2);
  const float ecg[] = {1, 2, 3};
  const float* columns[] = {ecg};
  std::string out;
  writer.rows(columns, 3, out);
  const std::size_t head = out.find('\n') + 1;
  EXPECT_EQ(head % 64, 0U);
  EXPECT_EQ(out.size(), head + 3 * 12);
  EXPECT_NE(out.find("'shape': (3,)"), std::string::npos);
  std::string last;
  writer.finish(last);
  EXPECT_NE(last.find("'shape': (0,)"), std::string::npos);
  EXPECT_EQ(last.size() % 64, 0U);
}

TEST(Command, ItsProgramsAndFilesAreFound) {
  EXPECT_EQ(files_of_command("sh").size(), 1U);
  EXPECT_EQ(files_of_command("LC_ALL=C sh -c 'no file here' | cat > out").size(), 2U);
  EXPECT_TRUE(files_of_command("there-is-no-such-program").empty());
  EXPECT_EQ(name_of_command("/usr/bin/there-is-no-such-program.py 3"), "there-is-no-such-program");
  EXPECT_NE(hash_of_command("sh a", {}), hash_of_command("sh b", {}));
}

}  // namespace
}  // namespace vagus::lab
