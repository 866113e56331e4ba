#include "lab/score/windows.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

std::vector<TestWindow> windows(std::initializer_list<const char*> labels, double length_s = 1) {
  std::vector<TestWindow> out;
  double t = 0;
  for (const char* label : labels) {
    out.push_back({{t, t + length_s}, label});
    t += length_s;
  }
  return out;
}

TEST(Windows, MacroF1OfAHandCountedCase) {
  // walk 4 true, 3 found, 1 called sit; sit 3 true, all found; run 1 true, called walk.
  const std::vector<LabelledSpan> reference = {{{0, 4}, "walk"}, {{4, 7}, "sit"}, {{7, 8}, "run"}};
  const WindowCounts counts =
      score_windows(reference, windows({"walk", "walk", "walk", "sit", "sit", "sit", "sit", "walk"}));
  const WindowFigures figures = window_figures(counts.all(), true);
  // F1: run 0, sit 2*3/(3+4), walk 2*3/(4+4)
  EXPECT_NEAR(figures.macro_f1, (0 + 6. / 7 + 6. / 8) / 3, 1e-15);
  EXPECT_DOUBLE_EQ(figures.accuracy, 6. / 8);
  EXPECT_EQ(counts.all().at({"run", "walk"}), 1);
}

TEST(Windows, AMixedWindowIsScoredByItsLargestClassAndAlsoLeftOut) {
  const std::vector<LabelledSpan> reference = {{{0, 0.74}, "walk"}, {{0.74, 2}, "sit"}, {{2, 2.75}, "walk"}};
  const WindowCounts counts = score_windows(reference, windows({"sit", "sit", "walk"}));
  EXPECT_EQ(counts.mixed_windows(), 1);  // the first; the third is walk for exactly three quarters
  EXPECT_DOUBLE_EQ(window_figures(counts.all(), true).accuracy, 2. / 3);
  EXPECT_DOUBLE_EQ(window_figures(counts.pure, true).accuracy, 1);
}

TEST(Windows, UnreadableIsCountedAsWrongAndAlsoLeftOut) {
  const WindowCounts counts = score_windows({{{0, 4}, "walk"}}, windows({"walk", no_answer, "walk", no_answer}));
  EXPECT_EQ(counts.unreadable(), 2);
  EXPECT_DOUBLE_EQ(window_figures(counts.all(), true).accuracy, 0.5);
  EXPECT_NEAR(window_figures(counts.all(), true).macro_f1, 2. * 2 / (4 + 2), 1e-15);
  EXPECT_DOUBLE_EQ(window_figures(counts.all(), false).macro_f1, 1);
}

TEST(Windows, AClassThatIsAnsweredAndNeverTrueLowersTheMean) {
  const WindowCounts counts = score_windows({{{0, 2}, "walk"}}, windows({"walk", "run"}));
  EXPECT_NEAR(window_figures(counts.all(), true).macro_f1, (2. / 3 + 0) / 2, 1e-15);
}

TEST(Windows, NothingLabelledIsNotScoredAndNothingCoveredIsTold) {
  const WindowCounts counts = score_windows({{{1, 2}, "walk"}, {{5, 8}, "sit"}}, windows({"walk", "walk"}));
  EXPECT_EQ(counts.unlabelled, 1);
  EXPECT_EQ(counts.windows(), 1);
  EXPECT_DOUBLE_EQ(counts.labelled_s, 4);
  EXPECT_DOUBLE_EQ(counts.uncovered_s, 3);
  const WindowFigures none = window_figures(score_windows({}, windows({"walk"})).all(), true);
  EXPECT_TRUE(std::isnan(none.macro_f1));
}

TEST(Windows, OverlappingWindowsEachCount) {
  MarkedTable table;
  for (int k = 2; k <= 8; ++k) table.rows.push_back({k * 0.5, unknown_s, unknown_s, unknown_s, "", "walk"});
  const std::vector<TestWindow> test = window_test(table, 1);
  ASSERT_EQ(test.size(), 7u);
  EXPECT_DOUBLE_EQ(test[0].at.start_s, 0);
  EXPECT_EQ(score_windows({{{0, 4}, "walk"}}, test).windows(), 7);
}

TEST(Windows, AnUnreadableStretchIsAsManyWindowsAsItHolds) {
  MarkedTable table;
  table.rows = {{0, 2, unknown_s, unknown_s, "", "walk"},
                {2, 4, unknown_s, unknown_s, "", "walk"},
                {4, 14, unknown_s, unknown_s, "unreadable", "motion"},
                {14, 16, unknown_s, unknown_s, "", "unknown"}};
  const std::vector<TestWindow> test = window_test(table, 1);
  ASSERT_EQ(test.size(), 8u);
  const WindowCounts counts = score_windows({{{0, 16}, "walk"}}, test);
  EXPECT_DOUBLE_EQ(window_figures(counts.all(), true).accuracy, 0.25);
  EXPECT_DOUBLE_EQ(counts.uncovered_s, 0);
}

TEST(Windows, ASumIsWhatItsPartsCount) {
  WindowCounts sum = score_windows({{{0, 2}, "walk"}}, windows({"walk", "sit"}));
  sum += score_windows({{{0, 2}, "sit"}}, windows({"sit", no_answer}));
  EXPECT_EQ(sum.windows(), 4);
  EXPECT_DOUBLE_EQ(window_figures(sum.all(), true).accuracy, 0.5);
  EXPECT_EQ(sum.json()["matrix"]["sit"]["unreadable"], 1);
}

TEST(Windows, AReferenceOfTwoLabelsAtOnceIsRefused) {
  EXPECT_THROW(score_windows({{{0, 3}, "walk"}, {{2, 4}, "sit"}}, {}), Error);
  EXPECT_NO_THROW(score_windows({{{0, 3}, "walk"}, {{2, 4}, "walk"}}, {}));
  EXPECT_THROW(score_windows({{{0, 3}, "walk"}}, {{{2, 2}, "walk"}}), Error);
}

}  // namespace
}  // namespace vagus::lab
