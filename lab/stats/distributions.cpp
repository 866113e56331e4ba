#include "lab/stats/distributions.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/interval.h"

namespace vagus::lab {
namespace {

void check(double p, double degrees) {
  if (!(p > 0 && p < 1)) throw UsageError("a quantile needs a probability between 0 and 1");
  if (!(degrees > 0)) throw UsageError("degrees of freedom must be above 0");
}

}  // namespace

double student_quantile(double p, double degrees) {
  check(p, degrees);
  return boost::math::quantile(boost::math::students_t(degrees), p);
}

double student_cdf(double t, double degrees) {
  check(0.5, degrees);
  return boost::math::cdf(boost::math::students_t(degrees), t);
}

double chi_squared_tail(double x, double degrees) {
  check(0.5, degrees);
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees), x));
}

double chi_squared_quantile(double p, double degrees) {
  check(p, degrees);
  return boost::math::quantile(boost::math::chi_squared(degrees), p);
}

double f_quantile(double p, double numerator_degrees, double denominator_degrees) {
  check(p, numerator_degrees);
  check(p, denominator_degrees);
  return boost::math::quantile(boost::math::fisher_f(numerator_degrees, denominator_degrees), p);
}

double draw_normal(SplitMix& random) { return normal_quantile(std::max(random.uniform(), 0x1.0p-54)); }

double draw_gamma(SplitMix& random, double shape) {
  if (shape < 1) {
    const double larger = draw_gamma(random, shape + 1);
    return larger * std::pow(std::max(random.uniform(), 0x1.0p-54), 1 / shape);
  }
  const double d = shape - 1. / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = draw_normal(random), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(std::max(random.uniform(), 0x1.0p-54)) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double draw_beta(SplitMix& random, double a, double b) {
  const double x = draw_gamma(random, a), y = draw_gamma(random, b);
  return x + y > 0 ? x / (x + y) : (a > b ? 1 : 0);
}

int draw_binomial(SplitMix& random, int trials, double share) {
  int hits = 0;
  for (int i = 0; i < trials; ++i) hits += random.uniform() < share ? 1 : 0;
  return hits;
}

std::int64_t draw_poisson(SplitMix& random, double mean) {
  std::int64_t count = 0;
  while (mean > 0) {
    const double step = std::min(mean, 16.);
    mean -= step;
    const double limit = std::exp(-step);
    double product = random.uniform();
    while (product > limit) {
      ++count;
      product *= random.uniform();
    }
  }
  return count;
}

}  // namespace vagus::lab
