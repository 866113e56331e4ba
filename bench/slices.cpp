/// The search for slices on tables with a known cause or none: `slices [--seeds N] [--threads N]`. How often the cause
/// is found first, how often it is confirmed on held-out subjects, how often anything is found where there is nothing,
/// and how long a search takes; last a table of 100,000 subject-days.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>

#include "lab/failures/planted.h"
#include "lab/failures/slice_search.h"

namespace {

using namespace vagus::lab;

struct Tally {
  std::uint64_t first = 0, any = 0, confirmed = 0, refuted = 0, more = 0;
  double seconds = 0;
};

bool about_the_cause(const Slice& slice, bool conjunction) {
  bool number = false, state = false, other = slice.of_subjects;
  for (const Condition& one : slice.conditions) {
    number = number || (one.column == 0 && one.is == Condition::Is::above);
    state = state || one.column == 8;
    other = other || (one.column != 0 && one.column != 8);
  }
  return number && state == conjunction && !other;
}

Tally tally(PlantedSpec spec, std::uint64_t seeds, int threads) {
  Tally all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    spec.seed = seed;
    const ErrorTable table = planted_table(spec);
    SliceOptions options;
    options.threads = threads;
    const auto began = std::chrono::steady_clock::now();
    const auto slices = find_slices(table, options);
    all.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (slices.empty()) continue;
    ++all.any;
    all.more += slices.size() > 1 ? 1 : 0;
    if (!about_the_cause(slices[0], spec.conjunction)) {
      if (spec.times > 1) fmt::print(stderr, "seed {}: {}\n", seed, slices[0].sentence);
      continue;
    }
    ++all.first;
    all.confirmed += slices[0].confirmed == Confirmed::yes ? 1 : 0;
    all.refuted += slices[0].confirmed == Confirmed::no ? 1 : 0;
  }
  return all;
}

void print(const char* what, const PlantedSpec& spec, std::uint64_t seeds, int threads) {
  const Tally t = tally(spec, seeds, threads);
  fmt::print("{:<44}{:>8}{:>8}{:>11}{:>6}{:>11}{:>12.3f}\n", what, t.first, t.any, t.confirmed, t.refuted, t.more,
             t.seconds / static_cast<double>(seeds));
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 100;
  int threads = 0;
  CLI::App app("Planted causes: how often they are found, and nothing where there is none.");
  app.add_option("--seeds", seeds)->capture_default_str();
  app.add_option("--threads", threads);
  CLI11_PARSE(app, argc, argv);
  fmt::print("of {} seeds\n{:<44}{:>8}{:>8}{:>11}{:>6}{:>11}{:>12}\n", seeds, "", "first", "any", "confirmed", "no",
             "two slices", "s a search");
  print("4 times as often in 5 %", {}, seeds, threads);
  print("the same by two conditions", {.conjunction = true}, seeds, threads);
  print("no cause", {.times = 1}, seeds, threads);
  print("no cause, 48 subjects, more bursts", {.subjects = 48, .in_bursts = 0.6, .times = 1}, seeds, threads);
  print("no cause, few errors", {.rate = 0.002, .times = 1}, seeds, threads);
  fmt::print("\none search\n");
  print("100,000 subject-days of 1000 people, 3 times", {.subjects = 1000, .rows = 100, .rate = 0.5, .times = 3}, 1,
        threads);
  return 0;
}
