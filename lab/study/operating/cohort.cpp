#include "lab/study/operating/cohort.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"

namespace vagus::lab::operating {
namespace {

constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();

}  // namespace

Exposure& Exposure::operator+=(const Exposure& other) {
  worn_days += other.worn_days;
  activity_hours += other.activity_hours;
  events += other.events;
  fall_trials += other.fall_trials;
  activity_trials += other.activity_trials;
  return *this;
}

std::uint32_t Cohort::subject_index(const std::string& subject) {
  const auto [at, fresh] = index_.emplace(subject, static_cast<std::uint32_t>(subjects_.size()));
  if (fresh) {
    subjects_.push_back(subject);
    exposures_.emplace_back();
  }
  return at->second;
}

void Cohort::add(const std::string& subject, const EventMatcher& matcher, std::span<const EventDetection> candidates) {
  const EventReference& reference = matcher.reference();
  Exposure exposure;
  exposure.worn_days = total_s(reference.worn) / 86400;
  exposure.activity_hours = total_s(reference.activity) / 3600;
  exposure.events = static_cast<std::int64_t>(reference.events.size());
  std::vector<CohortTrial> trials;
  for (const ReferenceTrial& trial : reference.trials) {
    trials.push_back({0, trial.fall});
    ++(trial.fall ? exposure.fall_trials : exposure.activity_trials);
    if (!trial.fall) exposure.activity_hours += trial.at.length_s() / 3600;
  }
  std::vector<CohortEvent> events;
  for (std::size_t e = 0; e < reference.events.size(); ++e)
    events.push_back({0, matcher.windows()[e].trial, !std::isnan(reference.events[e].impact_s)});
  std::vector<Moment> moments;
  moments.reserve(candidates.size());
  for (const EventDetection& candidate : candidates) {
    const Attribution what = matcher(candidate);
    moments.push_back({candidate.t_s, static_cast<float>(candidate.score), static_cast<float>(what.latency_s),
                       what.event, what.trial, what.place});
  }
  add(subject, exposure, std::move(moments), events, trials);
}

void Cohort::add(const std::string& subject, const Exposure& exposure, std::vector<Moment> moments,
                 std::span<const CohortEvent> events, std::span<const CohortTrial> trials) {
  if (moments_.size() + moments.size() > most || events_.size() + events.size() > most ||
      trials_.size() + trials.size() > most)
    throw Error("a cohort holds at most 2^31 moments, events and trials");
  for (Moment& moment : moments) {
    if (!std::isfinite(moment.score)) throw Error("a candidate without a score", subject);
    if (moment.event >= static_cast<std::int64_t>(events.size()) ||
        moment.trial >= static_cast<std::int64_t>(trials.size()))
      throw Error("a candidate of an event or trial that is not there", subject);
    if (moment.event >= 0) moment.event += static_cast<std::int32_t>(events_.size());
    if (moment.trial >= 0) moment.trial += static_cast<std::int32_t>(trials_.size());
  }
  const auto before = [](const Moment& a, const Moment& b) { return a.t_s < b.t_s; };
  std::stable_sort(moments.begin(), moments.end(), before);
  const std::uint32_t who = subject_index(subject);
  exposures_[who] += exposure;
  recordings_.push_back({who, static_cast<std::uint32_t>(moments_.size()), static_cast<std::uint32_t>(moments.size())});
  moments_.insert(moments_.end(), moments.begin(), moments.end());
  for (CohortEvent event : events) {
    event.subject = who;
    if (event.trial >= 0) event.trial += static_cast<std::int32_t>(trials_.size());
    events_.push_back(event);
  }
  for (const CohortTrial& trial : trials) trials_.push_back({who, trial.fall});
}

void Cohort::append(const Cohort& other) {
  if (moments_.size() + other.moments_.size() > most || events_.size() + other.events_.size() > most ||
      trials_.size() + other.trials_.size() > most)
    throw Error("a cohort holds at most 2^31 moments, events and trials");
  const auto first_moment = static_cast<std::uint32_t>(moments_.size());
  const auto first_event = static_cast<std::int32_t>(events_.size());
  const auto first_trial = static_cast<std::int32_t>(trials_.size());
  std::vector<std::uint32_t> who;
  for (std::size_t s = 0; s < other.subjects_.size(); ++s) {
    who.push_back(subject_index(other.subjects_[s]));
    exposures_[who.back()] += other.exposures_[s];
  }
  for (Moment moment : other.moments_) {
    if (moment.event >= 0) moment.event += first_event;
    if (moment.trial >= 0) moment.trial += first_trial;
    moments_.push_back(moment);
  }
  for (CohortEvent event : other.events_) {
    event.subject = who[event.subject];
    if (event.trial >= 0) event.trial += first_trial;
    events_.push_back(event);
  }
  for (const CohortTrial& trial : other.trials_) trials_.push_back({who[trial.subject], trial.fall});
  for (const CohortRecording& r : other.recordings_)
    recordings_.push_back({who[r.subject], first_moment + r.first_moment, r.moments});
}

Exposure Cohort::total() const {
  Exposure sum;
  for (const Exposure& exposure : exposures_) sum += exposure;
  return sum;
}

Cohort Cohort::part(const std::vector<bool>& keep) const {
  if (keep.size() != subjects_.size()) throw UsageError("one answer a subject says who is kept");
  Cohort out;
  for (std::size_t s = 0; s < subjects_.size(); ++s)
    if (keep[s]) out.exposures_[out.subject_index(subjects_[s])] = exposures_[s];
  std::vector<std::int32_t> event(events_.size(), -1), trial(trials_.size(), -1);
  for (std::size_t k = 0; k < trials_.size(); ++k) {
    if (!keep[trials_[k].subject]) continue;
    trial[k] = static_cast<std::int32_t>(out.trials_.size());
    out.trials_.push_back({out.index_.at(subjects_[trials_[k].subject]), trials_[k].fall});
  }
  for (std::size_t e = 0; e < events_.size(); ++e) {
    if (!keep[events_[e].subject]) continue;
    event[e] = static_cast<std::int32_t>(out.events_.size());
    CohortEvent kept = events_[e];
    kept.subject = out.index_.at(subjects_[kept.subject]);
    if (kept.trial >= 0) kept.trial = trial[static_cast<std::size_t>(kept.trial)];
    out.events_.push_back(kept);
  }
  for (const CohortRecording& r : recordings_) {
    if (!keep[r.subject]) continue;
    out.recordings_.push_back(
        {out.index_.at(subjects_[r.subject]), static_cast<std::uint32_t>(out.moments_.size()), r.moments});
    for (Moment moment : moments().subspan(r.first_moment, r.moments)) {
      if (moment.event >= 0) moment.event = event[static_cast<std::size_t>(moment.event)];
      if (moment.trial >= 0) moment.trial = trial[static_cast<std::size_t>(moment.trial)];
      out.moments_.push_back(moment);
    }
  }
  return out;
}

void refuse_shared_subjects(const Cohort& train, const Cohort& test) {
  std::vector<std::string> a(train.subjects().begin(), train.subjects().end());
  std::sort(a.begin(), a.end());
  for (const std::string& subject : test.subjects())
    if (std::binary_search(a.begin(), a.end(), subject))
      throw Error("leak: subject " + subject + " stands on both sides: its scores chose the point it would judge");
}

}  // namespace vagus::lab::operating
