#pragma once
/// Distribution functions beside the normal one (lab/stats/interval.h), and random draws from them.
#include "lab/stats/random.h"

namespace vagus::lab {

/// Quantile of Student's t, p in (0, 1), degrees of freedom above 0 and not necessarily whole. Throws UsageError.
double student_quantile(double p, double degrees);
/// Its distribution function.
double student_cdf(double t, double degrees);
/// Probability that a chi-squared variable with `degrees` exceeds x >= 0.
double chi_squared_tail(double x, double degrees);
/// Quantile of chi-squared, p in (0, 1).
double chi_squared_quantile(double p, double degrees);
/// Quantile of F, p in (0, 1).
double f_quantile(double p, double numerator_degrees, double denominator_degrees);

/// Standard normal draw (by its quantile function: one uniform each).
double draw_normal(SplitMix& random);
/// Gamma draw of scale 1, shape > 0. Source: Marsaglia and Tsang 2000, ACM TOMS 26:363; below shape 1 by their
/// power-of-a-uniform step.
double draw_gamma(SplitMix& random, double shape);
/// Beta draw, both parameters above 0: a share in [0, 1].
double draw_beta(SplitMix& random, double a, double b);
/// Successes among `trials` trials at `share`, by trying each.
int draw_binomial(SplitMix& random, int trials, double share);
/// Poisson draw of mean 0 to 1e6: a count. By multiplication in steps of mean 16 (Knuth).
std::int64_t draw_poisson(SplitMix& random, double mean);

}  // namespace vagus::lab
