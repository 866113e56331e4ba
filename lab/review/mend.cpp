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
    const auto moved_to = static_cast<std::int64_t>(std::llround((about.t0_s + answer.t_s) * about.tick_hz));
    if (about.kind == CaseKind::extra) {
      Annotation beat;
      beat.tick = beat.end_tick = answer.decision == Decision::move ? moved_to : about.tick;
      beat.label = "Q";
      out.push_back(std::move(beat));
      ++done.added;
      continue;
    }
    const auto at = std::find_if(out.begin(), out.end(), [&](const Annotation& a) {
      return a.tick == about.tick && beat_class(a.label, BeatMap::bxb) != 0;
    });
    if (at == out.end()) throw Error("the labels have no beat where case " + about.id + " asks about one", recording);
    if (answer.decision == Decision::reject) {
      out.erase(at);
      ++done.removed;
    } else if (moved_to != at->tick) {
      at->tick = at->end_tick = moved_to;
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
    const auto seen = std::find(hashes.begin(), hashes.end(), about.labels_hash);
    if (seen == hashes.end())
      throw Error("this is a review of other data: the recording never had the labels that were looked at", shown);
    const auto index = static_cast<std::size_t>(seen - hashes.begin());
    const auto history = store.history(*at, key.track);
    one.mend.track = key.track;
    one.mend.tick_hz = about.tick_hz;
    one.mend.author = authors(outcome);
    one.mend.reason = reason_of(key, outcome);
    one.mend.parent = about.labels_hash;
    one.mend.annotations = mended(history[index].annotations, key, outcome, about.set, about.recording, one.done);
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
    if (one.done.layer.empty()) one.done.layer = store.apply(one.entry, one.mend);
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
