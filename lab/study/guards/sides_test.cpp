#include "lab/study/guards/sides.h"

#include <gtest/gtest.h>

namespace vagus::lab::guards {
namespace {

std::vector<Sided> three_people() {
  return {{"set:a1", "a", Side::learned, 0.0, 100, "site"},
          {"set:b1", "b", Side::judged, 200.0, 100, "site"},
          {"set:b2", "b", Side::judged, 400.0, 100, "site"},
          {"set:c1", "c", Side::judged, 600.0, 100, "other"}};
}

TEST(FitOnTest, WhatIsJudgedMustNotBeNamedAsTrainedOnNorItsSubject) {
  const std::vector<FittedOn> model{{"the model", {"set:b1"}}};
  const auto found = fit_on_test(model, three_people());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], "set:b1 is judged, and the model was fitted on it");
  EXPECT_EQ(found[1], "set:b2 is judged, and the model was fitted on subject b (set:b1)");
  EXPECT_EQ(fit_on_test(std::vector<FittedOn>{{"the sweep", {"subject:c"}}}, three_people()).size(), 1U);
  EXPECT_EQ(fit_on_test(std::vector<FittedOn>{{"the model", {"b*"}}}, three_people()).size(), 2U);
}

TEST(FitOnTest, WhatWasLearnedFromMayBeNamed) {
  EXPECT_TRUE(fit_on_test(std::vector<FittedOn>{{"the model", {"a1", "subject:a", "elsewhere:*", ""}}}, three_people())
                  .empty());
}

TEST(TimeOrder, WhatIsJudgedBeginsAfterAllThatIsLearnedFromHasEnded) {
  std::vector<std::string> unknown;
  auto all = three_people();
  EXPECT_TRUE(out_of_order(all, unknown).empty());
  all[0].start_s = 150;  // ends at 250, while b1 is running
  auto found = out_of_order(all, unknown);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "set:b1 is judged and overlaps set:a1, which is learned from (site)");
  all[0].start_s = 1000;
  found = out_of_order(all, unknown);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], "set:b1 is judged and was taken before set:a1, which is learned from (site)");
  EXPECT_TRUE(unknown.empty());
}

TEST(TimeOrder, AStartThatNobodyKnowsIsNamed) {
  auto all = three_people();
  all[1].start_s.reset();
  std::vector<std::string> unknown;
  EXPECT_TRUE(out_of_order(all, unknown).empty());
  EXPECT_EQ(unknown, std::vector<std::string>{"set:b1"});
}

}  // namespace
}  // namespace vagus::lab::guards
