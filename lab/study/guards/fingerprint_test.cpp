#include "lab/study/guards/fingerprint.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "lab/store/store.h"
#include "lab/study/guards/copies_for_test.h"

namespace vagus::lab::guards {
namespace {

constexpr auto all_pairs = [](std::size_t, std::size_t) { return true; };

std::vector<SameSignal> shared_by(const Recording& a, const Recording& b) {
  const std::vector<Fingerprint> prints{fingerprint(a), fingerprint(b)};
  return same_signals(prints, all_pairs);
}

/// How many of 20 people's copies are known again.
int known_again(const Alteration& how, double duration_s) {
  int known = 0;
  for (int i = 0; i < 20; ++i) {
    const Recording original = simulated_ecg(7, i, duration_s);
    known += shared_by(original, altered(original, how, static_cast<std::uint64_t>(i))).empty() ? 0 : 1;
  }
  return known;
}

TEST(Fingerprint, ACopyIsKnownAgainWhateverItsGainOffsetPolarityRateAndRounding) {
  EXPECT_EQ(known_again({}, 120), 20);
  EXPECT_EQ(known_again({.gain = -3.7, .offset = 12}, 120), 20);
  EXPECT_EQ(known_again({.rate_hz = 250}, 120), 20);
  EXPECT_EQ(known_again({.rate_hz = 128, .gain = 0.2}, 120), 20);
  EXPECT_EQ(known_again({.step = 0.2}, 120), 20);
  EXPECT_EQ(known_again({.rate_hz = 200, .gain = -1, .offset = 1, .noise = 0.1, .step = 0.1}, 120), 20);
}

TEST(Fingerprint, NoiseOfAThirdOfTheSignalDoesNotHideACopy) { EXPECT_GE(known_again({.noise = 0.33}, 300), 19); }

TEST(Fingerprint, ExcerptsThatOverlapAreFoundWithThePlaceOfTheirOverlap) {
  const Recording original = simulated_ecg(3, 4, 240);
  const Recording first = altered(original, {.from_s = 10, .to_s = 100});
  const Recording second = altered(original, {.from_s = 70.013, .to_s = 200, .rate_hz = 200});
  const auto found = shared_by(first, second);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].t_a_s - found[0].t_b_s, 60.013, 0.05);
  EXPECT_GE(found[0].t_a_s, 60 - 1);
  EXPECT_LE(found[0].seconds, 31);
  EXPECT_GE(found[0].seconds, 16);
}

TEST(Fingerprint, ATrialOfFifteenSecondsIsKnownAgain) {
  int known = 0;
  for (int i = 0; i < 20; ++i) {
    const Recording original = simulated_ecg(11, i, 60);
    const Recording trial = altered(original, {.from_s = 20, .to_s = 35});
    const Recording copy = altered(original, {.from_s = 20, .to_s = 35, .rate_hz = 200, .gain = 2, .noise = 0.1});
    known += shared_by(trial, copy).empty() ? 0 : 1;
  }
  EXPECT_GE(known, 18);
}

TEST(Fingerprint, DifferentPeopleAreNotTakenForOne) {
  std::vector<Fingerprint> prints;
  for (int i = 0; i < 150; ++i) prints.push_back(fingerprint(simulated_ecg(5, i, 300)));
  const auto found = same_signals(prints, all_pairs);
  EXPECT_TRUE(found.empty()) << found.size() << " of " << 150 * 149 / 2 << " pairs, the first " << found[0].a << " and "
                             << found[0].b;
}

TEST(Fingerprint, WindowsOfTwentySecondsOfDifferentPeopleAreNotTakenForOne) {
  std::vector<Fingerprint> prints;
  for (int i = 0; i < 150; ++i) prints.push_back(fingerprint(simulated_ecg(5, i, 20)));
  EXPECT_LE(same_signals(prints, all_pairs).size(), 1U) << "of " << 150 * 149 / 2 << " pairs";
}

/// Fifteen seconds of three axes that swing for half a second, each in its own way, after a blow.
Recording blow(std::uint64_t seed, double noise) {
  SplitMix random(seed);
  SplitMix hiss(seed + 1'000'000);
  Recording recording;
  const double at_s = 5 + 4 * random.uniform();
  for (int axis = 0; axis < 3; ++axis) {
    double size[4], width_s[4], later_s[4];
    for (int k = 0; k < 4; ++k) {
      size[k] = draw_normal(random);
      width_s[k] = 0.03 + 0.15 * random.uniform();
      later_s[k] = 0.5 * random.uniform();
    }
    std::vector<float> values;
    for (int i = 0; i < 100 * 15; ++i) {
      double value = 0.2 * draw_normal(random) + noise * draw_normal(hiss);
      for (int k = 0; k < 4; ++k) {
        const double away = (i / 100.0 - at_s - later_s[k]) / width_s[k];
        value += size[k] * std::exp(-away * away);
      }
      values.push_back(static_cast<float>(value));
    }
    recording.channels.push_back(of_values(std::move(values), 100).channels.front());
  }
  return recording;
}

TEST(Fingerprint, ABlowLooksLikeAnotherInOneAxisAndHardlyInThree) {
  std::vector<Fingerprint> three, one;
  for (std::uint64_t i = 0; i < 300; ++i) {
    Recording recording = blow(i, 0);
    three.push_back(fingerprint(recording));
    recording.channels.resize(1);
    one.push_back(fingerprint(recording));
  }
  const std::size_t in_one = same_signals(one, all_pairs).size(), in_three = same_signals(three, all_pairs).size();
  EXPECT_LE(in_three, 44U) << "of " << 300 * 299 / 2 << " pairs: one in a thousand";
  EXPECT_GT(in_one, 5 * in_three);
  int known = 0;
  for (std::uint64_t i = 0; i < 50; ++i) known += shared_by(blow(i, 0), blow(i, 0.01)).empty() ? 0 : 1;
  EXPECT_GE(known, 45);
}

TEST(Fingerprint, RhythmsThatMerelyKeepStepAreNotOneSignal) {
  // Two pacemakers at 72 bpm and one shape of beat: what differs is only the noise.
  const auto paced = [](std::uint64_t seed) {
    SplitMix random(seed);
    std::vector<float> values;
    for (int i = 0; i < 250 * 120; ++i) {
      const double phase = std::fmod(i / 250.0, 60.0 / 72) - 0.3;
      values.push_back(static_cast<float>(std::exp(-phase * phase / 0.0008) +
                                          0.3 * std::exp(-(phase - 0.25) * (phase - 0.25) / 0.004) +
                                          0.03 * draw_normal(random)));
    }
    return of_values(std::move(values), 250);
  };
  EXPECT_TRUE(shared_by(paced(1), paced(2)).empty());
}

TEST(Fingerprint, ASignalThatHoldsNothingIsLikeNoOther) {
  const auto flat = of_values(std::vector<float>(250 * 60, 1.0F), 250);
  EXPECT_TRUE(fingerprint(flat).pieces.empty());
  EXPECT_TRUE(fingerprint(of_values(std::vector<float>(250 * 60, NAN), 250)).pieces.empty());
  EXPECT_TRUE(fingerprint(of_values({}, 250)).pieces.empty());
}

TEST(Fingerprint, BytesGiveTheSameFingerprintBackAndOthersNone) {
  const Fingerprint print = fingerprint(simulated_ecg(1, 1, 60));
  const std::string bytes = pack(print);
  const auto back = unpack_fingerprint(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(pack(*back), bytes);
  EXPECT_FALSE(unpack_fingerprint(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(unpack_fingerprint("no fingerprint"));
}

TEST(Fingerprint, MitBihHoldsNoRecordTwiceAndKnowsCopiesOfItsRecordsAgain) {
  if (in_vagus_data("mitdb").empty()) GTEST_SKIP() << "SKIPPED: mitdb is not under VAGUS_DATA";
  Store store = Store::open();
  store.ensure("mitdb");
  std::vector<Fingerprint> prints;
  std::vector<std::string> names;
  std::vector<Recording> copies;
  double printing_s = 0;
  const auto seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  for (const Entry& entry : store.list("mitdb")) {
    const Recording recording = store.load(entry);
    if (names.size() < 48 && names.size() % 4 == 0)
      copies.push_back(altered(recording, {.from_s = 600, .to_s = 900, .rate_hz = 250, .gain = -2, .noise = 0.1}));
    const double before = seconds();
    prints.push_back(fingerprint(recording));
    printing_s += seconds() - before;
    names.push_back(entry.recording);
  }
  const std::size_t originals = prints.size();
  double before = seconds();
  const auto found = same_signals(prints, all_pairs);
  std::printf("%zu records: fingerprints in %.3f s, compared in %.3f s\n", originals, printing_s, seconds() - before);
  for (const auto& one : found)
    ADD_FAILURE() << names[one.a] << " and " << names[one.b] << " share " << one.seconds << " s";
  for (const auto& copy : copies) prints.push_back(fingerprint(copy));
  std::size_t known = 0;
  for (const auto& one : same_signals(prints, all_pairs)) {
    if (one.b < originals) continue;
    known += one.a == 4 * (one.b - originals) ? 1 : 0;
    EXPECT_EQ(one.a, 4 * (one.b - originals)) << names[one.a];
  }
  EXPECT_EQ(known, copies.size());
}

TEST(Fingerprint, FallsAndDailyLifeOfDifferentPeopleAreNotTakenForOne) {
  for (const std::string set : {"weda-fall", "hmp-adl"}) {
    if (in_vagus_data(set).empty()) GTEST_SKIP() << "SKIPPED: " << set << " is not under VAGUS_DATA";
    Store store = Store::open();
    store.ensure(set);
    std::vector<Fingerprint> prints;
    std::vector<std::string> subjects;
    for (const Entry& entry : store.list(set)) {
      const Recording recording = store.load(entry);
      prints.push_back(fingerprint(recording));
      subjects.push_back(recording.subject);
    }
    const auto found = same_signals(prints, [&](std::size_t a, std::size_t b) { return subjects[a] != subjects[b]; });
    EXPECT_EQ(found.size(), 0U) << set << ", " << prints.size() << " recordings";
  }
}

}  // namespace
}  // namespace vagus::lab::guards
