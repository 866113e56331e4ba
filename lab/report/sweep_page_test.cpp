/// The page of a sweep, and its section in a study's page.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <regex>

#include "lab/report/html.h"
#include "lab/report/study_report.h"
#include "lab/report/sweep_plot.h"
#include "lab/report/sweep_section.h"
#include "lab/study/simulated_people_for_test.h"

namespace vagus::lab {
namespace {

const std::string swept_specification = people_specification(
    {.name = "swept", .question = "Which <threshold> & pause?", .subjects = 18, .days = 3},
    "[split]\nkind = \"nested\"\nfolds = 3\n[sweep]\nparameters = {refractory_s = [0, 3600]}\nthresholds = 10\n"
    "objectives = [\"m4f.ram_bytes\"]\n" +
        found_and_quiet);

StudyResult swept_study() {
  const StudySpec spec = parse_spec(swept_specification, "swept.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const Cache nothing{std::filesystem::path()};
  StudyResult result = run_study(spec, *source, nothing);
  add_sweep(result, *source, nothing);
  return result;
}

std::size_t count_of_text(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(SweepPage, TheFrontIsDrawnAndWhatIsUnknownIsSaid) {
  const StudyResult result = swept_study();
  ASSERT_TRUE(result.sweep);
  const SweepResult& sweep = *result.sweep;
  const std::string page = sweep_page(result.spec, sweep, {true, 3, {"nobody locked it"}});
  const auto front =
      std::count_if(sweep.settings.begin(), sweep.settings.end(), [](const auto& one) { return one.front; });
  const std::string drawn = sweep_plot(result.spec, sweep);
  EXPECT_EQ(count_of_text(drawn, "<svg"), 1U) << "the memory is known of no setting, so one plot is all there is";
  EXPECT_EQ(count_of_text(drawn, "class=\"dot\""), static_cast<std::size_t>(front));
  EXPECT_GE(count_of_text(drawn, "class=\"chosen\""), 1U);
  EXPECT_EQ(count_of_text(drawn, "class=\"bound\""), 2U);
  EXPECT_NE(page.find("m4f.ram_bytes is not known of 20 of 20 settings"), std::string::npos);
  EXPECT_NE(page.find("Verdict: "), std::string::npos);
  EXPECT_NE(page.find("SIMULATED DATA"), std::string::npos);
  EXPECT_NE(page.find("nobody locked it"), std::string::npos);
  EXPECT_NE(page.find("held out"), std::string::npos);
  EXPECT_NE(page.find("of 3 folds chose the same setting"), std::string::npos);
  EXPECT_NE(page.find("Which &lt;threshold&gt; &amp; pause?"), std::string::npos);
  EXPECT_EQ(page.find("<threshold>"), std::string::npos);
  EXPECT_FALSE(std::regex_search(page, std::regex(R"((src|href)="(https?:)?//)"))) << "asks a network";
  EXPECT_LT(page.size(), 5'000'000U);
}

TEST(SweepPage, AStudyWithASweepHasItsSectionBehindItsFigures) {
  const StudyResult result = swept_study();
  const std::string page = study_report(result, {}, {});
  const auto figures = page.find("id=\"figures\""), section = page.find("id=\"sweep\"");
  ASSERT_NE(section, std::string::npos);
  EXPECT_LT(figures, section);
  EXPECT_NE(page.find("href=\"#sweep\""), std::string::npos);
  EXPECT_NE(page.find(sweep_plot(result.spec, *result.sweep)), std::string::npos);
}

TEST(StudyPage, WhatIsNotShownIsToldHowManySubjectsWouldShowIt) {
  StudyResult result = swept_study();
  RequirementResult& found = result.requirements[0];
  found.verdict = found.judgement.verdict = Verdict::not_shown;
  Evidence evidence;
  RequirementPower power;
  power.needed = 1234;
  evidence.powers = {power, std::nullopt};
  EXPECT_NE(needed_text(result, evidence, 0)
                .find("1\xE2\x80\xAF"
                      "234 subjects like these would show it (power 80 %)"),
            std::string::npos);
  EXPECT_NE(study_report(result, {}, evidence).find("234 subjects like these"), std::string::npos);
  evidence.powers[0]->needed.reset();
  EXPECT_EQ(needed_text(result, evidence, 0), "no number of subjects like these would show it");
  RequirementResult& quiet = result.requirements[1];
  quiet.verdict = quiet.judgement.verdict = Verdict::not_shown;
  evidence.powers[1] = power;
  const double days = result.groups.front().events.worn_s / 86400 / 18 * 1234;
  EXPECT_NE(needed_text(result, evidence, 1).find(", " + counted(std::llround(days)) + " days of wear"),
            std::string::npos)
      << needed_text(result, evidence, 1);
  quiet.verdict = Verdict::met;
  EXPECT_EQ(needed_text(result, evidence, 1), "");
}

}  // namespace
}  // namespace vagus::lab
