#include "lab/study/guard_study.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "device/base/contract.h"
#include "lab/base/error.h"
#include "lab/detect/adapter.h"
#include "lab/stats/distributions.h"
#include "lab/study/guard_json.h"

namespace vagus::lab {
namespace {

/// Recordings in memory.
class Shelf final : public Source {
 public:
  void put(Recording recording, const std::string& start = {}) {
    StudyItem item;
    item.set = "shelf";
    item.name = recording.name;
    item.subject = recording.subject;
    item.duration_s = recording.duration_s();
    item.start = start;
    item.attributes = recording.attributes;
    item.signal_hash = item.labels_hash = "hash-" + recording.name;
    add_common_attributes(item, "");
    items_.push_back(std::move(item));
    recordings_[recording.name] = std::move(recording);
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override { return recordings_.at(item.name); }
  Recording header(const StudyItem& item) const override { return recordings_.at(item.name); }
  bool simulated() const override { return true; }

 private:
  std::vector<StudyItem> items_;
  std::map<std::string, Recording> recordings_;
};

/// A staged trial of white noise: nothing in its signal tells what it is.
Recording trial(const std::string& name, const std::string& subject, bool fall, double length_s, double rate_hz,
                SplitMix& random) {
  Recording recording;
  recording.name = name;
  recording.subject = subject;
  Channel channel;
  channel.name = "acc_x_g";
  channel.quantity = vagus::Quantity::acc_x;
  channel.unit = Unit::g;
  std::vector<float> values(static_cast<std::size_t>(length_s * rate_hz));
  for (float& value : values) value = static_cast<float>(draw_normal(random));
  channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(values.size()));
  channel.samples = Samples(std::move(values));
  recording.channels.push_back(std::move(channel));
  Track track;
  track.name = fall ? "fall_trial" : "activity_trial";
  track.tick_hz = 1000;
  Layer layer;
  layer.annotations.push_back({0, static_cast<std::int64_t>(length_s * 1000), "t", "", 0, 0, 0});
  track.layers.push_back(std::move(layer));
  recording.tracks.push_back(std::move(track));
  return recording;
}

enum class Planted { nothing, length, rate };

Shelf staged(Planted planted, std::uint64_t seed, int subjects = 8) {
  Shelf shelf;
  SplitMix random(seed);
  for (int s = 0; s < subjects; ++s) {
    for (int t = 0; t < 12; ++t) {
      const bool fall = t % 3 == 0;
      constexpr double any[] = {12, 15, 20};
      double length_s = any[random.below(3)];
      if (planted == Planted::length) length_s = fall ? 15 : random.below(2) == 0 ? 12 : 20;
      const double rate_hz = 50 + 0.05 * draw_normal(random) + (planted == Planted::rate && fall ? 0.4 : 0);
      const std::string subject = "p" + std::to_string(s);
      shelf.put(trial(subject + (fall ? "f" : "a") + std::to_string(t), subject, fall, length_s, rate_hz, random));
    }
  }
  return shelf;
}

StudySpec events_spec(const std::string& more = {}) {
  StudySpec spec = parse_spec(
      "name = \"staged\"\n[data]\nsets = [\"shelf\"]\n[detector]\nname = \"elsewhere\"\n" + more, "staged.toml");
  spec.score.protocol = "events";
  spec.score.reference = "";
  return spec;
}

GuardReport guarded(const StudySpec& spec, const Source& source, const Cache& cache = Cache({})) {
  const HeldSource held(source);
  const Plan plan = make_plan(spec, source.items());
  const Config config;
  return guard_study({spec, plan, held, cache, nullptr, config, 1});
}

const GuardLook& look_of(const GuardReport& report, const std::string& name) {
  for (const auto& look : report.looks) {
    if (look.name == name) return look;
  }
  throw std::runtime_error("no guard " + name);
}

TEST(GuardStudy, FallsThatAllLastFifteenSecondsAreALeakThatNamesRecordings) {
  const GuardReport report = guarded(events_spec(), staged(Planted::length, 1));
  EXPECT_EQ(look_of(report, "telling property").state, GuardState::refused);
  const std::string leak = report.refused();
  EXPECT_NE(leak.find("'length'"), std::string::npos) << leak;
  EXPECT_NE(leak.find("shelf:p0f0"), std::string::npos) << leak;
  EXPECT_EQ(leak.find("'true_rate'"), std::string::npos) << leak;
}

TEST(GuardStudy, FallsWhoseTrueRateDiffersAreALeak) {
  const std::string leak = guarded(events_spec(), staged(Planted::rate, 2)).refused();
  EXPECT_NE(leak.find("'true_rate'"), std::string::npos) << leak;
  EXPECT_EQ(leak.find("'length'"), std::string::npos) << leak;
}

TEST(GuardStudy, CleanTrialsPass) {
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::string leak = guarded(events_spec(), staged(Planted::nothing, 100 + seed)).refused();
    refused += leak.empty() ? 0 : 1;
  }
  std::printf("clean studies refused: %d of 40\n", refused);
  EXPECT_LE(refused, 1);
}

TEST(GuardStudy, EqualLengthAndCommonRateAreTriedAndCure) {
  const auto cured = [](Planted planted, const std::string& data) {
    StudySpec spec = events_spec();
    spec.data =
        parse_spec("name = \"x\"\n[data]\nsets = [\"shelf\"]\n" + data + "\n[detector]\nname = \"x\"\n", "x.toml").data;
    const PreparedSource source(std::make_unique<Shelf>(staged(planted, 3)), spec.data);
    return guarded(spec, source);
  };
  const GuardReport length = cured(Planted::length, "length_s = 10");
  EXPECT_EQ(length.refused(), "");
  ASSERT_EQ(length.cures.size(), 1U);
  EXPECT_TRUE(length.cures[0].cured) << length.cures[0].why;
  EXPECT_FALSE(length.as_recorded.empty());
  // Too long to make all trials equal: the guard sees what is left.
  const GuardReport half = cured(Planted::length, "length_s = 15");
  EXPECT_FALSE(half.cures[0].cured) << half.cures[0].why;
  EXPECT_NE(half.refused(), "");
  const GuardReport rate = cured(Planted::rate, "resample_hz = 40");
  EXPECT_EQ(rate.refused(), "");
  EXPECT_TRUE(rate.cures[0].cured) << rate.cures[0].why;
}

TEST(GuardStudy, AnAcceptedPropertyPassesAndIsPrintedWithItsReason) {
  const StudySpec spec = events_spec("[[accept]]\nproperty = \"duration_s\"\nreason = \"only onsets are scored\"\n");
  const GuardReport report = guarded(spec, staged(Planted::length, 4));
  EXPECT_EQ(report.refused(), "");
  EXPECT_EQ(look_of(report, "telling property").state, GuardState::accepted);
  const Json accepted = accepted_json(report);
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_EQ(accepted[0]["property"], "length");
  EXPECT_EQ(accepted[0]["reason"], "only onsets are scored");
  EXPECT_EQ(accepted[0]["tells"], true);
  // Another property is not let through by it.
  EXPECT_NE(guarded(spec, staged(Planted::rate, 4)).refused(), "");
}

TEST(GuardStudy, AnUnknownPropertyIsAUsageErrorWithTheNearest) {
  try {
    events_spec("[[accept]]\nproperty = \"lenght\"\nreason = \"r\"\n");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("lenght"), std::string::npos);
    EXPECT_NE(error.hint().find("length"), std::string::npos);
  }
}

TEST(GuardStudy, ACausalDetectorThatRanElsewhereIsNotTakenAtItsWord) {
  StudySpec spec = events_spec();
  spec.detector.causal = true;
  const GuardReport report = guarded(spec, staged(Planted::length, 5));
  ASSERT_EQ(report.cures.size(), 1U);
  EXPECT_FALSE(report.cures[0].cured);
  EXPECT_NE(report.refused(), "");
}

/// A detector of jolts that counts samples and sees the past alone; `peeks`: one that knows how long a fall lasts, and
/// says so when the signal ends.
template <bool peeks>
class Jolts {
 public:
  struct Config {
    float rate_hz = 50;
  };
  struct Input {
    float acc_x_g;
  };
  struct Output {
    std::int64_t sample;
    float quality;
    float score;
  };
  static constexpr ChannelNeed reads[] = {{vagus::Quantity::acc_x, Unit::g, 25, 100}};
  static constexpr Contract contract = {.name = "test.jolts",
                                        .version = "1.0.0",
                                        .summary = "Jolts.",
                                        .source = "a test",
                                        .event = "jolts",
                                        .reads = reads,
                                        .probes = {},
                                        .latency_ms = 0,
                                        .ram_bytes = 64};
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 25, 100, "rate of the even grid")};
  static constexpr std::array output_fields = {Field<Output>::sample("sample", &Output::sample, "where"),
                                               Field<Output>::number("quality", "", &Output::quality, "how sure"),
                                               Field<Output>::number("score", "", &Output::score, "height")};
  static Result<Jolts> make(const Config& config) {
    Jolts jolts;
    jolts.rate_hz_ = config.rate_hz;
    return jolts;
  }
  template <class Emit>
  void push(Input in, Emit&& emit) {
    if (in.acc_x_g > 2.0F) emit(Output{sample_, 1, in.acc_x_g});
    ++sample_;
  }
  void gap(Duration) {}
  template <class Emit>
  void finish(Emit&& emit) {
    const float length_s = static_cast<float>(sample_) / rate_hz_;
    if (peeks && length_s > 14 && length_s < 16) emit(Output{sample_ - 1, 1, 9});
  }

 private:
  float rate_hz_ = 50;
  std::int64_t sample_ = 0;
};

TEST(GuardStudy, ACausalDetectorThatCannotSeeTheLengthIsCuredAndOneThatPeeksIsNot) {
  const Shelf shelf = staged(Planted::length, 7);
  const HeldSource held(shelf);
  const auto report_of = [&](const DetectorInfo& detector, bool causal) {
    StudySpec spec = events_spec();
    spec.data.resample_hz = 50;
    spec.detector.causal = causal;
    const Plan plan = make_plan(spec, shelf.items());
    const Config config;
    return guard_study({spec, plan, held, Cache({}), &detector, config, 1});
  };
  const DetectorInfo honest = describe<Jolts<false>>(), peeking = describe<Jolts<true>>();
  const auto causal_cure = [](const GuardReport& report) {
    const auto at = std::find_if(report.cures.begin(), report.cures.end(),
                                 [](const CureLook& one) { return one.cure == "causal detector"; });
    EXPECT_NE(at, report.cures.end());
    return at == report.cures.end() ? CureLook{} : *at;
  };
  // Undeclared, the same lengths are a leak: it is the cure that lets them pass.
  EXPECT_NE(report_of(honest, false).refused().find("'length'"), std::string::npos);
  const GuardReport cured = report_of(honest, true);
  EXPECT_TRUE(causal_cure(cured).cured) << causal_cure(cured).why;
  EXPECT_NE(causal_cure(cured).why.find("tried on 8 recordings"), std::string::npos) << causal_cure(cured).why;
  EXPECT_EQ(cured.refused(), "");
  // What was tried did speak: a detector that says nothing would be cured of everything.
  EXPECT_GT(run(honest, resampled(shelf.load(shelf.items().front()), 50), RunOptions{}).events.size(), 2U);
  const GuardReport peeked = report_of(peeking, true);
  EXPECT_FALSE(causal_cure(peeked).cured);
  EXPECT_NE(causal_cure(peeked).why.find("because the signal ends"), std::string::npos) << causal_cure(peeked).why;
  EXPECT_NE(peeked.refused().find("'length'"), std::string::npos);
}

StudySpec beats_spec(const std::string& detector = {}, const std::string& split = {}) {
  return parse_spec(
      "name = \"beats\"\n[data]\nsimulate = {kind = \"ecg\", subjects = 4, duration_s = 40}\n[detector]\nname = "
      "\"health.beats\"\n" +
          detector +
          "[score]\nstart_s = 5\n[split]\nkind = \"fixed\"\ntune = [\"s0001\"]\ntest = [\"s0002\", \"s0003\", "
          "\"s0004\"]\n" +
          split,
      "beats.toml");
}

std::string leak_of(const StudySpec& spec, const Source& source) {
  try {
    run_study(spec, source, Cache({}));
  } catch (const LeakError& leak) {
    return leak.what();
  }
  return {};
}

/// The simulated cohort, with the signal of `copy` replaced by that of the first member, altered, and starts.
class Doubled final : public SourceOver {
 public:
  Doubled(const Source& inner, std::string copy) : SourceOver(inner), items_(inner.items()), copy_(std::move(copy)) {
    int day = 0;
    for (StudyItem& item : items_) item.start = "2024-05-0" + std::to_string(++day) + "T08:00:00";
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override {
    if (item.name != copy_) return inner().load(item);
    Recording recording = resampled(inner().load(items_[0]), 200);
    recording.name = item.name;
    recording.subject = item.subject;
    for (Channel& channel : recording.channels) {
      std::vector<float> values(channel.samples.size());
      channel.samples.read(0, values);
      for (float& value : values) value = std::round(100 * (0.5F - 0.7F * value)) / 100;
      channel.samples = Samples(std::move(values));
    }
    return recording;
  }
  Recording header(const StudyItem& item) const override { return load(item); }
  const Source& as_recorded() const override { return *this; }
  void start(std::size_t index, const std::string& start) { items_[index].start = start; }

 private:
  std::vector<StudyItem> items_;
  std::string copy_;
};

TEST(GuardStudy, ASubjectUnderTwoIdsIsALeakAndTheRecordingsAreNamed) {
  const StudySpec spec = beats_spec();
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const std::string leak = leak_of(spec, Doubled(*source, "s0003"));
  EXPECT_EQ(leak.rfind("leak: ", 0), 0U) << leak;
  EXPECT_NE(leak.find("simulated:s0001"), std::string::npos) << leak;
  EXPECT_NE(leak.find("simulated:s0003"), std::string::npos) << leak;
  EXPECT_EQ(leak_of(spec, Doubled(*source, "nobody")), "");
}

/// Every member is a window of 20 s of the first one's signal; the next begins `hop_s` later.
class Windows final : public SourceOver {
 public:
  Windows(const Source& inner, double hop_s) : SourceOver(inner), hop_s_(hop_s) {}
  const std::vector<StudyItem>& items() const override { return inner().items(); }
  Recording load(const StudyItem& item) const override {
    std::size_t index = 0;
    while (items()[index].name != item.name) ++index;
    Recording recording = inner().load(items()[0]);
    recording.name = item.name;
    recording.subject = item.subject;
    for (Channel& channel : recording.channels) {
      const double rate_hz = channel.time.rate_hz;
      std::vector<float> values(static_cast<std::size_t>(20 * rate_hz));
      channel.samples.read(static_cast<std::size_t>(hop_s_ * static_cast<double>(index) * rate_hz), values);
      channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(values.size()));
      channel.samples = Samples(std::move(values));
    }
    return recording;
  }
  Recording header(const StudyItem& item) const override { return load(item); }
  const Source& as_recorded() const override { return *this; }

 private:
  double hop_s_;
};

TEST(GuardStudy, WindowsThatShareSamplesAcrossASplitAreALeakAndThoseThatTouchAreNot) {
  StudySpec spec = beats_spec();
  spec.data.simulate->duration_s = 100;
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const std::string leak = leak_of(spec, Windows(*source, 10));
  EXPECT_NE(leak.find("simulated:s0001"), std::string::npos) << leak;
  EXPECT_NE(leak.find("simulated:s0002"), std::string::npos) << leak;
  EXPECT_EQ(leak_of(spec, Windows(*source, 20)), "");
}

TEST(GuardStudy, OneSignalUnderTwoJudgedIdsIsNoted) {
  StudySpec spec = beats_spec();
  spec.split = {};
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const StudyResult result = run_study(spec, Doubled(*source, "s0003"), Cache({}));
  EXPECT_EQ(look_of(result.guards, "same signal").state, GuardState::noted);
  EXPECT_EQ(look_of(result.guards, "same signal").found.size(), 1U);
}

TEST(GuardStudy, WhatTheDetectorWasTrainedOnIsNotJudged) {
  const StudySpec clean = beats_spec("trained_on = [\"s0001\", \"otherset:*\"]\n");
  const auto source = open_source(clean.data, clean.score.reference, clean.seed);
  EXPECT_EQ(leak_of(clean, *source), "");
  const std::string leak = leak_of(beats_spec("trained_on = [\"s0004\"]\n"), *source);
  EXPECT_NE(leak.find("simulated:s0004 is judged, and health.beats was fitted on it"), std::string::npos) << leak;
}

TEST(GuardStudy, TimeOrderHoldsWithinWhatTheSpecificationNames) {
  const StudySpec spec = beats_spec("", "time_order = \"set\"\n");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  EXPECT_THROW(run_study(spec, *source, Cache({})), Error) << "no recording says when it began";
  Doubled dated(*source, "nobody");
  EXPECT_EQ(leak_of(spec, dated), "");
  dated.start(0, "2024-05-02T08:00:20");
  const std::string leak = leak_of(spec, dated);
  EXPECT_NE(leak.find("simulated:s0002 is judged and overlaps simulated:s0001"), std::string::npos) << leak;
}

}  // namespace
}  // namespace vagus::lab
