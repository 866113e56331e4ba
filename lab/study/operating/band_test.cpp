#include "lab/study/operating/band.h"

#include <gtest/gtest.h>

#include "lab/base/error.h"
#include "lab/study/operating/cohort_for_test.h"

namespace vagus::lab::operating {
namespace {

constexpr Figure every[] = {Figure::sensitivity,       Figure::predictivity,      Figure::alarms_per_day,
                            Figure::alarms_per_hour,   Figure::trial_sensitivity, Figure::trial_specificity,
                            Figure::trial_predictivity};

TEST(Bands, AreTheClusterBootstrapOfEachPointBitForBit) {
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
  for (const Band& band : all)
    for (std::size_t k = 0; k < thresholds.size(); ++k) {
      how.trials = is_share(band.figure);
      const Estimate one = cluster_ratio(curve.clusters_at(band.figure, thresholds[k]), how);
      if (one.value == one.value) {
        EXPECT_EQ(band.at[k].value, one.value);
      }
      EXPECT_EQ(band.at[k].interval.low, one.interval.low) << name(band.figure) << " " << k << " " << one.method;
      EXPECT_EQ(band.at[k].interval.high, one.interval.high) << name(band.figure) << " " << k << " " << one.method;
      EXPECT_EQ(band.at[k].method, one.method);
      EXPECT_GT(band.at[k].interval.width(), 0);
    }
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
