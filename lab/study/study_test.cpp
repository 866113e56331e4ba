#include "lab/study/study.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>

#include "lab/base/error.h"
#include "lab/study/excerpt.h"
#include "lab/study/results.h"

namespace vagus::lab {
namespace {

StudySpec simulated_spec(const std::string& more = {}) {
  return parse_spec(R"(
name = "small"
question = "Is it found?"
seed = 3
[data]
simulate = {kind = "ecg", subjects = 4, duration_s = 60}
[detector]
name = "health.beats"
[score]
start_s = 5
[[requirement]]
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.5
[[requirement]]
statistic = "ec57.positive_predictivity_gross"
direction = "at_least"
bound = 1.0
)" + more,
                    "small.toml");
}

/// A cohort whose recordings are counted as they are loaded, and can be spoilt or mended.
class Cohort final : public Source {
 public:
  explicit Cohort(const StudySpec& spec)
      : inner_(open_source(spec.data, spec.score.reference, spec.seed)), items_(inner_->items()) {}
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override {
    ++loads;
    if (item.name == broken) throw Error("the signal ends half way", "/some/where/" + item.name + ".dat");
    return header(item);
  }
  Recording header(const StudyItem& item) const override {
    Recording recording = inner_->load(item);
    // One beat less is what a review would leave.
    if (item.name == mended) {
      auto& beats = recording.tracks.front().layers.back().annotations;
      beats.erase(beats.begin() + static_cast<std::ptrdiff_t>(beats.size()) / 2);
    }
    return recording;
  }
  bool simulated() const override { return true; }
  void mend(std::size_t index) {
    mended = items_[index].name;
    items_[index].labels_hash = "mended";
  }

  mutable std::atomic<int> loads{0};
  std::string broken, mended;

 private:
  std::unique_ptr<Source> inner_;
  std::vector<StudyItem> items_;
};

class StudyTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("vagus-study-test-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Cache kept() const { return Cache(folder_); }
  static Cache nothing() { return Cache(std::filesystem::path()); }
  std::filesystem::path folder_;
};

std::string text_of(const StudyResult& result) { return json_text(results(result)); }

TEST_F(StudyTest, TheResultIsTheSameBytesWhateverTheNumberOfThreads) {
  const StudySpec spec = simulated_spec();
  const Cohort cohort(spec);
  const std::string one = text_of(run_study(spec, cohort, nothing(), {.threads = 1, .detector = {}}));
  EXPECT_EQ(one, text_of(run_study(spec, cohort, nothing(), {.threads = 4, .detector = {}})));
}

TEST_F(StudyTest, ASecondRunDoesNotRunTheDetectorAndSaysTheSame) {
  const StudySpec spec = simulated_spec();
  const Cohort cohort(spec);
  const StudyResult first = run_study(spec, cohort, kept());
  EXPECT_EQ(first.detector_runs, 4);
  const int loads = cohort.loads;
  const StudyResult second = run_study(spec, cohort, kept());
  EXPECT_EQ(second.detector_runs, 0);
  EXPECT_EQ(cohort.loads, loads);
  EXPECT_EQ(text_of(first), text_of(second));
}

TEST_F(StudyTest, AMendedLabelIsScoredAgainWithoutRunningTheDetector) {
  const StudySpec spec = simulated_spec();
  Cohort cohort(spec);
  const StudyResult before = run_study(spec, cohort, kept());
  cohort.mend(1);
  const StudyResult after = run_study(spec, cohort, kept());
  EXPECT_EQ(after.detector_runs, 0);
  const Ec57 &old_counts = before.records[1].scored, &new_counts = after.records[1].scored;
  EXPECT_EQ(new_counts.tp + new_counts.fn, old_counts.tp + old_counts.fn - 1);
  EXPECT_NE(before.data_hash, after.data_hash);
  EXPECT_EQ(before.records[0].scored.tp, after.records[0].scored.tp);
}

TEST_F(StudyTest, AnotherConfigurationOrRateIsAnotherRun) {
  const StudySpec spec = simulated_spec();
  const Cohort cohort(spec);
  run_study(spec, cohort, kept());
  StudySpec slower = spec;
  slower.data.resample_hz = 200;
  const StudyResult resampled_result = run_study(slower, cohort, kept());
  EXPECT_EQ(resampled_result.detector_runs, 4);
  for (const auto& record : resampled_result.records) EXPECT_EQ(record.run.rate_hz, 200);
}

TEST_F(StudyTest, ARecordingThatFailsIsNamedAndCountedAndNothingIsCalledMet) {
  const StudySpec spec = simulated_spec();
  Cohort cohort(spec);
  cohort.broken = cohort.items()[2].name;
  const StudyResult result = run_study(spec, cohort, nothing());
  ASSERT_EQ(result.failed.size(), 1U);
  EXPECT_EQ(result.failed[0].recording, cohort.items()[2].id());
  EXPECT_NE(result.failed[0].why.find("half way"), std::string::npos);
  EXPECT_EQ(result.failed[0].why.find("/some"), std::string::npos) << "a folder of this machine is in the result";
  EXPECT_EQ(result.records.size(), 3U);
  for (const auto& requirement : result.requirements) EXPECT_NE(requirement.verdict, Verdict::met);
  EXPECT_NE(result.verdict, Verdict::met);
  EXPECT_NE(result.sentence.find(cohort.items()[2].id()), std::string::npos);
}

TEST_F(StudyTest, ResultsHoldWhatOutputsPromises) {
  const StudySpec spec = simulated_spec();
  const StudyResult result = run_study(spec, Cohort(spec), nothing());
  const Json json = Json::parse(text_of(result));
  EXPECT_EQ(json["schema"], results_schema);
  EXPECT_EQ(json["verdict"], name(result.verdict));
  ASSERT_EQ(json["requirements"].size(), 2U);
  for (const char* key :
       {"name", "statistic", "estimate", "interval", "bound", "confidence", "verdict", "subjects_needed"})
    EXPECT_TRUE(json["requirements"][0].contains(key)) << key;
  ASSERT_EQ(json["records"].size(), 4U);
  for (const char* key : {"recording", "subject", "counts", "figures"})
    EXPECT_TRUE(json["records"][0].contains(key)) << key;
  for (const char* key : {"failed", "exploratory", "looks"}) EXPECT_TRUE(json.contains(key)) << key;
  std::int64_t tp = 0;
  for (const auto& record : json["records"]) tp += record["counts"]["tp"].get<std::int64_t>();
  EXPECT_EQ(json["groups"][0]["counts"]["tp"], tp);
  // The interval that is printed decides.
  for (const auto& requirement : json["requirements"]) {
    const double low = requirement["interval"][0], high = requirement["interval"][1], bound = requirement["bound"];
    EXPECT_LT(low, high);
    EXPECT_EQ(requirement["verdict"], low >= bound ? "met" : high < bound ? "not met" : "not shown");
  }
}

TEST_F(StudyTest, ASubjectOnBothSidesOfASplitIsALeak) {
  StudySpec spec = simulated_spec();
  const Cohort cohort(spec);
  std::vector<StudyItem> items = cohort.items();
  items[1].subject = items[0].subject;
  spec.split.kind = SplitSpec::Kind::fixed;
  spec.split.tune = {items[0].name};
  spec.split.test = {items[1].name, items[2].name};
  struct Twins final : Source {
    const Cohort& inner;
    std::vector<StudyItem> all;
    Twins(const Cohort& i, std::vector<StudyItem> a) : inner(i), all(std::move(a)) {}
    const std::vector<StudyItem>& items() const override { return all; }
    Recording load(const StudyItem& item) const override { return inner.load(item); }
    Recording header(const StudyItem& item) const override { return inner.header(item); }
    bool simulated() const override { return true; }
  };
  try {
    run_study(spec, Twins(cohort, items), nothing());
    FAIL() << "the leak went through";
  } catch (const LeakError& leak) {
    const std::string text = leak.what();
    EXPECT_EQ(text.rfind("leak: ", 0), 0U);
    EXPECT_NE(text.find(items[0].id()), std::string::npos);
    EXPECT_NE(text.find(items[1].id()), std::string::npos);
  }
  spec.split.test = {items[2].name};
  EXPECT_NO_THROW(run_study(spec, Twins(cohort, items), nothing()));
}

TEST_F(StudyTest, OnASplitOnlyWhatWasNotTunedOnIsJudgedUnlessTheGroupSaysOtherwise) {
  StudySpec spec = simulated_spec(R"(
[[requirement]]
name = "everything"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.5
group = "split in ['tune', 'test']"
)");
  const Cohort cohort(spec);
  spec.split.kind = SplitSpec::Kind::fixed;
  spec.split.tune = {cohort.items()[0].name};
  spec.split.test = {cohort.items()[1].name, cohort.items()[2].name};
  const StudyResult result = run_study(spec, cohort, nothing());
  EXPECT_EQ(result.requirements[0].records, 2);
  EXPECT_EQ(result.requirements[2].records, 3);
  EXPECT_EQ(result.groups[0].name, "not tuned on");
  EXPECT_EQ(result.groups[0].records, 2);
  EXPECT_EQ(result.records[3].role, Role::unused);
}

TEST_F(StudyTest, WhatTheDataLacksIsRefused) {
  const Cohort cohort(simulated_spec());
  const auto refused = [&](const StudySpec& spec) { EXPECT_THROW(run_study(spec, cohort, nothing()), Error); };
  StudySpec spec = simulated_spec();
  spec.data.where = Filter("weight > 80");
  refused(spec);
  spec = simulated_spec();
  spec.data.where = Filter("age > 500");
  refused(spec);
  spec = simulated_spec();
  spec.data.exclude = {{"no-such", "reason"}};
  refused(spec);
  spec = simulated_spec();
  spec.groups = {{"g", Filter("agee > 1"), {}}};
  refused(spec);
  spec = simulated_spec();
  spec.detector.config = {{"no_such_key", 1}};
  refused(spec);
  spec = simulated_spec();
  spec.detector.name = "health.beat";
  refused(spec);
  spec = simulated_spec();
  spec.split.kind = SplitSpec::Kind::fixed;
  spec.split.tune = {"*"};
  spec.split.test = {"*"};
  refused(spec);
}

TEST_F(StudyTest, ExcludedRecordingsAreNamedWithTheirReasonAndNotScored) {
  StudySpec spec = simulated_spec();
  const Cohort cohort(spec);
  spec.data.exclude = {{cohort.items()[0].name, "a reason"}};
  const StudyResult result = run_study(spec, cohort, nothing());
  EXPECT_EQ(result.records.size(), 3U);
  ASSERT_EQ(result.excluded.size(), 1U);
  EXPECT_EQ(result.excluded[0].recording, cohort.items()[0].id());
  EXPECT_EQ(result.excluded[0].reason, "a reason");
}

TEST_F(StudyTest, UnreadableCountedAsWrongNeverScoresHigher) {
  StudySpec spec = simulated_spec();
  spec.data.simulate->settings["lead_off_per_hour"] = "240";
  const StudyResult result = run_study(spec, Cohort(spec), nothing());
  for (const auto& record : result.records) {
    EXPECT_EQ(record.scored_wrong.tp + record.scored_wrong.fn, record.scored.tp + record.scored.fn);
    EXPECT_LE(record.scored_wrong.tp, record.scored.tp);
    EXPECT_EQ(record.scored_wrong.fp, record.scored.fp);
  }
}

TEST_F(StudyTest, EveryMistakeIsInAnExcerptWithSignalAndTheSecondTimeNothingIsRun) {
  StudySpec spec = simulated_spec();
  spec.data.simulate->settings["muscle_mv"] = "0.4";
  const Cohort cohort(spec);
  const StudyResult result = run_study(spec, cohort, kept());
  const auto excerpts = make_excerpts(result, cohort, kept());
  ASSERT_EQ(excerpts.size(), result.records.size());
  std::size_t mistakes = 0;
  for (const auto& entry : excerpts) {
    const auto all = mistakes_of(result.records[entry.record], spec.score.start_s);
    mistakes += all.size();
    EXPECT_EQ(entry.shown, all.size());
    for (const auto& mistake : all) {
      EXPECT_TRUE(std::any_of(entry.excerpts.begin(), entry.excerpts.end(), [&](const Excerpt& e) {
        return mistake.t_s >= e.t0_s && mistake.t_s <= e.t1_s && !e.signal.values.empty();
      })) << mistake.t_s;
    }
  }
  ASSERT_GT(mistakes, 0U) << "noise this strong leaves no mistake: the test shows nothing";
  const int loads = cohort.loads;
  EXPECT_EQ(make_excerpts(result, cohort, kept()).size(), excerpts.size());
  EXPECT_EQ(cohort.loads, loads);
}

TEST_F(StudyTest, ResamplingKeepsTimesAndShapeOfASine) {
  Recording recording;
  recording.name = "sine";
  std::vector<float> values;
  for (int i = 0; i < 3600; ++i) values.push_back(static_cast<float>(std::sin(2 * M_PI * 5 * i / 360.0)));
  for (int i = 1000; i < 1100; ++i) values[static_cast<std::size_t>(i)] = NAN;
  Channel channel;
  channel.name = "x";
  channel.samples = Samples(values);
  channel.time = TimeAxis::even(360, 3600, 2);
  recording.channels.push_back(channel);
  const Recording out = resampled(recording, 250);
  const Channel& x = out.channels[0];
  ASSERT_EQ(x.time.stretches.size(), 2U);
  EXPECT_EQ(x.time.stretches[0].t_start_s, 2);
  EXPECT_NEAR(x.time.stretches[1].t_start_s, 2 + 1100 / 360.0, 1e-9);
  for (const Stretch& stretch : x.time.stretches) {
    for (std::int64_t k = 60; k < stretch.rows - 60; ++k) {
      const double t_s = stretch.time_of(stretch.first_row + k) - 2;
      EXPECT_NEAR(x.samples.at(static_cast<std::size_t>(stretch.first_row + k)), std::sin(2 * M_PI * 5 * t_s), 2e-3);
    }
  }
}

}  // namespace
}  // namespace vagus::lab
