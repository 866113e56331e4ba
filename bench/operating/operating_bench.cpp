/// Simulated subject-days of events and scores, without waveforms, through scoring, the curve, bootstrap bands, the
/// choice of a point, its judgement on other subjects, and sweeps of decision rules; time and peak memory of each.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lab/simulate/events/events.h"
#include "lab/study/operating/choice.h"
#include "lab/study/operating/cores.h"
#include "lab/study/operating/decision.h"
#include "lab/study/operating/pareto.h"

namespace {

using namespace vagus::lab;
using namespace vagus::lab::operating;

struct Arguments {
  std::int64_t subjects = 2000, days = 50;
  double candidates_per_day = 40;
  int resamples = 2000, threads = 2;
  std::size_t thresholds = 200;
};

double peak_gib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1024. * 1024.);
}

/// Prints what each step took.
class Clock {
 public:
  template <class Step>
  void time(const std::string& what, Step&& step) {
    const auto start = std::chrono::steady_clock::now();
    step();
    const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    total_ += s;
    fmt::print("{:<58}{:>8.2f} s{:>8.2f} GiB peak\n", what, s, peak_gib());
  }
  double total() const { return total_; }

 private:
  double total_ = 0;
};

struct Days {
  Cohort cohort;
  EventCounts counts;  ///< at the threshold the protocol was scored at
};

/// Simulates, scores at one threshold by the protocol, and keeps every candidate; people a block, joined in order.
Days simulate_and_score(const Arguments& a, const sim::EventCohortSpec& spec, double threshold) {
  constexpr std::int64_t people = 64;
  const auto blocks = static_cast<std::size_t>((a.subjects + people - 1) / people);
  std::vector<Days> parts(blocks);
  on_cores(blocks, a.threads, [&](std::size_t b) {
    const std::int64_t first = static_cast<std::int64_t>(b) * people;
    for (std::int64_t s = first; s < std::min(first + people, a.subjects); ++s)
      for (std::int64_t d = 0; d < a.days; ++d) {
        sim::SimulatedDay day = sim::simulated_day(spec, 1, s, d);
        const EventMatcher matcher(std::move(day.reference), EventRule::fall);
        parts[b].cohort.add(day.subject, matcher, day.candidates);
        std::erase_if(day.candidates, [&](const EventDetection& c) { return c.score < threshold; });
        parts[b].counts += score_events(matcher, EventTest{std::move(day.candidates), {}});
      }
  });
  Days out;
  for (Days& part : parts) {
    out.cohort.append(part.cohort);
    out.counts += part.counts;
    part = {};
  }
  return out;
}

std::vector<DecisionRule> rules(const std::vector<double>& thresholds) {
  std::vector<DecisionRule> out;
  for (std::size_t k = 0; k < thresholds.size(); k += 10)
    for (const double refractory_s : {0., 60., 600.})
      for (const int m : {1, 2}) {
        DecisionRule rule;
        rule.on = thresholds[k];
        rule.m = m;
        rule.n = m == 1 ? 1 : 3;
        rule.within_s = 30;
        rule.refractory_s = refractory_s;
        out.push_back(rule);
      }
  return out;
}

void run(const Arguments& a) {
  sim::EventCohortSpec spec;
  spec.subjects = a.subjects;
  spec.days = a.days;
  spec.candidates_per_day = a.candidates_per_day;
  spec.separation = 5;
  constexpr double scored_at = 0.97;
  constexpr Figure figures[] = {Figure::sensitivity, Figure::alarms_per_day, Figure::predictivity};
  Clock clock;
  Days days;
  clock.time("simulated and scored by the protocol", [&] { days = simulate_and_score(a, spec, scored_at); });
  const Exposure total = days.cohort.total();
  fmt::print("  {} subjects, {} recordings, {:.0f} days worn, {} events, {} candidates\n", a.subjects,
             days.cohort.recordings().size(), total.worn_days, total.events, days.cohort.moments().size());

  std::optional<OperatingCurve> curve;
  clock.time("every operating point", [&] { curve.emplace(days.cohort); });
  const OperatingPoint point = curve->at(scored_at);
  const bool same = point.detected == days.counts.detected && point.wear_alarms == days.counts.wear_alarms;
  fmt::print("  {} points; at {} as the protocol scored it: {}; ceiling of the gate {:.2f} %\n", curve->points().size(),
             scored_at, same ? "yes" : "NO", 100 * curve->ceiling().sensitivity());

  const std::vector<double> thresholds = curve->thresholds(a.thresholds);
  BandOptions how;
  how.resamples = a.resamples;
  how.threads = a.threads;
  std::vector<Band> all;
  clock.time(
      fmt::format("bands: {} figures, {} thresholds, {} resamples", std::size(figures), thresholds.size(), a.resamples),
      [&] { all = bands(*curve, thresholds, figures, how); });

  if (a.subjects <= 5000) {
    const std::vector<double> few(thresholds.begin(),
                                  thresholds.begin() + std::min<std::ptrdiff_t>(10, std::ssize(thresholds)));
    BootstrapOptions each;
    each.resamples = a.resamples;
    each.method = BootstrapOptions::Method::percentile;
    clock.time(fmt::format("  for comparison, cluster_ratio at {} of the thresholds", few.size()),
               [&] { (void)bands_by(bootstrap_measure(each), *curve, few, figures, 0.95, a.threads); });
  }

  std::vector<DecisionRule> swept = rules(thresholds);
  std::vector<RuleResult> results;
  clock.time(fmt::format("{} decision rules", swept.size()), [&] { results = sweep(swept, days.cohort, a.threads); });
  clock.time("Pareto front of the rules", [&] {
    std::vector<Setting> settings;
    for (std::size_t k = 0; k < swept.size(); ++k) {
      const double found = value_of(Figure::sensitivity, results[k].tally, total);
      const double alarms = value_of(Figure::alarms_per_day, results[k].tally, total);
      settings.push_back({swept[k].name(), {{found, found}, {alarms, alarms}}});
    }
    const std::vector<Objective> objectives = {{"sensitivity", Better::more}, {"alarms per day", Better::less}};
    fmt::print("  {} of {} rules on the front\n", pareto_front(settings, objectives).size(), settings.size());
  });

  std::vector<bool> train(days.cohort.subjects().size());
  for (std::size_t s = 0; s < train.size(); ++s) train[s] = s % 2 == 0;
  clock.time("point chosen on half of the subjects, judged on the others", [&] {
    const Cohort left = days.cohort.part(train);
    train.flip();
    const Cohort right = days.cohort.part(train);
    days.cohort = {};
    const std::vector<FigureRequirement> asked = {{Figure::sensitivity, {Direction::at_least, 0.85, 0.95}},
                                                  {Figure::alarms_per_day, {Direction::at_most, 1.0, 0.95}}};
    ChoiceOptions options;
    options.resamples = a.resamples;
    options.threads = a.threads;
    options.thresholds = a.thresholds;
    const Judged judged = choose_and_judge(left, right, asked, options);
    fmt::print("  threshold {:.4f}, {}; {} thresholds of {} met all on the training subjects\n",
               judged.choice.threshold, name(judged.verdict), judged.choice.feasible, judged.choice.tried);
    for (const JudgedFigure& figure : judged.test)
      fmt::print("  {:<24}{:.4f} [{:.4f}, {:.4f}]\n", name(figure.asked.figure), figure.judgement.estimate.value,
                 figure.judgement.estimate.interval.low, figure.judgement.estimate.interval.high);
  });
  fmt::print("in all {:.1f} s, {:.2f} GiB at most, {} threads (target: 300 s, 4 GiB on 2 cores, slices included)\n",
             clock.total(), peak_gib(), a.threads);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app("operating points of simulated subject-days");
  app.add_option("--subjects", a.subjects)->capture_default_str();
  app.add_option("--days", a.days, "of each subject")->capture_default_str();
  app.add_option("--candidates-per-day", a.candidates_per_day)->capture_default_str();
  app.add_option("--resamples", a.resamples)->capture_default_str();
  app.add_option("--thresholds", a.thresholds)->capture_default_str();
  app.add_option("--threads", a.threads)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(a);
  } catch (const std::exception& error) {
    fmt::print(stderr, "operating_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
