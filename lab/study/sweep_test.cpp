/// Sweeps over parameters and thresholds together, nested choices, costs as objectives.
#include "lab/study/sweep.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "lab/base/error.h"
#include "lab/deploy/cost.h"
#include "lab/study/folds.h"
#include "lab/study/simulated_people_for_test.h"
#include "lab/study/sweep_points.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

const Cache without_cache{fs::path()};

std::string people(const std::string& more) { return people_specification({.name = "swept"}, found_and_quiet + more); }

SweepResult swept(const std::string& text, const StudyOptions& options = {}) {
  const StudySpec spec = parse_spec(text, "swept.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  return run_sweep(spec, *source, without_cache, options);
}

std::string why_refused(const std::string& text) {
  try {
    swept(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

const std::string both = "[sweep]\nparameters = {refractory_s = [0, 3600], off = [0]}\nthresholds = 12\n";

TEST(SweepTogether, EveryCombinationStandsAtEveryThreshold) {
  const SweepResult sweep = swept(people("[split]\nkind = \"kfold\"\nfolds = 4\n" + both));
  std::map<double, std::set<double>> thresholds;
  for (const SweptSetting& one : sweep.settings)
    thresholds[one.config.at("refractory_s")].insert(one.config.at("threshold"));
  ASSERT_EQ(thresholds.size(), 2U);
  EXPECT_EQ(thresholds.at(0).size(), 12U);
  EXPECT_EQ(thresholds.at(0), thresholds.at(3600));
  ASSERT_EQ(sweep.choices.size(), 4U);
  for (const SweepChoice& choice : sweep.choices) EXPECT_EQ(choice.subjects, 18);
  EXPECT_EQ(sweep.judged_subjects, 24);
  EXPECT_EQ(sweep.judged_records, 96);
  // Fewer thresholds raise more alarms, whatever the rule.
  for (const auto& [refractory, all] : thresholds) {
    double before = 0;
    for (auto at = all.rbegin(); at != all.rend(); ++at) {
      for (const SweptSetting& one : sweep.settings) {
        if (one.config.at("refractory_s") != refractory || one.config.at("threshold") != *at) continue;
        EXPECT_GE(one.figures[1].judgement.estimate.value, before - (refractory > 0 ? 0.05 : 0));
        before = one.figures[1].judgement.estimate.value;
      }
    }
  }
  StudyOptions one;
  one.threads = 1;
  EXPECT_EQ(as_json(swept(people("[split]\nkind = \"kfold\"\nfolds = 4\n" + both), one)), as_json(sweep));
}

TEST(SweepTogether, ASettingIsJudgedAsAStudyOfItIs) {
  const std::string split = "[split]\nkind = \"fixed\"\ntune = [\"s000*\"]\ntest = [\"s001*\", \"s002*\"]\n";
  const SweepResult sweep = swept(people(split + both));
  ASSERT_EQ(sweep.choices.size(), 1U);
  EXPECT_EQ(sweep.choices[0].subjects, 9);
  EXPECT_FALSE(sweep.agreement.has_value());
  StudySpec spec = parse_spec(people(split), "swept.toml");
  spec.detector.config = sweep.choices[0].config;
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const StudyResult result = run_study(spec, *source, without_cache);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(result.requirements[i].judgement.estimate.value, sweep.judged[i].judgement.estimate.value);
  // The same setting on the subjects it was chosen on: counts added up by subject give the figures of the recordings.
  spec.split.test.swap(spec.split.tune);
  const StudyResult chosen_on = run_study(spec, *source, without_cache);
  for (std::size_t i = 0; i < 2; ++i) {
    const Judgement& one = chosen_on.requirements[i].judgement;
    EXPECT_EQ(one.estimate.value, sweep.choices[0].chosen_on[i].judgement.estimate.value);
    EXPECT_EQ(one.one_sided.low, sweep.choices[0].chosen_on[i].judgement.one_sided.low);
  }
}

TEST(SweepTogether, ThresholdsFollowTheScoresWithoutTheirLabels) {
  const StudySpec spec = parse_spec(people(""), "swept.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const StudyResult result = run_study(spec, *source, without_cache);
  const auto thresholds = thresholds_along(result, 20);
  ASSERT_GT(thresholds.size(), 10U);
  EXPECT_LE(thresholds.size(), 20U);
  double highest = 0, lowest = 1;
  for (const RecordResult& record : result.records) {
    for (const EventDetection& one : record.events->weighed) {
      highest = std::max(highest, static_cast<double>(one.score));
      lowest = std::min(lowest, static_cast<double>(one.score));
    }
  }
  EXPECT_EQ(thresholds.front(), highest);
  EXPECT_EQ(thresholds.back(), lowest);
  EXPECT_TRUE(std::is_sorted(thresholds.rbegin(), thresholds.rend()));
}

TEST(SweepNested, InnerFoldsChooseOnOtherSubjectsAndTheResultSaysHowFarTheyAgree) {
  const SweepResult nested = swept(people("[split]\nkind = \"nested\"\nfolds = 4\n" + both));
  const SweepResult plain = swept(people("[split]\nkind = \"kfold\"\nfolds = 4\n" + both));
  ASSERT_EQ(nested.choices.size(), 4U);
  bool differs = false;
  for (std::size_t k = 0; k < 4; ++k) {
    const SweepChoice& choice = nested.choices[k];
    ASSERT_TRUE(choice.inner.has_value());
    EXPECT_EQ(choice.inner->folds, 4);
    EXPECT_LE(choice.inner->agreeing, 4);
    ASSERT_EQ(choice.inner->thresholds.size(), 4U);
    // The threshold is the median of those that the inner folds fitted.
    auto fitted = choice.inner->thresholds;
    std::sort(fitted.begin(), fitted.end(), std::greater<>());
    EXPECT_EQ(choice.config.at("threshold"), fitted[1]);
    ASSERT_EQ(choice.inner->held_out.size(), 2U);
    EXPECT_EQ(choice.inner->held_out[1].judgement.estimate.clusters, 18);
    EXPECT_EQ(choice.fold, plain.choices[k].fold);
    EXPECT_FALSE(plain.choices[k].inner.has_value());
    differs = differs || choice.config != plain.choices[k].config;
  }
  EXPECT_TRUE(differs) << "a nested choice that is always that of kfold is none";
  ASSERT_TRUE(nested.agreement.has_value());
  EXPECT_EQ(nested.agreement->folds, 4);
  EXPECT_GE(nested.agreement->alike, 1);
  ASSERT_EQ(nested.agreement->parameters.size(), 3U);
  for (const ParameterAgreement& one : nested.agreement->parameters) {
    std::int64_t folds = 0;
    for (const auto& [value, count] : one.values) folds += count;
    EXPECT_EQ(folds, 4) << one.name;
  }
  EXPECT_EQ(nested.judged_subjects, 24);
  const Json json = as_json(nested);
  EXPECT_EQ(json["choices"][0]["inner"]["folds"], 4);
  EXPECT_EQ(json["agreement"]["folds"], 4);
}

/// The simulated people, some of them with half their scores, so that they would choose otherwise.
class Spoiled final : public SourceOver {
 public:
  Spoiled(const Source& inner, std::set<std::string> subjects) : SourceOver(inner), subjects_(std::move(subjects)) {}
  std::optional<EventDay> events(const StudyItem& item) const override {
    auto day = inner().events(item);
    if (day && subjects_.contains(item.subject))
      for (EventDetection& one : day->weighed) one.score = one.score / 2;
    return day;
  }

 private:
  std::set<std::string> subjects_;
};

TEST(SweepNested, WhatIsJudgedDoesNotChoose) {
  const std::string text = people(
      "[split]\nkind = \"nested\"\nfolds = 3\n[sweep]\nparameters = {threshold = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95], "
      "refractory_s = [0, 3600]}\n");
  const StudySpec spec = parse_spec(text, "swept.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const SweepResult sweep = run_sweep(spec, *source, without_cache);
  const StudyResult base = run_study(spec, *source, without_cache);
  for (const SweepChoice& choice : sweep.choices) {
    std::set<std::string> judged;
    for (const RecordResult& record : base.records)
      if (fold_of(record.item) == choice.fold) judged.insert(record.item.subject);
    const SweepResult again = run_sweep(spec, Spoiled(*source, judged), without_cache);
    for (const SweepChoice& other : again.choices) {
      if (other.fold == choice.fold) {
        EXPECT_EQ(other.config, choice.config) << "fold " << choice.fold;
      }
    }
    EXPECT_NE(again.judged[0].judgement.estimate.value, sweep.judged[0].judgement.estimate.value);
  }
}

/// Costs by refractory time: the longer, the dearer.
class CostFiles {
 public:
  CostFiles() : folder_(fs::temp_directory_path() / ("vagus-sweep-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    Json answers = Json::array();
    for (const double refractory : {0., 3600.}) {
      DetectorCost cost;
      cost.detector = "simulated.events";
      cost.version = "1";
      cost.rate_hz = 50;
      cost.cores["m4f"].ram_bytes = refractory > 0 ? 4096 : 2048;
      Json answer = to_json(cost);
      answer["config"] = {{"refractory_s", refractory}, {"threshold", 0.9}};
      answer["energy"]["part"] = {{"core", "m4f"}, {"compute_mj_per_day", Json::array({100, 200 + refractory / 100})}};
      answers.push_back(std::move(answer));
    }
    std::ofstream(path()) << answers;
  }
  ~CostFiles() { fs::remove_all(folder_); }
  CostFiles(const CostFiles&) = delete;
  CostFiles& operator=(const CostFiles&) = delete;
  std::string path() const { return (folder_ / "cost.json").string(); }

 private:
  fs::path folder_;
};

std::string costed(const std::string& objectives, const CostFiles& files, const std::string& more = {}) {
  return people(
      "[split]\nkind = \"kfold\"\nfolds = 4\n[sweep]\nparameters = {threshold = [0.9], refractory_s = [0, "
      "3600]}\nobjectives = " +
      objectives + "\nmeasured = [\"" + files.path() + "\"]\n" + more);
}

TEST(SweepCost, AClearlyDearerSettingThatIsNoBetterIsOffTheFrontAndAnOverlappingRangeIsATie) {
  const CostFiles files;
  const SweepResult by_memory = swept(costed("[\"m4f.ram_bytes\"]", files));
  ASSERT_EQ(by_memory.settings.size(), 2U);
  EXPECT_EQ(by_memory.settings[0].objectives[0].value, 2048);
  EXPECT_TRUE(by_memory.settings[0].front);
  EXPECT_FALSE(by_memory.settings[1].front) << "twice the memory, figures that tie";
  EXPECT_TRUE(by_memory.notes.empty());
  const SweepResult by_energy = swept(costed("[\"m4f.compute_mj_per_day\"]", files));
  EXPECT_LT(by_energy.settings[0].objectives[0].value, by_energy.settings[1].objectives[0].value);
  EXPECT_TRUE(by_energy.settings[0].front && by_energy.settings[1].front) << "100 to 200 and 100 to 236 overlap";
}

TEST(SweepCost, TheBudgetDecidesWhatMayBeChosen) {
  const CostFiles files;
  const auto with_budget = [&](const std::string& budget) {
    std::string text = costed("[\"m4f.ram_bytes\"]", files, "[budget]\nram_bytes = " + budget + "\n");
    text.replace(text.find("bound = 0.7"), 11, "bound = 0.1");  // met by both settings in every fold
    return swept(text.replace(text.find("bound = 1.5"), 11, "bound = 9.0"));
  };
  const SweepResult sweep = with_budget("3000");
  EXPECT_TRUE(sweep.settings[0].feasible);
  EXPECT_FALSE(sweep.settings[1].feasible);
  for (const SweepChoice& choice : sweep.choices) EXPECT_EQ(choice.config.at("refractory_s"), 0);
  const SweepResult none = with_budget("1000");
  EXPECT_FALSE(none.choices[0].met);
  EXPECT_NE(none.choices[0].why.find("budget"), std::string::npos) << none.choices[0].why;
}

TEST(SweepCost, WhatIsNotKnownIsToldAndWhoMeasuresIsAsked) {
  const std::string text = people(
      "[split]\nkind = \"kfold\"\n[sweep]\nparameters = {threshold = [0.8, 0.9]}\nobjectives = [\"m4f.ram_bytes\", "
      "\"events.latency_median_s\"]\n");
  const SweepResult sweep = swept(text);
  ASSERT_EQ(sweep.notes.size(), 1U);
  EXPECT_NE(sweep.notes[0].find("m4f.ram_bytes is not known of 2 of 2 settings"), std::string::npos) << sweep.notes[0];
  EXPECT_EQ(sweep.settings[0].objectives[0].name, "events.latency_median_s");
  EXPECT_GT(sweep.settings[0].objectives[0].value, 0);
  // A detector of the program is measured, each configuration once.
  const StudySpec spec = parse_spec(R"(
name = "b"
[data]
simulate = {kind = "ecg", subjects = 4, duration_s = 30}
[split]
kind = "kfold"
folds = 2
[detector]
name = "health.beats"
[score]
start_s = 5
[sweep]
parameters = {threshold = [0.3, 0.9]}
objectives = ["m4f.compute_mj_per_day"]
[[requirement]]
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.5
)",
                                    "b.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  std::vector<double> asked;
  const SweepResult measured =
      run_sweep(spec, *source, without_cache, {}, [&](const DetectorInfo&, const Config& config) {
        asked.push_back(config.at("threshold"));
        return Json{{"energy", {{"part", {{"core", "m4f"}, {"compute_mj_per_day", {10, 20}}}}}}};
      });
  EXPECT_EQ(asked, (std::vector<double>{0.3, 0.9}));
  EXPECT_EQ(measured.settings[1].objectives[0].value, 20);
  EXPECT_TRUE(measured.notes.empty());
}

TEST(SweepSpec, MistakesAreToldWithTheirLine) {
  const std::string folds = "[split]\nkind = \"kfold\"\n[sweep]\n";
  EXPECT_NE(why_refused(people(folds + "thresholds = 50\nobjectives = [\"m4f.ram_byts\"]\n"))
                .find("did you mean 'm4f.ram_bytes'?"),
            std::string::npos);
  EXPECT_NE(
      why_refused(people(folds + "thresholds = 50\nparameters = {threshold = [1]}\n")).find("lists no 'threshold'"),
      std::string::npos);
  EXPECT_NE(why_refused(people(folds + "thresholds = 5000\nparameters = {m = [1, 2]}\n")).find("more than 4096"),
            std::string::npos);
  EXPECT_NE(why_refused(people(folds + "parameters = {threshold = [0.9]}\nmeasured = [\"no-such.json\"]\n"))
                .find("cannot be read"),
            std::string::npos);
}

}  // namespace
}  // namespace vagus::lab
