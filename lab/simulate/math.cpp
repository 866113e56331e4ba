#include "lab/simulate/math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace vagus::lab::sim {
namespace {

constexpr double two_pi = 6.283185307179586476925286766559;

/// Taylor series, |x| <= pi/4: the first term left out is below 5e-17.
double sin_small(double x) {
  const double s = x * x;
  double sum = 0;
  for (int k = 15; k >= 3; k -= 2) sum = (1 + sum) * (-s / static_cast<double>(k * (k - 1)));
  return x * (1 + sum);
}

double cos_small(double x) {
  const double s = x * x;
  double sum = 0;
  for (int k = 16; k >= 2; k -= 2) sum = (1 + sum) * (-s / static_cast<double>(k * (k - 1)));
  return 1 + sum;
}

/// sin at an eighth-turn's distance or less from `quarter` quarter turns.
double sin_of(int quarter, double turns) {
  switch (quarter & 3) {
    case 0:
      return sin_small(two_pi * turns);
    case 1:
      return cos_small(two_pi * turns);
    case 2:
      return -sin_small(two_pi * turns);
    default:
      return -cos_small(two_pi * turns);
  }
}

double sin_from_quarter(double x, int quarters) {
  const double fraction = x - std::floor(x);
  const double nearest = std::floor(4 * fraction + 0.5);
  return sin_of(static_cast<int>(nearest) + quarters, fraction - 0.25 * nearest);
}

}  // namespace

double sin_turns(double x) { return sin_from_quarter(x, 0); }
double cos_turns(double x) { return sin_from_quarter(x, 1); }

double exp(double x) {
  if (x < -700) return 0;
  x = std::min(x, 700.0);
  constexpr double ln2_high = 6.93147180369123816490e-01;  // 33 bits: k * ln2_high is exact for |k| < 2^20
  constexpr double ln2_low = 1.90821492927058770002e-10;
  const double k = std::floor(x * 1.44269504088896340736 + 0.5);
  const double r = (x - k * ln2_high) - k * ln2_low;
  double sum = 0;
  for (int n = 13; n >= 1; --n) sum = (1 + sum) * (r / static_cast<double>(n));
  return std::ldexp(1 + sum, static_cast<int>(k));
}

double log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752440) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;
  double sum = 0;
  for (int k = 23; k >= 3; k -= 2) sum = (1.0 / static_cast<double>(k) + sum) * s2;
  const double k = exponent;
  return k * 6.93147180369123816490e-01 + (k * 1.90821492927058770002e-10 + 2 * s * (1 + sum));
}

double pow(double x, double y) { return exp(y * log(x)); }

}  // namespace vagus::lab::sim
