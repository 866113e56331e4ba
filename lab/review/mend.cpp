#include "lab/review/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/score/ec57.h"

namespace vagus::lab {
namespace {

std::string authors(const ReviewOutcome& outcome) {
  std::string text;
  for (std::size_t i = 0; i < outcome.reviewers.size(); ++i)
    text += (i == 0 ? "" : i == 1 ? ", " : "; adjudicated by ") + outcome.reviewers[i].reviewer;
  return text;
}

std::string reason_of(const ReviewKey& key, const ReviewOutcome& outcome) {
  std::string reason =
      fmt::format("label review {} of {} cases from study {}", key.hash.substr(0, 16), key.cases.size(), key.study);
  if (outcome.kappa && outcome.kappa->kappa.trusted())
    reason += fmt::format(", kappa {:.2f} ({:.2f} to {:.2f})", outcome.kappa->kappa.value,
                          outcome.kappa->kappa.interval.low, outcome.kappa->kappa.interval.high);
  return reason;
}

/// One recording's change, made before anything is written.
struct Prepared {
  Entry entry;
  MendedTrack done;
  Mend mend;
};

/// Which of a track's layers was looked at. Where there was no such track, it is the empty one that `apply` began the
/// track with, if that was done before.
std::size_t place_of(const std::string& labels_hash, const std::vector<std::string>& hashes,
                     const std::vector<Layer>& history, const std::string& shown) {
  if (labels_hash.empty() && (history.empty() || history.front().annotations.empty())) return 0;
  const auto seen = std::find(hashes.begin(), hashes.end(), labels_hash);
  if (seen == hashes.end())
    throw Error("this is a review of other data: the recording never had the labels that were looked at", shown);
  return static_cast<std::size_t>(seen - hashes.begin());
}

/// The labels as published of a recording that had no such track.
Mend empty_before(const Mend& mend) {
  return {mend.track, mend.tick_hz, "vagus", "as published: the recording had no such labels", mend.time, "", {}};
}

std::int64_t changes(const MendedTrack& done) { return done.added + done.removed + done.moved; }

}  // namespace

std::vector<Annotation> mended(const std::vector<Annotation>& labels, const ReviewKey& key,
                               const ReviewOutcome& outcome, const std::string& set, const std::string& recording,
                               MendedTrack& done) {
  std::vector<Annotation> out = labels;
  for (std::size_t i = 0; i < key.cases.size(); ++i) {
    const CaseKey& about = key.cases[i];
    const Answer& answer = outcome.rulings[i].answer;
    const bool changes_labels = about.kind == CaseKind::extra
                                    ? answer.decision == Decision::accept || answer.decision == Decision::move
                                    : answer.decision == Decision::reject || answer.decision == Decision::move;
    if (about.set != set || about.recording != recording || !changes_labels) continue;
    const bool beats = key.event == "beat";
    const auto moved_to = static_cast<std::int64_t>(std::llround((about.t0_s + answer.t_s) * about.tick_hz));
    if (about.kind == CaseKind::extra) {
      Annotation added;
      added.tick = added.end_tick = answer.decision == Decision::move ? moved_to : about.tick;
      added.label = beats ? "Q" : key.event;
      out.push_back(std::move(added));
      ++done.added;
      continue;
    }
    const auto at = std::find_if(out.begin(), out.end(), [&](const Annotation& a) {
      return a.tick == about.tick && (!beats || beat_class(a.label, BeatMap::bxb) != 0);
    });
    if (at == out.end())
      throw Error("the labels have no " + key.event + " where case " + about.id + " asks about one", recording);
    const std::int64_t begins = std::max<std::int64_t>(0, moved_to - about.into);
    if (answer.decision == Decision::reject) {
      out.erase(at);
      ++done.removed;
    } else if (begins != at->tick) {
      at->end_tick += begins - at->tick;
      at->tick = begins;
      ++done.moved;
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.tick < b.tick; });
  return out;
}

Mending apply(Store& store, const ReviewKey& key, const ReviewOutcome& outcome) {
  Mending mending;
  std::vector<Prepared> all;
  for (const CaseKey& about : key.cases) {
    const auto same = [&](const Prepared& p) { return p.done.set == about.set && p.done.recording == about.recording; };
    if (std::any_of(all.begin(), all.end(), same)) continue;
    const std::string shown = about.set + ":" + about.recording;
    const auto entries = store.list(about.set, about.recording);
    const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) {
      return e.recording == about.recording && e.signal_hash == about.signal_hash;
    });
    if (at == entries.end())
      throw Error("this is a review of other data: the store has no such recording with the signals that were shown",
                  shown);
    const auto layers = at->item->layers.find(key.track);
    Prepared one{*at, {about.set, about.recording, about.labels_hash, "", 0, 0, 0}, {}};
    const std::vector<std::string> none;
    const auto& hashes = layers == at->item->layers.end() ? none : layers->second;
    const std::vector<Layer> history = store.history(*at, key.track);
    const std::size_t index = place_of(about.labels_hash, hashes, history, shown);
    one.mend.track = key.track;
    one.mend.tick_hz = about.tick_hz;
    one.mend.author = authors(outcome);
    one.mend.reason = reason_of(key, outcome);
    one.mend.parent = about.labels_hash.empty() && !hashes.empty() ? hashes.front() : about.labels_hash;
    const std::vector<Annotation> seen = history.empty() ? std::vector<Annotation>() : history[index].annotations;
    one.mend.annotations = mended(seen, key, outcome, about.set, about.recording, one.done);
    const bool applied = index + 1 < hashes.size() && history.back().annotations == one.mend.annotations;
    if (index + 1 < hashes.size() && !applied && changes(one.done) > 0)
      throw Error("the labels that were looked at are no longer in force", shown,
                  "export a review of the labels as they are now");
    if (applied) one.done.layer = hashes.back();
    all.push_back(std::move(one));
  }
  for (Prepared& one : all) {
    if (changes(one.done) == 0) {
      ++mending.unchanged;
      continue;
    }
    if (one.done.layer.empty()) {
      if (one.mend.parent.empty()) one.mend.parent = store.apply(one.entry, empty_before(one.mend));
      one.done.layer = store.apply(one.entry, one.mend);
    }
    mending.tracks.push_back(one.done);
  }
  return mending;
}

Json as_json(const Mending& mending) {
  Json json = Json::array();
  for (const MendedTrack& one : mending.tracks)
    json.push_back({{"recording", one.set + ":" + one.recording},
                    {"original", one.original},
                    {"layer", one.layer},
                    {"added", one.added},
                    {"removed", one.removed},
                    {"moved", one.moved}});
  return json;
}

}  // namespace vagus::lab
