#include "lab/study/release/changes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace vagus::lab {
namespace {

struct Heard {
  double t_s;
  float score;
  double impact_s = -1;  ///< < 0: none told
  bool right = false;    ///< it is of a beat or an event of the reference
  bool same_moment(const Heard& other) const { return t_s == other.t_s && impact_s == other.impact_s; }
  bool same_score(const Heard& other) const {
    return score == other.score || (std::isnan(score) && std::isnan(other.score));
  }
};

/// Whether an event matched a reference beat: it is not among those without one. Ticks are of the clock compared on.
bool matched(const Ec57& scored, double t_s) {
  const double tick = t_s * scored.clock_hz;
  const auto at = std::lower_bound(scored.extra.begin(), scored.extra.end(), std::llround(tick) - 1);
  return at == scored.extra.end() || std::abs(static_cast<double>(*at) - tick) >= 1.01;
}

std::vector<Heard> heard_of(const RecordResult& record, EventRule rule) {
  std::vector<Heard> out;
  if (record.events) {
    const EventMatcher matcher(record.events->reference, rule);
    for (const EventDetection& one : record.events->said.detections)
      out.push_back(
          {one.t_s, static_cast<float>(one.score), one.t_impact_s >= 0 ? one.t_impact_s : -1, matcher(one).event >= 0});
  }
  for (const Event& event : record.run.events) {
    if (event.kind == Said::Kind::event) out.push_back({event.t_s, event.value, -1, matched(record.whole, event.t_s)});
  }
  std::stable_sort(out.begin(), out.end(), [](const Heard& a, const Heard& b) { return a.t_s < b.t_s; });
  return out;
}

std::optional<float> weighed_near(const std::vector<FrozenEvent>& weighed, double t_s, double window_s) {
  std::optional<float> best;
  const auto first = std::lower_bound(weighed.begin(), weighed.end(), t_s - window_s,
                                      [](const FrozenEvent& e, double t) { return e.t_s < t; });
  for (auto it = first; it != weighed.end() && it->t_s <= t_s + window_s; ++it) {
    if (!best || it->score > *best) best = it->score;
  }
  return best;
}

/// Both lists without what stands in both at the very same time.
void take_same(std::vector<Heard>& before, std::vector<Heard>& after, RecordChanges& out) {
  std::vector<Heard> lost, gained;
  std::size_t j = 0;
  for (const Heard& one : before) {
    while (j < after.size() && after[j].t_s < one.t_s) gained.push_back(after[j++]);
    if (j < after.size() && after[j].same_moment(one)) {
      ++out.same;
      out.rescored += after[j].same_score(one) ? 0 : 1;
      ++j;
    } else {
      lost.push_back(one);
    }
  }
  gained.insert(gained.end(), after.begin() + static_cast<std::ptrdiff_t>(j), after.end());
  before = std::move(lost);
  after = std::move(gained);
}

bool same_score(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// The truth of each scored window by where it lies.
using WindowTruths = std::map<std::pair<double, double>, std::string>;

WindowTruths truths_of(const WindowCounts& frozen, const WindowCounts& candidate) {
  WindowTruths truths;
  for (const WindowCounts* one : {&frozen, &candidate})
    for (const WindowOutcome& window : one->each) truths[{window.at.start_s, window.at.end_s}] = window.truth;
  return truths;
}

bool earlier(const TestWindow& a, const TestWindow& b) {
  return a.at.start_s != b.at.start_s ? a.at.start_s < b.at.start_s : a.at.end_s < b.at.end_s;
}

std::vector<TestWindow> by_time(std::vector<TestWindow> windows) {
  std::stable_sort(windows.begin(), windows.end(), earlier);
  return windows;
}

EventChange window_change(const TestWindow* old, const TestWindow* now, const WindowTruths& truths) {
  EventChange change;
  const TimeSpan at = old != nullptr ? old->at : now->at;
  change.t_s = at.start_s;
  change.t_end_s = at.end_s;
  const auto truth = truths.find({at.start_s, at.end_s});
  change.judged = truth != truths.end();
  if (change.judged) change.truth = truth->second;
  if (old != nullptr) {
    change.before = static_cast<float>(old->score);
    change.said_before = old->label;
    change.right_before = change.judged && old->label == change.truth;
  }
  if (now != nullptr) {
    change.after = static_cast<float>(now->score);
    change.said_after = now->label;
    change.right_after = change.judged && now->label == change.truth;
  }
  change.kind = now == nullptr || change.right_before  ? EventChange::Kind::lost
                : old == nullptr || change.right_after ? EventChange::Kind::gained
                                                       : EventChange::Kind::moved;
  return change;
}

RecordChanges window_changes(const WindowCounts& frozen, const WindowCounts& candidate) {
  RecordChanges out;
  const WindowTruths truths = truths_of(frozen, candidate);
  const std::vector<TestWindow> before = by_time(frozen.answers), after = by_time(candidate.answers);
  std::size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    const bool only_old = j == after.size() || (i < before.size() && earlier(before[i], after[j]));
    const bool only_new = !only_old && (i == before.size() || earlier(after[j], before[i]));
    if (only_old) {
      out.events.push_back(window_change(&before[i++], nullptr, truths));
    } else if (only_new) {
      out.events.push_back(window_change(nullptr, &after[j++], truths));
    } else {
      const TestWindow &old = before[i++], &now = after[j++];
      if (old.label != now.label) {
        out.events.push_back(window_change(&old, &now, truths));
      } else {
        ++out.same;
        // A release keeps scores as floats.
        out.rescored += same_score(static_cast<float>(old.score), static_cast<float>(now.score)) ? 0 : 1;
      }
    }
  }
  return out;
}

std::vector<StretchChange> stretch_changes(const FrozenRecord& frozen, const RecordResult& candidate) {
  std::vector<FrozenStretch> after;
  if (candidate.events)
    for (const TimeSpan& one : candidate.events->said.unreadable) after.push_back({one.start_s, one.end_s, ""});
  for (const Event& event : candidate.run.events) {
    if (event.kind == Said::Kind::unreadable) after.push_back({event.t_start_s, event.t_end_s, event.reason});
  }
  std::vector<StretchChange> out;
  const auto only = [&](const std::vector<FrozenStretch>& those, const std::vector<FrozenStretch>& others,
                        bool gained) {
    for (const FrozenStretch& one : those) {
      const bool both = std::any_of(others.begin(), others.end(), [&](const FrozenStretch& other) {
        return one.t_start_s == other.t_start_s && one.t_end_s == other.t_end_s;
      });
      if (!both) out.push_back({gained, one.t_start_s, one.t_end_s, one.reason});
    }
  };
  only(frozen.unreadable, after, false);
  only(after, frozen.unreadable, true);
  std::stable_sort(out.begin(), out.end(),
                   [](const StretchChange& a, const StretchChange& b) { return a.t_start_s < b.t_start_s; });
  return out;
}

}  // namespace

std::string_view name(EventChange::Kind kind) {
  switch (kind) {
    case EventChange::Kind::lost:
      return "lost";
    case EventChange::Kind::gained:
      return "gained";
    default:
      return "moved";
  }
}

RecordChanges changes_of(const FrozenRecord& frozen, const RecordResult& frozen_scored, const RecordResult& candidate,
                         double start_s, EventRule rule) {
  if (candidate.windows) return window_changes(*frozen_scored.windows, *candidate.windows);
  RecordChanges out;
  const double window_s = candidate.events ? moved_event_window_s : moved_window_s;
  std::vector<Heard> before = heard_of(frozen_scored, rule), after = heard_of(candidate, rule);
  take_same(before, after, out);
  const auto add = [&](EventChange::Kind kind, const Heard* old, const Heard* now) {
    EventChange change;
    change.kind = kind;
    change.t_s = old != nullptr ? old->t_s : now->t_s;
    change.judged = change.t_s >= start_s;
    if (old != nullptr) {
      change.before = old->score;
      change.right_before = old->right;
    }
    if (now != nullptr) {
      change.after = now->score;
      change.right_after = now->right;
    }
    if (old != nullptr && now != nullptr) change.moved_s = now->t_s - old->t_s;
    if (old == nullptr) change.weighed = weighed_near(frozen.weighed, now->t_s, window_s);
    out.events.push_back(change);
  };
  std::size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    // Where both are there, one may lie nearer to the next of the other side.
    const bool both = i < before.size() && j < after.size();
    const double gap = both ? after[j].t_s - before[i].t_s : 0;
    const auto nearer = [&](std::size_t old_at, std::size_t new_at) {
      return old_at < before.size() && new_at < after.size() &&
             std::abs(after[new_at].t_s - before[old_at].t_s) < std::abs(gap);
    };
    const bool gained = i == before.size() || (both && (gap < -window_s || nearer(i, j + 1)));
    const bool lost = j == after.size() || (both && (gap > window_s || (!gained && nearer(i + 1, j))));
    if (lost) {
      add(EventChange::Kind::lost, &before[i++], nullptr);
    } else if (gained) {
      add(EventChange::Kind::gained, nullptr, &after[j++]);
    } else {
      add(EventChange::Kind::moved, &before[i++], &after[j++]);
    }
  }
  out.stretches = stretch_changes(frozen, candidate);
  return out;
}

}  // namespace vagus::lab
