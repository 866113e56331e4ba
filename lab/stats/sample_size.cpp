#include "lab/stats/sample_size.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

void check_power(double confidence, double power) {
  for (const double p : {confidence, power})
    if (!(p > 0.5 && p < 1)) throw UsageError("a confidence and a power must lie between 0.5 and 1");
}

double paired_power(double effect, double n, double confidence) {
  const double t = student_quantile(confidence, n - 1);
  return boost::math::cdf(boost::math::complement(boost::math::non_central_t(n - 1, effect * std::sqrt(n)), t));
}

}  // namespace

std::int64_t subjects_for_share(double share, double bound, double trials, double correlation, double confidence,
                                double power) {
  check_power(confidence, power);
  if (!(share > 0 && share < 1 && bound > 0 && bound < 1 && share != bound))
    throw UsageError("share and bound must lie between 0 and 1, and differ");
  if (!(trials >= 1 && std::isfinite(trials) && correlation >= 0 && correlation <= 1))
    throw UsageError("a subject needs a trial or more, and a correlation lies between 0 and 1");
  const double root = (normal_quantile(confidence) * std::sqrt(bound * (1 - bound)) +
                       normal_quantile(power) * std::sqrt(share * (1 - share))) /
                      (share - bound);
  const double n = std::ceil(root * root * (1 + (trials - 1) * correlation) / trials);
  if (!(n < 1e15)) throw UsageError("share and bound are too near for any number of subjects");
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(n));
}

std::int64_t subjects_for_paired_difference(double difference, double margin_below, double sd, double confidence,
                                            double power) {
  check_power(confidence, power);
  if (!(difference > margin_below && sd > 0 && std::isfinite(sd)))
    throw UsageError("the difference must be above the margin, its standard deviation above 0");
  const double effect = (difference - margin_below) / sd;
  const double z = normal_quantile(confidence) + normal_quantile(power), start = z * z / (effect * effect);
  if (!(start < 1e9)) throw UsageError("the difference is too near the margin for any number of subjects");
  // Normal theory asks for fewer than t does, by z^2 / 2 or so.
  auto n = std::max<std::int64_t>(2, static_cast<std::int64_t>(start));
  while (n > 2 && paired_power(effect, static_cast<double>(n) - 1, confidence) >= power) --n;
  while (paired_power(effect, static_cast<double>(n), confidence) < power) ++n;
  return n;
}

double simulated_power(const Requirement& requirement, const SharePopulation& population, int subjects, int runs,
                       std::uint64_t seed) {
  if (subjects < 1 || runs < 1) throw UsageError("a simulation needs subjects and runs");
  int shown = 0;
  for (int run = 0; run < runs; ++run) {
    SplitMix random = SplitMix::stream(seed, static_cast<std::uint64_t>(run));
    shown += judge(requirement, draw(population, subjects, random)).verdict == Verdict::met ? 1 : 0;
  }
  return static_cast<double>(shown) / runs;
}

std::optional<int> simulated_subjects(const Requirement& requirement, const SharePopulation& population, double power,
                                      int runs, int most, std::uint64_t seed) {
  if (!(power > 0 && power < 1) || most < 2) throw UsageError("a power lies between 0 and 1, and 2 subjects are least");
  const auto reaches = [&](int n) { return simulated_power(requirement, population, n, runs, seed) >= power; };
  int low = 1, high = 2;
  while (!reaches(high)) {
    if (high >= most) return std::nullopt;
    low = high;
    high = std::min(most, 2 * high);
  }
  while (high - low > std::max(1, high / 33)) {
    const int middle = low + (high - low) / 2;
    (reaches(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace vagus::lab
