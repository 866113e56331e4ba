/// Writes and reads a store as a process of its own, for tests that kill it or let several run at once.
///
///     vagus_store_tool add STORE SET COUNT
/// COUNT recordings in one go.
///
///     vagus_store_tool truth N CHANNEL
/// The samples that `add` gives channel CHANNEL of its N-th recording, as bytes.
///
///     vagus_store_tool write STORE SET SECONDS
/// One recording and one mended label after the other into SET-0, SET-1 ...; prints each set and name once it is in.
///
///     vagus_store_tool read STORE SECONDS
/// Loads and proves whatever is there, over and over; prints how many.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/store/store.h"
#include "lab/store/synthetic.h"

namespace {

using namespace vagus::lab;
using Clock = std::chrono::steady_clock;

Recording nth(int n) {
  return synthetic::recording("r" + std::to_string(n), static_cast<std::uint64_t>(n) * 1000, 30'000);
}

int add(Store& store, const std::string& set, int count) {
  std::vector<Recording> recordings;
  recordings.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) recordings.push_back(nth(i));
  store.add(set, std::move(recordings));
  return 0;
}

int truth(int n, const std::string& name) {
  const Recording recording = nth(n);
  const Channel* channel = recording.find(name);
  if (channel == nullptr) throw Error("there is no channel " + name);
  std::visit([](const auto& values) { std::fwrite(values.data(), sizeof values[0], values.size(), stdout); },
             channel->samples.storage());
  return 0;
}

int write(Store& store, const std::string& prefix, Clock::time_point until) {
  for (std::uint64_t i = 0; Clock::now() < until; ++i) {
    const std::string name = "r" + std::to_string(i);
    // Every version of a set is a whole manifest: a set of thousands, written one by one, would fill the disk with
    // them.
    const std::string set = prefix + "-" + std::to_string(i / 40);
    store.add(set, {synthetic::recording(name, i * 1000 + prefix.size(), 3000)});
    const auto tick = static_cast<std::int64_t>(i);
    const Mend mend{"atr", 0, prefix, "mended", "", "", {{tick, tick, "V", "", 0, 0, 0}}};
    store.apply(store.list(set, name).at(0), mend);
    std::printf("%s %s\n", set.c_str(), name.c_str());
    std::fflush(stdout);
  }
  return 0;
}

int read(Store& store, Clock::time_point until) {
  std::int64_t proven = 0;
  while (Clock::now() < until) {
    for (const std::string& set : store.sets()) {
      const std::vector<Entry> entries = store.list(set);
      // The last few, which are the ones being written beside this.
      for (std::size_t i = entries.size() > 5 ? entries.size() - 5 : 0; i < entries.size(); ++i, ++proven)
        if (signal_hash(store.load(entries[i])) != entries[i].signal_hash)
          throw Error("another signal than was listed", set);
    }
  }
  std::printf("%lld\n", static_cast<long long>(proven));
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  Progress::silence();
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 3) return 2;
  if (words[0] == "truth") return truth(std::stoi(words[1]), words[2]);
  Store store{std::filesystem::path(words[1])};
  const auto until = [&](const std::string& seconds) {
    return Clock::now() + std::chrono::seconds(std::stoi(seconds));
  };
  if (words[0] == "add" && words.size() == 4) return add(store, words[2], std::stoi(words[3]));
  if (words[0] == "write" && words.size() == 4) return write(store, words[2], until(words[3]));
  if (words[0] == "read") return read(store, until(words[2]));
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "vagus_store_tool: %s\n", error.what());
  return 3;
}
