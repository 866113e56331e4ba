#include "lab/stats/alarm_rate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

constexpr double least_shape = 0.05, most_shape = 1000, shape_without_alarms = 0.2;

/// Those with days of wear; throws where a count is none.
std::vector<Cluster> worn(std::span<const Cluster> people) {
  std::vector<Cluster> out;
  for (const Cluster& c : people) {
    if (!(c.numerator >= 0 && c.numerator == std::floor(c.numerator) && c.numerator < 1e15))
      throw UsageError("alarms are counted: whole numbers, 0 or more");
    if (!(c.denominator >= 0 && std::isfinite(c.denominator)) || (c.denominator <= 0 && c.numerator > 0))
      throw UsageError("alarms need days of wear above 0");
    if (c.denominator > 0) out.push_back(c);
  }
  return out;
}

Cluster total(std::span<const Cluster> people) {
  Cluster sum;
  for (const Cluster& c : people) {
    sum.numerator += c.numerator;
    sum.denominator += c.denominator;
  }
  return sum;
}

/// Negative binomial log likelihood, but for what depends on neither rate nor shape.
class Likelihood {
 public:
  explicit Likelihood(std::span<const Cluster> people) : people_(people), sum_(total(people)) {
    double most = 0;
    for (const Cluster& c : people) most = std::max(most, c.numerator);
    more_than_.assign(static_cast<std::size_t>(std::min(most, longest_product)), 0.);
    for (const Cluster& c : people)
      for (std::size_t i = 0; i < more_than_.size() && static_cast<double>(i) < c.numerator; ++i) more_than_[i] += 1;
  }

  Cluster sum() const { return sum_; }

  double operator()(double rate, double shape) const {
    double value = sum_.numerator > 0 ? sum_.numerator * std::log(rate) : 0;
    // gamma(shape + count) / gamma(shape) / shape^count: a product over the first counts, exact for large shapes too.
    for (std::size_t i = 0; i < more_than_.size(); ++i)
      value += more_than_[i] * std::log1p(static_cast<double>(i) / shape);
    for (const Cluster& c : people_) {
      value -= (shape + c.numerator) * std::log1p(rate * c.denominator / shape);
      if (c.numerator > longest_product)
        value += std::lgamma(shape + c.numerator) - std::lgamma(shape + longest_product) -
                 (c.numerator - longest_product) * std::log(shape);
    }
    return value;
  }

 private:
  static constexpr double longest_product = 64;
  std::span<const Cluster> people_;
  Cluster sum_;
  std::vector<double> more_than_;  ///< people with more than i alarms
};

/// Greatest value of a function with one peak, by golden sections over [low, high]: where, and how high.
template <class Function>
std::pair<double, double> peak(double low, double high, int steps, Function function) {
  const double golden = (std::sqrt(5.) - 1) / 2;
  double a = high - golden * (high - low), b = low + golden * (high - low);
  double at_a = function(a), at_b = function(b);
  for (int i = 0; i < steps; ++i) {
    if (at_a > at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - golden * (high - low);
      at_a = function(a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + golden * (high - low);
      at_b = function(b);
    }
  }
  return at_a > at_b ? std::pair(a, at_a) : std::pair(b, at_b);
}

/// Log likelihood at a rate with the shape that suits it best.
double profile(const Likelihood& likelihood, double rate) {
  return peak(std::log(least_shape), std::log(most_shape), 18,
              [&](double log_shape) { return likelihood(rate, std::exp(log_shape)); })
      .second;
}

/// Where a function that falls from `inside` outwards crosses `level`, between inside and outside (logarithms).
template <class Function>
double crossing(double inside, double outside, double level, Function function) {
  for (int i = 0; i < 26; ++i) {
    const double middle = 0.5 * (inside + outside);
    (function(middle) >= level ? inside : outside) = middle;
  }
  return 0.5 * (inside + outside);
}

Interval profile_interval(std::span<const Cluster> people, double rate, double confidence) {
  const Likelihood likelihood(people);
  const auto at = [&](double log_rate) { return profile(likelihood, std::exp(log_rate)); };
  // With unequal days the likeliest rate is near, not at, alarms by days.
  const auto [centre, height] = peak(std::log(rate) - 3, std::log(rate) + 3, 24, at);
  const double t = student_quantile((1 + confidence) / 2, static_cast<double>(people.size()) - 1);
  const double level = height - 0.5 * t * t;
  double low = centre - 1, high = centre + 1;
  while (at(low) >= level && low > centre - 200) low -= 1;
  while (at(high) >= level && high < centre + 200) high += 1;
  return {std::min(rate, std::exp(crossing(centre, low, level, at))),
          std::max(rate, std::exp(crossing(centre, high, level, at)))};
}

/// No alarm at all has probability (1 - confidence) / 2 at the upper end.
double most_without_alarms(std::span<const Cluster> people, double confidence) {
  const double level = std::log((1 - confidence) / 2);
  const Likelihood likelihood(people);
  const auto at = [&](double log_rate) { return likelihood(std::exp(log_rate), shape_without_alarms); };
  double high = -std::log(likelihood.sum().denominator);
  while (at(high) >= level && high < 600) high += 1;
  return std::exp(crossing(high - 1, high, level, at));
}

Estimate of_few(std::span<const Cluster> people) {
  Estimate out;
  out.clusters = static_cast<std::int64_t>(people.size());
  out.interval = {0, std::numeric_limits<double>::infinity()};
  out.value = people.empty() ? std::numeric_limits<double>::quiet_NaN() : people[0].numerator / people[0].denominator;
  out.method = "none";
  out.untrusted = people.empty() ? "no days of wear" : "one person only: how much people differ is not known";
  return out;
}

}  // namespace

Estimate alarm_rate(std::span<const Cluster> people, double confidence) {
  require_confidence(confidence);
  const std::vector<Cluster> kept = worn(people);
  if (kept.size() < 2) return of_few(kept);
  const Cluster sum = total(kept);
  Estimate out;
  out.clusters = static_cast<std::int64_t>(kept.size());
  out.value = sum.numerator / sum.denominator;
  if (sum.numerator > 0) {
    out.interval = profile_interval(kept, out.value, confidence);
    out.method = "negative binomial over people, profile likelihood";
  } else {
    out.interval = {0, most_without_alarms(kept, confidence)};
    out.method = "negative binomial over people, of shape 0.2: none had an alarm";
  }
  return out;
}

double alarm_shape(std::span<const Cluster> people) {
  const std::vector<Cluster> kept = worn(people);
  const Cluster sum = total(kept);
  if (kept.size() < 2 || sum.numerator <= 0) throw UsageError("a shape needs two people and an alarm");
  const double rate = sum.numerator / sum.denominator;
  const Likelihood likelihood(kept);
  const auto at = [&](double log_rate) { return profile(likelihood, std::exp(log_rate)); };
  const double likeliest = std::exp(peak(std::log(rate) - 3, std::log(rate) + 3, 24, at).first);
  return std::exp(peak(std::log(least_shape), std::log(most_shape), 40, [&](double log_shape) {
                    return likelihood(likeliest, std::exp(log_shape));
                  }).first);
}

Estimate effective_count_rate(std::span<const Cluster> people, double confidence) {
  require_confidence(confidence);
  const std::vector<Cluster> kept = worn(people);
  if (kept.size() < 2) return of_few(kept);
  const Cluster sum = total(kept);
  const double n = static_cast<double>(kept.size());
  Estimate out;
  out.clusters = static_cast<std::int64_t>(kept.size());
  out.value = sum.numerator / sum.denominator;
  double square = 0, variance = 0;
  for (const Cluster& c : kept) {
    const double d = (c.numerator - out.value * c.denominator) / (sum.denominator - c.denominator);
    variance += d * d * (n - 1) / n;
    square += c.numerator * c.numerator;
  }
  const double upper = (1 + confidence) / 2, least = 0.05;
  const double degrees = square > 0 ? sum.numerator * sum.numerator / square - 1 : 0;
  out.method = "exact Poisson at the effective number of alarms";
  if (!(degrees > 0.2)) {
    out.untrusted = "fewer than two people have alarms: how they cluster is not known";
    out.interval = alarm_rate(people, confidence).interval;
    out.method = "negative binomial over people";
    return out;
  }
  double count = sum.numerator;
  if (variance > 0) {
    const double t = normal_quantile(upper) / student_quantile(upper, degrees);
    count = std::clamp(out.value * out.value / variance * t * t, least, sum.numerator);
  }
  out.interval = {chi_squared_quantile(1 - upper, 2 * count) / (2 * count) * out.value,
                  chi_squared_quantile(upper, 2 * count + 2) / (2 * count) * out.value};
  return out;
}

AlarmSpread alarm_spread(std::span<const Cluster> people, double confidence) {
  require_confidence(confidence);
  std::vector<Cluster> kept = worn(people);
  AlarmSpread out;
  out.people = static_cast<std::int64_t>(kept.size());
  out.with_any = std::count_if(kept.begin(), kept.end(), [](const Cluster& c) { return c.numerator > 0; });
  out.any = clopper_pearson(static_cast<double>(out.with_any), static_cast<double>(out.people), confidence);
  std::stable_sort(kept.begin(), kept.end(), [](const Cluster& a, const Cluster& b) {
    return a.numerator * b.denominator > b.numerator * a.denominator;
  });
  out.worst = (out.people + 99) / 100;
  const Cluster worst = total(std::span(kept).first(static_cast<std::size_t>(out.worst)));
  out.worst_per_day = worst.numerator / worst.denominator;
  out.worst_share = worst.numerator / total(kept).numerator;
  return out;
}

}  // namespace vagus::lab
