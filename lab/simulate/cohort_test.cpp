#include "lab/simulate/cohort.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

TEST(Cohort, AMemberDependsOnSeedAndIndexAlone) {
  const CohortSpec small{"ecg", 5, 20, {}};
  const CohortSpec large{"ecg", 500, 20, {}};
  const Recording a = simulate_member(small, 1, 4);
  (void)simulate_member(large, 1, 3);
  const Recording b = simulate_member(large, 1, 4);
  EXPECT_EQ(a.channels[0].samples, b.channels[0].samples);
  EXPECT_EQ(a.attributes, b.attributes);
  EXPECT_EQ(cohort_member(small, 1, 4).recipe, cohort_member(large, 1, 4).recipe);
  EXPECT_NE(cohort_member(small, 2, 4).recipe, cohort_member(small, 1, 4).recipe);
}

TEST(Cohort, EveryMemberSimulatesAndSaysThatItIsSimulated) {
  const CohortSpec spec{"ecg", 60, 10, {}};
  std::set<std::string> names;
  for (std::int64_t i = 0; i < spec.subjects; ++i) {
    const Recording r = simulate_member(spec, 7, i);
    EXPECT_TRUE(names.insert(r.name).second);
    EXPECT_EQ(r.attributes.at("simulated"), "true");
    EXPECT_EQ(r.subject, r.name);
    EXPECT_FALSE(r.track("atr")->current().empty());
    EXPECT_GT(r.channels[0].samples.size(), 2000U);
  }
}

TEST(Cohort, AttributesAreDistributedAsStated) {
  const CohortSpec spec{"ecg", 4000, 10, {}};
  double age = 0;
  int female = 0;
  std::map<std::string, int> device;
  std::map<std::string, int> noise;
  int young = 0;
  int young_af = 0;
  int old = 0;
  int old_af = 0;
  for (std::int64_t i = 0; i < spec.subjects; ++i) {
    const CohortMember m = cohort_member(spec, 11, i);
    const double years = std::stod(m.attributes.at("age"));
    EXPECT_GE(years, 18);
    EXPECT_LE(years, 92);
    age += years / 4000;
    female += m.attributes.at("sex") == "F" ? 1 : 0;
    ++device[m.attributes.at("device")];
    ++noise[m.attributes.at("noise_level")];
    const bool af = m.attributes.at("rhythm") == "af" || m.attributes.at("rhythm") == "paroxysmal_af";
    (years < 50 ? young : old) += years < 50 || years > 75 ? 1 : 0;
    if (years < 50) young_af += af ? 1 : 0;
    if (years > 75) old_af += af ? 1 : 0;
  }
  EXPECT_NEAR(age, 57.5, 1.5);
  EXPECT_NEAR(female, 2000, 130);
  EXPECT_NEAR(device["patch"], 1600, 130);
  EXPECT_NEAR(device["watch"], 800, 110);
  EXPECT_NEAR(noise["strong"], 480, 90);
  EXPECT_LT(static_cast<double>(young_af) / young, 0.05);
  EXPECT_GT(static_cast<double>(old_af) / old, 0.12);
}

TEST(Cohort, SettingsOfTheCohortWinAndWrongOnesAreRefused) {
  const CohortMember m = cohort_member({"ecg", 3, 10, {{"rate_hz", "128"}}}, 1, 2);
  EXPECT_EQ(m.settings.at("rate_hz"), "128");
  EXPECT_NE(m.recipe.find("rate_hz=128"), std::string::npos);
  EXPECT_THROW(cohort_member({"ecg", 3, 10, {{"rate", "128"}}}, 1, 2), UsageError);
  EXPECT_THROW(cohort_member({"ecg", 3, 10, {}}, 1, 3), UsageError);
  EXPECT_THROW(cohort_member({"ecq", 3, 10, {}}, 1, 0), UsageError);
}

}  // namespace
}  // namespace vagus::lab
