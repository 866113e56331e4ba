#include "lab/score/ec57.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

using Ticks = std::vector<std::int64_t>;

Annotation mark(std::int64_t tick, const char* label, std::int32_t subtype = 0) {
  Annotation a;
  a.tick = a.end_tick = tick;
  a.label = label;
  a.subtype = subtype;
  return a;
}
std::vector<Annotation> beats(const Ticks& ticks, const char* label = "N") {
  std::vector<Annotation> out;
  for (const std::int64_t tick : ticks) out.push_back(mark(tick, label));
  return out;
}

// Counts at 1000 ticks a second, where the window is 150 ticks, from 0 s; the record lasts 100 s unless told.
Ec57 compare(const std::vector<Annotation>& reference, const std::vector<Annotation>& test, double duration_s = 100,
             double from_s = 0) {
  Ec57Options options;
  options.from_s = from_s;
  options.duration_s = duration_s;
  return ec57(reference, 1000, test, 1000, options);
}
Ec57 compare(const Ticks& reference, const Ticks& test, double duration_s = 100, double from_s = 0) {
  return compare(beats(reference), beats(test), duration_s, from_s);
}
std::string counts(const Ec57& e) {
  return std::to_string(e.tp) + "/" + std::to_string(e.fn) + "/" + std::to_string(e.fp);
}

TEST(Ec57, TheWindowIsClosedAt150Milliseconds) {
  EXPECT_EQ(counts(compare({1000, 2000}, {1150, 1850})), "2/0/0");
  EXPECT_EQ(counts(compare({1000, 2000}, {1151, 1849})), "0/2/2");
}

TEST(Ec57, TheWindowIsRoundedToTheNearestTickHalvesUp) {
  Ec57Options options;
  options.from_s = 0;
  // 0.15 s at 250 Hz are 37.5 ticks, scored as 38.
  EXPECT_EQ(ec57(beats({1000}), 250, beats({1038}), 250, options).tp, 1);
  EXPECT_EQ(ec57(beats({1000}), 250, beats({1039}), 250, options).tp, 0);
}

TEST(Ec57, OfTwoTestBeatsNearOneReferenceBeatTheNearerIsThePair) {
  const Ec57 e = compare({1000, 2000}, {900, 1010, 2000});
  EXPECT_EQ(counts(e), "2/0/1");
  EXPECT_EQ(e.extra, Ticks{900});
  const Ec57 later = compare({1000, 2000}, {990, 1100, 2000});
  EXPECT_EQ(counts(later), "2/0/1");
  EXPECT_EQ(later.extra, Ticks{1100});
}

TEST(Ec57, OfTwoTestBeatsEquallyNearTheLaterIsThePair) {
  const Ec57 e = compare({1000, 2000}, {950, 1050, 2000});
  EXPECT_EQ(counts(e), "2/0/1");
  EXPECT_EQ(e.extra, Ticks{950});
}

TEST(Ec57, OfTwoReferenceBeatsNearOneTestBeatTheNearerIsThePair) {
  const Ec57 e = compare({900, 1010, 2000}, {1000, 2000});
  EXPECT_EQ(counts(e), "2/1/0");
  EXPECT_EQ(e.missed, Ticks{900});
}

TEST(Ec57, AboveTwoHundredBeatsAMinuteABeatWhoseRivalHasANearerPartnerKeepsItsOwn) {
  // The published case of 2002 (window 37 ticks at 250 Hz): the first test beat lies as near to the second reference
  // beat as to the first, but that one has a nearer test beat of its own.
  Ec57Options options;
  options.from_s = 0;
  options.window_s = 37. / 250;
  EXPECT_EQ(counts(ec57(beats({96, 160, 400}), 250, beats({128, 185, 400}), 250, options)), "3/0/0");
  EXPECT_EQ(counts(ec57(beats({128, 185, 400}), 250, beats({96, 160, 400}), 250, options)), "3/0/0");
}

TEST(Ec57, ATachycardiaOf240WithASteadyShiftIsFound) {
  Ticks reference, test;
  for (int i = 1; i <= 60; ++i) {
    reference.push_back(250 * i);
    test.push_back(250 * i + 110);
  }
  EXPECT_EQ(counts(compare(reference, test)), "60/0/0");
}

TEST(Ec57, BeatsOfTheLearningPeriodAreNotCounted) {
  const Ec57 e = compare({1000, 2000, 3000, 4000}, {1000, 2500, 3000, 4000}, 100, 3);
  EXPECT_EQ(counts(e), "2/0/0");
}

TEST(Ec57, ATestBeatJustBeforeTheStartMatchesAReferenceBeatJustAfterIt) {
  EXPECT_EQ(counts(compare({3010, 4000}, {2990, 4000}, 100, 3)), "2/0/0");
  EXPECT_EQ(counts(compare({3000, 4000}, {2850, 4000}, 100, 3)), "2/0/0");
  EXPECT_EQ(counts(compare({3000, 4000}, {2849, 4000}, 100, 3)), "1/1/0");
}

TEST(Ec57, ATestBeatJustAfterTheStartWhoseReferenceBeatLiesBeforeItIsPassedOver) {
  EXPECT_EQ(counts(compare({2990, 4000}, {3010, 4000}, 100, 3)), "1/0/0");
  // As far as one window after the start, even where nothing before the start explains it.
  EXPECT_EQ(counts(compare({1000, 4000}, {3150, 4000}, 100, 3)), "1/0/0");
  EXPECT_EQ(counts(compare({1000, 4000}, {3151, 4000}, 100, 3)), "1/0/1");
}

TEST(Ec57, ABeatAtTheVeryStartIsScored) {
  EXPECT_EQ(counts(compare({3000, 4000}, {3000, 4000}, 100, 3)), "2/0/0");
  EXPECT_EQ(counts(compare({3000, 4000}, {4000}, 100, 3)), "1/1/0");
}

TEST(Ec57, AtTheFirstSampleAReferenceBeatIsScoredAndATestBeatIsNot) {
  // bxb's place for the beat before the first lies at tick 0.
  EXPECT_EQ(counts(compare({0, 1000}, {1000})), "1/1/0");
  EXPECT_EQ(counts(compare({1000}, {0, 1000})), "1/0/0");
  EXPECT_EQ(counts(compare({1000}, {1, 1000})), "1/0/1");
}

TEST(Ec57, BeatsAfterTheEndAreNotCountedUnlessTheyAnswerOneBeforeIt) {
  EXPECT_EQ(counts(compare({1000, 5000}, {1000, 5000}, 4)), "1/0/0");
  EXPECT_EQ(counts(compare({1000, 3990, 5000}, {1000, 4010, 5000}, 4)), "2/0/0");
  EXPECT_EQ(counts(compare({1000, 4010}, {1000, 3990}, 4)), "2/0/0");
  EXPECT_EQ(counts(compare({1000, 4000}, {1000}, 4)), "1/1/0");
}

TEST(Ec57, AnEndThatIsToldWinsOverTheRecords) {
  Ec57Options options;
  options.from_s = 0;
  options.to_s = 2.5;
  options.duration_s = 100;
  EXPECT_EQ(counts(ec57(beats({1000, 2000, 3000}), 1000, beats({1000, 2000, 2400, 3000}), 1000, options)), "2/0/1");
}

TEST(Ec57, OfUnknownLengthItEndsWithTheLastReferenceBeat) {
  EXPECT_EQ(counts(compare({1000, 2000}, {1000, 2000, 3000, 4000}, -1)), "2/0/0");
  EXPECT_EQ(counts(compare({1000, 2000}, {1000, 2000, 3000, 4000}, 5)), "2/0/2");
}

TEST(Ec57, EmptyFilesGiveMissesOrExtraBeats) {
  EXPECT_EQ(counts(compare(Ticks{}, Ticks{})), "0/0/0");
  EXPECT_EQ(counts(compare({1000, 2000}, {})), "0/2/0");
  EXPECT_EQ(counts(compare({}, {1000, 2000})), "0/0/2");
  const Ec57 nothing = compare(Ticks{}, Ticks{});
  EXPECT_TRUE(std::isnan(nothing.se()));
  EXPECT_TRUE(nothing.json()["ppv"].is_null());
  EXPECT_TRUE(nothing.json()["rr_rms_ms"].is_null());
}

TEST(Ec57, TestBeatsInFlutterAreNotCountedAndReferenceBeatsInItAreNotRead) {
  const std::vector<Annotation> reference = {mark(1000, "N"), mark(2000, "["), mark(2200, "!"),
                                             mark(2500, "V"), mark(3000, "]"), mark(4000, "N")};
  EXPECT_EQ(counts(compare(reference, beats({1000, 2000, 2500, 3000, 4000}))), "2/0/0");
  // One tick outside on either side they are extra beats.
  EXPECT_EQ(counts(compare(reference, beats({1000, 1999, 3001, 4000}))), "2/0/2");
}

TEST(Ec57, ABeatJustOutsideFlutterIsMatchedByATestBeatInsideIt) {
  const std::vector<Annotation> reference = {mark(1000, "N"), mark(1950, "V"), mark(2000, "["),
                                             mark(3000, "]"), mark(3050, "N"), mark(4000, "N")};
  EXPECT_EQ(counts(compare(reference, beats({1000, 2050, 2950, 4000}))), "4/0/0");
}

TEST(Ec57, FlutterWithoutAnEndReachesToTheEndOfTheRecord) {
  const std::vector<Annotation> reference = {mark(1000, "N"), mark(2000, "["), mark(2500, "V")};
  EXPECT_EQ(counts(compare(reference, beats({1000, 2500, 50000}))), "1/0/0");
}

TEST(Ec57, AFlutterWaveOutsideFlutterIsABeatOfNoClass) {
  const std::vector<Annotation> reference = {mark(1000, "N"), mark(2000, "!"), mark(3000, "!")};
  const Ec57 e = compare(reference, beats({1000, 2000}));
  EXPECT_EQ(counts(e), "1/0/1");
  EXPECT_EQ(e.cell("On"), 1);
}

TEST(Ec57, WhatIsMissedWhileTheTestIsUnreadableIsCountedApart) {
  const std::vector<Annotation> test = {mark(1000, "N"), mark(1500, "~", -1), mark(3500, "~", 0), mark(4000, "N")};
  const Ec57 e = compare(beats({1000, 2000, 3000, 4000}), test);
  EXPECT_EQ(counts(e), "2/2/0");
  EXPECT_EQ(e.cell("Nx"), 2);
  EXPECT_EQ(e.cell("No"), 0);
  EXPECT_EQ(e.shutdown_s, 2);
}

TEST(Ec57, BothEdgesOfAnUnreadableStretchBelongToIt) {
  const std::vector<Annotation> test = {mark(1000, "N"), mark(2000, "~", -1), mark(3000, "~", 0), mark(4000, "N")};
  const Ec57 e = compare(beats({1000, 1999, 2000, 3000, 3001, 4000}), test);
  EXPECT_EQ(e.cell("Nx"), 2);
  EXPECT_EQ(e.cell("No"), 2);
}

TEST(Ec57, ExtraBeatsWhileTheReferenceIsUnreadableAreCountedApart) {
  const std::vector<Annotation> reference = {mark(1000, "N"), mark(1500, "~", 0x30), mark(3500, "~", 0),
                                             mark(4000, "N")};
  const Ec57 e = compare(reference, beats({1000, 2000, 3000, 3600, 4000}));
  EXPECT_EQ(counts(e), "2/0/3");
  EXPECT_EQ(e.cell("Xn"), 2);
  EXPECT_EQ(e.cell("On"), 1);
  EXPECT_EQ(e.shutdown_s, 0);
}

TEST(Ec57, NoiseOfOneSignalIsNoShutdown) {
  const std::vector<Annotation> test = {mark(1000, "N"), mark(1500, "~", 0x10), mark(3500, "~", 0), mark(4000, "N")};
  const Ec57 e = compare(beats({1000, 2000, 4000}), test);
  EXPECT_EQ(e.cell("No"), 1);
  EXPECT_EQ(e.shutdown_s, 0);
}

TEST(Ec57, ASingleShutdownMarkReachesFromTheBeatBeforeToTheBeatAfterLessAWindowEach) {
  const std::vector<Annotation> test = {mark(1000, "N"), mark(3000, "~", -1), mark(6000, "N")};
  const Ec57 e = compare(beats({1000, 1149, 1150, 5850, 5851, 6000}), test);
  // 1149 is too far from the nearer-beat rule's pair at 1000 and before the stretch.
  EXPECT_EQ(e.cell("Nx"), 2);
  EXPECT_EQ(e.cell("No"), 2);
  EXPECT_EQ(e.shutdown_s, 5);  // 4.7 s
}

TEST(Ec57, AShutdownThatNothingEndsReachesToTheEnd) {
  const std::vector<Annotation> test = {mark(1000, "N"), mark(2000, "~", -1)};
  const Ec57 e = compare(beats({1000, 5000, 9000}), test, 10);
  EXPECT_EQ(e.cell("Nx"), 2);
  EXPECT_EQ(e.shutdown_s, 8);
  const std::vector<Annotation> reference = {mark(1000, "N"), mark(2000, "~", -1)};
  EXPECT_EQ(compare(reference, beats({1000, 5000, 9000}), 10).cell("Xn"), 2);
}

TEST(Ec57, ClassesAreThoseOfBxbUnlessTheOtherMapIsAskedFor) {
  const std::vector<Annotation> reference = {mark(1000, "e"), mark(2000, "j"), mark(3000, "a"), mark(4000, "r"),
                                             mark(5000, "f"), mark(6000, "F"), mark(7000, "B"), mark(8000, "+")};
  const std::vector<Annotation> test = beats({1000, 2000, 3000, 4000, 5000, 6000, 7000}, "V");
  const Ec57 e = compare(reference, test);
  EXPECT_EQ(e.cell("Sv"), 3);
  EXPECT_EQ(e.cell("Vv"), 1);
  EXPECT_EQ(e.cell("Qv"), 1);
  EXPECT_EQ(e.cell("Fv"), 1);
  EXPECT_EQ(e.cell("Nv"), 1);
  Ec57Options options;
  options.from_s = 0;
  options.map = BeatMap::ec57;
  const Ec57 other = ec57(reference, 1000, test, 1000, options);
  EXPECT_EQ(other.cell("Sv"), 1);
  EXPECT_EQ(other.cell("Nv"), 3);
  EXPECT_EQ(other.tp, e.tp);
}

TEST(Ec57, ClassFiguresLeaveFusionAndUnknownBeatsOutOfVentricularFalseAlarms) {
  const std::vector<Annotation> reference = {mark(1000, "V"), mark(2000, "V"), mark(3000, "F"),
                                             mark(4000, "Q"), mark(5000, "N"), mark(6000, "A")};
  const std::vector<Annotation> test = {mark(1000, "V"), mark(2000, "N"), mark(3000, "V"), mark(4000, "V"),
                                        mark(5000, "V"), mark(6000, "N"), mark(7000, "V")};
  const Ec57 e = compare(reference, test);
  EXPECT_EQ(e.class_sensitivity('V').hits, 1);
  EXPECT_EQ(e.class_sensitivity('V').of, 2);
  EXPECT_EQ(e.class_predictivity('V').hits, 1);
  EXPECT_EQ(e.class_predictivity('V').of, 3);
  EXPECT_EQ(e.class_sensitivity('S').of, 1);
  EXPECT_EQ(e.class_predictivity('S').of, 0);
}

TEST(Ec57, ATestClockOfItsOwnIsBroughtToTheReferences) {
  Ec57Options options;
  options.from_s = 0;
  const Ec57 e = ec57(beats({360, 720, 1080}), 360, beats({250, 500, 751}), 250, options);
  EXPECT_EQ(counts(e), "3/0/0");
  // 751 / 250 s are 1081.44 ticks, one too late.
  EXPECT_NEAR(e.rr_square_sum_ms2, (1000. / 360) * (1000. / 360), 1e-9);
  options.clock_hz = 1000;
  EXPECT_EQ(ec57(beats({360}), 360, beats({1150}), 1000, options).tp, 1);
  EXPECT_EQ(ec57(beats({360}), 360, beats({1151}), 1000, options).tp, 0);
}

TEST(Ec57, IntervalErrorsAreOfConsecutivePairsOnly) {
  // Pairs at 1000, 2000; a miss at 3000; pairs at 4000, 5000: two intervals, in error by 10 and 0 ms.
  const Ec57 e = compare({1000, 2000, 3000, 4000, 5000}, {1000, 2010, 4000, 5000});
  EXPECT_EQ(e.rr_pairs, 2);
  EXPECT_NEAR(e.rr_rms_ms(), 10 / std::sqrt(2.), 1e-12);
  // bxb also takes the intervals that end at the miss, and the one after it.
  EXPECT_EQ(e.rr_bxb_pairs, 4);
  EXPECT_GT(e.rr_rms_bxb_ms(), 500);
}

TEST(Ec57, WithoutMissOrExtraBeatBothIntervalFiguresAgree) {
  Ticks reference, test;
  for (int i = 1; i < 90; ++i) {
    reference.push_back(1000 * i);
    test.push_back(1000 * i + (i * i) % 17);
  }
  const Ec57 e = compare(reference, test, 100, 10);
  EXPECT_GT(e.rr_pairs, 70);
  EXPECT_EQ(e.rr_pairs, e.rr_bxb_pairs);
  EXPECT_EQ(e.rr_square_sum_ms2, e.rr_bxb_square_sum_ms2);
}

TEST(Ec57, NoIntervalSpansFlutter) {
  const std::vector<Annotation> reference = {mark(1000, "N"), mark(2000, "N"), mark(2500, "["),
                                             mark(4500, "]"), mark(5000, "N"), mark(6000, "N")};
  EXPECT_EQ(compare(reference, beats({1000, 2000, 5000, 6000})).rr_pairs, 2);
}

TEST(Ec57, EveryReferenceBeatOutsideFlutterIsEitherFoundOrMissed) {
  std::uint64_t state = 1;
  const auto next = [&state](std::uint64_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state >> 33) % n);
  };
  for (int round = 0; round < 200; ++round) {
    Ticks reference, test;
    for (std::int64_t tick = 200 + next(500); tick < 99000; tick += 120 + next(900)) {
      reference.push_back(tick);
      if (next(10) > 0) test.push_back(tick + next(200) - 100);
      if (next(10) == 0) test.push_back(tick + 101 + next(10));
    }
    std::sort(test.begin(), test.end());
    const Ec57 e = compare(reference, test);
    EXPECT_EQ(e.tp + e.fn, static_cast<std::int64_t>(reference.size()));
    EXPECT_EQ(e.tp + e.fp, static_cast<std::int64_t>(test.size()));
    EXPECT_EQ(e.missed.size(), static_cast<std::size_t>(e.fn));
    EXPECT_EQ(e.extra.size(), static_cast<std::size_t>(e.fp));
  }
}

TEST(Ec57, AnythingAgainstItselfIsPerfect) {
  const std::vector<Annotation> all = {mark(300, "N"),     mark(900, "V"),  mark(1000, "["), mark(1500, "!"),
                                       mark(2000, "]"),    mark(2100, "N"), mark(2200, "A"), mark(2500, "~", -1),
                                       mark(2900, "~", 0), mark(3000, "/"), mark(3500, "+"), mark(3600, "F")};
  const Ec57 e = compare(all, all);
  EXPECT_EQ(counts(e), "6/0/0");
  EXPECT_EQ(e.rr_rms_ms(), 0);
}

TEST(Ec57, WhatCannotBeIsRefused) {
  Ec57Options options;
  const auto run = [&](double hz = 1000) { return ec57(beats({1000}), hz, beats({1000}), 1000, options); };
  options.from_s = -1;
  EXPECT_THROW(run(), UsageError);
  options.from_s = 10;
  options.to_s = 10;
  EXPECT_THROW(run(), UsageError);
  options.to_s = -1;
  EXPECT_THROW(run(0), UsageError);
  EXPECT_THROW(run(std::nan("")), UsageError);
  options.duration_s = 9;
  EXPECT_THROW(run(), Error);
  options.duration_s = 11;
  EXPECT_EQ(counts(run()), "0/0/0");
}

TEST(Ec57, TicksBeyondAllReasonDoNoHarm) {
  const std::int64_t far = std::numeric_limits<std::int64_t>::max(), low = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(compare({low, 1000, far}, {low, 1000, far}).tp, 1);
}

TEST(Ec57, JsonHasTheContractsKeysAndAllCells) {
  const Json json = compare({1000, 2000, 3000}, {1000, 2000}).json();
  for (const char* key : {"tp", "fn", "fp", "se", "ppv", "shutdown_s", "matrix", "rr_rms_ms"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["matrix"].size(), 45u);
  EXPECT_EQ(json["matrix"]["No"], 1);
  EXPECT_EQ(json["map"], "bxb");
}

TEST(Ec57Table, GrossSumsAndAverageIsByRecord) {
  std::vector<Ec57Row> rows;
  rows.push_back({"a", compare({1000, 2000, 3000, 4000}, {1000, 2000, 3000, 4000})});
  rows.push_back({"b", compare({1000, 2000}, {1000})});
  rows.push_back({"empty", compare(Ticks{}, Ticks{})});
  EXPECT_DOUBLE_EQ(gross(rows).se(), 5. / 6);
  EXPECT_DOUBLE_EQ(average(rows, &Ec57::sensitivity), 0.75);
  const std::string table = ec57_table(rows);
  EXPECT_NE(table.find("Gross"), std::string::npos);
  EXPECT_NE(table.find("83.33"), std::string::npos);
  EXPECT_NE(table.find("75.00"), std::string::npos);
}

}  // namespace
}  // namespace vagus::lab
