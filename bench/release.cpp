/// The release gate on planted changes: `release [--seeds N] [--recordings N] [--beats N]`. How often each is released,
/// refused or not shown, in all and by the test of the group of 5 people in 100 and of everybody; last, how long a
/// check of many recordings of stored events takes, from the frozen file and the kept steps to the written page.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "lab/base/atomic_file.h"
#include "lab/report/release_page.h"
#include "lab/store/hash.h"
#include "lab/study/release/planted_release.h"
#include "lab/study/results.h"

namespace {

using namespace vagus::lab;
namespace fs = std::filesystem;

struct Tally {
  int passed = 0, open = 0, refused = 0;
  void add(GateOutcome outcome) {
    ++(outcome == GateOutcome::passed ? passed : outcome == GateOutcome::refused ? refused : open);
  }
  std::string text() const { return fmt::format("{:>6}{:>6}{:>6}", passed, open, refused); }
};

void print_planted(const char* what, PlantedRelease planted, std::uint64_t seeds) {
  Tally gate, pooled, small;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    planted.seed = seed;
    const Gate answer = planted_gate(planted);
    gate.add(answer.outcome);
    pooled.add(planted_test(answer, "what is judged").outcome);
    small.add(planted_test(answer, "small").outcome);
  }
  fmt::print("{:<58}{}   {}   {}\n", what, gate.text(), pooled.text(), small.text());
}

/// Recordings of which nothing is at hand but what was kept.
class StoredOnly final : public Source {
 public:
  explicit StoredOnly(const StudyResult& result) {
    for (const RecordResult& record : result.records) items_.push_back(record.item);
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override { throw Error("the signal is not at hand", item.id()); }
  Recording header(const StudyItem& item) const override { return load(item); }
  bool simulated() const override { return true; }

 private:
  std::vector<StudyItem> items_;
};

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// Keeps what the candidate says and the labels, as run_study would have after running it.
void keep_steps(const StudyResult& candidate, const Source& source, const Cache& cache) {
  // Nothing is kept yet and no signal is at hand, so every recording fails; the key of the runs is told all the same.
  const std::string run_key = run_study(candidate.spec, source, cache).run_key;
  for (const RecordResult& record : candidate.records) {
    const StudyItem& item = record.item;
    cache.put(item.signal_hash, run_key, pack(record.run));
    const std::string labels = candidate.spec.score.reference + " " + item.labels_hash;
    cache.put(item.signal_hash, blake2b_256(labels) + ".labels", pack(record.reference));
  }
}

void print_time(int recordings, int beats, int threads) {
  std::string name = (fs::temp_directory_path() / "release-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw Error("no folder for the bench", name);
  const fs::path folder = name;
  PlantedRelease planted;
  planted.subjects = recordings;
  planted.in_group = recordings / 20;
  planted.beats = beats;
  planted.lost = 0.001;
  planted.gained = 0.1;
  planted.moved = 0.002;
  const Cache cache(folder / "cache");
  std::unique_ptr<StoredOnly> source;
  {
    write_whole(folder / release_file, pack(planted_frozen(planted)));
    const StudyResult candidate = planted_result(planted, true);
    source = std::make_unique<StoredOnly>(candidate);
    keep_steps(candidate, *source, cache);
  }
  const auto began = std::chrono::steady_clock::now();
  const Frozen frozen = unpack_frozen(read_bytes(folder / release_file), "bench");
  const double read_s = seconds_since(began);
  StudyOptions how;
  how.threads = threads;
  const StudyResult candidate = run_study(parse_spec(frozen.specification(), "bench"), *source, cache, how);
  const double run_s = seconds_since(began);
  const Gate gate = check_release(frozen, candidate, no_cost(), {threads});
  const double gate_s = seconds_since(began);
  const ReleaseWaves waves = release_waves(gate, candidate, *source, cache, {.threads = threads});
  const std::string page = release_page(gate, frozen, candidate, waves);
  write_whole(folder / "report.html", page);
  write_whole(folder / "check.json", json_text(as_json(gate)));
  const double all_s = seconds_since(began);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  fmt::print(
      "{} recordings, {} stored events, {} of them changed, frozen in {:.1f} MB: {}, after {:.1f} s on {} threads\n"
      "  release read {:.1f}, candidate's events read and scored {:.1f}, release scored and tested {:.1f}, page "
      "({:.1f} "
      "MB) and JSON {:.1f}\n  at most {:.1f} GiB, the making of the data included\n",
      gate.recordings.size(), gate.events, gate.lost + gate.gained + gate.moved,
      static_cast<double>(fs::file_size(folder / release_file)) / 1e6, verdict_name(gate.outcome), all_s, threads,
      read_s, run_s - read_s, gate_s - run_s, static_cast<double>(page.size()) / 1e6, all_s - gate_s,
      static_cast<double>(used.ru_maxrss) / 1048576);
  fs::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 100;
  int recordings = 10000, beats = 300, threads = 2;
  CLI::App app("Planted changes: what the release gate says of them, and how long it takes.");
  app.add_option("--seeds", seeds)->capture_default_str();
  app.add_option("--recordings", recordings, "of the check that is timed; 0: none")->capture_default_str();
  app.add_option("--beats", beats, "a recording, of that check")->capture_default_str();
  app.add_option("--threads", threads)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  fmt::print(
      "of {} seeds; 100 people of 100 beats, 97 % found, may lose 3 points; passed, not shown, refused\n{:<58}{:>18}"
      "   {:>18}   {:>18}\n",
      seeds, "", "the gate", "everybody", "5 people");
  print_planted("identical", {}, seeds);
  print_planted("one in five lost in 5 people", {.lost_in_group = 0.2}, seeds);
  print_planted("one in ten lost in 5 people", {.lost_in_group = 0.1}, seeds);
  print_planted("one in twenty lost in 5 people", {.lost_in_group = 0.05}, seeds);
  print_planted("3 points lost by everybody: the margin", {.lost = 0.03 / 0.97}, seeds);
  print_planted("the same, people unlike (gamma, shape 1)", {.lost = 0.03 / 0.97, .differs = 1}, seeds);
  print_planted("the same, people very unlike (shape 0.2)", {.lost = 0.03 / 0.97, .differs = 0.2}, seeds);
  print_planted("harmless: a tenth of the misses found, 0.1 % lost", {.lost = 0.001, .gained = 0.1, .moved = 0.01},
                seeds);
  print_planted("harmless: one event in a hundred a sample later", {.moved = 0.01}, seeds);
  print_planted("half a point lost by everybody", {.lost = 0.005}, seeds);
  print_planted("better: half of the misses found", {.gained = 0.5}, seeds);
  if (recordings > 0) print_time(recordings, beats, threads);
  return 0;
}
