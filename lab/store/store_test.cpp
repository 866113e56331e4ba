#include "lab/store/store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/store/hash.h"
#include "lab/store/synthetic.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

class Stores : public testing::Test {
 protected:
  void SetUp() override {
    Progress::silence();
    top_ = fs::temp_directory_path() / ("vagus_store_" + std::to_string(getpid()));
    fs::remove_all(top_);
    fs::create_directories(top_);
    setenv("XDG_CACHE_HOME", (top_ / "cache").c_str(), 1);
  }
  void TearDown() override { fs::remove_all(top_); }

  static std::vector<Recording> some(int count, std::size_t rows = 5000, const std::string& prefix = "r") {
    std::vector<Recording> all;
    for (int i = 1; i <= count; ++i)
      all.push_back(synthetic::recording(prefix + std::to_string(i), static_cast<std::uint64_t>(i) * 100, rows));
    return all;
  }
  /// Every file below a folder with its content, but for the catalogue and lock files.
  static std::map<std::string, std::string> files(const fs::path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.path().filename() != "catalogue.sqlite" &&
          entry.path().filename() != ".lock")
        all[entry.path().lexically_relative(folder).string()] = read_text(entry.path());
    return all;
  }
  static void flip(const fs::path& path, std::uintmax_t at) {
    std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 0x04));
  }
  fs::path top_;
};

TEST_F(Stores, list_what_was_added_in_natural_order_with_all_that_is_known_of_it) {
  Store store(top_ / "store");
  const AddReport report = store.add("cohort", some(12));
  EXPECT_EQ(report.added, 12);
  EXPECT_EQ(report.repairs.at("short rows"), 24);
  const std::vector<Entry> entries = store.list("cohort");
  ASSERT_EQ(entries.size(), 12U);
  EXPECT_EQ(entries[1].recording, "r2");
  EXPECT_EQ(entries[9].recording, "r10");
  EXPECT_EQ(entries[0].subject, "subject r1");
  EXPECT_EQ(entries[0].attributes.at("age"), "69");
  EXPECT_EQ(entries[0].layer_hashes.count("atr"), 1U);
  EXPECT_EQ(store.list("cohort", "r1*").size(), 4U);
  EXPECT_EQ(store.list("cohort", "r7").size(), 1U);
  EXPECT_EQ(store.manifest("cohort").version(), report.version);
  const Recording loaded = store.load(entries[2]);
  const Recording was = some(3)[2];
  EXPECT_EQ(signal_hash(loaded), signal_hash(was));
  EXPECT_EQ(loaded.track("atr")->current(), was.track("atr")->current());
  EXPECT_EQ(loaded.track("atr")->layers[0].author, "cohort");
}

TEST_F(Stores, take_the_same_recordings_twice_as_one) {
  Store store(top_ / "store");
  const AddReport first = store.add("cohort", some(3));
  const auto before = files(top_ / "store");
  const AddReport second = store.add("cohort", some(3));
  EXPECT_EQ(second.added, 0);
  EXPECT_EQ(second.already_there, 3);
  EXPECT_EQ(second.version, first.version);
  EXPECT_EQ(files(top_ / "store"), before);
  EXPECT_EQ(store.add("cohort", some(4)).added, 1);
}

TEST_F(Stores, refuse_another_recording_of_a_name_that_is_taken_and_keep_all_as_it_was) {
  Store store(top_ / "store");
  store.add("cohort", some(2));
  const auto before = files(top_ / "store");
  std::vector<Recording> others = some(4);
  std::get<0>(others[1].channels[0].samples.storage())[7] += 1;
  EXPECT_THROW(store.add("cohort", others), Error);
  EXPECT_EQ(files(top_ / "store"), before);
}

TEST_F(Stores, add_all_of_a_set_or_nothing) {
  Store store(top_ / "store");
  store.add("other", some(1, 4000, "x"));
  const auto before = files(top_ / "store");
  std::vector<Recording> recordings = some(9);
  recordings[7].channels[0].time = TimeAxis::even(250, 1);
  EXPECT_THROW(store.add("cohort", recordings), Error);
  EXPECT_EQ(files(top_ / "store"), before);
  EXPECT_FALSE(store.has("cohort"));
}

TEST_F(Stores, give_a_window_as_the_whole_recording_has_it) {
  Store store(top_ / "store");
  store.add("cohort", some(1, 400'000));
  const Entry entry = store.list("cohort", "r1").at(0);
  const Recording whole = store.load(entry);
  for (const double t0 : {0.0, 1.0 / 3, 262.0, 1590.004}) {
    const std::vector<float> window = store.window(entry, "MLII", t0, t0 + 10);
    const auto first = static_cast<std::size_t>(std::ceil(t0 * 250 - 1e-6));
    ASSERT_GE(window.size(), 2490U);
    for (std::size_t k = 0; k < window.size() && first + k < 400'000; ++k)
      ASSERT_EQ(window[k], static_cast<float>(whole.channels[0].samples.at(first + k))) << t0 << " " << k;
  }
  EXPECT_THROW(store.window(entry, "V9", 0, 1), Error);
  EXPECT_TRUE(store.window(entry, "MLII", 5, 5).empty());
}

TEST_F(Stores, show_a_gap_in_a_window_as_not_a_number) {
  Store store(top_ / "store");
  store.add("cohort", some(1, 5000));
  const Entry entry = store.list("cohort").at(0);
  const Channel baro = store.header(entry).channels[3];
  ASSERT_EQ(baro.time.gaps(), 1);
  const double gap = static_cast<double>(baro.time.stretches[0].rows);
  const std::vector<float> window = store.window(entry, "baro", gap - 2, gap + 9);
  EXPECT_FALSE(std::isnan(window[0]));
  EXPECT_FALSE(std::isnan(window[1]));
  for (std::size_t k = 2; k < 7; ++k) EXPECT_TRUE(std::isnan(window[k])) << k;
  EXPECT_FALSE(std::isnan(window[9]));
}

TEST_F(Stores, scan_every_sample_once) {
  Store store(top_ / "store");
  store.add("cohort", some(5, 70'000));
  std::mutex mutex;
  std::map<std::string, std::int64_t> rows;
  std::int64_t sum = 0;
  const std::vector<Entry> entries = store.list("cohort");
  store.scan(entries, [&](const Block& block) {
    const std::scoped_lock lock(mutex);
    rows[block.channel.name] += static_cast<std::int64_t>(block.bytes.size() / size_of(block.type));
    if (block.type != SampleType::int16) return;
    for (std::size_t i = 0; i + 1 < block.bytes.size(); i += 2) {
      std::int16_t value = 0;
      std::memcpy(&value, block.bytes.data() + i, 2);
      sum += value;
    }
  });
  std::int64_t expected = 0;
  for (const Recording& recording : some(5, 70'000))
    for (const std::int16_t value : std::get<0>(recording.channels[0].samples.storage())) expected += value;
  EXPECT_EQ(sum, expected);
  EXPECT_EQ(rows["MLII"], 350'000);
  EXPECT_EQ(rows["acc_x"], 70'000);
}

TEST_F(Stores, mend_a_label_as_a_new_layer_and_never_touch_the_signal) {
  Store store(top_ / "store");
  const std::string first = store.add("cohort", some(3)).version;
  const Entry was = store.list("cohort", "r2").at(0);
  Mend mend{"atr", 0, "me", "it was a V", "2026-11-23T05:00:00Z", "", store.load(was).track("atr")->current()};
  mend.annotations[4].label = "V";
  const std::string hash = store.apply(was, mend);
  const Entry is = store.list("cohort", "r2").at(0);
  EXPECT_EQ(is.signal_hash, was.signal_hash);
  EXPECT_EQ(is.layer_hashes.at("atr"), hash);
  EXPECT_NE(hash, was.layer_hashes.at("atr"));
  const Track track = store.load(is).tracks.at(0);
  EXPECT_EQ(track.current()[4].label, "V");
  EXPECT_EQ(track.layers[0].author, "me");
  EXPECT_EQ(track.layers[0].reason, "it was a V");
  EXPECT_EQ(track.layers[0].parent, was.layer_hashes.at("atr"));
  EXPECT_EQ(store.history(is, "atr").size(), 2U);
  EXPECT_NE(store.manifest("cohort").version(), first);
  EXPECT_EQ(store.manifest("cohort").parent, first);
  // The version before is still there, with the label as it was.
  EXPECT_EQ(store.load(store.list_at("cohort", first, "r2").at(0)).tracks.at(0).current()[4].label, "N");
  EXPECT_TRUE(store.check().problems.empty());
}

TEST_F(Stores, make_no_layer_where_nothing_changes_and_refuse_a_mend_of_a_layer_no_longer_in_force) {
  Store store(top_ / "store");
  store.add("cohort", some(1));
  const Entry entry = store.list("cohort").at(0);
  Mend mend{
      "atr", 0, "me", "looked at it", "", entry.layer_hashes.at("atr"), store.load(entry).track("atr")->current()};
  EXPECT_EQ(store.apply(entry, mend), entry.layer_hashes.at("atr"));
  EXPECT_EQ(store.manifest("cohort").sequence, 1);
  mend.annotations.pop_back();
  store.apply(entry, mend);
  mend.annotations.pop_back();
  EXPECT_THROW(store.apply(entry, mend), Error);
  mend.track = "new";
  mend.parent.clear();
  EXPECT_THROW(store.apply(entry, mend), Error) << "a new track without a clock";
  mend.tick_hz = 250;
  store.apply(entry, mend);
  EXPECT_EQ(store.list("cohort").at(0).layer_hashes.size(), 2U);
}

TEST_F(Stores, withdraw_signals_labels_older_versions_and_what_was_cached_and_keep_a_tombstone) {
  Store store(top_ / "store");
  store.add("cohort", some(3));
  const Entry entry = store.list("cohort", "r2").at(0);
  Mend mend{"atr", 0, "me", "why", "", "", {{1, 1, "N", "", 0, 0, 0}}};
  store.apply(entry, mend);
  fs::create_directories(top_ / "cache" / "vagus" / "steps" / entry.signal_hash);
  std::ofstream(top_ / "cache" / "vagus" / "steps" / entry.signal_hash / "step") << "beats";
  const Withdrawal done = store.withdraw("cohort", "r2", "consent withdrawn");
  EXPECT_EQ(done.recordings, 1);
  EXPECT_EQ(done.files, 3);  // signals and two layers
  EXPECT_EQ(done.cached, 1);
  EXPECT_FALSE(fs::exists(top_ / "cache" / "vagus" / "steps" / entry.signal_hash));
  EXPECT_EQ(store.list("cohort").size(), 2U);
  for (const auto& [name, content] : files(top_ / "store"))
    EXPECT_EQ(content.find("subject r2"), std::string::npos) << name;
  ASSERT_EQ(store.manifest("cohort").tombstones.size(), 1U);
  EXPECT_EQ(store.manifest("cohort").tombstones[0].reason, "consent withdrawn");
  EXPECT_TRUE(store.check().problems.empty());

  EXPECT_THROW(store.add("cohort", some(3)), Error);
  std::vector<Recording> renamed = some(3);
  renamed[1].name = "other";
  EXPECT_THROW(store.add("elsewhere", renamed), Error) << "the same signals under another name";
  AddOptions readmit;
  readmit.readmit = true;
  EXPECT_EQ(store.add("cohort", some(3), readmit).added, 1);
  EXPECT_TRUE(store.manifest("cohort").tombstones.empty());
}

TEST_F(Stores, rebuild_a_catalogue_that_is_deleted_stale_or_rubbish) {
  const fs::path catalogue = top_ / "store" / "catalogue.sqlite";
  Store(top_ / "store").add("cohort", some(4));
  const auto subjects = [&] {
    std::vector<std::string> all;
    for (const Entry& entry : Store(top_ / "store").list("cohort")) all.push_back(entry.subject + entry.signal_hash);
    return all;
  };
  const auto expected = subjects();
  EXPECT_TRUE(fs::exists(catalogue));
  fs::remove(catalogue);
  EXPECT_EQ(subjects(), expected);
  EXPECT_TRUE(fs::exists(catalogue));
  std::ofstream(catalogue, std::ios::trunc) << std::string(40'000, 'x');
  EXPECT_EQ(subjects(), expected);
  EXPECT_EQ(subjects(), expected);
  const std::uintmax_t size = fs::file_size(catalogue);
  for (std::uintmax_t at = 0; at < size; at += 509) {
    flip(catalogue, at);
    EXPECT_EQ(subjects(), expected) << at;
  }
}

TEST_F(Stores, find_and_name_a_flipped_byte_in_any_file) {
  Store store(top_ / "store");
  store.add("cohort", some(3, 3000));
  ASSERT_TRUE(store.check().problems.empty());
  const auto entries = store.list("cohort");
  int seen = 0;
  for (const auto& [name, content] : files(top_ / "store")) {
    for (const std::size_t at : {content.size() / 5, content.size() / 2, content.size() - 2}) {
      flip(top_ / "store" / name, at);
      const CheckReport report = Store(top_ / "store").check();
      ASSERT_FALSE(report.problems.empty()) << name << " byte " << at;
      EXPECT_EQ(report.problems[0].set, "cohort");
      EXPECT_EQ((top_ / "store" / name).string(), report.problems[0].file);
      for (const Entry& entry : entries) {
        if (name.find(entry.signal_hash) != std::string::npos ||
            name.find(entry.layer_hashes.at("atr")) != std::string::npos) {
          EXPECT_EQ(report.problems[0].recording, entry.recording);
        }
      }
      flip(top_ / "store" / name, at);
      ++seen;
    }
  }
  EXPECT_EQ(seen, 3 * 7);
  EXPECT_TRUE(store.check().problems.empty());
}

TEST_F(Stores, are_read_without_being_written_and_mended_in_a_private_overlay) {
  Store(top_ / "shared").add("cohort", some(3));
  fs::remove(top_ / "shared" / "catalogue.sqlite");
  const auto before = files(top_ / "shared");
  Store mine(top_ / "mine", top_ / "shared");
  const Entry entry = mine.list("cohort", "r3").at(0);
  Mend mend{"atr", 0, "me", "mine alone", "", "", {{1, 1, "V", "", 0, 0, 0}}};
  mine.apply(entry, mend);
  mine.add("own", some(1, 4000, "x"));
  EXPECT_EQ(mine.load(mine.list("cohort", "r3").at(0)).track("atr")->current().size(), 1U);
  EXPECT_EQ(mine.sets(), (std::vector<std::string>{"cohort", "own"}));
  EXPECT_TRUE(mine.check().problems.empty());
  EXPECT_EQ(files(top_ / "shared"), before);
  EXPECT_FALSE(fs::exists(top_ / "shared" / "catalogue.sqlite"));
  const Store shared(top_ / "shared");
  EXPECT_GT(shared.load(shared.list("cohort", "r3").at(0)).track("atr")->current().size(), 1U);
}

TEST_F(Stores, drop_identifiers_where_asked_to) {
  Store store(top_ / "store");
  AddOptions options;
  options.deidentify = true;
  store.add("cohort", some(1), options);
  EXPECT_TRUE(store.load(store.list("cohort").at(0)).identifiers.empty());
  for (const auto& [name, content] : files(top_ / "store"))
    EXPECT_EQ(content.find("Doe, J"), std::string::npos) << name;
}

TEST_F(Stores, say_one_clear_error_on_a_full_disk_and_leave_no_trace) {
  Store store(top_ / "store");
  store.add("first", some(1, 4000, "x"));
  const auto before = files(top_ / "store");
  // A limit on the size of a file fails a write as a full disk does.
  rlimit was{};
  getrlimit(RLIMIT_FSIZE, &was);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = was;
  small.rlim_cur = 20'000;
  setrlimit(RLIMIT_FSIZE, &small);
  std::string what;
  try {
    store.add("cohort", some(3, 60'000));
  } catch (const Error& error) {
    what = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &was);
  EXPECT_NE(what.find("File too large"), std::string::npos) << what;
  EXPECT_EQ(files(top_ / "store"), before);
  EXPECT_EQ(store.add("cohort", some(3, 60'000)).added, 3);
}

TEST_F(Stores, take_two_recordings_of_the_same_signals_and_labels) {
  Store store(top_ / "store");
  std::vector<Recording> twins = some(1);
  twins.push_back(twins[0]);
  twins[1].name = "twin";
  EXPECT_EQ(store.add("cohort", twins).added, 2);
  const std::vector<Entry> entries = store.list("cohort");
  EXPECT_EQ(entries[0].signal_hash, entries[1].signal_hash);
  EXPECT_EQ(entries[0].layer_hashes, entries[1].layer_hashes);
  EXPECT_TRUE(store.check().problems.empty());
  // What one of them holds stays while the other needs it.
  store.withdraw("cohort", "twin", "asked to");
  EXPECT_FALSE(store.load(store.list("cohort").at(0)).track("atr")->current().empty());
}

TEST_F(Stores, refuse_names_that_are_none) {
  Store store(top_ / "store");
  EXPECT_THROW(store.add("", some(1)), UsageError);
  EXPECT_THROW(store.add("../up", some(1)), UsageError);
  EXPECT_THROW(store.add(".hidden", some(1)), UsageError);
  std::vector<Recording> bad = some(1);
  bad[0].name = "a*b";
  EXPECT_THROW(store.add("cohort", bad), Error);
  std::vector<Recording> twice = some(2);
  twice[1].name = twice[0].name;
  EXPECT_THROW(store.add("cohort", twice), Error);
  EXPECT_THROW(store.list("nothing"), Error);
  EXPECT_FALSE(fs::exists(top_ / "store" / "sets" / "cohort"));
}

TEST(Patterns, match_with_stars_and_order_as_people_count) {
  EXPECT_TRUE(matches("100", "1*"));
  EXPECT_TRUE(matches("SA01/F01/R01", "SA*/F*/R01"));
  EXPECT_FALSE(matches("SA01/F01/R02", "SA*/F*/R01"));
  EXPECT_TRUE(matches("anything", ""));
  EXPECT_TRUE(matches("", "*"));
  EXPECT_FALSE(matches("100", "10"));
  EXPECT_TRUE(natural_less("s2", "s10"));
  EXPECT_TRUE(natural_less("s02", "s2") != natural_less("s2", "s02"));
  EXPECT_TRUE(natural_less("a", "b"));
  EXPECT_FALSE(natural_less("s10", "s10"));
}

}  // namespace
}  // namespace vagus::lab
