#include "lab/formats/wfdb/annotations.h"
#include "lab/formats/wfdb/test_record.h"

namespace vagus::lab {
namespace {

using namespace wfdb_test;

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
  EXPECT_EQ(std::get<SampleColumn<std::int32_t>>(r.read().channels[0].samples.storage()),
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

TEST(BadInput, EveryCutOfARecordIsReadOrRefusedWithOneErrorThatNamesTheFile) {
  Record whole = variable();
  std::size_t read = 0, refused = 0;
  for (const auto& [file, content] : whole.volume->files) {
    for (std::size_t cut = 0; cut < content.size(); ++cut) {
      Record r = variable();
      r[file] = content.substr(0, cut);
      try {
        r.read();
        ++read;
      } catch (const Error& error) {
        ++refused;
        EXPECT_FALSE(error.where().empty()) << file << " cut at " << cut << ": " << error.what();
      }
    }
  }
  EXPECT_GT(read, 0U);
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace vagus::lab
