#include "lab/study/power.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "lab/base/error.h"
#include "lab/stats/interval.h"
#include "lab/study/simulated_people_for_test.h"

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

TEST(StudyPower, AStudyIsToldHowManySubjectsWouldShowWhatItDoesNot) {
  const StudySpec spec = parse_spec(people_specification({.name = "few", .subjects = 12, .days = 3, .seed = 1}, R"(
[[requirement]]
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.8
[[requirement]]
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.2
)"),
                                    "few.toml");
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  StudyResult result = run_study(spec, *source, Cache({}));
  // A bound just below what was found: too near for twelve people, not for more.
  RequirementResult& near = result.requirements[0];
  near.asked.bound.bound = near.judgement.estimate.value - 0.05;
  near.verdict = near.judgement.verdict = Verdict::not_shown;
  ASSERT_EQ(result.requirements[1].verdict, Verdict::met);
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("vagus-power-" + std::to_string(::getpid()));
  const Cache cache(folder);
  const auto powers = power_where_not_shown(result, cache);
  ASSERT_EQ(powers.size(), 2U);
  ASSERT_TRUE(powers[0].has_value());
  ASSERT_TRUE(powers[0]->needed.has_value()) << powers[0]->why;
  EXPECT_GT(*powers[0]->needed, 12);
  EXPECT_FALSE(powers[1].has_value()) << "it is met";
  // Kept: another time nothing is drawn, and the answer is the same to the last bit.
  EXPECT_EQ(as_json({*power_where_not_shown(result, cache)[0]}), as_json({*powers[0]}));
  EXPECT_FALSE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

TEST(StudyPower, DrawsEndAtTheLimitOfWork) {
  PowerOptions how;
  how.most_drawn = 5000;
  const RequirementPower power = power_of(at_least(0.969), one_beat_each(1000, 970), 0, 1, how);
  EXPECT_FALSE(power.needed.has_value());
  EXPECT_NE(power.why.find("subjects do not reach"), std::string::npos) << power.why;
}

TEST(StudyPower, TheSameSeedDrawsTheSame) {
  const auto one = power_of(at_least(0.9), one_beat_each(50, 48), 40, 7);
  const auto two = power_of(at_least(0.9), one_beat_each(50, 48), 40, 7);
  EXPECT_EQ(as_json({one}), as_json({two}));
}

}  // namespace
}  // namespace vagus::lab
