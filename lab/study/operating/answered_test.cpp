#include "lab/study/operating/answered.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab::operating {
namespace {

TEST(AnswerCurve, OfAHandCountedCase) {
  const std::vector<Answer> answers = {{0, 0.9f, true, true},
                                       {0, 0.8f, false, true},
                                       {1, 0.8f, true, true},
                                       {1, 0.2f, true, true},
                                       {1, 0, false, false}};
  const AnswerCurve curve = answer_curve(answers);
  ASSERT_EQ(curve.points.size(), 3u);
  EXPECT_DOUBLE_EQ(curve.points[0].accuracy, 1);
  EXPECT_DOUBLE_EQ(curve.points[1].accuracy, 2. / 3);
  EXPECT_DOUBLE_EQ(curve.points[2].share, 0.8);
  EXPECT_DOUBLE_EQ(curve.points[2].accuracy, 0.75);
  EXPECT_DOUBLE_EQ(curve.points[2].accuracy_of_all, 0.6);
  EXPECT_DOUBLE_EQ(curve.ceiling, 0.8);
  EXPECT_DOUBLE_EQ(curve.area, (1 + 2 * 2. / 3 + 0.75) / 4);
}

TEST(AnswerCurve, AbstainingNeverRaisesTheAccuracyOfAll) {
  SplitMix random(1);
  std::vector<Answer> answers;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const auto quality = static_cast<float>(std::floor(random.uniform() * 50) / 50);
    answers.push_back(
        {i % 20, quality, random.uniform() < 0.5 + 0.5 * static_cast<double>(quality), random.uniform() < 0.9});
  }
  const AnswerCurve curve = answer_curve(answers);
  for (std::size_t k = 1; k < curve.points.size(); ++k) {
    EXPECT_GE(curve.points[k].accuracy_of_all, curve.points[k - 1].accuracy_of_all);
    EXPECT_GT(curve.points[k].share, curve.points[k - 1].share);
  }
  const AnswerPoint& middle = curve.points[curve.points.size() / 2];
  double correct = 0, answered = 0, all = 0;
  for (const Cluster& c : accuracy_clusters(answers, 20, middle.quality)) {
    correct += c.numerator;
    answered += c.denominator;
  }
  for (const Cluster& c : answered_clusters(answers, 20, middle.quality)) all += c.denominator;
  EXPECT_DOUBLE_EQ(correct / answered, middle.accuracy);
  EXPECT_DOUBLE_EQ(answered / all, middle.share);
}

TEST(AnswerCurve, WithoutAnswersThereIsNone) {
  EXPECT_THROW((void)answer_curve({}), UsageError);
  const std::vector<Answer> nan = {{0, std::nanf(""), true, true}};
  EXPECT_THROW((void)answer_curve(nan), UsageError);
}

}  // namespace
}  // namespace vagus::lab::operating
