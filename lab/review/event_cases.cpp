#include "lab/review/event_cases.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/study/event_wave.h"

namespace vagus::lab {
namespace {

/// Of a track that a review begins: microseconds.
constexpr double new_track_hz = 1e6;
/// Marks nearer to the one asked about would hide it.
constexpr double event_apart_s = 0.5;

/// Whether a track holds events of the reference: those that last are placed by their onset, others by their moment.
bool holds_moments(const std::string& track) {
  const std::string kind = kind_of(track);
  return is_event_kind(kind) || kind == "impact";
}

bool is_known(const EventOutcome& outcome, const RecordResult& record) {
  return outcome.event < record.events->reference.events.size();
}

/// The label that an event of the reference was made from; null where the track has none there.
const Annotation* label_at(const Track* track, double t_s) {
  if (track == nullptr || track->layers.empty()) return nullptr;
  const auto tick = std::llround(t_s * track->tick_hz);
  const auto& labels = track->current();
  const auto at = std::find_if(labels.begin(), labels.end(), [&](const Annotation& a) { return a.tick == tick; });
  return at == labels.end() ? nullptr : &*at;
}

/// Where the detector has an event that both found.
double detectors_moment(const Picked& picked, const RecordResult& record, EventRule rule) {
  const EventMatcher matcher(record.events->reference, rule);
  for (const EventOutcome& outcome : record.events->counts.events) {
    if (!outcome.detected || outcome.moment_s != picked.t_s) continue;
    for (const EventDetection& said : record.events->said.detections)
      if (matcher(said).event == static_cast<std::int32_t>(outcome.event)) return said.moment_s();
  }
  return picked.t_s;
}

/// What is shown: the mark lies in the middle of it as far as the recording reaches.
ReviewCase shown_of(CaseKey& key, const RecordResult& record, const Recording& recording, double stretch_s) {
  const double duration_s = recording.duration_s();
  key.t_s = std::clamp(key.t_s, 0.0, duration_s);
  key.length_s = std::min(stretch_s, duration_s);
  key.t0_s = std::clamp(key.t_s - key.length_s / 2, 0.0, duration_s - key.length_s);
  Excerpt excerpt = event_excerpt(recording, key.t0_s, key.t0_s + key.length_s);
  if (excerpt.signal.values.empty())
    throw Error("the recording has no signals: there is nothing to look at", record.item.id(),
                "events that were stored without signals cannot be reviewed");
  ReviewCase one;
  one.recording = record.item.id();
  one.signal = std::move(excerpt.signal);
  one.lines = std::move(excerpt.probes);
  one.signal.t0_s = 0;
  for (ProbeTrace& line : one.lines)
    for (ProbePoint& point : line.points) point.t_s -= key.t0_s;
  one.t_s = key.t_s - key.t0_s;
  return one;
}

}  // namespace

std::string event_track(const StudyResult& result, const Source& source) {
  const ScoreSpec& how = result.spec.score;
  if (!how.reference.empty()) {
    if (!holds_moments(how.reference))
      throw Error("the reference '" + how.reference + "' holds no events, so there are no labels to review",
                  result.spec.name, "tracks of events are called events, falls, crash or impacts");
    return how.reference;
  }
  std::set<std::string> tracks;
  for (const RecordResult& record : result.records)
    for (const Track& track : source.header(record.item).tracks)
      if (holds_moments(track.name)) tracks.insert(track.name);
  if (tracks.size() > 1)
    throw Error("the reference's events stand in several tracks (" + *tracks.begin() + ", " + *tracks.rbegin() +
                    "), and a review mends one",
                result.spec.name, "[score] reference = \"" + *tracks.begin() + "\" names one");
  if (tracks.empty()) return how.rule == EventRule::fall ? "falls" : "crash";
  return *tracks.begin();
}

bool has_moment(const Picked& picked, const RecordResult& record) {
  if (picked.kind == CaseKind::extra) return true;
  const auto& outcomes = record.events->counts.events;
  return std::any_of(outcomes.begin(), outcomes.end(), [&](const EventOutcome& o) {
    return o.moment_s == picked.t_s && !o.detected && is_known(o, record);
  });
}

std::vector<Picked> agreeing_events(const std::vector<Picked>& errors, const StudyResult& result, std::size_t wanted,
                                    SplitMix& random) {
  std::vector<Picked> all;
  std::map<std::string, std::vector<std::size_t>> of_subject;
  for (std::size_t r = 0; r < result.records.size(); ++r) {
    const RecordResult& record = result.records[r];
    for (const EventOutcome& outcome : record.events->counts.events) {
      if (!outcome.detected || !is_known(outcome, record)) continue;
      of_subject[record.item.subject].push_back(all.size());
      all.push_back({CaseKind::agreeing, r, outcome.moment_s});
    }
  }
  std::vector<std::size_t> left(all.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  std::vector<Picked> drawn;
  while (drawn.size() < wanted && !left.empty()) {
    const Picked& beside = errors[random.below(static_cast<std::uint32_t>(errors.size()))];
    auto& near = of_subject[result.records[beside.record].item.subject];
    const auto& from = near.empty() ? left : near;
    const std::size_t taken = from[random.below(static_cast<std::uint32_t>(from.size()))];
    drawn.push_back(all[taken]);
    std::erase(left, taken);
    std::erase(of_subject[result.records[all[taken].record].item.subject], taken);
  }
  return drawn;
}

std::pair<ReviewCase, CaseKey> event_case(const Picked& picked, const RecordResult& record, EventRule rule,
                                          const Recording& recording, const std::string& track, double stretch_s) {
  CaseKey key;
  key.kind = picked.kind;
  key.set = record.item.set;
  key.recording = record.item.name;
  key.subject = record.item.subject;
  key.signal_hash = record.item.signal_hash;
  const auto layer = record.item.layers.find(track);
  if (layer != record.item.layers.end()) key.labels_hash = layer->second;
  const Track* labels = recording.track(track);
  key.tick_hz = labels != nullptr ? labels->tick_hz : new_track_hz;
  key.t_s = picked.t_s;
  if (picked.kind != CaseKind::extra) {
    const Annotation* label = label_at(labels, picked.t_s);
    if (label == nullptr)
      throw Error("the labels '" + track + "' have no event at " + shortest(picked.t_s) + " s", record.item.id());
    const double begin_s = static_cast<double>(label->tick) / key.tick_hz;
    const double mark_s = greatest_moment_s(recording, begin_s, static_cast<double>(label->end_tick) / key.tick_hz);
    key.tick = label->tick;
    key.into = std::llround(mark_s * key.tick_hz) - label->tick;
    key.t_s = picked.as_detected ? detectors_moment(picked, record, rule) : mark_s;
  }
  ReviewCase one = shown_of(key, record, recording, stretch_s);
  if (picked.kind == CaseKind::extra) key.tick = std::llround(key.t_s * key.tick_hz);
  for (const EventOutcome& outcome : record.events->counts.events) {
    const double t_s = outcome.moment_s;
    const bool inside = t_s > key.t0_s && t_s < key.t0_s + key.length_s;
    const bool other = t_s != picked.t_s && std::abs(t_s - key.t_s) > event_apart_s;
    if (outcome.detected && is_known(outcome, record) && inside && other) one.marks.push_back({t_s - key.t0_s, ""});
  }
  one.question = "Is there a " + std::string(name(rule)) + " at the mark?";
  return {std::move(one), std::move(key)};
}

}  // namespace vagus::lab
