/// Splits in folds, hypotheses, budgets and sweeps.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/study/folds.h"
#include "lab/study/results.h"
#include "lab/study/simulated_people_for_test.h"
#include "lab/study/sweep.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

const Cache without_cache{fs::path()};

std::string people(const std::string& more, const std::string& config = "config = {threshold = 0.9}") {
  return people_specification({.name = "claims", .config = config}, more);
}

struct Opened {
  StudySpec spec;
  std::unique_ptr<Source> source;
};

Opened opened(const std::string& text) {
  Opened out{parse_spec(text, "claims.toml"), nullptr};
  out.source = open_source(out.spec.data, out.spec.score.reference, out.spec.seed);
  return out;
}

StudyResult studied(const std::string& text) {
  const Opened study = opened(text);
  return run_study(study.spec, *study.source, without_cache);
}

std::string why_refused(const std::string& text) {
  try {
    const Opened study = opened(text);
    if (study.spec.sweep.empty()) {
      run_study(study.spec, *study.source, without_cache);
    } else {
      run_sweep(study.spec, *study.source, without_cache);
    }
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

const std::string requirements = found_and_quiet;

TEST(Folds, EverySubjectIsJudgedOnceAndWhole) {
  const StudyResult result = studied(people("[split]\nkind = \"kfold\"\nfolds = 5\n"));
  std::map<std::string, std::set<std::string>> folds_of_subject;
  std::map<std::string, std::set<std::string>> subjects_of_fold;
  for (const RecordResult& record : result.records) {
    EXPECT_EQ(record.role, Role::judged);
    folds_of_subject[record.item.subject].insert(fold_of(record.item));
    subjects_of_fold[fold_of(record.item)].insert(record.item.subject);
  }
  EXPECT_EQ(folds_of_subject.size(), 24U);
  for (const auto& [subject, folds] : folds_of_subject) EXPECT_EQ(folds.size(), 1U) << subject;
  ASSERT_EQ(subjects_of_fold.size(), 5U);
  for (const auto& [fold, subjects] : subjects_of_fold) EXPECT_GE(subjects.size(), 4U) << fold;
  EXPECT_EQ(results(result)["records"][0]["fold"], fold_of(result.records[0].item));
  // Another seed draws other folds; what is judged of everybody stays, for nothing is learned.
  StudySpec other = result.spec;
  other.seed = 5;
  const auto source = open_source(result.spec.data, "", result.spec.seed);
  const StudyResult again = run_study(other, *source, without_cache);
  bool moved = false;
  for (std::size_t i = 0; i < again.records.size(); ++i)
    moved = moved || fold_of(again.records[i].item) != fold_of(result.records[i].item);
  EXPECT_TRUE(moved);
  EXPECT_EQ(again.records.size(), result.records.size());
}

TEST(Folds, LeavingOneSubjectOutMakesAFoldOfEach) {
  const StudyResult result = studied(people("[split]\nkind = \"loso\"\n"));
  EXPECT_EQ(fold_names(result.records).size(), 24U);
  for (const RecordResult& record : result.records) EXPECT_EQ(fold_of(record.item), record.item.subject);
}

/// The simulated people as if the odd ones came from another set.
class TwoSets final : public Source {
 public:
  explicit TwoSets(const Source& inner) : inner_(inner) {
    for (StudyItem item : inner.items()) {
      if ((item.subject.back() - '0') % 2 == 1) item.set = "other";
      items_.push_back(std::move(item));
    }
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override { return inner_.load(item); }
  Recording header(const StudyItem& item) const override { return inner_.header(item); }
  bool simulated() const override { return true; }
  std::optional<EventDay> events(const StudyItem& item) const override { return inner_.events(item); }

 private:
  const Source& inner_;
  std::vector<StudyItem> items_;
};

TEST(Folds, LeavingOneDatasetOutJudgesEachSetByWhatTheOtherChose) {
  Opened study = opened(people("[split]\nkind = \"kfold\"\nfolds = 2\n[sweep]\nthresholds = 50\n" + requirements));
  study.spec.split.kind = SplitSpec::Kind::lodo;
  study.spec.data.sets = {"simulated", "other"};
  const TwoSets both(*study.source);
  const StudyResult result = run_study(study.spec, both, without_cache);
  EXPECT_EQ(fold_names(result.records), (std::vector<std::string>{"other", "simulated"}));
  for (const RecordResult& record : result.records) EXPECT_EQ(fold_of(record.item), record.item.set);
  const SweepResult sweep = run_sweep(study.spec, both, without_cache);
  ASSERT_EQ(sweep.choices.size(), 2U);
  EXPECT_EQ(sweep.choices[0].fold, "other");
  EXPECT_EQ(sweep.choices[0].subjects, 12);
  EXPECT_EQ(sweep.judged_subjects, 24);
  // Where all recordings are of one set after all, there is none to leave out.
  EXPECT_THROW(run_study(study.spec, *study.source, without_cache), Error);
}

TEST(Folds, WhatTheDataLacksIsRefusedInASentence) {
  EXPECT_NE(why_refused(people("[split]\nkind = \"kfold\"\nfolds = 25\n")).find("need at least 25 subjects"),
            std::string::npos);
  EXPECT_NE(why_refused(people("[split]\nkind = \"lodo\"\n")).find("at least two sets"), std::string::npos);
  EXPECT_NE(why_refused(people("[split]\nkind = \"kfold\"\ntest = [\"s0001*\"]\n")).find("has no 'test'"),
            std::string::npos);
  EXPECT_NE(why_refused(people("[split]\nkind = \"loso\"\nfolds = 3\n")).find("belongs to the kinds kfold and nested"),
            std::string::npos);
  EXPECT_NE(why_refused(people("[split]\nkind = \"kfld\"\n")).find("did you mean 'kfold'?"), std::string::npos);
  EXPECT_NE(why_refused(people("[split]\nkind = \"kfold\"\nlocked = 1\n")).find("must be true or false"),
            std::string::npos);
}

TEST(Hypothesis, FewerAlarmsAreSuperiorAndEqualConfigurationsAreEquivalent) {
  const StudyResult result = studied(people(R"(
[[hypothesis]]
name = "quieter"
kind = "superiority"
statistic = "events.alarms_per_day"
against = {config = {threshold = 0.5}}
[[hypothesis]]
name = "the same"
kind = "equivalence"
statistic = "events.sensitivity"
against = {config = {threshold = 0.9}}
margin = 0.01
[[hypothesis]]
name = "not better than itself"
kind = "superiority"
statistic = "events.sensitivity"
against = {config = {threshold = 0.9}}
[[hypothesis]]
name = "no fewer falls"
kind = "noninferiority"
statistic = "events.sensitivity"
against = {config = {threshold = 0.0001}}
margin = 0.0001
)"));
  ASSERT_EQ(result.hypotheses.size(), 4U);
  const auto& quieter = result.hypotheses[0];
  EXPECT_EQ(quieter.verdict, Verdict::met) << quieter.why;
  EXPECT_LT(quieter.second, quieter.first);
  EXPECT_LT(quieter.estimate.interval.high, 0);
  EXPECT_LE(quieter.p, quieter.p_holm);
  EXPECT_EQ(quieter.subjects, 24);
  EXPECT_EQ(result.hypotheses[1].verdict, Verdict::met);
  EXPECT_EQ(result.hypotheses[2].verdict, Verdict::not_met);
  EXPECT_NE(result.hypotheses[3].verdict, Verdict::met) << "all is reported at 0.0001, so nothing can be found beside";
  EXPECT_EQ(result.verdict, Verdict::not_met) << "one claim is refuted";
  const Json json = results(result)["hypotheses"];
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0]["verdict"], "met");
  EXPECT_EQ(json[1]["kind"], "equivalence");
  EXPECT_EQ(json[1]["margin"], 0.01);
}

TEST(Hypothesis, AnEarlierResultIsComparedBySubjectAndAMissingOneIsRefused) {
  const fs::path folder = fs::temp_directory_path() / ("vagus-claims-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const Json loose = results(studied(people("", "config = {threshold = 0.5}")));
  std::ofstream(folder / "results.json") << json_text(loose);
  const std::string claim =
      "[[hypothesis]]\nkind = \"superiority\"\nstatistic = \"events.alarms_per_day\"\nagainst = \"";
  const StudyResult result = studied(people(claim + folder.string() + "\"\n"));
  ASSERT_EQ(result.hypotheses.size(), 1U);
  EXPECT_EQ(result.hypotheses[0].verdict, Verdict::met) << result.hypotheses[0].why;
  EXPECT_EQ(result.hypotheses[0].records, 96);
  EXPECT_EQ(result.verdict, Verdict::met);
  EXPECT_EQ(results(result)["hypotheses"].dump().find(folder.string()), std::string::npos);
  fs::remove_all(folder);
  EXPECT_NE(why_refused(people(claim + folder.string() + "\"\n")).find("there is no result here"), std::string::npos);
}

TEST(Hypothesis, MistakesAreToldWithTheirLine) {
  const auto refusal_of = [](const std::string& lines) { return why_refused(people("[[hypothesis]]\n" + lines)); };
  EXPECT_NE(refusal_of("kind = \"superorty\"\n").find("did you mean 'superiority'?"), std::string::npos);
  EXPECT_NE(refusal_of("kind = \"superiority\"\nstatistic = \"events.sensitivity\"\nagainst = \"x\"\nmargin = 0.1\n")
                .find("superiority has no margin"),
            std::string::npos);
  EXPECT_NE(refusal_of("kind = \"equivalence\"\nstatistic = \"events.sensitivity\"\nagainst = \"x\"\n")
                .find("'hypothesis.margin' is missing"),
            std::string::npos);
  EXPECT_NE(refusal_of("kind = \"superiority\"\nstatistic = \"events.latency_median_s\"\nagainst = \"x\"\n")
                .find("has no paired difference"),
            std::string::npos);
  EXPECT_NE(refusal_of("kind = \"superiority\"\nstatistic = \"events.sensitivity\"\nagainst = {}\n")
                .find("names neither a result nor a detector nor a config"),
            std::string::npos);
  EXPECT_EQ(refusal_of("knd = 1\n").rfind("claims.toml line ", 0), 0U);
}

TEST(Budget, WhatIsNotKnownIsNotShownAndWhatIsKnownDecides) {
  const StudyResult unknown = studied(people("[budget]\nram_bytes = 4096\n"));
  ASSERT_EQ(unknown.costs.size(), 1U);
  EXPECT_EQ(unknown.costs[0].verdict, Verdict::not_shown);
  EXPECT_NE(unknown.costs[0].why.find("vagus cost"), std::string::npos);
  const auto beats = [](const std::string& budget) {
    return studied(
        "name = \"b\"\n[data]\nsimulate = {kind = \"ecg\", subjects = 2, duration_s = 30}\n[detector]\nname = "
        "\"health.beats\"\n[score]\nstart_s = 0\n" +
        budget);
  };
  const StudyResult known = beats("[budget]\nm4f = {ram_bytes = 8192, flash_bytes = 100}\nm55 = {ram_bytes = 4096}\n");
  ASSERT_EQ(known.costs.size(), 3U);
  EXPECT_EQ(known.costs[0].verdict, Verdict::met) << known.costs[0].why;
  EXPECT_EQ(known.costs[1].verdict, Verdict::not_met) << known.costs[1].why;
  EXPECT_EQ(known.verdict, Verdict::not_met);
  const Json json = results(known)["budget"];
  EXPECT_EQ(json[0]["metric"], "ram_bytes");
  EXPECT_EQ(json[1]["verdict"], "not met");
  const StudyResult other = beats("[budget]\nram_bytes = 8192\n[detector.config]\n");
  EXPECT_EQ(other.costs[0].verdict, Verdict::met) << "an empty configuration is the default";
}

TEST(Budget, ALimitThatIsGivenTwiceOrOfNothingIsRefused) {
  EXPECT_NE(why_refused(people("[budget]\nram_byts = 1\n")).find("did you mean 'ram_bytes'?"), std::string::npos);
  EXPECT_NE(why_refused(people("[budget]\nram_bytes = 1\nm4f = {ram_bytes = 2}\n")).find("two limits"),
            std::string::npos);
  EXPECT_NE(why_refused(people("[budget]\n")).find("limits nothing"), std::string::npos);
  EXPECT_NE(why_refused(people("[budget]\nram_bytes = 1\nmeasured = \"no-such.json\"\n")).find("cannot be read"),
            std::string::npos);
}

TEST(Slice, ASliceIsAGroupByAnotherName) {
  const StudyResult result = studied(people("[[slice]]\nname = \"old\"\nwhere = \"age >= 65\"\n"));
  EXPECT_EQ(result.groups.back().name, "old");
  EXPECT_GT(result.groups.back().records, 0);
}

TEST(Sweep, EachFoldIsJudgedAtAThresholdThatTheOthersChose) {
  const Opened study =
      opened(people("[split]\nkind = \"kfold\"\nfolds = 4\n[sweep]\nthresholds = 100\n" + requirements));
  const SweepResult sweep = run_sweep(study.spec, *study.source, without_cache);
  ASSERT_EQ(sweep.choices.size(), 4U);
  std::set<double> thresholds;
  for (const SweepChoice& choice : sweep.choices) {
    EXPECT_EQ(choice.subjects, 18) << "of 24, those of the other three folds";
    thresholds.insert(choice.config.at("threshold"));
  }
  EXPECT_GT(thresholds.size(), 1U) << "a choice that does not depend on who chose has looked at all";
  EXPECT_EQ(sweep.judged_subjects, 24);
  EXPECT_EQ(sweep.judged_records, 96);
  ASSERT_EQ(sweep.judged.size(), 2U);
  EXPECT_GT(sweep.curve.size(), 10U);
  EXPECT_EQ(as_json(sweep)["choices"].size(), 4U);
  // The same again, on one thread, is the same.
  StudyOptions one;
  one.threads = 1;
  EXPECT_EQ(as_json(run_sweep(study.spec, *study.source, without_cache, one)), as_json(sweep));
}

TEST(Sweep, UnderAFixedSplitTheJudgedRecordingsDoNotChoose) {
  const std::string split = "[split]\nkind = \"fixed\"\ntune = [\"s000*\"]\ntest = [\"s001*\", \"s002*\"]\n";
  const std::string swept = "[sweep]\nparameters = {threshold = [0.6, 0.9, 0.97], refractory_s = [0, 60]}\n";
  const Opened study = opened(people(split + swept + requirements));
  const SweepResult sweep = run_sweep(study.spec, *study.source, without_cache);
  ASSERT_EQ(sweep.settings.size(), 6U);
  ASSERT_EQ(sweep.choices.size(), 1U);
  EXPECT_EQ(sweep.choices[0].subjects, 9);
  EXPECT_EQ(sweep.judged_subjects, 15);
  const auto front = std::count_if(sweep.settings.begin(), sweep.settings.end(), [](const auto& s) { return s.front; });
  EXPECT_GE(front, 1);
  double best = -std::numeric_limits<double>::infinity();
  for (const SweptSetting& one : sweep.settings) best = std::max(best, one.margin);
  for (const SweptSetting& one : sweep.settings) {
    if (one.config == sweep.choices[0].config) {
      EXPECT_EQ(one.margin, best);
    }
  }
  // What is judged is what a study of the chosen configuration says of its test recordings.
  Opened chosen = opened(people(split + requirements));
  chosen.spec.detector.config = sweep.choices[0].config;
  const StudyResult result = run_study(chosen.spec, *chosen.source, without_cache);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(result.requirements[i].judgement.estimate.value, sweep.judged[i].judgement.estimate.value);
    EXPECT_EQ(result.requirements[i].verdict, sweep.judged[i].judgement.verdict);
  }
}

TEST(Sweep, ADetectorIsRunAgainForEachOfItsConfigurations) {
  const Opened study = opened(R"(
name = "b"
[data]
simulate = {kind = "ecg", subjects = 6, duration_s = 60}
[split]
kind = "kfold"
folds = 3
[detector]
name = "health.beats"
[score]
start_s = 5
[sweep]
parameters = {threshold = [0.3, 0.98]}
prefer = "ec57.sensitivity_gross"
[[requirement]]
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.5
)");
  ASSERT_EQ(study.spec.sweep.parameters.size(), 1U);
  std::string key;
  for (const FieldInfo& field : detector("health.beats").config) key += field.name + " ";
  if (key.find("threshold ") == std::string::npos) GTEST_SKIP() << "health.beats has no threshold but " << key;
  const SweepResult sweep = run_sweep(study.spec, *study.source, without_cache);
  ASSERT_EQ(sweep.settings.size(), 2U);
  EXPECT_NE(sweep.settings[0].figures[0].judgement.estimate.value,
            sweep.settings[1].figures[0].judgement.estimate.value);
  EXPECT_EQ(sweep.judged_subjects, 6);
}

TEST(Sweep, WhatCannotBeChosenIsRefusedInASentence) {
  const std::string folds = "[split]\nkind = \"kfold\"\n";
  EXPECT_NE(why_refused(people("[sweep]\nthresholds = 50\n" + requirements)).find("the split names none"),
            std::string::npos);
  EXPECT_NE(why_refused(people(folds + "[sweep]\nthresholds = 50\n")).find("states none"), std::string::npos);
  EXPECT_NE(why_refused(people(folds + "[sweep]\n" + requirements)).find("sweeps nothing"), std::string::npos);
  EXPECT_NE(why_refused(people(folds + "[sweep]\nthresholds = 50\nprefer = \"margn\"\n" + requirements))
                .find("did you mean 'margin'?"),
            std::string::npos);
  EXPECT_NE(why_refused(people(folds + "[sweep]\nthresholds = 50\n[[requirement]]\nstatistic = "
                                       "\"events.latency_median_s\"\ndirection = \"at_most\"\nbound = 9\n"))
                .find("thresholds are not chosen by 'events.latency_median_s'"),
            std::string::npos);
  EXPECT_NE(why_refused(people(folds + "[sweep]\nparameters = {treshold = [1]}\n" + requirements))
                .find("did you mean 'threshold'?"),
            std::string::npos);
}

}  // namespace
}  // namespace vagus::lab
