#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "lab/report/html.h"
#include "lab/report/quality_sweep.h"
#include "lab/report/run_report.h"
#include "lab/report/study_report.h"
#include "lab/report/wave.h"

namespace vagus::lab {
namespace {

constexpr const char* hostile = "</title><script>alert(1)</script>\"'&\x01\xFF";

bool is_hostile(const std::string& page) {
  return page.find("<script>alert") != std::string::npos || page.find('\x01') != std::string::npos ||
         page.find('\xFF') != std::string::npos;
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

TEST(Html, WhatCouldBeMarkupIsEscapedAndBrokenTextReplaced) {
  EXPECT_EQ(escaped("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  EXPECT_EQ(escaped("\xC3\xA9"), "\xC3\xA9");
  for (const char* broken : {"\xC3", "\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x01", "\x7F"})
    EXPECT_EQ(escaped(broken).find(broken), std::string::npos);
}

TEST(Html, SharesAreNeverRoundedUpToAll) {
  EXPECT_EQ(percent(1), "100.000\xE2\x80\xAF%");
  EXPECT_EQ(percent(0.99999999), "99.999\xE2\x80\xAF%");
  EXPECT_EQ(percent(0.9985), "99.850\xE2\x80\xAF%");
  EXPECT_EQ(percent_range(0.9, 0.9985), "90.00 to 99.850\xE2\x80\xAF%");
  EXPECT_EQ(percent_as_stated(0.995), "99.5\xE2\x80\xAF%");
  EXPECT_EQ(percent_as_stated(1), "100\xE2\x80\xAF%");
  EXPECT_EQ(percent(0), "0.00\xE2\x80\xAF%");
  EXPECT_EQ(percent(std::numeric_limits<double>::quiet_NaN()), "unknown");
}

TEST(Html, TimesReadAsAClock) {
  EXPECT_EQ(clock_time(61), "1:01");
  EXPECT_EQ(clock_time(3661.26, true), "1:01:01.3");
  EXPECT_EQ(clock_time(59.99, true), "1:00.0");
  EXPECT_EQ(clock_time(0), "0:00");
}

TEST(Path, LeavesOutWhatAStraightLineSaysAlready) {
  Path path;
  for (int x = 0; x <= 100; ++x) path.add(x, 20);
  EXPECT_EQ(path.take(), "M0 20h100");
}

TEST(Path, StaysWithinAUnitOfEveryPoint) {
  Path path;
  std::vector<std::pair<double, double>> points;
  for (int i = 0; i < 500; ++i) points.emplace_back(1.7 * i, 100 + 80 * std::sin(0.05 * i) * std::cos(0.31 * i));
  for (const auto& [x, y] : points) path.add(x, y);
  // Reads the path back: M x y, then l dx dy, h dx, v dy.
  const std::string text = path.take();
  std::vector<std::pair<double, double>> corners;
  double x = 0, y = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char command = text[at++];
    std::size_t used = 0;
    const auto next = [&] {
      const double value = std::stod(text.substr(at), &used);
      at += used;
      return value;
    };
    if (command == 'M') {
      x = next();
      y = next();
    } else {
      x += command == 'v' ? 0 : next();
      y += command == 'h' ? 0 : next();
    }
    corners.emplace_back(x, y);
  }
  EXPECT_LT(corners.size(), points.size());
  std::size_t piece = 0;
  for (const auto& [px, py] : points) {
    while (piece + 2 < corners.size() && corners[piece + 1].first < px) ++piece;
    const auto &a = corners[piece], &b = corners[piece + 1];
    const double share = std::clamp((px - a.first) / std::max(b.first - a.first, 1e-9), 0.0, 1.0);
    // Half a unit by choice of points, half by rounding, and the slope times half a unit by rounding along x.
    const double slope = std::abs(b.second - a.second) / std::max(b.first - a.first, 1.0);
    EXPECT_NEAR(a.second + share * (b.second - a.second), py, 1.01 + slope);
  }
}

TEST(Path, IsPartedWhereThereIsNoValue) {
  Path path;
  path.add(0, 0);
  path.add(10, 0);
  path.add(20, std::numeric_limits<double>::quiet_NaN());
  path.add(30, 5);
  path.add(40, 5);
  EXPECT_EQ(path.take(), "M0 0h10M30 5h10");
}

StudySpec small_spec() {
  StudySpec spec = parse_spec(R"(
name = "small"
[data]
simulate = {kind = "ecg", subjects = 3, duration_s = 60, set = {muscle_mv = 0.4}}
[detector]
name = "health.beats"
[score]
start_s = 5
[[requirement]]
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.5
)",
                              "small.toml");
  return spec;
}

TEST(StudyReport, SaysVerdictSimulatedAndWhatItIsNot) {
  const StudySpec spec = small_spec();
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const Cache nothing{std::filesystem::path()};
  const StudyResult result = run_study(spec, *source, nothing);
  const auto excerpts = make_excerpts(result, *source, nothing);
  const std::string page = study_report(result, excerpts);
  EXPECT_NE(page.find("Verdict: " + std::string(name(result.verdict))), std::string::npos);
  EXPECT_NE(page.find("SIMULATED DATA"), std::string::npos);
  EXPECT_NE(page.find("Not a medical device"), std::string::npos);
  EXPECT_NE(page.find("ec57"), std::string::npos);
  EXPECT_NE(page.find(result.data_hash), std::string::npos);
  EXPECT_LT(page.size(), 5'000'000U);
  // Nothing is asked of a network, and every drawing has its text.
  EXPECT_EQ(page.find("http://"), std::string::npos);
  EXPECT_EQ(page.find("https://"), std::string::npos);
  EXPECT_EQ(occurrences(page, "role=\"img\""), occurrences(page, "role=\"img\" aria-label=\""));
  std::size_t drawn = 0;
  for (const auto& entry : excerpts) drawn += entry.excerpts.size();
  EXPECT_GT(drawn, 0U);
  EXPECT_EQ(occurrences(page, "<figure>"), drawn + 1);
  EXPECT_EQ(page, study_report(result, excerpts));
}

TEST(StudyReport, HostileNamesStayText) {
  StudySpec spec = small_spec();
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const Cache nothing{std::filesystem::path()};
  StudyResult result = run_study(spec, *source, nothing);
  const auto excerpts = make_excerpts(result, *source, nothing);
  result.spec.name = result.spec.question = result.sentence = hostile;
  result.spec.requirements[0].name = result.requirements[0].asked.name = hostile;
  result.groups[0].name = hostile;
  result.failed.push_back({hostile, hostile});
  result.excluded.push_back({hostile, hostile});
  result.exploratory = {hostile};
  for (auto& record : result.records) {
    record.item.name = record.item.subject = record.item.set = hostile;
    record.run.channel = hostile;
    for (auto& annotation : record.reference.annotations) annotation.text = hostile;
  }
  Evidence evidence;
  evidence.operating = quality_sweep(result);
  ASSERT_TRUE(evidence.operating);
  evidence.operating->threshold = evidence.operating->meaning = evidence.operating->figures[0].name = hostile;
  evidence.slices = {{hostile, 1, 0.5, 0.5, 2, 0.01, hostile, {}}};
  evidence.costs = {{hostile, hostile, hostile, 1, {}, 2.0}};
  evidence.agreements = {{hostile, hostile, {{hostile, 1, 2}}, 1, 0, 2, hostile}};
  evidence.limits = {hostile};
  EXPECT_FALSE(is_hostile(study_report(result, excerpts, evidence)));
}

TEST(StudyReport, WhatIsTooMuchToDrawIsCounted) {
  const StudySpec spec = small_spec();
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const Cache nothing{std::filesystem::path()};
  const StudyResult result = run_study(spec, *source, nothing);
  ExcerptOptions few;
  few.per_record = 1;
  const auto excerpts = make_excerpts(result, *source, nothing, few);
  std::size_t mistakes = 0;
  for (const auto& entry : excerpts) {
    EXPECT_LE(entry.excerpts.size(), 1U);
    mistakes += entry.mistakes;
  }
  const std::string page = study_report(result, excerpts);
  EXPECT_NE(page.find("of " + plural(static_cast<std::int64_t>(mistakes), "mistake")), std::string::npos);
}

TEST(RunReport, DrawsTheWholeOfAShortRecordingAndKeepsIdentifiersOut) {
  const StudySpec spec = small_spec();
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  Recording recording = source->load(source->items()[0]);
  recording.identifiers = {{"name", "Jane Roe"}};
  RunOptions options;
  options.probes = {"all"};
  const RunResult result = run(detector("health.beats"), recording, options);
  const std::string page = run_report(recording, result);
  EXPECT_NE(page.find("SIMULATED DATA"), std::string::npos);
  EXPECT_EQ(page.find("Jane"), std::string::npos);
  EXPECT_EQ(occurrences(page, "<figure>"), 7U);  // six strips of ten seconds and the rate
  Recording named = recording;
  named.name = hostile;
  named.channels[0].name = hostile;
  RunResult renamed = result;
  renamed.channel = hostile;
  renamed.summary["channel"] = hostile;
  EXPECT_FALSE(is_hostile(run_report(named, renamed)));
}

}  // namespace
}  // namespace vagus::lab
