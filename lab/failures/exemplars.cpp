#include "lab/failures/exemplars.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <span>

#include "lab/failures/event_scores.h"
#include "lab/store/hash.h"
#include "lab/study/packed.h"

namespace vagus::lab {
namespace {

constexpr double match_s = 0.15;  ///< EC57's window

struct Candidates {
  std::vector<double> t_s;
  std::vector<float> score;
};

/// What was weighed and not reported, of beats: a run with scores, which is kept.
Candidates candidates_step(const StudyResult& result, const RecordResult& record, const Source& source,
                           const Cache& cache) {
  if (result.stored) return {};  // there is nobody to ask
  const std::string key = Hasher().field("candidates").field(result.run_key).hex() + ".candidates";
  if (const auto bytes = cache.get(record.item.signal_hash, key)) {
    Unpacker in(*bytes);
    Candidates kept{in.numbers<double>(), in.numbers<float>()};
    if (in.whole() && kept.t_s.size() == kept.score.size()) return kept;
  }
  std::vector<std::pair<double, float>> heard;
  RunOptions options;
  options.config = result.config;
  options.channel = record.run.channel;
  options.scores = true;
  options.keep_events = false;
  options.on_event = [&](const Event& event) {
    if (event.kind == Said::Kind::candidate) heard.emplace_back(event.t_s, event.value);
  };
  const double hz = result.spec.data.resample_hz;
  run(detector(result.contract.name), resampled(source.load(record.item), hz), options);
  std::sort(heard.begin(), heard.end());
  Candidates fresh;
  for (const auto& [t_s, score] : heard) fresh.t_s.push_back(t_s), fresh.score.push_back(score);
  Packer out;
  out.numbers(fresh.t_s);
  out.numbers(fresh.score);
  cache.put(record.item.signal_hash, key, out.take());
  return fresh;
}

/// Values of the detector's settings that are thresholds, ascending.
std::vector<double> thresholds_of(const StudyResult& result) {
  std::vector<double> all;
  if (result.stored) return all;
  for (const FieldInfo& field : detector(result.contract.name).config) {
    if (!field.name.ends_with("threshold")) continue;
    const auto set = result.config.find(field.name);
    all.push_back(set != result.config.end() ? set->second : field.standard);
  }
  std::sort(all.begin(), all.end());
  return all;
}

void add_score(Exemplar& one, const RecordResult& record, const Candidates& candidates,
               const std::vector<double>& thresholds) {
  if (one.kind == 0) {
    auto at =
        std::lower_bound(candidates.t_s.begin(), candidates.t_s.end(), one.t_s - match_s) - candidates.t_s.begin();
    for (auto i = static_cast<std::size_t>(at); i < candidates.t_s.size() && candidates.t_s[i] <= one.t_s + match_s;
         ++i)
      one.score = std::max(one.score.value_or(0), static_cast<double>(candidates.score[i]));
    if (!one.score) return;
    const auto above = std::upper_bound(thresholds.begin(), thresholds.end(), *one.score);
    if (above != thresholds.end()) one.threshold = *above;
    return;
  }
  double away = 1 / record.scored.clock_hz;
  for (const Event& event : record.run.events) {
    if (event.kind != Said::Kind::event || std::abs(event.t_s - one.t_s) > away) continue;
    away = std::abs(event.t_s - one.t_s);
    one.score = static_cast<double>(event.value);
  }
  if (!one.score) return;
  const auto above = std::upper_bound(thresholds.begin(), thresholds.end(), *one.score);
  if (above != thresholds.begin()) one.threshold = *std::prev(above);
}

void add_neighbours(Exemplar& one, const std::vector<double>& found) {
  const auto next = std::upper_bound(found.begin(), found.end(), one.t_s);
  if (next != found.end()) one.after_s = *next;
  if (next != found.begin()) one.before_s = *std::prev(next);
}

/// Every error of the table.
std::vector<Exemplar> all_errors(const StudyErrors& errors, const std::vector<Slice>& slices) {
  const SubjectTable subjects = subject_table(errors.table);
  std::vector<Exemplar> all;
  for (const ErrorMoment& error : errors.errors) {
    Exemplar one;
    one.record = error.record;
    one.kind = error.kind;
    one.row = error.row;
    one.t_s = error.t_s;
    for (std::size_t s = 0; s < slices.size() && !one.slice; ++s)
      if (slices[s].kind == error.kind && contains(slices[s], errors.table, subjects, error.row)) one.slice = s;
    all.push_back(one);
  }
  return all;
}

/// What the detector thought of the errors of one recording, and what it got right beside them.
void explain(const StudyResult& result, const RecordResult& record, const Source& source, const Cache& cache,
             const std::vector<double>& thresholds, std::span<Exemplar* const> errors) {
  std::vector<double> right;
  std::optional<Candidates> candidates;
  std::optional<EventScores> scores;
  if (record.events) {
    scores.emplace(result, record);
    right = scores->found();
  } else if (record.windows) {
    right = right_windows(*record.windows);
  } else {
    candidates = candidates_step(result, record, source, cache);
    right = found_beats(record);
  }
  for (Exemplar* one : errors) {
    if (scores) scores->explain(*one);
    if (candidates) add_score(*one, record, *candidates, thresholds);
    add_neighbours(*one, right);
  }
}

}  // namespace

std::vector<double> found_beats(const RecordResult& record) {
  std::set<std::int64_t> missed(record.whole.missed.begin(), record.whole.missed.end());
  std::vector<double> found;
  const double to_clock = record.whole.clock_hz / record.reference.tick_hz;
  for (const Annotation& a : record.reference.annotations) {
    if (beat_class(a.label, BeatMap::bxb) == 0) continue;
    if (!missed.contains(std::llround(static_cast<double>(a.tick) * to_clock)))
      found.push_back(static_cast<double>(a.tick) / record.reference.tick_hz);
  }
  return found;
}

std::vector<Exemplar> find_exemplars(const StudyResult& result, const StudyErrors& errors,
                                     const std::vector<Slice>& slices, const Source& source, const Cache& cache,
                                     std::size_t most, int threads, std::size_t of_record) {
  std::vector<Exemplar> all = all_errors(errors, slices);
  const bool of_beats = result.spec.score.protocol == "ec57";
  const std::vector<double> thresholds = of_beats ? thresholds_of(result) : std::vector<double>();
  std::map<std::size_t, std::vector<Exemplar*>> by_record;
  for (Exemplar& one : all) by_record[one.record].push_back(&one);
  std::vector<std::size_t> records;
  records.reserve(by_record.size());
  for (const auto& [record, of_record_errors] : by_record) records.push_back(record);
  on_cores(records.size(), threads, [&](std::size_t i) {
    explain(result, result.records[records[i]], source, cache, thresholds, by_record.at(records[i]));
  });
  const auto farther = [](const Exemplar& a, const Exemplar& b) {
    constexpr double never = std::numeric_limits<double>::infinity();
    const std::size_t none = SIZE_MAX;
    if (a.slice.value_or(none) != b.slice.value_or(none)) return a.slice.value_or(none) < b.slice.value_or(none);
    return a.margin().value_or(never) > b.margin().value_or(never);
  };
  std::stable_sort(all.begin(), all.end(), farther);
  std::vector<Exemplar> kept;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> taken;
  // Slices share the places: so many of each, those of no slice take what is left.
  const std::size_t of_each = std::max<std::size_t>(1, most / (slices.size() + 1));
  std::map<std::size_t, std::size_t> of_slice;
  for (const Exemplar& one : all) {
    const std::size_t slice = one.slice.value_or(SIZE_MAX);
    if (kept.size() >= most) break;
    if (one.slice && of_slice[slice] >= of_each) continue;
    if (taken[{slice, one.record}] >= of_record) continue;
    ++of_slice[slice];
    ++taken[{slice, one.record}];
    kept.push_back(one);
  }
  return kept;
}

}  // namespace vagus::lab
