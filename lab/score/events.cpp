#include "lab/score/events.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr double never_s = std::numeric_limits<double>::infinity();

double first_known(double a, double b) { return std::isnan(a) ? b : a; }

/// The moment an event is placed by: its impact, else its onset, else its end. NaN where nothing is known.
double anchor_s(const ReferenceEvent& event) {
  return first_known(event.impact_s, first_known(event.onset_s, event.end_s));
}

TimeSpan window_of(const ReferenceEvent& event, EventRule rule) {
  double end = event.end_s;
  if (std::isnan(end)) end = std::fmax(event.onset_s, event.impact_s);
  if (rule == EventRule::crash) return {first_known(event.impact_s, event.onset_s) - 1, end + 5};
  return {first_known(event.onset_s, event.impact_s) - 1, end + 10};
}

void check_event(const ReferenceEvent& event) {
  for (const double t : {event.onset_s, event.impact_s, event.end_s})
    if (std::isinf(t)) throw Error("an event's time must be finite");
  if (event.impact_s < event.onset_s || event.end_s < event.onset_s || event.end_s < event.impact_s)
    throw Error("an event's onset, impact and end are out of order", "impact at " + shortest(event.impact_s) + " s");
}

/// What is counted of a recording: a stretch, and what belongs to it.
struct Scope {
  TimeSpan at;
  bool has(double t_s) const { return std::isnan(t_s) || at.holds(t_s); }
  double within_s(const TimeSpan& s) const { return shared_s(at, s); }
};

double covered_s(const std::vector<TimeSpan>& stretches, const TimeSpan& at) {
  double sum = 0;
  for (const TimeSpan& s : stretches) sum += shared_s(s, at);
  return sum;
}

bool inside(const std::vector<TimeSpan>& stretches, double t_s) {
  return std::any_of(stretches.begin(), stretches.end(), [t_s](const TimeSpan& s) { return s.holds(t_s); });
}

/// One recording's count, step by step.
struct Counting {
  const EventMatcher& matcher;
  const Scope scope;
  std::vector<TimeSpan> unreadable;
  std::vector<double> first_s;             // of each event's decisions; infinity: none
  std::vector<std::int64_t> trial_alarms;  // in each trial
  EventCounts out;

  const EventReference& reference() const { return matcher.reference(); }
  bool event_counts(std::size_t e) const {
    const double anchor = anchor_s(reference().events[e]);
    return scope.has(std::isnan(anchor) ? reference().trials[trial_of(e)].at.start_s : anchor);
  }
  std::size_t trial_of(std::size_t e) const { return static_cast<std::size_t>(matcher.windows()[e].trial); }

  void take(const EventDetection& detection) {
    const Attribution what = matcher(detection);
    if (what.event >= 0) {
      const auto e = static_cast<std::size_t>(what.event);
      if (!event_counts(e)) return;
      if (first_s[e] < never_s) ++out.repeated;
      first_s[e] = std::min(first_s[e], detection.t_s);
      return;
    }
    if (!scope.has(detection.moment_s())) return;
    ++out.false_alarms;
    out.false_at.push_back(detection);
    if (what.trial >= 0) ++trial_alarms[static_cast<std::size_t>(what.trial)];
    if (what.place == EventPlace::wear) ++out.wear_alarms;
    if (what.place == EventPlace::activity) ++out.activity_alarms;
    if (what.place == EventPlace::fall_trial) ++out.fall_trial_alarms;
  }

  void close_events() {
    for (std::size_t e = 0; e < first_s.size(); ++e) {
      if (!event_counts(e)) continue;
      const ReferenceEvent& event = reference().events[e];
      EventOutcome outcome{event.type, event.impact_s, first_s[e] < never_s, unknown_s, unknown_s, anchor_s(event), e};
      if (std::isnan(outcome.moment_s)) outcome.moment_s = reference().trials[trial_of(e)].at.start_s;
      Share& share = out.event_types[event.type];
      ++share.of;
      if (!std::isnan(event.impact_s)) ++out.timed;
      if (outcome.detected) {
        ++share.hits;
        ++out.detected;
        outcome.t_s = first_s[e];
        outcome.latency_s = first_s[e] - event.impact_s;
        if (std::isnan(outcome.latency_s))
          ++out.latency_unknown;
        else
          out.latencies_s.push_back(outcome.latency_s);
      } else {
        ++out.missed;
        if (inside(unreadable, anchor_s(event))) ++out.missed_unreadable;
      }
      out.events.push_back(std::move(outcome));
    }
  }

  void close_trials() {
    std::vector<bool> all_found(reference().trials.size(), true);
    for (std::size_t e = 0; e < first_s.size(); ++e)
      if (matcher.windows()[e].trial >= 0 && !(first_s[e] < never_s)) all_found[trial_of(e)] = false;
    for (std::size_t k = 0; k < reference().trials.size(); ++k) {
      const ReferenceTrial& trial = reference().trials[k];
      const double length = scope.within_s(trial.at);
      if (!(length > 0)) continue;
      Share& share = (trial.fall ? out.fall_trials : out.activity_trials)[trial.type];
      ++share.of;
      if (trial.fall) {
        out.fall_trial_s += length;
        if (all_found[k]) ++share.hits;
        continue;
      }
      out.activity_s += length;
      if (trial_alarms[k] > 0) continue;
      ++share.hits;
      if (covered_s(unreadable, trial.at) >= trial.at.length_s() / 2) ++out.quiet_unreadable;
    }
  }

  void close_time() {
    for (const TimeSpan& s : unreadable) out.unreadable_s += scope.within_s(s);
    for (const TimeSpan& s : reference().activity) out.activity_s += scope.within_s(s);
    for (const TimeSpan& s : reference().worn) {
      const TimeSpan part{std::max(s.start_s, scope.at.start_s), std::min(s.end_s, scope.at.end_s)};
      out.worn_s += part.length_s();
      out.worn_unreadable_s += covered_s(unreadable, part);
    }
  }
};

void add(std::map<std::string, Share>& to, const std::map<std::string, Share>& from) {
  for (const auto& [type, share] : from) {
    to[type].hits += share.hits;
    to[type].of += share.of;
  }
}

Share sum_of(const std::map<std::string, Share>& shares) {
  Share sum;
  for (const auto& [type, share] : shares) {
    sum.hits += share.hits;
    sum.of += share.of;
  }
  return sum;
}

double rate(std::int64_t count, double time) { return time > 0 ? static_cast<double>(count) / time : unknown_s; }

}  // namespace

std::string_view name(EventRule rule) { return rule == EventRule::fall ? "fall" : "crash"; }

EventMatcher::EventMatcher(EventReference reference, EventRule rule) : reference_(std::move(reference)), rule_(rule) {
  EventReference& r = reference_;
  trials_.resize(r.trials.size());
  std::iota(trials_.begin(), trials_.end(), 0);
  const auto trial = [&r](std::int32_t k) -> const ReferenceTrial& { return r.trials[static_cast<std::size_t>(k)]; };
  std::sort(trials_.begin(), trials_.end(),
            [&](std::int32_t a, std::int32_t b) { return trial(a).at.start_s < trial(b).at.start_s; });
  std::vector<TimeSpan> staged;
  for (std::size_t k = 0; k < trials_.size(); ++k) {
    const TimeSpan& at = trial(trials_[k]).at;
    if (!std::isfinite(at.start_s) || !std::isfinite(at.end_s) || !(at.length_s() > 0))
      throw Error("a trial needs a start and, after it, an end");
    if (k > 0 && at.start_s < trial(trials_[k - 1]).at.end_s)
      throw Error("two trials overlap", "at " + shortest(at.start_s) + " s");
    staged.push_back(at);
  }
  staged = joined(std::move(staged));
  r.activity = without(joined(std::move(r.activity)), staged);
  r.worn = without(without(joined(std::move(r.worn)), staged), r.activity);

  std::vector<bool> has_event(r.trials.size(), false);
  for (const ReferenceEvent& event : r.events) {
    check_event(event);
    const double anchor = anchor_s(event);
    if (std::isnan(anchor)) throw Error("an event has neither onset nor impact nor end");
    EventWindow window{window_of(event, rule), trial_at(anchor)};
    const bool in_fall_trial = window.trial >= 0 && trial(window.trial).fall;
    if (in_fall_trial) has_event[static_cast<std::size_t>(window.trial)] = true;
    if (rule == EventRule::fall && in_fall_trial && std::isnan(event.onset_s)) window.at = trial(window.trial).at;
    windows_.push_back(window);
  }
  for (std::size_t k = 0; k < r.trials.size(); ++k) {
    if (!r.trials[k].fall || has_event[k]) continue;
    ReferenceEvent unknown;
    unknown.type = r.trials[k].type;
    r.events.push_back(std::move(unknown));
    windows_.push_back({r.trials[k].at, static_cast<std::int32_t>(k)});
  }
  by_start_.resize(windows_.size());
  std::iota(by_start_.begin(), by_start_.end(), 0);
  const auto start = [this](std::int32_t e) { return windows_[static_cast<std::size_t>(e)].at.start_s; };
  std::sort(by_start_.begin(), by_start_.end(),
            [&](std::int32_t a, std::int32_t b) { return start(a) != start(b) ? start(a) < start(b) : a < b; });
  for (const EventWindow& window : windows_) longest_s_ = std::max(longest_s_, window.at.length_s());
}

std::int32_t EventMatcher::trial_at(double t_s) const {
  const auto after = std::upper_bound(trials_.begin(), trials_.end(), t_s, [this](double t, std::int32_t k) {
    return t < reference_.trials[static_cast<std::size_t>(k)].at.start_s;
  });
  if (after == trials_.begin()) return -1;
  const std::int32_t k = *(after - 1);
  return reference_.trials[static_cast<std::size_t>(k)].at.holds(t_s) ? k : -1;
}

Attribution EventMatcher::operator()(const EventDetection& detection) const {
  Attribution out;
  const double moment = detection.moment_s();
  if (!std::isfinite(moment) || !std::isfinite(detection.t_s)) throw Error("a detection's time must be finite");
  const auto window = [this](std::int32_t e) -> const TimeSpan& { return windows_[static_cast<std::size_t>(e)].at; };
  auto at = std::upper_bound(by_start_.begin(), by_start_.end(), moment,
                             [&](double t, std::int32_t e) { return t < window(e).start_s; });
  double nearest = never_s;
  while (at != by_start_.begin()) {
    const std::int32_t e = *--at;
    if (moment - window(e).start_s > longest_s_) break;
    if (moment > window(e).end_s) continue;  // the window's end belongs to it
    const double anchor = anchor_s(reference_.events[static_cast<std::size_t>(e)]);
    const double distance = std::isnan(anchor) ? 0 : std::abs(moment - anchor);
    if (distance > nearest || (distance == nearest && out.event < e && out.event >= 0)) continue;
    nearest = distance;
    out.event = e;
  }
  out.trial = trial_at(moment);
  if (out.trial >= 0)
    out.place =
        reference_.trials[static_cast<std::size_t>(out.trial)].fall ? EventPlace::fall_trial : EventPlace::activity;
  else if (inside(reference_.activity, moment))
    out.place = EventPlace::activity;
  else if (inside(reference_.worn, moment))
    out.place = EventPlace::wear;
  if (out.event >= 0) out.latency_s = detection.t_s - reference_.events[static_cast<std::size_t>(out.event)].impact_s;
  return out;
}

EventCounts score_events(const EventMatcher& matcher, const EventTest& test, const EventOptions& options) {
  if (!(options.from_s >= 0)) throw UsageError("the start must be 0 s or more");
  if (options.to_s >= 0 && !(options.to_s > options.from_s)) throw UsageError("the end must be after the start");
  const std::size_t events = matcher.reference().events.size();
  double to_s = never_s;
  if (options.to_s >= 0) to_s = options.to_s;
  Counting counting{matcher,
                    Scope{{options.from_s, to_s}},
                    joined(test.unreadable),
                    std::vector<double>(events, never_s),
                    std::vector<std::int64_t>(matcher.reference().trials.size(), 0),
                    {}};
  for (const EventDetection& detection : test.detections) counting.take(detection);
  counting.close_events();
  counting.close_trials();
  counting.close_time();
  return std::move(counting.out);
}

EventCounts score_events(const EventReference& reference, const EventTest& test, const EventOptions& options) {
  EventReference whole = reference;
  if (whole.trials.empty() && whole.worn.empty() && whole.activity.empty() && whole.duration_s > 0)
    whole.activity.push_back({0, whole.duration_s});
  return score_events(EventMatcher(std::move(whole), options.rule), test, options);
}

Share EventCounts::trial_sensitivity() const { return sum_of(fall_trials); }
Share EventCounts::specificity() const { return sum_of(activity_trials); }
Share EventCounts::specificity_unreadable_wrong() const {
  Share share = specificity();
  share.hits -= quiet_unreadable;
  return share;
}
double EventCounts::alarms_per_hour() const { return rate(activity_alarms, activity_s / 3600); }
double EventCounts::alarms_per_day() const { return rate(wear_alarms, worn_s / 86400); }
double EventCounts::alarms_per_readable_day() const { return rate(wear_alarms, (worn_s - worn_unreadable_s) / 86400); }

double EventCounts::latency_s(double share) const {
  if (!(share > 0 && share <= 1)) throw UsageError("a share of events must lie in (0, 1]");
  if (timed == 0) return unknown_s;
  const auto place = static_cast<std::size_t>(std::max(1., std::ceil(share * static_cast<double>(timed)))) - 1;
  if (place >= latencies_s.size()) return never_s;
  std::vector<double> ordered = latencies_s;
  const auto at = ordered.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(ordered.begin(), at, ordered.end());
  return *at;
}

EventCounts& EventCounts::operator+=(const EventCounts& o) {
  detected += o.detected;
  missed += o.missed;
  false_alarms += o.false_alarms;
  repeated += o.repeated;
  missed_unreadable += o.missed_unreadable;
  add(fall_trials, o.fall_trials);
  add(activity_trials, o.activity_trials);
  add(event_types, o.event_types);
  quiet_unreadable += o.quiet_unreadable;
  activity_alarms += o.activity_alarms;
  wear_alarms += o.wear_alarms;
  fall_trial_alarms += o.fall_trial_alarms;
  activity_s += o.activity_s;
  worn_s += o.worn_s;
  fall_trial_s += o.fall_trial_s;
  unreadable_s += o.unreadable_s;
  worn_unreadable_s += o.worn_unreadable_s;
  latencies_s.insert(latencies_s.end(), o.latencies_s.begin(), o.latencies_s.end());
  timed += o.timed;
  latency_unknown += o.latency_unknown;
  events.clear();
  false_at.clear();
  return *this;
}

}  // namespace vagus::lab
