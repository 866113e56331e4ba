#include "lab/study/release/changes.h"

#include <algorithm>
#include <cmath>

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
