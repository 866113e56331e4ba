/// Whether quality means what it says: `calibration [SPEC] [--group NAME] [--json]`. Of a study's recordings (those of
/// one group), the beats and the seconds are sorted by the probability that the detector gave them, and what it
/// promised in each bin stands beside what came true. Beats come from the study's own cached run; a beat is right if
/// EC57 matches it. Seconds are those of health.quality; a second is right if no beat in it was missed and none was
/// false.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/progress.h"
#include "lab/stats/interval.h"
#include "lab/study/cache.h"
#include "lab/study/study.h"

namespace {

using namespace vagus;

constexpr std::array edges = {0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99};

struct Bin {
  std::int64_t count = 0, right = 0;
  double promised = 0;  ///< sum of the probabilities
};

/// Predictions and what came of them, in bins from each edge to the next.
struct Reliability {
  std::array<Bin, edges.size()> bins;
  double square_error = 0;

  void add(double probability, bool right) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), probability);
    Bin& bin = bins[static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - edges.begin() - 1, 0))];
    ++bin.count;
    bin.right += right ? 1 : 0;
    bin.promised += probability;
    square_error += (probability - (right ? 1 : 0)) * (probability - (right ? 1 : 0));
  }
  void add(const Reliability& other) {
    for (std::size_t i = 0; i < bins.size(); ++i) {
      bins[i].count += other.bins[i].count;
      bins[i].right += other.bins[i].right;
      bins[i].promised += other.bins[i].promised;
    }
    square_error += other.square_error;
  }
  std::int64_t count() const {
    std::int64_t all = 0;
    for (const Bin& bin : bins) all += bin.count;
    return all;
  }
  double brier() const { return square_error / static_cast<double>(count()); }
  /// Mean distance of promise and outcome over the bins, each weighted by how many it holds.
  double expected_error() const {
    double sum = 0;
    for (const Bin& bin : bins) sum += std::abs(bin.promised - static_cast<double>(bin.right));
    return sum / static_cast<double>(count());
  }
};

/// Times of what a detector got wrong, in order.
std::vector<double> mistakes_s(const lab::Ec57& scored) {
  std::vector<double> times;
  for (const auto* ticks : {&scored.missed, &scored.extra})
    for (const std::int64_t tick : *ticks) times.push_back(static_cast<double>(tick) / scored.clock_hz);
  std::sort(times.begin(), times.end());
  return times;
}

Reliability of_beats(const lab::RecordResult& record, double from_s) {
  const lab::Ec57& scored = record.scored;
  const std::set<std::int64_t> wrong(scored.extra.begin(), scored.extra.end());
  Reliability beats;
  for (const lab::Event& event : record.run.events) {
    if (event.kind != lab::Said::Kind::event || event.t_s < from_s) continue;
    beats.add(static_cast<double>(event.value), !wrong.contains(std::llround(event.t_s * scored.clock_hz)));
  }
  return beats;
}

Reliability of_seconds(const lab::RecordResult& record, const lab::Recording& recording, double from_s) {
  const std::vector<double> wrong = mistakes_s(record.scored);
  lab::RunOptions options;
  options.channel = record.run.channel;
  Reliability seconds;
  for (const lab::Event& event : lab::run(lab::detector("health.quality"), recording, options).events) {
    if (event.kind != lab::Said::Kind::event || event.t_start_s < from_s) continue;
    const auto next = std::lower_bound(wrong.begin(), wrong.end(), event.t_start_s);
    seconds.add(static_cast<double>(event.value), next == wrong.end() || *next >= event.t_end_s);
  }
  return seconds;
}

lab::Json json_of(const Reliability& of) {
  lab::Json bins = lab::Json::array();
  for (std::size_t i = 0; i < of.bins.size(); ++i) {
    const Bin& bin = of.bins[i];
    if (bin.count == 0) continue;
    const auto count = static_cast<double>(bin.count);
    const lab::Interval interval = lab::wilson(static_cast<double>(bin.right), count);
    bins.push_back({{"from", edges[i]},
                    {"to", i + 1 < edges.size() ? edges[i + 1] : 1.0},
                    {"count", bin.count},
                    {"promised", bin.promised / count},
                    {"observed", static_cast<double>(bin.right) / count},
                    {"interval", {interval.low, interval.high}}});
  }
  return {{"count", of.count()}, {"brier", of.brier()}, {"expected_error", of.expected_error()}, {"bins", bins}};
}

void print(const char* what, const lab::Json& of) {
  fmt::print("{}: {}, Brier score {:.5f}, expected calibration error {:.5f}\n", what, of["count"].get<std::int64_t>(),
             of["brier"].get<double>(), of["expected_error"].get<double>());
  fmt::print("{:>14}{:>10}{:>12}{:>12}   {}\n", "quality", "count", "promised %", "right %", "95 % interval");
  for (const lab::Json& bin : of["bins"]) {
    fmt::print("{:>6.2f} to {:>4.2f}{:>10}{:>12.2f}{:>12.2f}   {:.2f} to {:.2f}\n", bin["from"].get<double>(),
               bin["to"].get<double>(), bin["count"].get<std::int64_t>(), 100 * bin["promised"].get<double>(),
               100 * bin["observed"].get<double>(), 100 * bin["interval"][0].get<double>(),
               100 * bin["interval"][1].get<double>());
  }
}

}  // namespace

int main(int argc, char** argv) try {
  std::string path = "studies/beats.toml";
  std::string group_name = "DS2";
  bool json = false;
  CLI::App app("Promised against observed: the quality of beats and of seconds over a study's recordings.");
  app.add_option("SPEC", path, "the study")->capture_default_str();
  app.add_option("--group", group_name, "one of its groups; \"\" all recordings")->capture_default_str();
  app.add_flag("--json", json, "one JSON value");
  CLI11_PARSE(app, argc, argv);
  lab::Progress::silence();
  const lab::StudySpec spec = lab::read_spec(path);
  const auto source = lab::open_source(spec.data, spec.score.reference, spec.seed);
  const lab::StudyResult result = lab::run_study(spec, *source, lab::Cache::open());
  const auto group = std::find_if(spec.groups.begin(), spec.groups.end(),
                                  [&](const lab::Group& one) { return one.name == group_name; });
  if (!group_name.empty() && (group == spec.groups.end() || !group->recordings.empty()))
    throw lab::UsageError("the study has no group \"" + group_name + "\" by attributes");
  std::vector<const lab::RecordResult*> records;
  for (const lab::RecordResult& record : result.records)
    if (group_name.empty() || group->where.picks(record.item.attributes)) records.push_back(&record);
  if (records.empty()) throw lab::Error("no recording belongs to the group", path);
  Reliability beats;
  Reliability seconds;
  std::mutex adding;
  lab::on_cores(records.size(), 0, [&](std::size_t i) {
    const Reliability of_this = of_beats(*records[i], spec.score.start_s);
    const Reliability its_seconds = of_seconds(*records[i], source->load(records[i]->item), spec.score.start_s);
    const std::scoped_lock lock(adding);
    beats.add(of_this);
    seconds.add(its_seconds);
  });
  const lab::Json all = {{"study", spec.name},
                         {"group", group_name},
                         {"records", records.size()},
                         {"beats", json_of(beats)},
                         {"seconds", json_of(seconds)}};
  if (json) {
    fmt::print("{}\n", all.dump());
    return 0;
  }
  fmt::print("{} {}, {} recordings from {} s\n", spec.name, group_name, records.size(), spec.score.start_s);
  print("beats", all["beats"]);
  print("seconds", all["seconds"]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "calibration: %s\n", error.what());
  return 3;
}
