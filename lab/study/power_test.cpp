#include "lab/study/power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/interval.h"

namespace vagus::lab {
namespace {

/// Subjects of one beat each, so many of which are found.
std::vector<Count> one_beat_each(std::int64_t subjects, std::int64_t found) {
  std::vector<Count> out(static_cast<std::size_t>(subjects));
  for (std::int64_t i = 0; i < subjects; ++i) {
    Count& one = out[static_cast<std::size_t>(i)];
    one.recording = one.subject = std::to_string(i);
    (i < found ? one.tp : one.fn) = 1;
    one.duration_s = 1;
  }
  return out;
}

RequirementSpec at_least(double bound, const char* what = "ec57.sensitivity_gross") {
  RequirementSpec out;
  out.name = "finds beats";
  out.statistic = what;
  out.bound = {Direction::at_least, bound, 0.95};
  return out;
}

/// Probability that n beats of independent subjects show the bound by the exact interval.
double exact_power(int n, double share, double bound) {
  double out = 0;
  for (int found = 0; found <= n; ++found) {
    if (clopper_pearson(found, n, 0.95).low < bound) continue;
    out += std::exp(std::lgamma(n + 1) - std::lgamma(found + 1) - std::lgamma(n - found + 1) + found * std::log(share) +
                    (n - found) * std::log1p(-share));
  }
  return out;
}

TEST(StudyPower, OfIndependentBeatsIsTheBinomialsOrALittleLess) {
  for (const int n : {60, 120, 200}) {
    const RequirementPower power = power_of(at_least(0.9), one_beat_each(100, 97), n, 1);
    const double exact = exact_power(n, 0.97, 0.9);
    EXPECT_LE(power.power_there, exact + 0.07) << n << " subjects, exact " << exact;
    EXPECT_GE(power.power_there, exact - 0.15) << n << " subjects, exact " << exact;
  }
}

TEST(StudyPower, TheNumberNeededHasThePowerAndHalfOfItHasNot) {
  const RequirementPower power = power_of(at_least(0.9), one_beat_each(100, 97), 0, 1);
  ASSERT_TRUE(power.needed.has_value()) << power.why;
  const auto at = [&](std::int64_t n) {
    return power_of(at_least(0.9), one_beat_each(100, 97), n, 2).power_there;  // other draws
  };
  EXPECT_GE(at(*power.needed), 0.74);
  EXPECT_LT(at(*power.needed / 2), 0.75);
  for (std::size_t i = 1; i < power.curve.size(); ++i) EXPECT_LT(power.curve[i - 1].subjects, power.curve[i].subjects);
}

TEST(StudyPower, SubjectsThatDifferNeedMoreOfThem) {
  // The same 97 %: every subject alike, or all misses in one of ten.
  std::vector<Count> alike, differing;
  for (int i = 0; i < 10; ++i) {
    Count one;
    one.recording = one.subject = std::to_string(i);
    one.tp = 970, one.fn = 30;
    alike.push_back(one);
    one.tp = i == 0 ? 700 : 1000, one.fn = i == 0 ? 300 : 0;
    differing.push_back(one);
  }
  const auto same = power_of(at_least(0.95), alike, 0, 1);
  const auto other = power_of(at_least(0.95), differing, 0, 1);
  ASSERT_TRUE(same.needed.has_value());
  EXPECT_TRUE(!other.needed || *other.needed > 4 * *same.needed);
}

TEST(StudyPower, SaysWhyNoNumberShowsIt) {
  const RequirementPower below = power_of(at_least(0.99), one_beat_each(100, 97), 20, 1);
  EXPECT_FALSE(below.needed.has_value());
  EXPECT_NE(below.why.find("does not meet the bound"), std::string::npos) << below.why;
  const RequirementPower worst = power_of(at_least(0.5, "ec57.sensitivity_worst"), one_beat_each(100, 97), 20, 1);
  EXPECT_FALSE(worst.needed.has_value());
  EXPECT_NE(worst.why.find("worst"), std::string::npos) << worst.why;
  EXPECT_THROW(power_of(at_least(0.5), one_beat_each(1, 1), 20, 1), UsageError);
}

TEST(StudyPower, TheSameSeedDrawsTheSame) {
  const auto one = power_of(at_least(0.9), one_beat_each(50, 48), 40, 7);
  const auto two = power_of(at_least(0.9), one_beat_each(50, 48), 40, 7);
  EXPECT_EQ(as_json({one}), as_json({two}));
}

}  // namespace
}  // namespace vagus::lab
