#include "lab/stats/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {
namespace {

struct Differences {
  double pairs = 0, mean = 0, square = 0;  ///< square: about its own mean (Welford)
  void add(double difference) {
    pairs += 1;
    const double step = difference - mean;
    mean += step / pairs;
    square += step * (difference - mean);
  }
};

struct Variances {
  double subjects = 0, pairs = 0, bias = 0;
  double of_means = 0;       ///< of subjects' means
  double within = 0;         ///< about subjects' means
  double within_weight = 0;  ///< 1 - 1 / harmonic mean of the numbers of pairs
  double total() const { return of_means + within_weight * within; }
};

Variances variances_of(std::span<const MeasuredPair> pairs) {
  std::map<std::int64_t, Differences> subjects;
  for (const MeasuredPair& pair : pairs) {
    if (!std::isfinite(pair.a) || !std::isfinite(pair.b)) throw UsageError("a measurement must be finite");
    subjects[pair.subject].add(pair.a - pair.b);
  }
  Variances v;
  v.subjects = static_cast<double>(subjects.size());
  double inverse = 0, square = 0;
  for (const auto& [who, s] : subjects) {
    v.pairs += s.pairs;
    v.bias += s.mean / v.subjects;
    inverse += 1 / s.pairs;
    square += s.square;
  }
  for (const auto& [who, s] : subjects) v.of_means += (s.mean - v.bias) * (s.mean - v.bias) / (v.subjects - 1);
  if (v.pairs > v.subjects) v.within = square / (v.pairs - v.subjects);
  v.within_weight = 1 - inverse / v.subjects;
  return v;
}

/// Interval of the total variance: squares of how far each part's own end lies from it, added up (MOVER).
Interval total_interval(const Variances& v, double confidence) {
  const double upper = (1 + confidence) / 2, within_degrees = v.pairs - v.subjects;
  const auto reach = [&](double p) {
    const double means = v.of_means * ((v.subjects - 1) / chi_squared_quantile(p, v.subjects - 1) - 1);
    const double within =
        within_degrees > 0 ? v.within_weight * v.within * (within_degrees / chi_squared_quantile(p, within_degrees) - 1)
                           : 0;
    return std::hypot(means, within);
  };
  return {std::max(0., v.total() - reach(upper)), v.total() + reach(1 - upper)};
}

}  // namespace

LimitsOfAgreement limits_of_agreement(std::span<const MeasuredPair> pairs, double confidence, double share) {
  for (const double p : {confidence, share})
    if (!(p > 0 && p < 1)) throw UsageError("a confidence and a share must lie between 0 and 1");
  const Variances v = variances_of(pairs);
  LimitsOfAgreement out;
  out.subjects = static_cast<std::int64_t>(v.subjects);
  out.pairs = static_cast<std::int64_t>(v.pairs);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  out.bias_interval = out.low_interval = out.high_interval = {-infinity, infinity};
  if (v.subjects < 2) {
    out.bias = v.subjects < 1 ? std::nan("") : v.bias;
    out.between_sd = out.total_sd = out.low = out.high = std::nan("");
    out.within_sd = v.pairs > v.subjects ? std::sqrt(v.within) : std::nan("");
    out.untrusted = "fewer than two subjects: how much they differ is not known";
    return out;
  }
  out.bias = v.bias;
  out.within_sd = std::sqrt(v.within);
  out.between_sd = std::sqrt(std::max(0., v.of_means - (1 - v.within_weight) * v.within));
  out.total_sd = std::sqrt(v.total());
  const double factor = normal_quantile((1 + share) / 2);
  out.low = v.bias - factor * out.total_sd;
  out.high = v.bias + factor * out.total_sd;
  if (!(v.total() > 0)) {
    out.untrusted = "all differences are the same, so their spread is not known";
    return out;
  }
  const double error = std::sqrt(v.of_means / v.subjects), upper = (1 + confidence) / 2;
  const double half = student_quantile(upper, v.subjects - 1) * error;
  const Interval total = total_interval(v, confidence);
  const double mean_reach = normal_quantile(upper) * error;
  const double inner = std::hypot(mean_reach, factor * (out.total_sd - std::sqrt(total.low)));
  const double outer = std::hypot(mean_reach, factor * (std::sqrt(total.high) - out.total_sd));
  out.bias_interval = {v.bias - half, v.bias + half};
  out.low_interval = {out.low - outer, out.low + inner};
  out.high_interval = {out.high - inner, out.high + outer};
  if (!(out.bias_interval.width() > 0)) out.untrusted = "subjects' means do not differ";
  if (!(out.bias_interval.width() > 0)) out.bias_interval = {out.low, out.high};
  return out;
}

}  // namespace vagus::lab
