#include "lab/stats/latency.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// An event as often as it is drawn, in order of time, detections before ends of record at the same time.
struct Timed {
  double seconds = 0;
  bool detected = false;
  std::size_t subject = 0;
};

std::vector<Timed> in_order(std::span<const EventLatency> events, std::size_t& subjects) {
  std::map<std::int64_t, std::size_t> index;
  std::vector<Timed> out;
  for (const EventLatency& e : events) {
    const bool missed = e.outcome == EventLatency::Outcome::missed;
    if (!missed && !std::isfinite(e.seconds)) throw UsageError("a latency must be finite; missed events are marked so");
    const auto subject = index.try_emplace(e.subject, index.size()).first->second;
    double seconds = e.seconds;
    if (missed) seconds = never;
    out.push_back({seconds, e.outcome == EventLatency::Outcome::detected, subject});
  }
  std::stable_sort(out.begin(), out.end(), [](const Timed& a, const Timed& b) {
    return a.seconds != b.seconds ? a.seconds < b.seconds : a.detected && !b.detected;
  });
  subjects = index.size();
  return out;
}

struct Step {
  double seconds = 0;
  double undetected = 1;  ///< share still undetected after it
  double error = 0;       ///< Greenwood's sum: variance of the logarithm of that share
};

/// The product-limit curve; subject k counts `times[k]` times.
std::vector<Step> product_limit(const std::vector<Timed>& events, std::span<const std::uint32_t> times) {
  double at_risk = 0;
  for (const Timed& e : events) at_risk += times[e.subject];
  std::vector<Step> steps;
  Step now;
  for (std::size_t i = 0; i < events.size();) {
    const double seconds = events[i].seconds;
    double found = 0, gone = 0;
    for (; i < events.size() && events[i].seconds == seconds; ++i) {
      gone += times[events[i].subject];
      found += events[i].detected ? times[events[i].subject] : 0;
    }
    if (found > 0) {
      now.seconds = seconds;
      now.undetected *= 1 - found / at_risk;
      now.error += found / (at_risk * (at_risk - found));
      steps.push_back(now);
    }
    at_risk -= gone;
  }
  return steps;
}

/// First time by which no more than 1 - quantile are undetected (less a rounding error).
double quantile_of(const std::vector<Step>& steps, double quantile) {
  for (const Step& step : steps)
    if (step.undetected <= 1 - quantile + 1e-12) return step.seconds;
  return never;
}

/// Times at which the curve is compatible with 1 - quantile, on the log(-log) scale.
Interval compatible(const std::vector<Step>& steps, double quantile, double confidence) {
  const double z = normal_quantile((1 + confidence) / 2), wanted = std::log(-std::log(1 - quantile));
  Interval out{never, never};
  bool inside_yet = false, passed = false;
  for (const Step& step : steps) {
    const double s = step.undetected;
    const double scale = s > 0 && s < 1 ? std::sqrt(step.error) / std::abs(std::log(s)) : 0;
    const bool inside = s > 0 && std::abs(std::log(-std::log(s)) - wanted) <= z * scale;
    if (inside && !inside_yet) out.low = step.seconds;
    inside_yet = inside_yet || inside;
    const bool beyond = !inside && s < 1 - quantile;
    if (beyond && !passed) {
      // The steps before it held the quantile up to here.
      out.high = step.seconds;
      passed = true;
      if (!inside_yet) out.low = step.seconds;
    }
  }
  return out;
}

/// Neighbouring times of detection, where the interval is a point: the one before (or as far below as the next is
/// above), and the one after.
Interval widened(Interval i, const std::vector<Step>& steps) {
  if (i.low < i.high || std::isinf(i.low)) return i;
  const auto at = std::find_if(steps.begin(), steps.end(), [&](const Step& s) { return s.seconds >= i.low; });
  const double unit = std::max(1e-3, 1e-3 * std::abs(i.low));
  const double above = at != steps.end() && at + 1 != steps.end() ? (at + 1)->seconds : i.high + unit;
  const double below = at != steps.begin() ? (at - 1)->seconds : i.low - unit;
  return {below, above};
}

void check_quantile(double quantile, double confidence) {
  for (const double p : {quantile, confidence})
    if (!(p > 0 && p < 1)) throw UsageError("a quantile and a confidence must lie between 0 and 1");
}

}  // namespace

Estimate latency_quantile(std::span<const EventLatency> events, double quantile, double confidence) {
  check_quantile(quantile, confidence);
  std::size_t subjects = 0;
  const std::vector<Timed> timed = in_order(events, subjects);
  Estimate out;
  out.clusters = static_cast<std::int64_t>(subjects);
  out.interval = {-never, never};
  out.method = "product limit, Brookmeyer and Crowley, events taken as independent";
  out.value = std::numeric_limits<double>::quiet_NaN();
  if (timed.empty()) {
    out.untrusted = "no events";
    return out;
  }
  const std::vector<std::uint32_t> once(subjects, 1);
  const std::vector<Step> steps = product_limit(timed, once);
  out.value = quantile_of(steps, quantile);
  const Interval found = compatible(steps, quantile, confidence);
  out.interval = widened({std::min(found.low, out.value), std::max(found.high, out.value)}, steps);
  if (steps.empty()) out.interval.low = timed.front().detected ? timed.front().seconds : -never;
  if (steps.empty()) out.untrusted = "no event was detected";
  return out;
}

Estimate cluster_latency_quantile(std::span<const EventLatency> events, double quantile,
                                  const BootstrapOptions& options) {
  if (options.resamples < 100 || options.resamples > 10'000'000)
    throw UsageError("a bootstrap takes 100 to 10,000,000 resamples");
  Estimate out = latency_quantile(events, quantile, options.confidence);
  if (out.clusters < 2 || !out.trusted()) {
    if (out.untrusted.empty()) out.untrusted = "one subject only: how much they differ is not known";
    return out;
  }
  std::size_t subjects = 0;
  const std::vector<Timed> timed = in_order(events, subjects);
  std::vector<double> values;
  std::vector<std::uint32_t> times(subjects);
  for (int r = 0; r < options.resamples; ++r) {
    SplitMix random = SplitMix::stream(options.seed, static_cast<std::uint64_t>(r));
    std::fill(times.begin(), times.end(), 0U);
    for (std::size_t k = 0; k < subjects; ++k) ++times[random.below(static_cast<std::uint32_t>(subjects))];
    values.push_back(quantile_of(product_limit(timed, times), quantile));
  }
  std::sort(values.begin(), values.end());
  const double last = static_cast<double>(values.size()) - 1, tail = (1 - options.confidence) / 2;
  out.interval.low = std::min(out.interval.low, values[static_cast<std::size_t>(std::floor(tail * last))]);
  out.interval.high = std::max(out.interval.high, values[static_cast<std::size_t>(std::ceil((1 - tail) * last))]);
  out.method = "product limit, bootstrap of subjects, not narrower than Brookmeyer and Crowley";
  return out;
}

}  // namespace vagus::lab
