#include "lab/review/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/failures/exemplars.h"
#include "lab/review/event_cases.h"
#include "lab/stats/random.h"
#include "lab/study/excerpt.h"

namespace vagus::lab {
namespace {

/// An agreeing beat is no nearer to an error than this (else it is one of the marks around it), and no farther.
constexpr double nearest_s = 2, farthest_s = 60;
/// Marks nearer to the one asked about would hide it.
constexpr double apart_s = 0.05;

/// Errors in the order in which they are asked about, most doubtful labels first.
std::vector<Picked> ranked_errors(const StudyResult& result, const Source& source, const Cache& cache, int threads) {
  const StudyErrors errors = study_errors(result, source, cache, threads);
  const auto all = find_exemplars(result, errors, {}, source, cache, SIZE_MAX, threads, SIZE_MAX);
  std::map<std::size_t, std::size_t> before;  // of its recording
  std::vector<std::pair<std::size_t, Picked>> turns;
  turns.reserve(all.size());
  for (const Exemplar& one : all)
    turns.push_back({before[one.record]++, {one.kind == 0 ? CaseKind::missed : CaseKind::extra, one.record, one.t_s}});
  std::stable_sort(turns.begin(), turns.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Picked> ranked;
  ranked.reserve(turns.size());
  for (auto& turn : turns) ranked.push_back(turn.second);
  return ranked;
}

/// Beats that both found, near to errors and drawn at random; none twice.
std::vector<Picked> agreeing_near(const std::vector<Picked>& errors, const StudyResult& result, std::size_t wanted,
                                  SplitMix& random) {
  std::map<std::size_t, std::vector<double>> found;
  std::set<std::pair<std::size_t, double>> taken;
  std::vector<Picked> drawn;
  const double start_s = result.spec.score.start_s;
  // Errors in places without a beat near them are passed over.
  for (std::size_t tries = 0; drawn.size() < wanted && tries < 50 * wanted; ++tries) {
    const Picked& beside = errors[random.below(static_cast<std::uint32_t>(errors.size()))];
    auto [at, fresh] = found.try_emplace(beside.record);
    if (fresh) at->second = found_beats(result.records[beside.record]);
    std::vector<double> near;
    for (const double t_s : at->second) {
      const double away = std::abs(t_s - beside.t_s);
      if (away >= nearest_s && away <= farthest_s && t_s >= start_s) near.push_back(t_s);
    }
    if (near.empty()) continue;
    const double t_s = near[random.below(static_cast<std::uint32_t>(near.size()))];
    if (taken.insert({beside.record, t_s}).second) drawn.push_back({CaseKind::agreeing, beside.record, t_s});
  }
  return drawn;
}

/// Where the detector marked a beat that both found: half of the agreeing cases ask about its mark, half about the
/// reference's, for the two may sit at different places of a beat.
double detectors_mark(const RecordResult& record, double t_s) {
  double nearest_t_s = t_s, away = 0.15;
  for (const Event& event : record.run.events) {
    if (event.kind != Said::Kind::event || std::abs(event.t_s - t_s) > away) continue;
    away = std::abs(event.t_s - t_s);
    nearest_t_s = event.t_s;
  }
  return nearest_t_s;
}

/// What is shown of one case, and what it is about.
std::pair<ReviewCase, CaseKey> case_of(const Picked& picked, const RecordResult& record, const Recording& recording,
                                       const std::vector<double>& found, double stretch_s) {
  CaseKey key;
  key.kind = picked.kind;
  key.set = record.item.set;
  key.recording = record.item.name;
  key.subject = record.item.subject;
  key.signal_hash = record.item.signal_hash;
  key.labels_hash = record.item.labels_hash;
  key.tick_hz = record.reference.tick_hz;
  key.tick = static_cast<std::int64_t>(std::llround(picked.t_s * key.tick_hz));
  key.t_s = picked.as_detected ? detectors_mark(record, picked.t_s) : picked.t_s;
  key.length_s = std::min(stretch_s, record.run.duration_s);
  key.t0_s = std::clamp(key.t_s - key.length_s / 2, 0.0, record.run.duration_s - key.length_s);

  ReviewCase one;
  one.recording = record.item.id();
  one.signal = trace_of(recording, record.run.channel, key.t0_s, key.t0_s + key.length_s);
  if (one.signal.values.empty()) throw Error("the recording has no channel " + record.run.channel, one.recording);
  one.signal.t0_s = 0;
  one.t_s = key.t_s - key.t0_s;
  for (const double t_s : found) {
    const bool inside = t_s > key.t0_s && t_s < key.t0_s + key.length_s;
    const bool other = std::abs(t_s - picked.t_s) > apart_s && std::abs(t_s - key.t_s) > apart_s;
    if (inside && other) one.marks.push_back({t_s - key.t0_s, ""});
  }
  one.question = "Is there a heart beat at the mark?";
  return {std::move(one), std::move(key)};
}

void check(const CaseOptions& options) {
  if (options.cases < 1 || options.cases > 10'000) throw UsageError("a review has 1 to 10000 cases");
  if (!(options.agreeing >= 0 && options.agreeing <= 0.9))
    throw UsageError("the share of agreeing cases lies between 0 and 0.9");
  if (options.stretch_s != 0 && !(options.stretch_s >= 4 && options.stretch_s <= 60))
    throw UsageError("between 4 and 60 seconds are shown of a case");
}

/// Refuses a study that has no labels for people to look at.
void check(const StudyResult& result) {
  const auto& simulate = result.spec.data.simulate;
  if (result.spec.score.protocol == "windows")
    throw Error("labels are reviewed from studies of beats and of events (protocols ec57 and events), not of windows",
                result.spec.name);
  if (simulate && simulate->kind == "events")
    throw Error("the study is of simulated events, which have no signals: there is nothing to look at",
                result.spec.name, "a review needs recordings with signals in the store");
  if (result.simulated)
    throw Error("the study's data is simulated: its labels are exact, and there is nothing to review",
                result.spec.name);
}

Review of_beats(const StudyResult& result) {
  Review review;
  review.set.title = "Are these heart beats?";
  review.set.instructions =
      "Each case shows a stretch of ECG with one mark to judge. Say whether a heart beat is there, and where it is not "
      "marked at its place, move the mark. The marks around it are beats that are not in question.";
  review.key.title = review.set.title;
  review.key.study = result.spec.name;
  review.key.track = result.spec.score.reference;
  return review;
}

Review of_events(const StudyResult& result, const Source& source) {
  const std::string event(name(result.spec.score.rule)), events = event == "fall" ? "falls" : "crashes";
  Review review;
  review.set.title = "Are these " + events + "?";
  review.set.instructions =
      "Each case shows a stretch of a worn sensor's signal with one mark to judge: of an accelerometer its magnitude, "
      "and below it the three axes. Say whether there is a " +
      event +
      " at the mark, and where the impact is elsewhere, move the mark to it. Marks around it, if there are any, are " +
      events + " that are not in question.";
  review.key.title = review.set.title;
  review.key.study = result.spec.name;
  review.key.event = event;
  review.key.track = event_track(result, source);
  return review;
}

}  // namespace

Review make_review(const StudyResult& result, const Source& source, const Cache& cache, const CaseOptions& options) {
  check(options);
  check(result);
  const bool beats = result.spec.score.protocol == "ec57";
  std::vector<Picked> picked = ranked_errors(result, source, cache, options.threads);
  if (!beats) std::erase_if(picked, [&](const Picked& p) { return !has_moment(p, result.records[p.record]); });
  if (picked.empty()) throw Error("the study has no error, and so no case to ask about", result.spec.name);
  SplitMix random = SplitMix::stream(options.seed.value_or(result.spec.seed), 0x7265766965770001u);
  const auto wanted = static_cast<double>(options.cases);
  const auto most = std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(wanted * (1 - options.agreeing))));
  if (picked.size() > most) picked.resize(most);
  const auto agreeing = static_cast<std::size_t>(
      std::ceil(static_cast<double>(picked.size()) * options.agreeing / (1 - options.agreeing) - 1e-9));
  auto drawn =
      beats ? agreeing_near(picked, result, agreeing, random) : agreeing_events(picked, result, agreeing, random);
  picked.insert(picked.end(), drawn.begin(), drawn.end());
  for (std::size_t i = picked.size(); i > 1; --i)
    std::swap(picked[i - 1], picked[random.below(static_cast<std::uint32_t>(i))]);

  Review review = beats ? of_beats(result) : of_events(result, source);
  const double usual_s = beats ? 8 : 20, stretch_s = options.stretch_s > 0 ? options.stretch_s : usual_s;
  for (Picked& one : picked) one.as_detected = one.kind == CaseKind::agreeing && random.below(2) == 1;
  review.set.cases.resize(picked.size());
  review.key.cases.resize(picked.size());
  std::map<std::size_t, std::vector<std::size_t>> of_record;
  for (std::size_t i = 0; i < picked.size(); ++i) of_record[picked[i].record].push_back(i);
  for (const auto& [index, cases] : of_record) {  // each recording is in memory once, one at a time
    const RecordResult& record = result.records[index];
    const Recording recording = source.load(record.item);
    const auto found = beats ? found_beats(record) : std::vector<double>();
    for (const std::size_t i : cases) {
      auto [shown, key] =
          beats ? case_of(picked[i], record, recording, found, stretch_s)
                : event_case(picked[i], record, result.spec.score.rule, recording, review.key.track, stretch_s);
      shown.id = key.id = fmt::format("c{:04}", i + 1);
      review.set.cases[i] = std::move(shown);
      review.key.cases[i] = std::move(key);
    }
  }
  review.key.hash = review_set_hash(review.set);
  return review;
}

}  // namespace vagus::lab
