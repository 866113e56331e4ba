/// page_probe FOLDER: writes the pages that tests/page looks at, all from simulated signals, and what they must show.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "lab/base/atomic_file.h"
#include "lab/report/html.h"
#include "lab/report/quality_sweep.h"
#include "lab/report/review_page.h"
#include "lab/report/study_report.h"
#include "lab/report/sweep_section.h"
#include "lab/stats/cluster_share.h"
#include "lab/study/simulated_people_for_test.h"

namespace vagus::lab {
namespace {

constexpr const char* specification = R"(
name = "page"
question = "What does a page look like?"
[data]
simulate = {kind = "ecg", subjects = 8, duration_s = 120, set = {muscle_mv = 0.5, electrode_mv = 0.4}}
[detector]
name = "health.beats"
[score]
start_s = 5
[[requirement]]
name = "Beats are found"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.9
[[requirement]]
name = "Beats are found in the average person"
statistic = "ec57.sensitivity_average"
direction = "at_least"
bound = 0.9
)";

constexpr const char* swept_sections = R"(
[split]
kind = "nested"
folds = 4
[sweep]
parameters = {refractory_s = [0, 600, 3600]}
thresholds = 20
objectives = ["events.latency_median_s"]
[[requirement]]
name = "Falls are found"
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.8
[[requirement]]
name = "False alarms are rare"
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 0.5
)";

/// The page of a sweep.
void write_sweep(const std::filesystem::path& folder) {
  const std::string question = "Which threshold, and how long a pause after an alarm?";
  const std::string swept =
      people_specification({.name = "swept", .question = question, .subjects = 40}, swept_sections);
  const StudySpec spec = parse_spec(swept, "sweep.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const SweepResult result = run_sweep(spec, *source, Cache{std::filesystem::path()});
  write_whole(folder / "sweep.html", sweep_page(spec, result, {true, 2, {"nobody locked it"}}));
  write_whole(folder / "sweep.json", as_json(result).dump());
}

Evidence evidence_of(const StudyResult& result) {
  Evidence evidence;
  evidence.operating = quality_sweep(result);
  evidence.slices = {{"muscle noise above 0.3 mV", 31, 0.62, 0.04, 37.5, 0.0004, "yes", {}},
                     {"heart rate above 140 bpm", 4, 0.08, 0.03, 2.8, 0.21, "too few", 4.5}};
  evidence.costs = {{"m4f", "RAM", "bytes", 4096, {}, 8192.0}, {"m4f", "instructions", "per sample", 910.5, {}, 900.0}};
  Agreement agreement{"heart rate", "bpm", {}, 0.4, -2.1, 2.9, {}};
  for (int i = 0; i < 12; ++i)
    agreement.pairs.push_back({"s" + std::to_string(i), 60.0 + 5 * i, 60.4 + 5 * i + (i % 3 - 1)});
  evidence.agreements = {agreement};
  evidence.limits = {"Twelve minutes of simulated signal are no evidence."};
  return evidence;
}

/// Every gross and average share at every threshold, as text, computed by lab/stats.
Json expected(const OperatingData& data) {
  Json all = Json::array();
  for (std::size_t t = 0; t < data.thresholds.size(); ++t) {
    for (const bool average : {false, true}) {
      std::map<std::string, Cluster> by_subject;
      for (const OperatingRow& row : data.rows) {
        by_subject[row.subject].numerator += row.tp[t];
        by_subject[row.subject].denominator += row.tp[t] + row.fn[t];
      }
      std::vector<Cluster> clusters;
      for (const auto& [subject, sum] : by_subject) {
        if (!average) clusters.push_back(sum);
        if (average && sum.denominator > 0) clusters.push_back({sum.numerator / sum.denominator, 1});
      }
      ShareOptions options;
      options.trials = !average;
      const Estimate estimate = cluster_share(clusters, options);
      const Interval& interval = estimate.interval;
      all.push_back({{"row", average ? "sensitivity average" : "sensitivity gross"},
                     {"threshold", t},
                     {"value", percent(estimate.value)},
                     {"interval", percent_range(interval.low, interval.high)}});
    }
  }
  return all;
}

/// False beats an hour at some thresholds, with the bootstrap interval of lab/stats: numbers, written as the page does.
Json expected_rates(const OperatingData& data) {
  Json all = Json::array();
  for (std::size_t t = 0; t < data.thresholds.size(); t += 8) {
    std::vector<std::string> names;
    std::vector<Cluster> clusters;
    for (const OperatingRow& row : data.rows) {
      const auto at = std::find(names.begin(), names.end(), row.subject);
      const auto index = static_cast<std::size_t>(at - names.begin());
      if (at == names.end()) {
        names.push_back(row.subject);
        clusters.emplace_back();
      }
      clusters[index].numerator += row.fp[t];
      clusters[index].denominator += row.exposure[t];
    }
    BootstrapOptions options;
    options.trials = false;
    options.seed = data.seed;
    options.resamples = data.resamples;
    const Estimate estimate = cluster_ratio(clusters, options);
    all.push_back({{"threshold", t},
                   {"value", estimate.value},
                   {"low", estimate.interval.low},
                   {"high", estimate.interval.high}});
  }
  return all;
}

ReviewSet review_of(const StudyResult& result, const std::vector<RecordExcerpts>& excerpts) {
  ReviewSet set;
  set.title = "Are these beats?";
  set.instructions = "Look at each mark and say whether a heart beat is there.";
  set.simulated = true;
  for (std::size_t i = 0; i < 100; ++i) {
    const RecordExcerpts& entry = excerpts[i % excerpts.size()];
    if (entry.excerpts.empty()) continue;
    const Excerpt& excerpt = entry.excerpts[i / excerpts.size() % entry.excerpts.size()];
    ReviewCase one;
    one.id = "c" + std::to_string(1000 + i);
    one.recording = result.records[entry.record].item.id();
    one.signal = excerpt.signal;
    one.t_s = excerpt.t0_s + 1.5 + 0.01 * static_cast<double>(i % 50);
    one.marks = {{excerpt.t0_s + 4, "N"}};
    one.question = "Is there a beat at the mark?";
    set.cases.push_back(one);
  }
  return set;
}

int write_all(const std::filesystem::path& folder) {
  const StudySpec spec = parse_spec(specification, "page.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const Cache nothing{std::filesystem::path()};
  const StudyResult result = run_study(spec, *source, nothing);
  const auto excerpts = make_excerpts(result, *source, nothing);
  Evidence evidence = evidence_of(result);
  std::filesystem::create_directories(folder);
  write_whole(folder / "page.toml", specification);
  write_whole(folder / "report.html", study_report(result, excerpts, evidence));
  write_whole(folder / "expected.json", expected(*evidence.operating).dump());
  write_whole(folder / "rates.json", expected_rates(*evidence.operating).dump());
  write_sweep(folder);
  const ReviewSet review = review_of(result, excerpts);
  write_whole(folder / "review.html", review_page(review));
  write_whole(folder / "review.json", Json{{"hash", review_set_hash(review)}, {"cases", review.cases.size()}}.dump());
  return 0;
}

}  // namespace
}  // namespace vagus::lab

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: page_probe FOLDER\n", stderr);
    return 2;
  }
  try {
    return vagus::lab::write_all(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "page_probe: %s\n", error.what());
    return 1;
  }
}
