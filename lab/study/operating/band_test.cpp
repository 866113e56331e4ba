#include "lab/study/operating/band.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/random.h"
#include "lab/study/operating/cohort_for_test.h"

namespace vagus::lab::operating {
namespace {

constexpr Figure every[] = {Figure::sensitivity,       Figure::predictivity,      Figure::alarms_per_day,
                            Figure::alarms_per_hour,   Figure::trial_sensitivity, Figure::trial_specificity,
                            Figure::trial_predictivity};

TEST(Bands, OfSharesAreTheClusterBootstrapOfEachPointBitForBit) {
  const OperatingCurve curve(cohort_for_test(days_for_test(15, 1, 100)));
  std::vector<double> thresholds = curve.thresholds(12);
  thresholds.insert(thresholds.begin(), 5);  // nothing is reported: shares of 0, rates of 0
  BandOptions options;
  options.resamples = 500;
  options.seed = 42;
  const std::vector<Band> all = bands(curve, thresholds, every, options);
  BootstrapOptions how;
  how.resamples = options.resamples;
  how.seed = options.seed;
  how.method = BootstrapOptions::Method::percentile;
  const std::vector<Band> alone = bands_by(bootstrap_measure(how), curve, thresholds, every);
  for (std::size_t f = 0; f < all.size(); ++f)
    for (std::size_t k = 0; k < thresholds.size(); ++k) {
      const Band& band = all[f];
      const Estimate& one = alone[f].at[k];
      EXPECT_GT(band.at[k].interval.width(), 0);
      if (!is_share(band.figure)) {
        EXPECT_EQ(band.at[k].value, one.value);
        continue;
      }
      if (one.value == one.value) {
        EXPECT_EQ(band.at[k].value, one.value);
      }
      EXPECT_EQ(band.at[k].interval.low, one.interval.low) << name(band.figure) << " " << k << " " << one.method;
      EXPECT_EQ(band.at[k].interval.high, one.interval.high) << name(band.figure) << " " << k << " " << one.method;
      EXPECT_EQ(band.at[k].method, one.method);
    }
}

/// The studentised logarithm of one rate, in the plainest words.
Interval studentised(const std::vector<Cluster>& people, int resamples, std::uint64_t seed) {
  const auto n = people.size();
  const auto log_rate = [&](const std::vector<std::size_t>& who) {
    double alarms = 0, days = 0, square = 0;
    for (const std::size_t k : who) {
      alarms += people[k].numerator;
      days += people[k].denominator;
    }
    for (const std::size_t k : who) {
      const double residual = people[k].numerator - alarms / days * people[k].denominator;
      square += residual * residual;
    }
    const auto count = static_cast<double>(n);
    return std::pair(std::log(alarms / days), std::sqrt(square * count / (count - 1)) / alarms);
  };
  std::vector<std::size_t> who(n);
  for (std::size_t k = 0; k < n; ++k) who[k] = k;
  const auto [value, error] = log_rate(who);
  std::vector<double> off;
  for (int r = 0; r < resamples; ++r) {
    SplitMix random = SplitMix::stream(seed, static_cast<std::uint64_t>(r));
    for (std::size_t& k : who) k = random.below(static_cast<std::uint32_t>(n));
    const auto [own, own_error] = log_rate(who);
    off.push_back((own - value) / own_error);
  }
  std::sort(off.begin(), off.end());
  const auto at = [&](double p) {
    const double place = p * static_cast<double>(off.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    return off[below] + (place - static_cast<double>(below)) * (off[below + 1] - off[below]);
  };
  return {std::exp(value - error * at(0.975)), std::exp(value - error * at(0.025))};
}

TEST(Bands, OfRatesAreStudentisedOnTheLogarithm) {
  const OperatingCurve curve(cohort_for_test(days_for_test(25, 4, 100)));
  const double threshold = 0.3;
  const Figure figure = Figure::alarms_per_day;
  BandOptions options;
  options.resamples = 300;
  const Estimate band = bands(curve, std::span(&threshold, 1), std::span(&figure, 1), options)[0].at[0];
  const Interval plain = studentised(curve.clusters_at(figure, threshold), 300, options.seed);
  EXPECT_NEAR(band.interval.low, plain.low, 1e-9);
  EXPECT_NEAR(band.interval.high, plain.high, 1e-9);
}

TEST(Bands, AreTheSameOnAnyNumberOfCores) {
  const OperatingCurve curve(cohort_for_test(days_for_test(10, 2, 100)));
  const std::vector<double> thresholds = curve.thresholds(9);
  BandOptions one, three;
  one.threads = 1;
  three.threads = 3;
  one.resamples = three.resamples = 333;
  const auto a = bands(curve, thresholds, every, one), b = bands(curve, thresholds, every, three);
  for (std::size_t f = 0; f < a.size(); ++f)
    for (std::size_t k = 0; k < thresholds.size(); ++k) EXPECT_EQ(a[f].at[k].interval, b[f].at[k].interval);
}

TEST(Bands, OfOneSubjectOrOfThresholdsThatRiseAreSaidOrRefused) {
  const OperatingCurve curve(cohort_for_test(days_for_test(1, 3)));
  const double threshold = 0.5;
  const auto band = bands(curve, std::span(&threshold, 1), every);
  EXPECT_EQ(band[0].at[0].method, "exact binomial within one cluster");
  EXPECT_GT(band[0].at[0].interval.width(), 0);
  const std::vector<double> rising = {0.2, 0.4};
  EXPECT_THROW((void)bands(curve, rising, every), UsageError);
}

}  // namespace
}  // namespace vagus::lab::operating
