#include "lab/store/dataset.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/store/label_csv.h"
#include "lab/store/pattern.h"
#include "lab/store/store.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

class Folders : public testing::Test {
 protected:
  void SetUp() override {
    Progress::silence();
    top_ = fs::temp_directory_path() / ("vagus_folders_" + std::to_string(getpid()));
    fs::remove_all(top_);
    fs::create_directories(top_);
  }
  void TearDown() override { fs::remove_all(top_); }
  std::string put(const std::string& name, const std::string& content) {
    fs::create_directories((top_ / name).parent_path());
    std::ofstream(top_ / name, std::ios::binary) << content;
    return (top_ / name).string();
  }
  /// A second of canonical CSV at 50 Hz.
  static std::string acc_csv(double scale) {
    std::string text = "t_s,acc_x_g\n";
    for (int i = 0; i < 50; ++i) text += std::to_string(i * 0.02) + "," + std::to_string(scale * i) + "\n";
    return text;
  }
  std::string refusal(const std::string& path, const AddOptions& options = {}) {
    try {
      Store(top_ / "store").add(path, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }
  fs::path top_;
};

TEST_F(Folders, of_a_stranger_go_in_by_dataset_csv_with_attributes_labels_and_identifiers_apart) {
  put("own/a/walk.csv", acc_csv(0.01));
  put("own/a/walk.csv.ann.csv", "t_start_s,t_end_s,track,label\n0.1,0.5,activity,walk\n0.3,,events,trip\n");
  put("own/sit.csv", acc_csv(0.02));
  put("own/dataset.csv",
      "recording,file,subject,session,age,name\nw,a/walk.csv,anna,1,71,Anna Doe\ns,sit.csv,ben,2,,\n");
  Store store(top_ / "store");
  EXPECT_EQ(store.add((top_ / "own").string()).added, 2);
  const Entry entry = store.list("own", "w").at(0);
  EXPECT_EQ(entry.subject, "anna");
  EXPECT_EQ(entry.session, "1");
  EXPECT_EQ(entry.attributes.at("age"), "71");
  EXPECT_EQ(entry.attributes.count("name"), 0U);
  const Recording recording = store.load(entry);
  EXPECT_EQ(recording.identifiers.at("name"), "Anna Doe");
  EXPECT_NEAR(recording.channels.at(0).samples.at(30), 0.3, 1e-6);
  ASSERT_NE(recording.track("activity"), nullptr);
  EXPECT_EQ(recording.track("events")->current().at(0).label, "trip");
}

TEST_F(Folders, with_one_unreadable_file_are_refused_whole_naming_it) {
  put("own/a.csv", acc_csv(1));
  put("own/b.csv", "t_s,acc_q_parsec\n1,2\n");
  put("own/dataset.csv", "recording,file\na,a.csv\nb,b.csv\n");
  EXPECT_NE(refusal((top_ / "own").string()).find("b.csv"), std::string::npos);
  put("own/dataset.csv", "recording,file\na,a.csv\nb,missing.csv\n");
  EXPECT_NE(refusal((top_ / "own").string()).find("missing.csv"), std::string::npos);
  put("own/dataset.csv", "recording,file\na,a.csv\nb,../own/a.csv\n");
  EXPECT_NE(refusal((top_ / "own").string()), "accepted");
  put("own/dataset.csv", "recording,file\na,a.csv\na,a.csv\n");
  EXPECT_NE(refusal((top_ / "own").string()).find("one name"), std::string::npos);
  put("own/dataset.csv", "name,path\na,a.csv\n");
  EXPECT_NE(refusal((top_ / "own").string()).find("recording"), std::string::npos);
  put("empty/readme", "nothing");
  EXPECT_NE(refusal((top_ / "empty").string()).find("dataset.csv"), std::string::npos);
  EXPECT_NE(refusal((top_ / "nowhere").string()).find("no such file"), std::string::npos);
  EXPECT_FALSE(Store(top_ / "store").has("own"));
}

constexpr const char* logger = R"(
name = "logger"
[[recordings]]
files = "{person}/{side:left|right}.txt"
name = "{person}/{side}"
subject = "{person}"
placement = "wrist"
separator = ";"
skip_lines = 1
time = "stamp"
time_unit = "ms"
unix_time = true
attributes = { side = "{side}" }
columns = [ { column = "ax", channel = "acc_x", unit = "g", scale = 0.5, offset = -1 } ]
[[recordings.labels]]
track = "activity"
column = "state"
skip = ["none"]
[[recordings.labels]]
track = "events"
file = "events.csv"
key = "{who}"
matches = "{person}"
start = "at"
label = "{what}"
[[recordings.attributes_from]]
file = "people.csv"
key = "{person}"
matches = "{person}"
columns = { years = "age" }
[[known]]
recordings = ["P01/*"]
attributes = { paced = true }
)";

TEST_F(Folders, go_in_by_a_dataset_file_that_maps_names_columns_units_and_labels) {
  std::string text = "logger 4.2\nstamp;ax;state\n";
  for (int i = 0; i < 100; ++i)
    text += std::to_string(1772360000000 + i * 20) + ";" + std::to_string(i) + ";" +
            (i < 40   ? "sit"
             : i < 60 ? "none"
                      : "walk") +
            "\n";
  put("data/P01/left.txt", text);
  put("data/P02/right.txt", text);
  put("data/people.csv", "person,years\nP01,71\nP02,34\n");
  put("data/events.csv", "who,at,what\nP02,0.5,trip\nP01,0.25,stumble\n");
  AddOptions options;
  options.layout = put("logger.toml", logger);
  Store store(top_ / "store");
  EXPECT_EQ(store.add((top_ / "data").string(), options).set, "logger");
  const Entry entry = store.list("logger", "P01/left").at(0);
  EXPECT_EQ(entry.start, "2026-03-01T10:13:20Z");
  EXPECT_EQ(entry.attributes, (std::map<std::string, std::string>{{"age", "71"}, {"paced", "true"}, {"side", "left"}}));
  const Recording recording = store.load(entry);
  const Channel& channel = recording.channels.at(0);
  EXPECT_EQ(channel.quantity, Quantity::acc_x);
  EXPECT_EQ(channel.unit, Unit::g);
  EXPECT_EQ(channel.placement, Placement::wrist);
  EXPECT_NEAR(channel.time.rate_hz, 50, 1e-6);
  EXPECT_DOUBLE_EQ(channel.samples.at(7), 7 * 0.5 - 1);
  EXPECT_TRUE(channel.samples.is_integer()) << "counts stay counts";
  const Track* activity = recording.track("activity");
  ASSERT_NE(activity, nullptr);
  ASSERT_EQ(activity->current().size(), 2U);
  EXPECT_EQ(activity->current()[1].label, "walk");
  EXPECT_NEAR(activity->time_of(activity->current()[1].tick), 1.2, 1e-6);
  EXPECT_NEAR(activity->time_of(activity->current()[1].end_tick), 2.0, 1e-6);
  ASSERT_EQ(recording.track("events")->current().size(), 1U);
  EXPECT_EQ(recording.track("events")->current()[0].label, "stumble");
}

TEST_F(Folders, whose_files_are_intervals_between_beats_become_labels_without_signals) {
  put("rr/a_rr.txt", "1.5\n0.75\n0.5\n");
  AddOptions options;
  options.layout = put("rr.toml", R"(
[[recordings]]
files = "{recording}_rr.txt"
signals = false
[[recordings.labels]]
track = "beats"
label = "N"
file = "{recording}_rr.txt"
header = false
start = "1"
clock = "intervals"
)");
  Store store(top_ / "store");
  EXPECT_EQ(store.add((top_ / "rr").string(), options).added, 1);
  const Recording recording = store.load(store.list("rr", "a").at(0));
  EXPECT_TRUE(recording.channels.empty());
  const Track* beats = recording.track("beats");
  ASSERT_NE(beats, nullptr);
  std::vector<double> times;
  for (const Annotation& beat : beats->current()) times.push_back(beats->time_of(beat.tick));
  EXPECT_EQ(times, (std::vector<double>{1.5, 2.25, 2.75}));
  put("rr/b_rr.txt", "1.5\n-0.75\n");
  EXPECT_NE(refusal((top_ / "rr").string(), options).find("b_rr.txt line 2"), std::string::npos);
}

TEST(DatasetFiles, refuse_what_they_do_not_understand_with_the_line) {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      Dataset(text, "my.toml");
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_NE(refusal("name = ").find("my.toml line 1"), std::string::npos);
  EXPECT_NE(refusal("[[recordings]]\nfiles = \"a\"\nplacment = \"wrist\"").find("placement"), std::string::npos);
  EXPECT_NE(refusal("name = \"x\"").find("[[recordings]]"), std::string::npos);
  EXPECT_NE(refusal("[[recordings]]\nfiles = \"a\"\ncolumns = [{ column = \"1\" }]").find("rate_hz"),
            std::string::npos);
  EXPECT_NE(refusal("[[recordings]]\nfiles = \"a\"\nrate_hz = 1\nsignals = false\ncolumns = [{ column = \"1\" }]")
                .find("signals"),
            std::string::npos);
  EXPECT_NE(
      refusal("[[recordings]]\nfiles = \"a\"\n[[recordings.labels]]\nlabel = \"x\"\nclock = \"sun\"").find("clock"),
      std::string::npos);
  EXPECT_NE(
      refusal("[download]\nurl = \"http://x/y\"\nfile = \"../y.zip\"\n[[recordings]]\nfiles = \"a\"").find("file"),
      std::string::npos);
  EXPECT_NE(refusal("[[recordings]]\nfiles = \"a\"\nseparator = \"abc\"").find("separator"), std::string::npos);
}

TEST(Patterns, capture_names_and_refuse_bad_braces) {
  const Pattern pattern("{subject}/{activity:[DF][0-9]+}_{subject}_{trial}.txt");
  const auto captures = pattern.match("SA01/F01_SA01_R02.txt");
  ASSERT_TRUE(captures);
  EXPECT_EQ(captures->at("subject"), "SA01");
  EXPECT_EQ(captures->at("trial"), "R02");
  EXPECT_FALSE(pattern.match("SA01/F01_SA02_R02.txt")) << "the same name takes the same text";
  EXPECT_FALSE(pattern.match("x/SA01/F01_SA01_R02.txt"));
  EXPECT_EQ(fill("{subject}-{trial}", *captures), "SA01-R02");
  EXPECT_THROW(fill("{nobody}", *captures), UsageError);
  EXPECT_THROW(Pattern("{open"), UsageError);
  EXPECT_THROW(Pattern("{a:[}"), UsageError);
  EXPECT_THROW(Pattern("{a:(b)}"), UsageError);
}

TEST(LabelCsv, gives_every_field_of_a_track_back) {
  Track track{"atr", 360, {Layer{}}};
  track.layers[0].annotations = {
      {18, 18, "+", "(N", 0, 0, 0}, {77, 77, "N", "", 1, 2, 3}, {370, 650000, "say \"x\", y", "a\nb", 0, 0, 0}};
  EXPECT_EQ(labels_from_csv(label_csv(track), "atr", 360, "x.csv"), track.current());
  EXPECT_THROW(labels_from_csv(label_csv(track), "other", 360, "x.csv"), Error) << "no row is of that track";
  EXPECT_TRUE(labels_from_csv("t_start_s,label\n", "atr", 360, "x.csv").empty());
  EXPECT_THROW(labels_from_csv("t_start_s,label\nsoon,N\n", "atr", 360, "x.csv"), Error);
  EXPECT_THROW(labels_from_csv("t_start_s,t_end_s,label\n2,1,N\n", "atr", 360, "x.csv"), Error);
  EXPECT_THROW(labels_from_csv("a,b\n", "atr", 360, "x.csv"), Error);
}

TEST(KnownSets, are_in_the_program_and_all_understood) {
  EXPECT_TRUE(known_dataset("mitdb"));
  EXPECT_FALSE(known_dataset("nothing"));
  for (const KnownDataset& known : known_datasets()) {
    const Dataset dataset(known.text, std::string(known.name));
    EXPECT_EQ(dataset.about().name, known.name);
    EXPECT_FALSE(dataset.about().licence.empty()) << known.name;
    EXPECT_FALSE(dataset.about().citation.empty()) << known.name;
    EXPECT_EQ(dataset.about().archive_sha256.size(), 64U) << known.name;
  }
}

struct Expected {
  const char* set;
  std::size_t recordings;
  const char* one;
  std::size_t channels;
  const char* track;
};

/// As a test's name shows it.
std::ostream& operator<<(std::ostream& out, const Expected& expected) { return out << expected.set; }

class KnownSet : public testing::TestWithParam<Expected> {};

TEST_P(KnownSet, goes_in_from_the_shared_data) {
  Progress::silence();
  const Expected& expected = GetParam();
  if (in_vagus_data(expected.set).empty()) GTEST_SKIP() << "SKIPPED: " << expected.set << " is not under VAGUS_DATA";
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
  const char* const longer = std::getenv("VAGUS_LONG");
  if (std::string(expected.set) == "cinc2017" && (longer == nullptr || std::string(longer) != "1"))
    GTEST_SKIP() << "SKIPPED: 4,264 recordings take ten minutes under the sanitizers; VAGUS_LONG=1 does it";
#endif
  const fs::path top = fs::temp_directory_path() / ("vagus_known_" + std::to_string(getpid()));
  fs::remove_all(top);
  struct Remove {
    fs::path top;
    ~Remove() { fs::remove_all(top); }
  } const remove{top};
  Store store(top);
  const auto entries = resolve(store, std::string(expected.set) + ":");
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->size(), expected.recordings);
  const auto one = resolve(store, std::string(expected.set) + ":" + expected.one);
  ASSERT_EQ(one->size(), 1U);
  const Recording recording = store.load(one->at(0));
  EXPECT_EQ(recording.channels.size(), expected.channels);
  EXPECT_NE(recording.track(expected.track), nullptr);
  EXPECT_FALSE(one->at(0).subject.empty() && std::string(expected.set) != "cinc2017" &&
               std::string(expected.set) != "torch-ecg-samples");
  if (std::string(expected.set) == "mitdb") {
    EXPECT_EQ(store.list("mitdb", "202").at(0).subject, "201");
    EXPECT_EQ(store.list("mitdb", "102").at(0).attributes.at("paced"), "true");
    EXPECT_EQ(store.list("mitdb", "100").at(0).attributes.at("age"), "69");
    EXPECT_EQ(store.list("mitdb", "100").at(0).attributes.at("sex"), "M");
    EXPECT_EQ(store.list("mitdb", "100").at(0).attributes.at("half"), "DS2");
    EXPECT_THROW(resolve(store, "mitdb:999"), Error);
  }
  if (std::string(expected.set) == "nsr2db") {
    const std::vector<Annotation>& beats = recording.track("beats")->current();
    EXPECT_NEAR(recording.track("beats")->time_of(beats.at(0).tick), 225.796875, 1e-6) << "the first value is a gap";
    EXPECT_NEAR(recording.track("beats")->time_of(beats.at(1).tick), 225.796875 + 0.6953125, 1e-6);
    EXPECT_GT(recording.track("beats")->time_of(beats.back().tick), 20 * 3600) << "about a day";
  }
  EXPECT_TRUE(store.check().problems.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Shared, KnownSet,
    testing::Values(Expected{"mitdb", 48, "100", 2, "atr"}, Expected{"afdb", 15, "04043", 0, "atr"},
                    Expected{"nsr2db", 27, "nsr001", 0, "beats"}, Expected{"wfdb-samples", 36, "100", 2, "atr"},
                    Expected{"cinc2017", 4264, "A00004", 1, "class"},
                    Expected{"torch-ecg-samples", 68, "cpsc2019/00014", 1, "atr"},
                    Expected{"spc2015", 12, "01", 6, "hr_bpm"},
                    Expected{"sisfall", 1101, "SA01/F01/R01", 9, "activity"},
                    Expected{"weda-fall", 574, "U01/F03/R02", 6, "falls"},
                    Expected{"geotec-sp-sw-har", 326, "s02/02/sw", 6, "activity"},
                    Expected{"hmp-adl", 839, "f1/Walk/2011-04-11-11-55-57", 3, "activity"},
                    Expected{"oxford-step-counter", 32, "Samsung_Jamie_Hard_InHand_1", 3, "steps"}),
    [](const auto& info) {
      std::string name = info.param.set;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace vagus::lab
