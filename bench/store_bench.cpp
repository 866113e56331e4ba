/// The store against its targets: `store_bench [FOLDER_OF_MITDB]`. Prints one line a figure, with the target beside it.
///
/// Without a folder (and without VAGUS_DATA) the figures that need mitdb are left out, and said so. Every figure is the
/// best of several runs, since the machine is shared; the number of runs stands in the line.
#include <sys/resource.h>
#include <tbb/global_control.h>
#include <tbb/info.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/store/store.h"
#include "lab/store/synthetic.h"

namespace {

namespace fs = std::filesystem;
using namespace vagus::lab;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void line(const char* what, double value, const char* unit, const char* target, const char* how) {
  std::printf("%-58s %9.3f %-5s target %-8s %s\n", what, value, unit, target, how);
}

/// Processor time of all threads.
double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Speed {
  double wall_gb_s = 0, processor_gb_s = 0;  ///< GB of samples a second, of the clock and of one core's time
};

/// Scans a set of 16-bit channels.
Speed scan_speed(const Store& store, const std::string& set) {
  const std::vector<Entry> entries = store.list(set);
  std::atomic<std::int64_t> bytes{0};
  std::atomic<std::int64_t> sum{0};
  const double start = seconds();
  const double start_processor = processor_seconds();
  store.scan(entries, [&](const Block& block) {
    // Something must look at every sample, or the scan proves nothing.
    const std::span values(reinterpret_cast<const std::int16_t*>(block.bytes.data()), block.bytes.size() / 2);
    const std::int32_t total = std::accumulate(values.begin(), values.end(), std::int32_t{0});
    sum += total;
    bytes += static_cast<std::int64_t>(block.bytes.size());
  });
  const double gigabytes = static_cast<double>(bytes) / 1e9;
  const Speed speed{gigabytes / (seconds() - start), gigabytes / (processor_seconds() - start_processor)};
  if (sum == 0) std::printf("the samples sum to 0\n");
  return speed;
}

}  // namespace

int main(int argc, char** argv) try {
  Progress::silence();
  const tbb::global_control two(tbb::global_control::max_allowed_parallelism, 2);
  const fs::path scratch = fs::temp_directory_path() / ("vagus-store-bench-" + std::to_string(std::random_device{}()));
  std::string mitdb = argc > 1 ? argv[1] : in_vagus_data("mitdb");
  std::printf("2 threads of %d; times are the best of the runs stated\n", tbb::info::default_concurrency());
  if (mitdb.empty()) {
    std::printf("SKIPPED what needs mitdb: name its folder, or set VAGUS_DATA\n");
  } else {
    double best = 1e9;
    double best_processor = 1e9;
    for (int run = 0; run < 3; ++run) {
      fs::remove_all(scratch);
      Store store(scratch);
      AddOptions options;
      options.as = "mitdb";
      const double start = seconds();
      const double start_processor = processor_seconds();
      store.add(mitdb, options);
      best = std::min(best, seconds() - start);
      best_processor = std::min(best_processor, processor_seconds() - start_processor);
    }
    line("mitdb added (48 records, from the folder)", best, "s", "< 5", "best of 3, files synced");
    line("the same by processor time, shared by two cores", best_processor / 2, "s", "", "");
    const Store store(scratch);
    double stored = 0;
    double samples = 0;
    for (const Entry& entry : store.list("mitdb")) {
      stored += static_cast<double>(entry.item->seal.file_size);
      for (const SignalSeal::Channel& channel : entry.item->seal.channels)
        samples += 2 * static_cast<double>(channel.rows);
    }
    line("mitdb stored, of its 16-bit size (whole files)", 100 * stored / samples, "%", "<= 45", "");
    Speed speed;
    for (int run = 0; run < 9; ++run) {
      const Speed now = scan_speed(store, "mitdb");
      speed = {std::max(speed.wall_gb_s, now.wall_gb_s), std::max(speed.processor_gb_s, now.processor_gb_s)};
    }
    line("whole-store scan, 16-bit samples, every sample summed", speed.wall_gb_s, "GB/s", ">= 0.8",
         "best of 9, 2 threads");
    line("the same by processor time, two cores' worth", 2 * speed.processor_gb_s, "GB/s", "",
         "what a busy machine hides");
    fs::remove_all(scratch);
  }
  {
    Store store(scratch);
    std::vector<Recording> day(1);
    day[0].name = "day";
    day[0].channels.push_back(synthetic::ecg(std::size_t{24} * 3600 * 250, 250, 1));
    store.add("holter", std::move(day));
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> anywhere(0, 24 * 3600 - 10);
    const Entry entry = store.list("holter").at(0);
    double worst = 0;
    double total = 0;
    double cold = 0;
    constexpr int windows = 1000;
    for (int i = -1; i < windows; ++i) {
      const double t = anywhere(random);
      const double start = seconds();
      if (store.window(entry, "MLII", t, t + 10).size() < 2500) throw Error("a window is short");
      const double took = seconds() - start;
      if (i < 0) {
        cold = took;
        continue;
      }
      worst = std::max(worst, took);
      total += took;
    }
    line("random 10 s window of a 24 h, 250 Hz recording, mean", 1e3 * total / windows, "ms", "< 2",
         "1000 windows, the file is open");
    line("the same, worst of the 1000", 1e3 * worst, "ms", "", "");
    line("the first window of a process (file and modules opened)", 1e3 * cold, "ms", "", "");
    double listed = 1e9;
    for (int run = 0; run < 9; ++run) {
      const Store fresh(scratch);
      const double start = seconds();
      fresh.window(fresh.list("holter", "day").at(0), "MLII", 40000, 40010);
      listed = std::min(listed, seconds() - start);
    }
    line("the same through a fresh Store (listed, opened, read)", 1e3 * listed, "ms", "", "best of 9");
    fs::remove_all(scratch);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "store_bench: %s\n", error.what());
  return 1;
}
