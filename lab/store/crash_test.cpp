/// Kills, several writers, full disks: what a store must outlive.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/store/store.h"
#include "lab/store/synthetic.h"

extern char** environ;

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

class StoreProcesses : public testing::Test {
 protected:
  void SetUp() override {
    Progress::silence();
    // Processes here are killed and end in the middle of threads: what they leave is no leak.
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    top_ = fs::temp_directory_path() / ("vagus_crash_" + std::to_string(getpid()));
    fs::remove_all(top_);
    fs::create_directories(top_);
  }
  void TearDown() override { fs::remove_all(top_); }

  /// Starts the tool; its standard output goes to `out` if given.
  static pid_t start(const std::vector<std::string>& words, const fs::path& out = "/dev/null") {
    std::vector<char*> arguments{const_cast<char*>(VAGUS_STORE_TOOL)};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    pid_t pid = -1;
    EXPECT_EQ(posix_spawn(&pid, VAGUS_STORE_TOOL, &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
  }
  static int wait(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  /// Files of the store that no manifest speaks of.
  static std::vector<std::string> strays(const fs::path& folder) {
    const Store store(folder);
    std::set<std::string> known;
    for (const std::string& set : store.sets()) {
      for (const std::int64_t sequence : manifest_sequences(folder / "sets" / set)) {
        known.insert("sets/" + set + "/" + manifest_name(sequence));
        for (const Item& item : read_manifest(folder / "sets" / set, sequence).items) {
          known.insert(("signals" / item.seal.file()).string());
          for (const auto& [track, layers] : item.layers)
            for (const std::string& hash : layers) known.insert("layers/" + hash.substr(0, 2) + "/" + hash + ".layer");
        }
      }
    }
    std::vector<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().lexically_relative(folder).string();
      if (entry.is_regular_file() && !known.contains(name) && name != ".lock" && !name.starts_with("catalogue.sqlite"))
        all.push_back(name);
    }
    return all;
  }
  fs::path top_;
};

TEST_F(StoreProcesses, killed_at_any_moment_of_an_add_leave_the_set_whole_or_absent) {
  const fs::path folder = top_ / "store";
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_EQ(wait(start({"add", folder.string(), "first", "6"})), 0);
  const auto whole = std::chrono::steady_clock::now() - begun;
  std::mt19937_64 random(20261123);
  std::uniform_int_distribution<std::int64_t> moment(
      0, std::chrono::duration_cast<std::chrono::microseconds>(whole).count());
  int killed = 0;
  int finished = 0;
  constexpr int kills = 40;
  for (int i = 0; i < kills; ++i) {
    const pid_t pid = start({"add", folder.string(), "s" + std::to_string(i), "6"});
    std::this_thread::sleep_for(std::chrono::microseconds(moment(random)));
    kill(pid, SIGKILL);
    (wait(pid) == 0 ? finished : killed) += 1;
    const Store store(folder);
    for (const std::string& set : store.sets()) ASSERT_EQ(store.list(set).size(), 6U) << "after kill " << i;
    if (i % 8 == 7) {
      const CheckReport report = store.check();
      ASSERT_TRUE(report.problems.empty()) << report.problems[0].what << " " << report.problems[0].file;
    }
  }
  EXPECT_GT(killed, kills / 4) << finished << " were done before they were killed";
  // The next writer clears what the dead left.
  ASSERT_EQ(wait(start({"add", folder.string(), "last", "6"})), 0);
  EXPECT_EQ(strays(folder), std::vector<std::string>());
  EXPECT_TRUE(Store(folder).check().problems.empty());
  RecordProperty("killed", killed);
}

TEST_F(StoreProcesses, two_writers_and_a_reader_lose_nothing) {
  const fs::path folder = top_ / "store";
  const char* longer = std::getenv("VAGUS_LONG");
  const std::string seconds = longer != nullptr && std::string_view(longer) == "1" ? "600" : "10";
  // Two writers into one set of the same names would be two recordings of one name; each has its set, and both share
  // all else.
  const pid_t one = start({"write", folder.string(), "one", seconds}, top_ / "one");
  const pid_t two = start({"write", folder.string(), "twofold", seconds}, top_ / "twofold");
  const pid_t reader = start({"read", folder.string(), seconds}, top_ / "reader");
  EXPECT_EQ(wait(one), 0);
  EXPECT_EQ(wait(two), 0);
  EXPECT_EQ(wait(reader), 0);
  const Store store(folder);
  std::size_t there = 0;
  for (const std::string& set : store.sets()) there += store.list(set).size();
  std::size_t count = 0;
  for (const char* writer : {"one", "twofold"}) {
    std::istringstream written(read_text(top_ / writer));
    std::string set;
    for (std::string name; written >> set >> name; ++count) {
      const std::vector<Entry> entries = store.list(set, name);
      ASSERT_EQ(entries.size(), 1U) << set << ":" << name;
      EXPECT_EQ(store.load(entries[0]).track("atr")->current().size(), 1U);
    }
  }
  EXPECT_GT(count, 4U);
  EXPECT_EQ(there, count);
  EXPECT_GT(std::stoll(read_text(top_ / "reader")), 0);
  EXPECT_TRUE(store.check().problems.empty());
  EXPECT_EQ(strays(folder), std::vector<std::string>());
}

TEST_F(StoreProcesses, two_writers_into_one_set_both_get_in) {
  const fs::path folder = top_ / "store";
  const auto into = [&](const std::string& prefix) {
    Store store(folder);
    for (int i = 0; i < 8; ++i)
      store.add("shared", {synthetic::recording(
                              prefix + std::to_string(i),
                              static_cast<std::uint64_t>(i) + static_cast<std::uint64_t>(prefix[0]) * 100U, 3000)});
  };
  std::thread a(into, "a");
  std::thread b(into, "b");
  a.join();
  b.join();
  EXPECT_EQ(Store(folder).list("shared").size(), 16U);
  EXPECT_EQ(strays(folder), std::vector<std::string>());
}

TEST_F(StoreProcesses, say_that_the_disk_is_full_and_leave_the_store_as_it_was) {
  const fs::path disk = top_ / "disk";
  fs::create_directories(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=600k") != 0)
    GTEST_SKIP() << "SKIPPED: a small disk cannot be mounted here";
  struct Unmount {
    fs::path disk;
    ~Unmount() { umount(disk.c_str()); }
  } const unmount{disk};
  Store store(disk / "store");
  store.add("first", {synthetic::recording("a", 1, 3000)});
  std::vector<Recording> many;
  for (int i = 0; i < 12; ++i)
    many.push_back(synthetic::recording("r" + std::to_string(i), static_cast<std::uint64_t>(i) * 10, 60'000));
  std::string what;
  try {
    store.add("many", std::move(many));
  } catch (const Error& error) {
    what = error.what();
  }
  EXPECT_NE(what.find("No space left on device"), std::string::npos) << what;
  EXPECT_EQ(store.sets(), std::vector<std::string>{"first"});
  EXPECT_EQ(strays(disk / "store"), std::vector<std::string>());
  EXPECT_TRUE(store.check().problems.empty());
  store.add("small", {synthetic::recording("b", 2, 3000)});
  EXPECT_EQ(store.sets().size(), 2U);
}

}  // namespace
}  // namespace vagus::lab
