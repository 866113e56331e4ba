#include "lab/study/operating/curve.h"

#include <tbb/parallel_sort.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "lab/base/error.h"

namespace vagus::lab::operating {
namespace {

constexpr float never = std::numeric_limits<float>::infinity();
constexpr float undefined = std::numeric_limits<float>::quiet_NaN();

struct Named {
  Figure figure;
  const char* name;
};
constexpr Named names[] = {{Figure::sensitivity, "events.sensitivity"},
                           {Figure::predictivity, "events.positive_predictivity"},
                           {Figure::alarms_per_day, "events.alarms_per_day"},
                           {Figure::alarms_per_hour, "events.alarms_per_hour"},
                           {Figure::trial_sensitivity, "events.trial_sensitivity"},
                           {Figure::trial_specificity, "events.trial_specificity"},
                           {Figure::trial_predictivity, "events.trial_predictivity"}};

struct Ranked {
  float score;
  std::uint32_t moment;
};

/// Highest first; equal scores form one point, so that their order does not matter.
std::vector<Ranked> ranked(std::span<const Moment> moments) {
  std::vector<Ranked> out(moments.size());
  for (std::size_t i = 0; i < moments.size(); ++i) out[i] = {moments[i].score, static_cast<std::uint32_t>(i)};
  tbb::parallel_sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : a.moment < b.moment;
  });
  return out;
}

}  // namespace

Tally& Tally::operator+=(const Tally& o) {
  detected += o.detected;
  wear_alarms += o.wear_alarms;
  activity_alarms += o.activity_alarms;
  other_alarms += o.other_alarms;
  trials_detected += o.trials_detected;
  trials_alarmed += o.trials_alarmed;
  return *this;
}

std::string_view name(Figure figure) { return names[static_cast<std::size_t>(figure)].name; }

Figure figure_named(std::string_view wanted) {
  std::vector<std::string> known;
  for (const Named& named : names) {
    if (named.name == wanted) return named.figure;
    known.emplace_back(named.name);
  }
  const std::string near = nearest(wanted, known);
  std::string all;
  for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
  throw UsageError("there is no statistic \"" + std::string(wanted) + "\"",
                   near.empty() ? "there are: " + all : "did you mean \"" + near + "\"?");
}

bool is_share(Figure figure) { return figure != Figure::alarms_per_day && figure != Figure::alarms_per_hour; }
bool more_is_better(Figure figure) { return is_share(figure); }

Cluster cluster_of(Figure figure, const Tally& t, const Exposure& e) {
  const auto number = [](std::int64_t n) { return static_cast<double>(n); };
  switch (figure) {
    case Figure::sensitivity:
      return {number(t.detected), number(e.events)};
    case Figure::predictivity:
      return {number(t.detected), number(t.detected + t.alarms())};
    case Figure::alarms_per_day:
      return {number(t.wear_alarms), e.worn_days};
    case Figure::alarms_per_hour:
      return {number(t.activity_alarms), e.activity_hours};
    case Figure::trial_sensitivity:
      return {number(t.trials_detected), number(e.fall_trials)};
    case Figure::trial_specificity:
      return {number(e.activity_trials - t.trials_alarmed), number(e.activity_trials)};
    case Figure::trial_predictivity:
      return {number(t.trials_detected), number(t.trials_detected + t.trials_alarmed)};
  }
  return {};
}

double value_of(Figure figure, const Tally& tally, const Exposure& exposure) {
  const Cluster sum = cluster_of(figure, tally, exposure);
  return sum.denominator > 0 ? sum.numerator / sum.denominator : std::nan("");
}

Tally OperatingPoint::tally() const {
  return {detected, wear_alarms, activity_alarms, other_alarms, trials_detected, trials_alarmed};
}

double Ceiling::sensitivity() const {
  return of > 0 ? static_cast<double>(weighed) / static_cast<double>(of) : std::nan("");
}

/// Order statistics of the latencies of those events that are found by now.
class Latencies {
 public:
  explicit Latencies(std::vector<float> values) : values_(std::move(values)) {
    std::sort(values_.begin(), values_.end());
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
    sums_.assign(values_.size() + 1, 0);
    for (step_ = 1; 2 * step_ <= values_.size();) step_ *= 2;
  }
  void change(float value, int by) {
    const auto rank =
        static_cast<std::size_t>(std::lower_bound(values_.begin(), values_.end(), value) - values_.begin());
    for (std::size_t i = rank + 1; i < sums_.size(); i += i & (~i + 1)) sums_[i] += by;
    found_ += by;
  }
  /// The latency within which `share` of `of` events are found.
  float quantile(double share, std::int64_t of) const {
    if (of == 0) return undefined;
    std::int64_t wanted =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(share * static_cast<double>(of))));
    if (wanted > found_) return never;
    std::size_t at = 0;
    for (std::size_t step = step_; step > 0; step /= 2)
      if (at + step < sums_.size() && sums_[at + step] < wanted) {
        at += step;
        wanted -= sums_[at];
      }
    return values_[at];
  }

 private:
  std::vector<float> values_;
  std::vector<std::int64_t> sums_;  // Fenwick's tree (1994), from 1
  std::size_t step_ = 1;
  std::int64_t found_ = 0;
};

/// The pass from the highest score down.
class OperatingCurve::Builder {
 public:
  Builder(const Cohort& cohort, OperatingCurve& curve)
      : cohort_(cohort),
        curve_(curve),
        earliest_(cohort.events().size(), undefined),
        found_(cohort.events().size(), false),
        to_find_(cohort.trials().size(), 0),
        alarmed_(cohort.trials().size(), false),
        latencies_(latencies_of(cohort)) {
    for (const CohortEvent& event : cohort.events()) {
      if (event.trial >= 0) ++to_find_[static_cast<std::size_t>(event.trial)];
      if (event.timed) ++curve.timed_events_;
    }
    subject_of_moment_.resize(cohort.moments().size());
    for (const CohortRecording& r : cohort.recordings())
      std::fill_n(subject_of_moment_.begin() + r.first_moment, r.moments, r.subject);
  }

  void run() {
    const std::vector<Ranked> order = ranked(cohort_.moments());
    for (std::size_t i = 0; i < order.size();) {
      const float score = order[i].score;
      for (; i < order.size() && order[i].score == score; ++i) take_moment(order[i].moment);
      close_point(score);
    }
    close_ceiling();
  }

 private:
  static std::vector<float> latencies_of(const Cohort& cohort) {
    std::vector<float> values;
    for (const Moment& m : cohort.moments())
      if (m.event >= 0 && cohort.events()[static_cast<std::size_t>(m.event)].timed) values.push_back(m.latency_s);
    return values;
  }
  void add(std::uint32_t subject, Gain gain) {
    curve_.steps_.push_back({subject, gain});
    OperatingCurve::take(curve_.steps_.back(), sum_);
  }
  void take_moment(std::uint32_t index) {
    const Moment& moment = cohort_.moments()[index];
    if (moment.event >= 0)
      take_event(moment, static_cast<std::size_t>(moment.event));
    else
      take_alarm(moment, subject_of_moment_[index]);
  }
  void take_event(const Moment& moment, std::size_t e) {
    const CohortEvent& event = cohort_.events()[e];
    if (event.timed && !(moment.latency_s >= earliest_[e])) {
      if (found_[e]) latencies_.change(earliest_[e], -1);
      earliest_[e] = moment.latency_s;
      latencies_.change(moment.latency_s, 1);
    }
    if (found_[e]) return;
    found_[e] = true;
    add(event.subject, Gain::detected);
    if (event.trial < 0) return;
    const auto k = static_cast<std::size_t>(event.trial);
    if (--to_find_[k] == 0 && cohort_.trials()[k].fall) add(event.subject, Gain::trial_detected);
  }
  void take_alarm(const Moment& moment, std::uint32_t subject) {
    add(subject, moment.place == EventPlace::wear       ? Gain::wear
                 : moment.place == EventPlace::activity ? Gain::activity
                                                        : Gain::other);
    if (moment.trial < 0) return;
    const auto k = static_cast<std::size_t>(moment.trial);
    if (cohort_.trials()[k].fall || alarmed_[k]) return;
    alarmed_[k] = true;
    add(subject, Gain::trial_alarmed);
  }
  void close_point(float score) {
    const auto n = [](std::int64_t count) { return static_cast<std::uint32_t>(count); };
    curve_.points_.push_back({score, n(sum_.detected), n(sum_.wear_alarms), n(sum_.activity_alarms),
                              n(sum_.other_alarms), n(sum_.trials_detected), n(sum_.trials_alarmed),
                              latencies_.quantile(0.5, curve_.timed_events_),
                              latencies_.quantile(0.9, curve_.timed_events_)});
    curve_.ends_.push_back(static_cast<std::uint32_t>(curve_.steps_.size()));
  }
  void close_ceiling() {
    Ceiling& c = curve_.ceiling_;
    c.of = curve_.total_.events;
    c.weighed = sum_.detected;
    c.trials_of = curve_.total_.fall_trials;
    c.trials_weighed = sum_.trials_detected;
  }

  const Cohort& cohort_;
  OperatingCurve& curve_;
  std::vector<float> earliest_;  // latency of each event by now
  std::vector<bool> found_;
  std::vector<std::int32_t> to_find_;  // events of each trial not found by now
  std::vector<bool> alarmed_;
  std::vector<std::uint32_t> subject_of_moment_;
  Latencies latencies_;
  Tally sum_;
};

void OperatingCurve::take(const Step& step, Tally& tally) {
  switch (step.gain) {
    case Gain::detected:
      ++tally.detected;
      break;
    case Gain::wear:
      ++tally.wear_alarms;
      break;
    case Gain::activity:
      ++tally.activity_alarms;
      break;
    case Gain::other:
      ++tally.other_alarms;
      break;
    case Gain::trial_detected:
      ++tally.trials_detected;
      break;
    case Gain::trial_alarmed:
      ++tally.trials_alarmed;
      break;
  }
}

OperatingCurve::OperatingCurve(const Cohort& cohort)
    : exposures_(cohort.exposures().begin(), cohort.exposures().end()), total_(cohort.total()) {
  Builder(cohort, *this).run();
}

OperatingPoint OperatingCurve::at(double threshold) const {
  const auto after = std::partition_point(points_.begin(), points_.end(), [threshold](const OperatingPoint& p) {
    return static_cast<double>(p.threshold) >= threshold;
  });
  OperatingPoint point;
  point.latency_median_s = point.latency_p90_s = undefined;
  if (timed_events_ > 0) point.latency_median_s = point.latency_p90_s = never;
  if (after != points_.begin()) point = *(after - 1);
  point.threshold = static_cast<float>(threshold);
  return point;
}

std::size_t OperatingCurve::steps_at(double threshold) const {
  const auto after = std::partition_point(points_.begin(), points_.end(), [threshold](const OperatingPoint& p) {
    return static_cast<double>(p.threshold) >= threshold;
  });
  const auto point = static_cast<std::size_t>(after - points_.begin());
  return point == 0 ? 0 : ends_[point - 1];
}

std::vector<Tally> OperatingCurve::subjects_at(double threshold) const {
  std::vector<Tally> out;
  walk(std::span<const double>(&threshold, 1),
       [&out](std::size_t, std::span<const Tally> tallies) { out.assign(tallies.begin(), tallies.end()); });
  return out;
}

std::vector<Cluster> OperatingCurve::clusters_at(Figure figure, double threshold) const {
  const std::vector<Tally> tallies = subjects_at(threshold);
  std::vector<Cluster> out;
  for (std::size_t s = 0; s < tallies.size(); ++s) out.push_back(cluster_of(figure, tallies[s], exposures_[s]));
  return out;
}

std::vector<double> OperatingCurve::thresholds(std::size_t count) const {
  if (count < 2) throw UsageError("a curve is drawn through at least two thresholds");
  std::vector<double> out;
  if (points_.size() <= count) {
    for (const OperatingPoint& p : points_) out.push_back(static_cast<double>(p.threshold));
    return out;
  }
  // How far along the curve each point is: found events as a share, alarms on a logarithm, half of the length each.
  const auto alarms = [](const OperatingPoint& p) { return std::log1p(static_cast<double>(p.tally().alarms())); };
  const double most_found = std::max<double>(1, points_.back().detected),
               most_alarms = std::max(1e-9, alarms(points_.back()));
  const auto along = [&](const OperatingPoint& p) { return p.detected / most_found + alarms(p) / most_alarms; };
  const double first = along(points_.front()), length = along(points_.back()) - first;
  std::size_t taken = points_.size();
  for (std::size_t k = 0; k < count; ++k) {
    const double wanted = first + length * static_cast<double>(k) / static_cast<double>(count - 1);
    auto at = std::partition_point(points_.begin(), points_.end(),
                                   [&](const OperatingPoint& p) { return along(p) < wanted; });
    if (at == points_.end() || k + 1 == count) at = points_.end() - 1;
    const auto index = static_cast<std::size_t>(at - points_.begin());
    if (index == taken) continue;
    taken = index;
    out.push_back(static_cast<double>(at->threshold));
  }
  return out;
}

TrialCurve trial_curve(const OperatingCurve& curve) {
  const double falls = static_cast<double>(curve.total().fall_trials);
  const double activities = static_cast<double>(curve.total().activity_trials);
  if (!(falls > 0 && activities > 0))
    throw UsageError("detection-error and precision-recall curves are for trials, of falls and of activities",
                     "continuous wear has no true negatives: sensitivity against alarms per day is for it");
  const auto deviate = [](double share, double of) {
    return normal_quantile(std::clamp(share, 0.5 / of, 1 - 0.5 / of));
  };
  TrialCurve out;
  double hits = 0, alarms = 0;
  bool crossed = false;
  out.equal_error_rate = std::nan("");
  double last_miss = 1, last_false = 0;
  const auto cross = [&](double miss, double false_positive) {
    if (crossed || miss > false_positive) return;
    crossed = true;
    const double before = last_miss - last_false, after = miss - false_positive;
    const double share = before > after ? before / (before - after) : 0;
    out.equal_error_rate = last_miss + share * (miss - last_miss);
  };
  for (const OperatingPoint& p : curve.points()) {
    const double h = p.trials_detected, a = p.trials_alarmed;
    if (h == hits && a == alarms) continue;
    TrialPoint point;
    point.threshold = static_cast<double>(p.threshold);
    point.miss_rate = 1 - h / falls;
    point.false_positive_rate = a / activities;
    point.miss_deviate = deviate(point.miss_rate, falls);
    point.false_positive_deviate = deviate(point.false_positive_rate, activities);
    point.precision = h / (h + a);
    out.average_precision += point.precision * (h - hits) / falls;
    out.roc_area += (a - alarms) / activities * (h + hits) / (2 * falls);
    cross(point.miss_rate, point.false_positive_rate);
    last_miss = point.miss_rate;
    last_false = point.false_positive_rate;
    hits = h;
    alarms = a;
    out.points.push_back(point);
  }
  // Trials that were never weighed are all equal, below the rest.
  out.roc_area += (activities - alarms) / activities * (falls + hits) / (2 * falls);
  cross(0, 1);
  return out;
}

}  // namespace vagus::lab::operating
