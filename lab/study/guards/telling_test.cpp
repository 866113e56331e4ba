#include "lab/study/guards/telling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "lab/stats/distributions.h"

namespace vagus::lab::guards {
namespace {

struct Cohort {
  std::vector<Trial> trials;
  std::vector<double> length_s, rate_hz, noise;
  std::vector<Property> properties() const {
    return {{"length", length_s, false}, {"true_rate", rate_hz, false}, {"noise", noise, false}};
  }
};

/// Staged falls and activities, as SisFall has them where `planted`: every fall lasts 15 s, activities 12, 25 or 100 s.
/// The true rate is each subject's device's.
Cohort staged(std::uint64_t seed, int subjects, bool planted) {
  Cohort cohort;
  SplitMix random(seed);
  for (int s = 0; s < subjects; ++s) {
    const double rate = 200 * (1 + 0.002 * draw_normal(random));
    const int trials = 10 + static_cast<int>(random.below(30));
    for (int t = 0; t < trials; ++t) {
      const bool fall = random.uniform() < 0.4;
      constexpr double lengths[] = {12, 15, 25, 100};
      const double any = lengths[random.below(4)];
      constexpr double others[] = {12, 25, 100};
      cohort.trials.push_back({"s" + std::to_string(s), fall ? "fall" : "activity"});
      cohort.length_s.push_back(!planted ? any : fall ? 15 : others[random.below(3)]);
      cohort.rate_hz.push_back(rate * (1 + 1e-5 * draw_normal(random)));
      cohort.noise.push_back(random.uniform());
    }
  }
  return cohort;
}

const PropertyLook& look_at(const std::vector<PropertyLook>& looks, const std::string& property) {
  for (const auto& look : looks) {
    if (look.property == property) return look;
  }
  throw std::runtime_error("no look at " + property);
}

int refused(const std::vector<PropertyLook>& looks) {
  int count = 0;
  for (const auto& look : looks) count += look.state == GuardState::refused ? 1 : 0;
  return count;
}

TEST(Telling, FallsThatAllLastFifteenSecondsAreRefusedThoughLengthNeitherRisesNorFalls) {
  for (const int subjects : {6, 8, 20}) {
    const Cohort cohort = staged(1, subjects, true);
    const auto looks = telling(cohort.trials, cohort.properties());
    EXPECT_EQ(look_at(looks, "length").state, GuardState::refused) << subjects;
    EXPECT_GT(look_at(looks, "length").area.value, 0.99);
    EXPECT_LE(look_at(looks, "length").p, 0.01);
    EXPECT_EQ(look_at(looks, "length").values, "15 against 12 to 100 (median 25)");
    EXPECT_EQ(refused(looks), 1) << subjects;
  }
}

TEST(Telling, ATrueRateThatTellsFallsApartIsRefused) {
  // As in WEDA-FALL: the falls' stamps run a little faster, whoever wears it.
  SplitMix random(4);
  Cohort cohort = staged(2, 12, false);
  for (std::size_t i = 0; i < cohort.trials.size(); ++i)
    cohort.rate_hz[i] = (cohort.trials[i].label == "fall" ? 50.4 : 50.0) + 0.15 * draw_normal(random);
  const auto looks = telling(cohort.trials, cohort.properties());
  EXPECT_EQ(look_at(looks, "true_rate").state, GuardState::refused);
  EXPECT_EQ(look_at(looks, "length").state, GuardState::clear);
}

TEST(Telling, ADevicePerDiagnosisIsRefusedOnlyWithSubjectsEnoughToTell) {
  const auto told = [](int each) {
    std::vector<Trial> trials;
    Property device{"device", {}, true};
    for (int s = 0; s < 2 * each; ++s) {
      for (int t = 0; t < 5; ++t) {
        trials.push_back({"p" + std::to_string(s), s < each ? "patient" : "control"});
        device.values.push_back(s < each ? 1 : 2);
      }
    }
    return telling(trials, std::vector<Property>{device})[0].state;
  };
  EXPECT_EQ(told(10), GuardState::refused);
  EXPECT_EQ(told(2), GuardState::noted);  // two and two: one of three draws looks the same
}

TEST(Telling, OneOfManyClassesIsNamed) {
  Cohort cohort = staged(3, 15, false);
  SplitMix random(9);
  for (std::size_t i = 0; i < cohort.trials.size(); ++i) {
    constexpr const char* classes[] = {"walking", "sitting", "stairs"};
    cohort.trials[i].label = classes[random.below(3)];
    if (cohort.trials[i].label == "stairs") cohort.length_s[i] = 8;
  }
  const auto looks = telling(cohort.trials, cohort.properties());
  for (const auto& look : looks)
    EXPECT_EQ(look.state == GuardState::refused, look.property == "length" && look.label == "stairs")
        << look.property << " " << look.label << " " << look.area.value;
}

TEST(Telling, NothingIsLookedAtWhereThereIsOneLabel) {
  const std::vector<Trial> trials(10, Trial{"s", "fall"});
  EXPECT_TRUE(telling(trials, std::vector<Property>{{"length", std::vector<double>(10, 1.0), false}}).empty());
}

TEST(Telling, CleanDataAreRefusedInFewerThanTwoOfAHundredSeeds) {
  constexpr int seeds = 300;
  int wrong = 0, noted = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    const Cohort cohort = staged(static_cast<std::uint64_t>(seed), 5 + seed % 20, false);
    const auto looks = telling(cohort.trials, cohort.properties());
    wrong += refused(looks) > 0 ? 1 : 0;
    for (const auto& look : looks) noted += look.state == GuardState::noted ? 1 : 0;
  }
  std::printf("clean cohorts refused: %d of %d (noted: %d)\n", wrong, seeds, noted);
  EXPECT_LE(wrong, seeds * 2 / 100);
}

TEST(Telling, WhereEachSubjectHasOneLabelCleanDataAreRefusedInFewerThanTwoOfAHundredSeeds) {
  constexpr int seeds = 300;
  int wrong = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    SplitMix random(static_cast<std::uint64_t>(seed) + 1000);
    std::vector<Trial> trials;
    Property rate{"true_rate", {}, false}, device{"device", {}, true}, length{"length", {}, false};
    const int subjects = 8 + seed % 16;
    for (int s = 0; s < subjects; ++s) {
      const double own = draw_normal(random);
      const auto make = static_cast<double>(random.below(3));
      for (int t = 0; t < 6; ++t) {
        trials.push_back({"p" + std::to_string(s), s % 2 == 0 ? "patient" : "control"});
        rate.values.push_back(own);
        device.values.push_back(make);
        length.values.push_back(own + draw_normal(random));
      }
    }
    wrong += refused(telling(trials, std::vector<Property>{rate, device, length})) > 0 ? 1 : 0;
  }
  std::printf("clean cohorts of patients and controls refused: %d of %d\n", wrong, seeds);
  EXPECT_LE(wrong, seeds * 2 / 100);
}

}  // namespace
}  // namespace vagus::lab::guards
