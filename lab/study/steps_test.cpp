#include "lab/study/steps.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lab/study/cache.h"

namespace vagus::lab {
namespace {

RunResult some_run() {
  RunResult run;
  run.detector = "health.beats";
  run.version = "1.2.3";
  run.channel = "MLII";
  run.duration_s = 10;
  run.rate_hz = 360;
  run.gaps = 1;
  run.repairs = {{"missing values bridged", 3}};
  run.summary = {{"summary", true}, {"beats", 2}};
  for (int i = 0; i < 3; ++i) {
    Event event;
    event.t_s = event.t_start_s = event.t_end_s = 0.1 + i;
    event.t_known_s = 0.3 + i;
    event.row = event.end_row = 36 + 360 * i;
    event.value = 0.1F * static_cast<float>(i);
    event.at_end = i == 2;
    event.fields = {{"class", "V"}, {"score", 0.1 * i}, {"count", i}, {"sure", i == 1}, {"none", nullptr}};
    run.events.push_back(event);
  }
  Event lost;
  lost.kind = Said::Kind::unreadable;
  lost.interval = true;
  lost.t_start_s = 4;
  lost.t_end_s = 5.5;
  lost.reason = "flat line";
  run.events.push_back(lost);
  return run;
}

TEST(Steps, ARunComesBackAsItWasPacked) {
  const RunResult run = some_run();
  const auto back = unpack_run(pack(run));
  ASSERT_TRUE(back);
  EXPECT_EQ(pack(*back), pack(run));
  ASSERT_EQ(back->events.size(), run.events.size());
  for (std::size_t i = 0; i < run.events.size(); ++i) EXPECT_EQ(back->events[i].json(), run.events[i].json());
  EXPECT_EQ(back->summary, run.summary);
  EXPECT_EQ(back->repairs, run.repairs);
}

TEST(Steps, LabelsComeBackAsTheyWerePacked) {
  Labels labels;
  labels.tick_hz = 360;
  for (int i = 0; i < 5; ++i)
    labels.annotations.push_back({i * 100, i * 100, i % 2 == 0 ? "N" : "+", "(AFIB", -1, i, 2});
  const auto back = unpack_labels(pack(labels));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->annotations, labels.annotations);
  EXPECT_EQ(back->tick_hz, 360);
}

TEST(Steps, ExcerptsComeBackAsTheyWerePacked) {
  Excerpt excerpt;
  excerpt.t0_s = 1;
  excerpt.t1_s = 7;
  excerpt.signal = {"MLII", "mv", 1, 360, {0.5F, -0.25F}};
  excerpt.probes.push_back({"feature", "", {{1.5, 2.5F}}});
  excerpt.candidates = {{3, 0.25F}};
  const std::vector<Excerpt> all{excerpt, excerpt};
  const auto back = unpack_excerpts(pack(all));
  ASSERT_TRUE(back);
  EXPECT_EQ(pack(*back), pack(all));
  EXPECT_EQ((*back)[1].probes[0].points[0].value, 2.5F);
}

TEST(Steps, BytesThatAreCutOrNotSuchAStepAreNone) {
  const std::string run = pack(some_run());
  for (std::size_t length = 0; length < run.size(); ++length)
    EXPECT_FALSE(unpack_run(std::string_view(run).substr(0, length)));
  EXPECT_FALSE(unpack_run(run + "x"));
  EXPECT_FALSE(unpack_labels(run));
  EXPECT_FALSE(unpack_excerpts(std::string(1, '\1') + std::string(8, '\xFF')));
}

class CacheFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("vagus-cache-test-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(CacheFolder, GivesBackWhatWasPutAndNothingElse) {
  const Cache cache(folder_);
  EXPECT_FALSE(cache.get("signal", "key"));
  cache.put("signal", "key", "content");
  EXPECT_EQ(cache.get("signal", "key"), "content");
  EXPECT_FALSE(cache.get("other", "key"));
  cache.forget("signal");
  EXPECT_FALSE(cache.get("signal", "key"));
}

TEST_F(CacheFolder, DamagedStepsAreNotGivenBack) {
  const Cache cache(folder_);
  cache.put("signal", "key", "some longer content");
  const auto path = folder_ / "steps" / "signal" / "key";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_FALSE(cache.get("signal", "key"));
  cache.put("signal", "key", "some longer content");
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(70).put('X');
  EXPECT_FALSE(cache.get("signal", "key"));
}

TEST(Cache, OneThatCannotBeWrittenKeepsNothingAndSaysNothing) {
  const Cache nowhere{std::filesystem::path()}, impossible("/dev/null/cache");
  for (const Cache* cache : {&nowhere, &impossible}) {
    cache->put("signal", "key", "content");
    EXPECT_FALSE(cache->get("signal", "key"));
  }
}

}  // namespace
}  // namespace vagus::lab
