#include "lab/stats/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

struct Moments {
  double mean = 0, variance = 0;
};

template <class Draw>
Moments moments(Draw draw) {
  SplitMix random(17);
  double sum = 0, square = 0;
  constexpr int n = 40000;
  for (int i = 0; i < n; ++i) {
    const double x = draw(random);
    sum += x;
    square += x * x;
  }
  return {sum / n, square / n - sum * sum / n / n};
}

TEST(Distributions, HaveTabulatedQuantiles) {
  EXPECT_NEAR(student_quantile(0.975, 10), 2.228138852, 1e-8);
  EXPECT_NEAR(student_quantile(0.975, 1), std::tan(0.475 * 3.14159265358979323846), 1e-9);
  EXPECT_NEAR(student_cdf(2.228138852, 10), 0.975, 1e-9);
  EXPECT_NEAR(chi_squared_quantile(0.95, 1), 3.841458821, 1e-8);
  EXPECT_NEAR(chi_squared_tail(3.841458821, 1), 0.05, 1e-9);
  EXPECT_NEAR(f_quantile(0.95, 1, 10), std::pow(2.228138852, 2), 1e-7);
}

TEST(Distributions, DrawsHaveTheirMeansAndVariances) {
  // Five standard errors of each at 40,000 draws.
  for (const double shape : {0.2, 1., 7.5}) {
    const Moments m = moments([&](SplitMix& r) { return draw_gamma(r, shape); });
    EXPECT_NEAR(m.mean, shape, 5 * std::sqrt(shape / 40000));
    EXPECT_NEAR(m.variance, shape, 5 * shape * std::sqrt((2 + 6 / shape) / 40000));
  }
  for (const double mean : {0.3, 5., 40.}) {
    const Moments m = moments([&](SplitMix& r) { return static_cast<double>(draw_poisson(r, mean)); });
    EXPECT_NEAR(m.mean, mean, 5 * std::sqrt(mean / 40000));
    EXPECT_NEAR(m.variance, mean, 5 * mean * std::sqrt((2 + 1 / mean) / 40000));
  }
  const Moments beta = moments([](SplitMix& r) { return draw_beta(r, 2, 3); });
  EXPECT_NEAR(beta.mean, 0.4, 0.005);
  EXPECT_NEAR(beta.variance, 0.04, 0.0015);
  const Moments normal = moments([](SplitMix& r) { return draw_normal(r); });
  EXPECT_NEAR(normal.mean, 0, 0.025);
  EXPECT_NEAR(normal.variance, 1, 0.036);
  const Moments binomial = moments([](SplitMix& r) { return static_cast<double>(draw_binomial(r, 20, 0.3)); });
  EXPECT_NEAR(binomial.mean, 6, 0.052);
  EXPECT_NEAR(binomial.variance, 4.2, 0.15);
}

TEST(Distributions, RefuseWhatIsNone) {
  EXPECT_THROW(student_quantile(1, 5), UsageError);
  EXPECT_THROW(student_quantile(0.5, 0), UsageError);
  EXPECT_THROW(chi_squared_quantile(0.5, -1), UsageError);
}

}  // namespace
}  // namespace vagus::lab
