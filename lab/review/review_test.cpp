#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "lab/base/error.h"
#include "lab/review/cases.h"
#include "lab/review/mend.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

/// Three cases of each kind, on one recording of each of three subjects: beats at 10, 20 and 30 s.
ReviewKey key_of_nine() {
  ReviewKey key{std::string(64, 'a'), "Are these?", "test", "atr", "beat", {}};
  for (int subject = 0; subject < 3; ++subject) {
    for (const CaseKind kind : {CaseKind::missed, CaseKind::extra, CaseKind::agreeing}) {
      CaseKey one;
      one.id = "c" + std::to_string(key.cases.size());
      one.kind = kind;
      one.set = "set";
      one.recording = one.subject = "r" + std::to_string(subject);
      one.tick_hz = 100;
      one.t_s = kind == CaseKind::missed ? 10 : kind == CaseKind::extra ? 15 : 20;
      one.tick = static_cast<std::int64_t>(one.t_s * 100);
      one.t0_s = one.t_s - 4;
      one.length_s = 8;
      key.cases.push_back(one);
    }
  }
  return key;
}

ReviewAnswers answers_of(const ReviewKey& key, const std::string& who, const std::vector<Answer>& decisions) {
  ReviewAnswers answers{key.hash, who, "2026-01-01T00:00:00Z", {}};
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].decision != Decision::undecided) answers.decisions.emplace_back(key.cases[i].id, decisions[i]);
  }
  return answers;
}

constexpr Answer yes{Decision::accept, 0}, no{Decision::reject, 0}, unknown{Decision::cannot_tell, 0}, open{};

std::vector<Annotation> three_beats() {
  std::vector<Annotation> beats;
  for (const std::int64_t tick : {1000, 2000, 3000}) {
    Annotation beat;
    beat.tick = beat.end_tick = tick;
    beat.label = "V";
    beats.push_back(beat);
  }
  return beats;
}

std::vector<std::int64_t> ticks_of(const std::vector<Annotation>& labels) {
  std::vector<std::int64_t> ticks;
  for (const Annotation& one : labels) ticks.push_back(one.tick);
  return ticks;
}

std::string what_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(ReviewAnswers, are_read_as_the_page_saves_them) {
  const ReviewAnswers answers = parse_answers(R"({"schema": "vagus.label-review.answers/1",
    "set": {"hash": "h", "title": "t", "cases": 2}, "reviewer": "AB", "started": "", "saved": "now",
    "decisions": [{"case": "c1", "decision": "accept", "decided_at": "", "seconds": 1, "changes": 0},
                  {"case": "c2", "decision": "move", "t_s": 3.25}]})",
                                              "ab.json");
  EXPECT_EQ(answers.reviewer, "AB");
  ASSERT_EQ(answers.decisions.size(), 2U);
  EXPECT_EQ(answers.decisions[0].second.decision, Decision::accept);
  EXPECT_EQ(answers.decisions[1].second.t_s, 3.25);
}

TEST(ReviewAnswers, that_no_page_saves_are_refused_with_the_file) {
  const std::string head = R"({"schema": "vagus.label-review.answers/1", "set": {"hash": "h"}, "reviewer": "AB",
    "saved": "", "decisions": [)";
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{\"schema\": \"other\"}"), head,
        head + R"({"case": "c1", "decision": "maybe"}]})", head + R"({"case": "c1", "decision": "move"}]})",
        head + R"({"case": "c1", "decision": "accept"}, {"case": "c1", "decision": "reject"}]})",
        head + R"({"decision": "accept"}]})"}) {
    EXPECT_NE(what_of([&] { parse_answers(text, "ab.json"); }).find("ab.json"), std::string::npos) << text;
  }
}

TEST(Outcome, two_must_decide_alike_or_a_third_does) {
  const ReviewKey key = key_of_nine();
  const Answer here{Decision::move, 4.10}, nearby{Decision::move, 4.14}, elsewhere{Decision::move, 5};
  const auto first = answers_of(key, "A", {yes, no, yes, here, here, yes, no, open, yes});
  const auto second = answers_of(key, "B", {yes, yes, yes, nearby, elsewhere, no, no, yes, unknown});
  const auto third = answers_of(key, "C", {no, no, open, no, no, no, yes, no, open});
  const auto by = [&](const ReviewOutcome& outcome) {
    std::vector<Ruling::By> all;
    for (const auto& one : outcome.rulings) all.push_back(one.by);
    return all;
  };
  using By = Ruling::By;
  const auto two = outcome_of(key, {first, second}, {"a", "b"});
  EXPECT_EQ(by(two), (std::vector{By::both, By::differ, By::both, By::both, By::differ, By::differ, By::both,
                                  By::undecided, By::differ}));
  EXPECT_NEAR(two.rulings[3].answer.t_s, 4.12, 1e-12);
  EXPECT_EQ(two.rulings[1].answer.decision, Decision::undecided);
  const auto with_third = outcome_of(key, {first, second, third}, {"a", "b", "c"});
  EXPECT_EQ(by(with_third), (std::vector{By::both, By::third, By::both, By::both, By::third, By::third, By::both,
                                         By::undecided, By::differ}));
  EXPECT_EQ(with_third.rulings[1].answer.decision, Decision::reject);
  const auto one = outcome_of(key, {first}, {"a"});
  EXPECT_EQ(one.rulings[7].by, By::undecided);
  EXPECT_EQ(one.rulings[4].answer.t_s, 4.10);
}

TEST(Outcome, has_kappa_over_what_both_decided_and_the_share_of_agreeing_cases_confirmed) {
  const ReviewKey key = key_of_nine();
  const auto first = answers_of(key, "A", {yes, no, yes, yes, no, yes, no, open, yes});
  const auto second = answers_of(key, "B", {yes, yes, yes, yes, no, no, no, yes, unknown});
  const auto outcome = outcome_of(key, {first, second}, {"a", "b"});
  ASSERT_TRUE(outcome.kappa);
  // Eight pairs, five alike; margins yes 5 and 4, no 3 and 3, cannot tell 0 and 1.
  EXPECT_NEAR(outcome.kappa->observed.value, 5 / 8.0, 1e-12);
  EXPECT_NEAR(outcome.kappa->chance, (5 * 4 + 3 * 3) / 64.0, 1e-12);
  EXPECT_NEAR(outcome.kappa->kappa.value, (5 / 8.0 - 29 / 64.0) / (1 - 29 / 64.0), 1e-12);
  EXPECT_GT(outcome.kappa->kappa.interval.width(), 0.3);
  EXPECT_EQ(outcome.reviewers[0].agreeing.value, 1);
  EXPECT_EQ(outcome.reviewers[1].agreeing.value, 0.5);  // one for, one against, one not told
  EXPECT_FALSE(outcome_of(key, {first}, {"a"}).kappa);
}

TEST(Outcome, of_no_agreeing_case_or_of_other_data_is_refused_as_evidence) {
  const ReviewKey key = key_of_nine();
  ReviewKey none = key;
  std::erase_if(none.cases, [](const CaseKey& c) { return c.kind == CaseKind::agreeing; });
  EXPECT_NE(what_of([&] { outcome_of(none, {answers_of(none, "A", {yes})}, {"a"}); }).find("no evidence"),
            std::string::npos);
  EXPECT_NE(what_of([&] {
              outcome_of(key, {answers_of(key, "A", {yes, no})}, {"a"});
            }).find("no evidence"),
            std::string::npos);
  auto other = answers_of(key, "B", {yes, no, yes});
  other.hash[0] = 'b';
  EXPECT_NE(what_of([&] {
              outcome_of(key, {answers_of(key, "A", {yes, no, yes}), other}, {"a", "b"});
            }).find("another set of cases"),
            std::string::npos);
  EXPECT_THROW(
      outcome_of(key, {answers_of(key, "A", {yes, no, yes}), answers_of(key, "A", {yes, no, yes})}, {"a", "b"}),
      UsageError);
}

TEST(Mended, labels_lose_rejected_beats_gain_accepted_ones_and_move) {
  const ReviewKey key = key_of_nine();
  const auto labels = three_beats();
  const auto outcome = outcome_of(
      key, {answers_of(key, "A", {no, yes, {Decision::move, 4.5}, yes, no, no, unknown, unknown, unknown})}, {"a"});
  MendedTrack done;
  const auto first = mended(labels, key, outcome, "set", "r0", done);
  EXPECT_EQ(ticks_of(first), (std::vector<std::int64_t>{1500, 2050, 3000}));
  EXPECT_EQ(first[0].label, "Q");
  EXPECT_EQ(first[1].label, "V");
  EXPECT_EQ(done.added + 10 * done.removed + 100 * done.moved, 111);
  EXPECT_EQ(ticks_of(mended(labels, key, outcome, "set", "r1", done)), (std::vector<std::int64_t>{1000, 3000}));
  EXPECT_EQ(mended(labels, key, outcome, "set", "r2", done), labels);
}

TEST(Mended, falls_that_last_move_with_all_of_their_length_and_accepted_ones_are_moments_of_no_type) {
  ReviewKey key = key_of_nine();
  key.event = "fall";
  key.track = "falls";
  for (CaseKey& one : key.cases) one.into = one.kind == CaseKind::extra ? 0 : 50;
  Annotation fall;
  fall.tick = 1000;
  fall.end_tick = 1200;
  fall.label = "forward";
  Annotation other = fall;
  other.tick = 2000;
  other.end_tick = 2100;
  const Answer half_a_second_on{Decision::move, 5.0};  // the mark lies at 4.5 s of the stretch
  const auto outcome =
      outcome_of(key, {answers_of(key, "A", {half_a_second_on, yes, no, yes, no, yes, yes, no, yes})}, {"a"});
  MendedTrack done;
  const auto now = mended({fall, other}, key, outcome, "set", "r0", done);
  ASSERT_EQ(ticks_of(now), (std::vector<std::int64_t>{1050, 1500}));
  EXPECT_EQ(now[0].end_tick, 1250);
  EXPECT_EQ(now[0].label, "forward");
  EXPECT_EQ(now[1].end_tick, 1500);
  EXPECT_EQ(now[1].label, "fall");
  EXPECT_EQ(done.added + 10 * done.removed + 100 * done.moved, 111);
}

TEST(Outcome, moves_of_falls_are_alike_within_half_a_second) {
  ReviewKey key = key_of_nine();
  const Answer here{Decision::move, 4.1}, nearby{Decision::move, 4.5};
  const auto first = answers_of(key, "A", {here, yes, yes}), second = answers_of(key, "B", {nearby, yes, yes});
  EXPECT_EQ(outcome_of(key, {first, second}, {"a", "b"}).rulings[0].by, Ruling::By::differ);
  key.event = "fall";
  const auto outcome = outcome_of(key, {first, second}, {"a", "b"});
  EXPECT_EQ(outcome.rulings[0].by, Ruling::By::both);
  EXPECT_NEAR(outcome.rulings[0].answer.t_s, 4.3, 1e-12);
}

/// A study's cohort as if it had been measured.
class Measured final : public Source {
 public:
  explicit Measured(const StudySpec& spec) : inner_(open_source(spec.data, spec.score.reference, spec.seed)) {}
  const std::vector<StudyItem>& items() const override { return inner_->items(); }
  Recording load(const StudyItem& item) const override { return inner_->load(item); }
  Recording header(const StudyItem& item) const override { return inner_->load(item); }
  bool simulated() const override { return false; }

 private:
  std::unique_ptr<Source> inner_;
};

class ReviewOfAStudy : public testing::Test {
 protected:
  void SetUp() override {
    spec = parse_spec(R"(
name = "noisy"
[data]
simulate = {kind = "ecg", subjects = 6, duration_s = 90, set = {muscle_mv = 0.8, electrode_mv = 0.6}}
[detector]
name = "health.beats"
[score]
start_s = 5
)",
                      "noisy.toml");
    source = std::make_unique<Measured>(spec);
    result = run_study(spec, *source, nothing);
    std::int64_t errors = 0;
    for (const auto& record : result.records) errors += record.scored.fn + record.scored.fp;
    ASSERT_GE(errors, 14);
  }
  StudySpec spec;
  std::unique_ptr<Source> source;
  StudyResult result;
  Cache nothing{fs::path()};
};

TEST_F(ReviewOfAStudy, asks_about_errors_and_a_fixed_share_of_beats_that_both_found) {
  CaseOptions options;
  options.cases = 20;
  const Review review = make_review(result, *source, nothing, options);
  ASSERT_EQ(review.key.cases.size(), 20U);
  EXPECT_EQ(std::count_if(review.key.cases.begin(), review.key.cases.end(),
                          [](const auto& c) { return c.kind == CaseKind::agreeing; }),
            6);
  for (std::size_t i = 0; i < 20; ++i) {
    const CaseKey& about = review.key.cases[i];
    const ReviewCase& shown = review.set.cases[i];
    EXPECT_EQ(shown.id, about.id);
    EXPECT_EQ(shown.signal.t0_s, 0);
    EXPECT_NEAR(about.t0_s + shown.t_s, about.t_s, 1e-9);
    EXPECT_TRUE(shown.signal.name.empty() || review_page(review.set).find(shown.recording) == std::string::npos);
    const auto record = std::find_if(result.records.begin(), result.records.end(),
                                     [&](const auto& r) { return r.item.name == about.recording; });
    const auto& ticks = about.kind == CaseKind::missed ? record->scored.missed : record->scored.extra;
    const bool error = std::find(ticks.begin(), ticks.end(), about.tick) != ticks.end();
    EXPECT_EQ(error, about.kind != CaseKind::agreeing);
    for (const ReviewMark& mark : shown.marks) EXPECT_GT(std::abs(mark.t_s - shown.t_s), 0.04);
  }
  const auto unordered = [](const Review& r) {
    return std::is_partitioned(r.key.cases.begin(), r.key.cases.end(),
                               [](const auto& c) { return c.kind != CaseKind::agreeing; });
  };
  EXPECT_FALSE(unordered(review));
}

TEST_F(ReviewOfAStudy, is_the_same_for_the_same_seed_and_another_for_another) {
  CaseOptions options;
  options.cases = 20;
  const std::string hash = make_review(result, *source, nothing, options).key.hash;
  EXPECT_EQ(make_review(result, *source, nothing, options).key.hash, hash);
  options.seed = 99;
  EXPECT_NE(make_review(result, *source, nothing, options).key.hash, hash);
  options.agreeing = 0.95;
  EXPECT_THROW(make_review(result, *source, nothing, options), UsageError);
}

TEST_F(ReviewOfAStudy, of_simulated_data_is_refused) {
  result.simulated = true;
  EXPECT_NE(what_of([&] { make_review(result, *source, nothing); }).find("nothing to review"), std::string::npos);
}

class ReviewInAStore : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / ("vagus-review-" + std::to_string(getpid()));
    fs::remove_all(folder);
    store = std::make_unique<Store>(folder);
    const auto spec = parse_spec(
        "name = \"s\"\n[data]\nsimulate = {kind = \"ecg\", subjects = 3, duration_s = 40}\n[detector]\nname = "
        "\"health.beats\"\n",
        "s.toml");
    const auto source = open_source(spec.data, "atr", 1);
    std::vector<Recording> recordings;
    for (std::size_t i = 0; i < 3; ++i) {
      Recording recording = source->load(source->items()[i]);
      recording.name = recording.subject = "r" + std::to_string(i);
      recording.tracks = {{"atr", 100, {{"expert", "", "as published", "", three_beats()}}}};
      recordings.push_back(std::move(recording));
    }
    store->add("set", std::move(recordings));
    key = key_of_nine();
    for (CaseKey& one : key.cases) {
      const Entry entry = store->list("set", one.recording).front();
      one.signal_hash = entry.signal_hash;
      one.labels_hash = entry.layer_hashes.at("atr");
    }
    outcome = outcome_of(key, {answers_of(key, "A", {no, yes, yes, yes, no, yes, yes, no, yes})}, {"a"});
  }
  void TearDown() override { fs::remove_all(folder); }
  fs::path folder;
  std::unique_ptr<Store> store;
  ReviewKey key;
  ReviewOutcome outcome;
};

TEST_F(ReviewInAStore, becomes_a_layer_on_the_one_that_was_looked_at_and_leaves_that_alone) {
  const std::string before = store->manifest("set").version();
  const Mending mending = apply(*store, key, outcome);
  ASSERT_EQ(mending.tracks.size(), 1U);
  EXPECT_EQ(mending.unchanged, 2);
  const Entry entry = store->list("set", "r0").front();
  EXPECT_EQ(entry.layer_hashes.at("atr"), mending.tracks[0].layer);
  const auto history = store->history(entry, "atr");
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].annotations, three_beats());
  EXPECT_EQ(history[1].author, "A");
  EXPECT_EQ(history[1].parent, key.cases[0].labels_hash);
  EXPECT_EQ(ticks_of(history[1].annotations), (std::vector<std::int64_t>{1500, 2000, 3000}));
  const Entry old = store->list_at("set", before, "r0").front();
  EXPECT_EQ(store->header(old).track("atr")->current(), three_beats());
  // Applied again it is the same layer.
  const std::string version = store->manifest("set").version();
  EXPECT_EQ(apply(*store, key, outcome).tracks[0].layer, mending.tracks[0].layer);
  EXPECT_EQ(store->manifest("set").version(), version);
}

TEST_F(ReviewInAStore, of_labels_no_longer_in_force_or_of_other_signals_is_refused_and_writes_nothing) {
  std::string version = store->manifest("set").version();
  ReviewKey signals = key, labels = key;
  for (std::size_t i = 6; i < 9; ++i) {
    signals.cases[i].signal_hash = std::string(64, '0');
    labels.cases[i].labels_hash = std::string(64, '0');
  }
  for (const ReviewKey& other : {signals, labels})
    EXPECT_NE(what_of([&] { apply(*store, other, outcome); }).find("other data"), std::string::npos);
  EXPECT_EQ(store->manifest("set").version(), version);
  Mend mend{"atr", 100, "B", "another look", "", "", {three_beats()[0]}};
  store->apply(store->list("set", "r0").front(), mend);
  version = store->manifest("set").version();
  EXPECT_NE(what_of([&] { apply(*store, key, outcome); }).find("no longer in force"), std::string::npos);
  EXPECT_EQ(store->manifest("set").version(), version);
}

TEST_F(ReviewInAStore, begins_a_track_with_an_empty_layer_where_the_recording_had_none) {
  key.event = "fall";
  key.track = "falls";
  std::erase_if(key.cases, [](const CaseKey& one) { return one.kind == CaseKind::missed; });
  for (CaseKey& one : key.cases) one.labels_hash.clear();
  outcome = outcome_of(key, {answers_of(key, "A", {yes, yes, no, yes, no, yes})}, {"a"});
  const Mending mending = apply(*store, key, outcome);
  ASSERT_EQ(mending.tracks.size(), 1U);
  EXPECT_EQ(mending.unchanged, 2);
  const auto history = store->history(store->list("set", "r0").front(), "falls");
  ASSERT_EQ(history.size(), 2U);
  EXPECT_TRUE(history[0].annotations.empty());
  EXPECT_EQ(ticks_of(history[1].annotations), (std::vector<std::int64_t>{1500}));
  const std::string version = store->manifest("set").version();
  EXPECT_EQ(apply(*store, key, outcome).tracks[0].layer, mending.tracks[0].layer);
  EXPECT_EQ(store->manifest("set").version(), version);
}

TEST_F(ReviewInAStore, finds_its_cases_again_by_their_hash) {
  keep(*store, key);
  EXPECT_EQ(as_json(kept_key(*store, key.hash)), as_json(key));
  EXPECT_NE(what_of([&] { kept_key(*store, std::string(64, 'c')); }).find("other data"), std::string::npos);
  EXPECT_NE(what_of([&] { kept_key(*store, "../ledger"); }).find("no hash"), std::string::npos);
  EXPECT_TRUE(store->check().problems.empty());
}

}  // namespace
}  // namespace vagus::lab
