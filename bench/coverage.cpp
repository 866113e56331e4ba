/// How often intervals hold the truth, and how wide they are, in simulated people who differ:
/// `coverage [--runs 10000] [--resamples 500] [--trials 100] [--only shares|alarms] [--subjects N]
/// [--no-bootstraps] [--seed 1]`. The bootstraps take nearly all the time: without them 10,000 runs take a minute or
/// two. Shares: beta over subjects, by p, intraclass correlation and number of subjects, each with half to one and a
/// half times --trials. Alarms per day: gamma over people, worn 7 to 21 days. Nominal 95 %. One table each, and the
/// least coverage of each method at 20 subjects and up.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/stats/alarm_rate.h"
#include "lab/stats/cluster_share.h"
#include "lab/stats/population.h"

namespace {

using namespace vagus::lab;

struct Settings {
  int runs = 10000, resamples = 500, trials = 100, subjects = 0;
  bool bootstraps = true;
  std::uint64_t seed = 1;
  std::string only;
};

using Make = std::function<Interval(const std::vector<Cluster>&, std::uint64_t seed)>;
struct Way {
  std::string name;
  Make make;
};

struct Tally {
  int covered = 0, finite = 0;
  double width = 0;
};
struct Cell {
  std::string name;
  int subjects = 0;
  double truth = 0;
  std::function<std::vector<Cluster>(vagus::lab::SplitMix&)> draw;
};

Make bootstrap(BootstrapOptions::Method method, int resamples, bool trials) {
  return [=](const std::vector<Cluster>& data, std::uint64_t seed) {
    BootstrapOptions options;
    options.method = method;
    options.resamples = resamples;
    options.seed = seed;
    options.trials = false;
    const Estimate e = cluster_ratio(data, options);
    const Interval whole{0, trials ? 1 : HUGE_VAL};
    return std::isnan(e.value) ? whole : Interval{std::max(0., e.interval.low), std::min(whole.high, e.interval.high)};
  };
}

Cluster total(const std::vector<Cluster>& data) {
  Cluster sum;
  for (const Cluster& c : data) {
    sum.numerator += c.numerator;
    sum.denominator += c.denominator;
  }
  return sum;
}

std::vector<Way> share_ways(const Settings& settings) {
  using Method = BootstrapOptions::Method;
  return {{"exact",
           [](const std::vector<Cluster>& data, std::uint64_t) {
             const Cluster sum = total(data);
             return clopper_pearson(sum.numerator, sum.denominator);
           }},
          {"wilson",
           [](const std::vector<Cluster>& data, std::uint64_t) {
             const Cluster sum = total(data);
             return wilson(sum.numerator, sum.denominator);
           }},
          {"percentile", bootstrap(Method::percentile, settings.resamples, true)},
          {"bca", bootstrap(Method::bca, settings.resamples, true)},
          {"studentised", bootstrap(Method::studentised, settings.resamples, true)},
          {"default", [](const std::vector<Cluster>& data, std::uint64_t) { return cluster_share(data).interval; }}};
}

std::vector<Way> alarm_ways(const Settings& settings) {
  using Method = BootstrapOptions::Method;
  return {{"percentile", bootstrap(Method::percentile, settings.resamples, false)},
          {"bca", bootstrap(Method::bca, settings.resamples, false)},
          {"studentised", bootstrap(Method::studentised, settings.resamples, false)},
          {"effective",
           [](const std::vector<Cluster>& data, std::uint64_t) { return effective_count_rate(data).interval; }},
          {"default", [](const std::vector<Cluster>& data, std::uint64_t) { return alarm_rate(data).interval; }}};
}

std::vector<Tally> try_out(const Cell& cell, const std::vector<Way>& ways, const Settings& settings,
                           std::uint64_t stream, Progress& progress) {
  std::vector<Interval> all(static_cast<std::size_t>(settings.runs) * ways.size());
  tbb::parallel_for(0, settings.runs, [&](int run) {
    const auto index = static_cast<std::size_t>(run);
    SplitMix random = SplitMix::stream(settings.seed + stream, index);
    const std::vector<Cluster> data = cell.draw(random);
    for (std::size_t w = 0; w < ways.size(); ++w) all[index * ways.size() + w] = ways[w].make(data, index);
    progress.advance();
  });
  std::vector<Tally> tallies(ways.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    Tally& tally = tallies[i % ways.size()];
    tally.covered += all[i].low <= cell.truth && cell.truth <= all[i].high ? 1 : 0;
    if (!std::isfinite(all[i].width())) continue;
    tally.width += all[i].width();
    ++tally.finite;
  }
  return tallies;
}

/// Those of the cells, and of the ways, that were asked for.
void keep(std::vector<Cell>& cells, std::vector<Way>& ways, const Settings& settings) {
  std::erase_if(cells, [&](const Cell& c) { return settings.subjects > 0 && c.subjects != settings.subjects; });
  std::erase_if(ways, [&](const Way& w) {
    return !settings.bootstraps && (w.name == "percentile" || w.name == "bca" || w.name == "studentised");
  });
}

/// A line a cell: of each way coverage in percent, then mean width.
void print_table(const std::string& head, std::vector<Cell> cells, std::vector<Way> ways, const Settings& settings) {
  keep(cells, ways, settings);
  fmt::print("\n{:<34}", head);
  for (const Way& way : ways) fmt::print("{:>19}", way.name);
  fmt::print("\n");
  std::vector<double> least(ways.size(), 1);
  Progress progress(head, static_cast<std::int64_t>(cells.size()) * settings.runs);
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const std::vector<Tally> tallies = try_out(cells[c], ways, settings, 1000 * c, progress);
    fmt::print("{:<34}", cells[c].name);
    for (std::size_t w = 0; w < ways.size(); ++w) {
      const double coverage = static_cast<double>(tallies[w].covered) / settings.runs;
      if (cells[c].subjects >= 20) least[w] = std::min(least[w], coverage);
      fmt::print("{:>8.1f} %  {:7.4f}", 100 * coverage, tallies[w].width / std::max(1, tallies[w].finite));
    }
    fmt::print("\n");
    std::fflush(stdout);
  }
  fmt::print("{:<34}", "least at 20 subjects and up");
  for (const double coverage : least) fmt::print("{:>8.1f} %         ", 100 * coverage);
  fmt::print("\n");
}

std::vector<Cell> share_cells(const Settings& settings) {
  std::vector<Cell> cells;
  for (const int subjects : {8, 12, 20, 32, 48})
    for (const double icc : {0.0, 0.01, 0.05, 0.1, 0.3})
      for (const double p : {0.5, 0.8, 0.9, 0.95, 0.99}) {
        const SharePopulation population{p, icc, std::max(1, settings.trials / 2),
                                         std::max(1, settings.trials * 3 / 2)};
        cells.push_back({fmt::format("{:2} subjects, icc {:4.2f}, p {:4.2f}", subjects, icc, p), subjects, p,
                         [=](SplitMix& random) { return draw(population, subjects, random); }});
      }
  return cells;
}

std::vector<Cell> alarm_cells() {
  std::vector<Cell> cells;
  for (const int people : {8, 12, 20, 32, 48, 100})
    for (const double shape : {0.2, 0.5, 1.})
      for (const double per_day : {0.02, 0.2, 2.}) {
        const AlarmPopulation population{per_day, shape, 7, 21};
        cells.push_back({fmt::format("{:3} people, shape {:3.1f}, {:4.2f} a day", people, shape, per_day), people,
                         per_day, [=](SplitMix& random) { return draw(population, people, random); }});
      }
  return cells;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app{"Coverage and mean width of intervals (nominal 95 %) in simulated people who differ."};
  app.add_option("--runs", settings.runs, "data sets a cell")->check(CLI::Range(1, 10'000'000))->capture_default_str();
  app.add_option("--resamples", settings.resamples, "of each bootstrap")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str();
  app.add_option("--trials", settings.trials, "mean trials a subject")
      ->check(CLI::Range(2, 100'000))
      ->capture_default_str();
  app.add_option("--subjects", settings.subjects, "only cells of so many subjects (0: all)");
  app.add_flag("!--no-bootstraps", settings.bootstraps, "leave out percentile, BCa and studentised");
  app.add_option("--only", settings.only)->check(CLI::IsMember({"shares", "alarms"}));
  app.add_option("--seed", settings.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  fmt::print("{} runs a cell; coverage, then mean width (of those that are finite)\n", settings.runs);
  if (settings.only != "alarms") print_table("share", share_cells(settings), share_ways(settings), settings);
  if (settings.only != "shares") print_table("alarms per day", alarm_cells(), alarm_ways(settings), settings);
  return 0;
}
