#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "lab/formats/arrays/array.h"
#include "lab/formats/arrays/layout.h"
#include "lab/formats/read.h"
#include "lab/formats/test_folder.h"

namespace vagus::lab {
namespace {

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// A .npy file with a header written by hand.
std::string npy(const std::string& head, const std::string& data) {
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(head.size() & 255);
  out += static_cast<char>(head.size() >> 8);
  return out + head + data;
}

/// A variable of a MATLAB 4 file. Source: MAT-File Format, "MAT-File Level 4".
std::string mat4(const std::string& name, std::int32_t type, std::int32_t rows, std::int32_t columns,
                 const std::string& data) {
  return raw<std::int32_t>({type, rows, columns, 0, static_cast<std::int32_t>(name.size() + 1)}) + name + '\0' + data;
}

class ArraysTest : public TestFolder {
 protected:
  static Array read(const std::string& bytes) {
    std::map<std::string, std::int64_t> repairs;
    return read_npy(Bytes::copy_of(bytes), "x", "x.npy", repairs);
  }
  static std::vector<double> values(const Array& array) {
    std::vector<double> out;
    for (std::size_t i = 0; i < array.size(); ++i) out.push_back(array.number(i));
    return out;
  }
};

TEST_F(ArraysTest, EveryNumberTypeOfNumpyIsRead) {
  const std::string shape = ", 'fortran_order': False, 'shape': (3,), }\n";
  EXPECT_EQ(values(read(npy("{'descr': '<f8'" + shape, raw<double>({1, 2.5, -3})))), (std::vector<double>{1, 2.5, -3}));
  EXPECT_EQ(values(read(npy("{'descr': '<f4'" + shape, raw<float>({1, 2.5F, -3})))), (std::vector<double>{1, 2.5, -3}));
  EXPECT_EQ(values(read(npy("{'descr': '<i2'" + shape, raw<std::int16_t>({1, 2, -3})))),
            (std::vector<double>{1, 2, -3}));
  EXPECT_EQ(values(read(npy("{'descr': '>i2'" + shape, std::string("\0\1\0\2\xFF\xFD", 6)))),
            (std::vector<double>{1, 2, -3}));
  EXPECT_EQ(values(read(npy("{'descr': '|u1'" + shape, "\1\2\3"))), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(values(read(npy("{'descr': '<i8'" + shape, raw<std::int64_t>({1, 2, -3})))),
            (std::vector<double>{1, 2, -3}));
  EXPECT_EQ(values(read(npy("{'descr': '<f2'" + shape, std::string("\0\x3C\0\x41\0\xC2", 6)))),
            (std::vector<double>{1, 2.5, -3}));
  const Array texts =
      read(npy("{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }", raw<std::uint32_t>({'a', 0, 0xE4, 'b'})));
  EXPECT_EQ(texts.texts, (std::vector<std::string>{"a", "\u00e4b"}));
}

TEST_F(ArraysTest, BrokenNumpyFilesAreNamed) {
  const std::string data = raw<double>({1, 2, 3});
  EXPECT_REFUSES(read(""), "x.npy: no NumPy array");
  EXPECT_REFUSES(read(std::string("\x93NUMPY\x01\x00\xFF\xFF", 10)), "cut off");
  EXPECT_REFUSES(read(std::string("\x93NUMPY\x09\x00\x10\x00", 10) + data), "version");
  EXPECT_REFUSES(read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000000,), }", data)),
                 "promises 1000000000000000000 values, the file has 3");
  EXPECT_REFUSES(
      read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }", data)),
      "promises");
  EXPECT_REFUSES(read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", data)), "header of the array");
  EXPECT_REFUSES(read(npy("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", data)), "objects are not read");
  EXPECT_REFUSES(read(npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,), }", data)),
                 "several fields");
  EXPECT_REFUSES(read(npy("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", data)), "not read");
  EXPECT_REFUSES(read(npy("{'descr': '<f8', 'shape': (", data)), "header of the array");
  EXPECT_REFUSES(read(npy("garbage", data)), "header of the array");
}

TEST_F(ArraysTest, ArrayCutShortKeepsItsWholeEntries) {
  std::map<std::string, std::int64_t> repairs;
  const Array array = read_npy(
      Bytes::copy_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2), }", raw<double>({1, 2, 3, 4, 5}))),
      "x", "x.npy", repairs);
  EXPECT_EQ(array.shape, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(repairs.at("cut arrays"), 1);
}

TEST_F(ArraysTest, NamedArraysAreRecordings) {
  Array ecg{.name = "ecg_mv",
            .type = Array::Type::f32,
            .shape = {4},
            .data = Bytes::copy_of(raw<float>({1, 2, 3, 4})),
            .texts = {}};
  Array rate{.name = "rate_hz", .shape = {}, .data = Bytes::copy_of(raw<double>({250})), .texts = {}};
  put("x.npz", npz_of({ecg, rate}));
  const Recording recording = lab::read(path("x.npz"));
  EXPECT_EQ(recording.channels.at(0).time, TimeAxis::even(250, 4));
  EXPECT_EQ(recording.channels[0].samples.at(2), 3);
  put("y.npz", npz_of({ecg}));
  EXPECT_REFUSES(lab::read(path("y.npz")), "no t_s and no rate_hz");
  ecg.name = "data";
  put("z.npz", npz_of({ecg}));
  EXPECT_REFUSES(lab::read(path("z.npz")), "data (4)");
}

TEST_F(ArraysTest, RecordingWrittenAsNpzReadsBackTheSame) {
  put("acc.csv", "t_ms,acc_x_g\n1577836800000,1\n1577836800010,\n1577836800020,3\n1577836801020,4\n1577836801030,5\n");
  put("acc.ann.csv", "t_start_s,t_end_s,track,label\n0.01,,steps,left\n0,0.5,walk,slow\n");
  put("ppg.csv", "t_ms,ppg_green\n1577836800100,1\n1577836800140,2\n1577836800180,3\n");
  for (const std::vector<std::string>& files : {std::vector{path("acc.csv")}, {path("acc.csv"), path("ppg.csv")}}) {
    const Recording recording = read_session(files);
    write(recording, path("out.npz"));
    const Recording back = lab::read(path("out.npz"));
    ASSERT_EQ(back.channels.size(), recording.channels.size());
    EXPECT_EQ(iso(*back.start), iso(*recording.start));
    for (std::size_t c = 0; c < back.channels.size(); ++c) {
      const Channel& a = recording.channels[c];
      const Channel* b = back.find(a.name);
      ASSERT_NE(b, nullptr);
      EXPECT_EQ(back.channels[c].name, a.name);
      ASSERT_EQ(b->time.stretches.size(), a.time.stretches.size());
      for (std::size_t s = 0; s < a.time.stretches.size(); ++s) {
        EXPECT_NEAR(b->time.stretches[s].t_start_s, a.time.stretches[s].t_start_s, 1e-9);
        EXPECT_NEAR(b->time.stretches[s].rate_hz, a.time.stretches[s].rate_hz, 1e-9);
      }
      for (std::size_t i = 0; i < a.samples.size(); ++i) {
        EXPECT_TRUE(a.samples.at(i) == b->samples.at(i) || (a.samples.missing(i) && b->samples.missing(i)));
      }
    }
    EXPECT_EQ(back.track("steps")->current(), recording.track("steps")->current());
    EXPECT_EQ(back.track("walk")->current(), recording.track("walk")->current());
  }
}

constexpr const char* layout =
    "rate_hz = 125\n"
    "subject = \"7\"\n"
    "[[array]]\n"
    "variable = \"sig\"\n"
    "channels = [{name = \"ecg_mv\", gain = 0.001, offset = 1}, {skip = true}, \"wrist.acc_x_g\"]\n"
    "[[labels]]\n"
    "variable = \"peaks\"\ntrack = \"beats\"\nlabel = \"N\"\nfirst = 1\n"
    "[[labels]]\n"
    "variable = \"bpm\"\ntrack = \"hr\"\nwindow_s = 8\nstep_s = 2\n";

TEST_F(ArraysTest, LayoutSaysWhatMatlabArraysAre) {
  // Columns of three channels, six samples along, as MATLAB lays them out.
  std::vector<std::int16_t> sig;
  for (std::int16_t i = 0; i < 6; ++i) sig.insert(sig.end(), {static_cast<std::int16_t>(100 * i), -1, i});
  put("rec.mat", mat4("sig", 30, 3, 6, raw(sig)) + mat4("peaks", 0, 1, 2, raw<double>({2, 5})) +
                     mat4("bpm", 0, 2, 1, raw<double>({70.5, 71})));
  ReadOptions options;
  options.layout = put("layout.toml", layout);
  const Recording recording = lab::read(path("rec.mat"), options);
  EXPECT_EQ(recording.subject, "7");
  ASSERT_EQ(recording.channels.size(), 2U);
  EXPECT_EQ(recording.channels[0].time, TimeAxis::even(125, 6));
  EXPECT_NEAR(recording.channels[0].samples.at(3), 1.3, 1e-12);
  EXPECT_EQ(recording.channels[1].placement, Placement::wrist);
  EXPECT_EQ(recording.channels[1].samples.at(5), 5);
  EXPECT_EQ(recording.track("beats")->current()[0].tick, 1);
  EXPECT_EQ(recording.track("beats")->tick_hz, 125);
  EXPECT_EQ(recording.track("hr")->current()[1].label, "71");
  EXPECT_EQ(recording.track("hr")->current()[1].tick, 2'000'000);
  EXPECT_EQ(recording.track("hr")->current()[1].end_tick, 10'000'000);
}

TEST_F(ArraysTest, LayoutsThatDoNotFitAreNamed) {
  put("rec.mat", mat4("sig", 0, 2, 3, raw<double>({1, 2, 3, 4, 5, 6})));
  const auto by = [&](const std::string& text) {
    ReadOptions options;
    options.layout = put("layout.toml", text);
    return lab::read(path("rec.mat"), options);
  };
  const std::string two = "channels = [\"ecg_mv\", \"acc_x_g\"]\n";
  EXPECT_EQ(by("rate_hz = 10\n[[array]]\n" + two).channels.size(), 2U);
  EXPECT_REFUSES(by("rate_hz = 10\n[[array]]\nvariable = \"x\"\n" + two), "sig (2 x 3)");
  EXPECT_REFUSES(by("rate_hz = 10\n[[array]]\nchannels = [\"ecg_mv\"]\n"), "lists 1 channels, array \"sig\" has 2");
  EXPECT_REFUSES(by("[[array]]\n" + two), "no rate_hz");
  EXPECT_REFUSES(by("rate_hz = -1\n[[array]]\n" + two), "a rate of -1");
  EXPECT_REFUSES(by("rate_hz = 10\n[[arry]]\n" + two), "did you mean \"array\"?");
  EXPECT_REFUSES(by("rate_hz = 10\n[[array]]\nchannels = [\"ecg_mw\", \"acc_x_g\"]\n"), "layout.toml line 3");
  EXPECT_REFUSES(by("rate_hz = \n"), "layout.toml line 1");
  EXPECT_REFUSES(by("rate_hz = 10\n"), "names no channel");
  EXPECT_REFUSES(by("rate_hz = 10\n[[array]]\ntime = \"sig\"\n" + two), "6 values");
  EXPECT_REFUSES(lab::read(path("rec.mat")), "--layout");
}

TEST_F(ArraysTest, BrokenMatlabFilesAreNamed) {
  const std::string good = mat4("sig", 0, 2, 3, raw<double>({1, 2, 3, 4, 5, 6}));
  for (std::size_t length = 1; length < good.size(); length += 5) {
    put("cut.mat", good.substr(0, length));
    EXPECT_REFUSES(lab::read(path("cut.mat")), "cut.mat");
  }
  EXPECT_REFUSES(lab::read(put("a.mat", mat4("sig", 0, 2'000'000'000, 2'000'000'000, "xx"))), "a.mat");
  EXPECT_REFUSES(lab::read(put("b.mat", "MATLAB 5.0 MAT-file" + std::string(109, ' ') + std::string(200, '\xFF'))),
                 "b.mat");
  EXPECT_REFUSES(lab::read(put("c.mat", "MATLAB 7.3 MAT-file" + std::string(493, ' ') + "\x89HDF\r\n\x1a\n" +
                                            std::string(200, '\0'))),
                 "c.mat");
  EXPECT_REFUSES(lab::read(put("d.mat", "text")), "d.mat");
}

TEST_F(ArraysTest, MatlabFilesOfTheSharedDataAreRead) {
  const char* data = std::getenv("VAGUS_DATA");
  const std::string archive = std::string(data == nullptr ? "" : data) + "/spc2015.tar.xz";
  if (data == nullptr || !std::filesystem::exists(archive)) GTEST_SKIP() << "SKIPPED: no spc2015 under VAGUS_DATA";
  ReadOptions options;
  options.layout = put("spc.toml",
                       "rate_hz = 125\n[[array]]\nvariable = \"sig\"\n"
                       "channels = [{name = \"ecg\", quantity = \"ecg\"}, \"ppg_1\", \"ppg_2\", \"acc_x_g\", "
                       "\"acc_y_g\", \"acc_z_g\"]\n");
  const auto volume = open_archive(archive);
  std::size_t recordings = 0;
  for (const std::string& file : volume->list()) {
    if (!file.ends_with(".mat") || file.find("BPM") != std::string::npos) continue;
    const Recording recording = lab::read(Location{volume, file}, options);
    EXPECT_EQ(recording.channels.size(), 6U) << file;
    EXPECT_GT(recording.duration_s(), 200) << file;
    ++recordings;
  }
  EXPECT_EQ(recordings, 12U);
}

}  // namespace
}  // namespace vagus::lab
