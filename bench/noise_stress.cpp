/// The noise stress of PROTOCOLS over records 118 and 119: how a beat detector holds up as noise grows. Prints, for
/// each kind and level, gross sensitivity and predictivity by EC57 from 5:00, the share of beats called good (quality
/// 0.9 and up), and the predictivity of those alone. The noise is simulated; its seeds are 1, 2 ...
///
///   build/release/bench/noise_stress [--records 118,119] [--seeds 3] [--detector health.beats] [--json]
///
/// Records come from VAGUS_DATA (mitdb as an archive or an unpacked folder).
#include "lab/simulate/noise_stress.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/progress.h"
#include "lab/detect/run.h"
#include "lab/formats/read.h"
#include "lab/score/ec57.h"

namespace {

using namespace vagus;

constexpr float good_quality = 0.9F;
constexpr double scored_from_s = 300;

struct Options {
  std::string records = "118,119";
  std::string detector = "health.beats";
  std::string channel;
  int seeds = 3;
  bool json = false;
};

/// Of one run, or the sum over several. `noisy` counts the noisy stretches alone.
struct Tally {
  std::int64_t tp = 0, fn = 0, fp = 0, said = 0, good = 0, good_tp = 0, good_fp = 0, said_noisy = 0, good_noisy = 0;
  Tally& operator+=(const Tally& o) {
    tp += o.tp, fn += o.fn, fp += o.fp, said += o.said, good += o.good, good_tp += o.good_tp, good_fp += o.good_fp;
    said_noisy += o.said_noisy, good_noisy += o.good_noisy;
    return *this;
  }
};

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::nan("");
}

lab::Recording load(const std::string& record) {
  const char* data = std::getenv("VAGUS_DATA");
  if (data == nullptr) throw lab::Error("VAGUS_DATA is not set", "mitdb", "it names the folder of dataset archives");
  const std::filesystem::path folder(data);
  if (std::filesystem::exists(folder / "mitdb" / (record + ".hea")))
    return lab::read((folder / "mitdb" / (record + ".hea")).string(), {.annotator = "atr"});
  return lab::read((folder / "mitdb.tar.xz").string() + "::mitdb/" + record + ".hea", {.annotator = "atr"});
}

Tally measure(const lab::Recording& recording, const Options& options) {
  lab::RunOptions how;
  how.channel = options.channel;
  const lab::RunResult result = lab::run(lab::detector(options.detector), recording, how);
  Tally tally;
  std::vector<lab::Annotation> all;
  std::vector<lab::Annotation> good;
  for (const lab::Event& event : result.events) {
    if (event.kind != lab::Said::Kind::event) continue;
    lab::Annotation beat;
    beat.tick = beat.end_tick = event.row;
    beat.label = "N";
    all.push_back(beat);
    if (event.value >= good_quality) good.push_back(beat);
    if (event.t_s < scored_from_s) continue;
    const bool noisy = lab::noise_stressed(event.t_s);
    ++tally.said;
    tally.said_noisy += noisy ? 1 : 0;
    tally.good += event.value >= good_quality ? 1 : 0;
    tally.good_noisy += noisy && event.value >= good_quality ? 1 : 0;
  }
  const auto by_tick = [](const lab::Annotation& a, const lab::Annotation& b) { return a.tick < b.tick; };
  std::stable_sort(all.begin(), all.end(), by_tick);
  std::stable_sort(good.begin(), good.end(), by_tick);
  const lab::Track* atr = recording.track("atr");
  if (atr == nullptr) throw lab::Error("has no reference beats", recording.name);
  const lab::Ec57Options scoring{.from_s = scored_from_s};
  const lab::Ec57 whole = lab::ec57(atr->current(), atr->tick_hz, all, result.rate_hz, scoring);
  const lab::Ec57 kept = lab::ec57(atr->current(), atr->tick_hz, good, result.rate_hz, scoring);
  tally.tp = whole.tp, tally.fn = whole.fn, tally.fp = whole.fp;
  tally.good_tp = kept.tp, tally.good_fp = kept.fp;
  return tally;
}

/// One line of the table.
struct Row {
  std::string kind;
  double snr_db = 0;  ///< infinite: clean
  Tally tally;
};

lab::Json json_of(const Row& row) {
  const Tally& t = row.tally;
  lab::Json json;
  json["kind"] = row.kind;
  json["snr_db"] = lab::number(row.snr_db);
  json["tp"] = t.tp;
  json["fn"] = t.fn;
  json["fp"] = t.fp;
  json["se"] = lab::number(share(t.tp, t.tp + t.fn));
  json["ppv"] = lab::number(share(t.tp, t.tp + t.fp));
  json["good_share"] = lab::number(share(t.good, t.said));
  json["good_share_noisy"] = lab::number(share(t.good_noisy, t.said_noisy));
  json["good_ppv"] = lab::number(share(t.good_tp, t.good_tp + t.good_fp));
  return json;
}

void print(const Row& row) {
  const Tally& t = row.tally;
  fmt::print("{:<10}{:>6}{:>10.2f}{:>10.2f}{:>12.1f}{:>12.1f}{:>12.2f}\n", row.kind,
             std::isfinite(row.snr_db) ? lab::shortest(row.snr_db) : "-", 100 * share(t.tp, t.tp + t.fn),
             100 * share(t.tp, t.tp + t.fp), 100 * share(t.good, t.said), 100 * share(t.good_noisy, t.said_noisy),
             100 * share(t.good_tp, t.good_tp + t.good_fp));
}

int bench(const Options& options) {
  std::vector<lab::Recording> clean;
  for (std::size_t at = 0; at <= options.records.size();) {
    const std::size_t comma = std::min(options.records.find(',', at), options.records.size());
    clean.push_back(load(options.records.substr(at, comma - at)));
    at = comma + 1;
  }
  std::vector<Row> rows = {{"clean", HUGE_VAL, {}}};
  for (const char* kind : {"baseline", "muscle", "motion"})
    for (const double snr_db : {24.0, 18.0, 12.0, 6.0, 0.0, -6.0}) rows.push_back({kind, snr_db, {}});

  // A task is a row, a record and a seed; the clean row has one seed.
  struct Task {
    std::size_t row, record;
    std::uint64_t seed;
  };
  std::vector<Task> tasks;
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t record = 0; record < clean.size(); ++record)
      for (int seed = 1; seed <= (row == 0 ? 1 : options.seeds); ++seed)
        tasks.push_back({row, record, static_cast<std::uint64_t>(seed)});
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  lab::Progress progress("noise stress", static_cast<std::int64_t>(tasks.size()));
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < tasks.size(); i = next++) {
        const Row& row = rows[tasks[i].row];
        const lab::Recording& record = clean[tasks[i].record];
        const Tally tally =
            std::isfinite(row.snr_db)
                ? measure(lab::noise_stress(record, lab::sim::noise_kind(row.kind), row.snr_db, tasks[i].seed), options)
                : measure(record, options);
        const std::lock_guard lock(mutex);
        rows[tasks[i].row].tally += tally;
        progress.advance();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = tasks.size();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);

  if (options.json) {
    lab::Json json;
    json["detector"] = options.detector;
    json["protocol"] = "ec57 from 300 s, simulated noise";
    json["records"] = options.records;
    json["seeds"] = options.seeds;
    for (const Row& row : rows) json["rows"].push_back(json_of(row));
    fmt::print("{}\n", json.dump(1));
    return 0;
  }
  fmt::print("{} on {}, ec57 from 5:00, simulated noise, {} seeds; shares in %\n", options.detector, options.records,
             options.seeds);
  fmt::print("{:<10}{:>6}{:>10}{:>10}{:>12}{:>12}{:>12}\n", "noise", "SNR dB", "se", "ppv", "good", "good, noisy",
             "ppv of good");
  for (const Row& row : rows) print(row);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Beat detection as noise grows (PROTOCOLS, ec57 noise stress)");
  Options options;
  app.add_option("--records", options.records, "records of mitdb, with commas between");
  app.add_option("--seeds", options.seeds, "noises a record, kind and level")->check(CLI::Range(1, 1000));
  app.add_option("--detector", options.detector, "what is run");
  app.add_option("--channel", options.channel, "which lead (default: the first)");
  app.add_flag("--json", options.json, "as JSON");
  CLI11_PARSE(app, argc, argv);
  try {
    return bench(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "noise_stress: %s\n", error.what());
    return 3;
  }
}
