#include "lab/study/study.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <set>
#include <span>
#include <thread>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/detect/run_lanes.h"
#include "lab/store/hash.h"
#include "lab/study/plan.h"
#include "lab/study/verdict.h"

namespace vagus::lab {
namespace {

/// The step "what the detector says about this signal" by all that can change it.
std::string run_key(const DetectorInfo& detector, const Config& config, double resample_hz) {
  Hasher digest;
  digest.field("run").field(detector.contract->name).field(detector.contract->version).field(detector_code());
  for (const auto& [key, value] : config) digest.field(key).field(value);
  digest.field("resample").field(resample_hz);
  return digest.hex() + ".run";
}

/// Folders of this machine do not belong into a result: a path is told by its last part.
std::string without_folders(std::string text) {
  for (std::size_t start = text.find('/'); start != std::string::npos; start = text.find('/', start)) {
    const bool begins = start == 0 || text[start - 1] == ' ' || text[start - 1] == '\'' || text[start - 1] == '"';
    if (!begins) {
      ++start;
      continue;
    }
    const auto end = std::min(text.find_first_of(" :'\"", start), text.size());
    const auto last = text.rfind('/', end - 1);
    text.erase(start, last + 1 - start);
    ++start;
  }
  return text;
}

Labels labels_of(const Recording& recording, const std::string& track_name) {
  const Track* track = recording.track(track_name);
  if (track == nullptr || track->layers.empty())
    throw Error("the recording has no labels '" + track_name + "'", recording.name);
  return {track->current(), track->tick_hz};
}

/// Loads a recording at most once for whatever steps need it.
class Loaded {
 public:
  Loaded(const Source& source, const StudyItem& item, double resample_hz)
      : source_(source), item_(item), resample_hz_(resample_hz) {}
  const Recording& recording() {
    if (!recording_) recording_ = source_.load(item_);
    return *recording_;
  }
  /// What the detector runs over: at the specification's rate where it names one.
  const Recording& run_over() {
    if (resample_hz_ == 0) return recording();
    if (!resampled_) resampled_ = resampled(recording(), resample_hz_);
    return *resampled_;
  }
  /// Labels do not need the samples, but where these are there already nothing is read again.
  Labels labels(const std::string& track) { return labels_of(recording_ ? *recording_ : source_.header(item_), track); }

 private:
  const Source& source_;
  const StudyItem& item_;
  double resample_hz_;
  std::optional<Recording> recording_, resampled_;
};

struct Work {
  const StudySpec& spec;
  const Cache& cache;
  const DetectorInfo& detector;
  const Config& config;
  const std::string& run_key;
  std::atomic<std::int64_t> detector_runs{0};

  RunOptions options() const {
    RunOptions options;
    options.config = config;
    return options;
  }
};

RunResult run_step(Work& work, Loaded& loaded, const StudyItem& item, std::optional<RunResult> made) {
  if (made) return *std::move(made);
  if (const auto bytes = work.cache.get(item.signal_hash, work.run_key)) {
    if (auto kept = unpack_run(*bytes)) return *std::move(kept);
  }
  RunResult fresh = run(work.detector, loaded.run_over(), work.options());
  ++work.detector_runs;
  work.cache.put(item.signal_hash, work.run_key, pack(fresh));
  return fresh;
}

/// One recording that the cache does not know, and where to put what the detector says of it.
struct Unknown {
  const StudyItem* item;
  std::optional<RunResult>* made;
};

/// Runs the detector over some recordings side by side. What fails is left out; it fails again, and is told, when the
/// recording's turn comes.
void run_together(Work& work, const Source& source, std::span<const Unknown> items, double resample_hz) {
  std::vector<Unknown> read;
  std::vector<std::unique_ptr<Loaded>> loaded;
  std::vector<const Recording*> recordings;
  for (const Unknown& unknown : items) {
    auto one = std::make_unique<Loaded>(source, *unknown.item, resample_hz);
    try {
      recordings.push_back(&one->run_over());
    } catch (const std::exception&) {
      continue;
    }
    read.push_back(unknown);
    loaded.push_back(std::move(one));
  }
  std::vector<LaneResult> results = run_each(work.detector, recordings, work.options());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].result) continue;
    ++work.detector_runs;
    work.cache.put(read[i].item->signal_hash, work.run_key, pack(*results[i].result));
    *read[i].made = std::move(results[i].result);
  }
}

Labels labels_step(const Work& work, Loaded& loaded, const StudyItem& item) {
  const std::string key = blake2b_256(work.spec.score.reference + " " + item.labels_hash) + ".labels";
  if (!item.labels_hash.empty()) {
    if (const auto bytes = work.cache.get(item.signal_hash, key)) {
      if (auto kept = unpack_labels(*bytes)) return *std::move(kept);
    }
  }
  Labels fresh = loaded.labels(work.spec.score.reference);
  if (!item.labels_hash.empty()) work.cache.put(item.signal_hash, key, pack(fresh));
  return fresh;
}

/// The counts with every reference beat in an unreadable stretch wrong: those that were matched all the same become
/// missed; false beats stay.
Ec57 counted_wrong(const Ec57& all, const Ec57& without) {
  Ec57 wrong = all;
  wrong.tp = without.tp;
  wrong.fn = without.fn;
  return wrong;
}

void score(const ScoreSpec& spec, RecordResult& record) {
  const double hz = record.run.rate_hz;
  const auto test = as_annotations(record.run, hz);
  const auto strict = as_annotations(record.run, hz, true);
  const auto compare = [&](const std::vector<Annotation>& beats, double from_s) {
    Ec57Options options;
    options.from_s = from_s;
    options.duration_s = record.run.duration_s;
    return ec57(record.reference.annotations, record.reference.tick_hz, beats, hz, options);
  };
  record.scored = compare(test, spec.start_s);
  record.whole = compare(test, 0);
  record.scored_wrong = counted_wrong(record.scored, compare(strict, spec.start_s));
  record.whole_wrong = counted_wrong(record.whole, compare(strict, 0));
}

std::string why_failed() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "not enough memory";
  } catch (const std::exception& error) {
    return without_folders(error.what());
  }
}

template <class Picks>
std::vector<Count> counts_of(const std::vector<RecordResult>& records, const Picks& picks) {
  std::vector<Count> counts;
  for (const auto& record : records) {
    if (picks(record)) counts.push_back(count_of(record));
  }
  return counts;
}

/// What is printed of every part of the data; the intervals are of 95 %.
constexpr const char* group_figures[] = {"ec57.sensitivity_gross",
                                         "ec57.positive_predictivity_gross",
                                         "ec57.sensitivity_average",
                                         "ec57.positive_predictivity_average",
                                         "ec57.sensitivity_worst",
                                         "ec57.positive_predictivity_worst",
                                         "ec57.sensitivity_worst_record",
                                         "ec57.positive_predictivity_worst_record",
                                         "ec57.sensitivity_gross_unreadable_wrong",
                                         "ec57.unreadable_share",
                                         "ec57_whole.sensitivity_gross",
                                         "ec57_whole.positive_predictivity_gross"};

template <class Picks>
GroupResult group_result(const StudyResult& result, std::string name, std::string where, const Picks& picks) {
  GroupResult group;
  group.name = std::move(name);
  group.where = std::move(where);
  std::set<std::string> subjects;
  for (const auto& record : result.records) {
    if (!picks(record)) continue;
    ++group.records;
    subjects.insert(record.item.subject);
    group.counts += record.scored;
    group.whole += record.whole;
  }
  group.subjects = static_cast<std::int64_t>(subjects.size());
  const auto counts = counts_of(result.records, picks);
  for (const char* name_of : group_figures) group.figures[name_of] = figure(statistic(name_of), counts, 0.95);
  return group;
}

void add_groups(StudyResult& result) {
  const bool split = result.spec.split.kind == SplitSpec::Kind::fixed;
  const auto of_role = [&](Role role) { return [role](const RecordResult& r) { return r.role == role; }; };
  if (split) {
    result.groups.push_back(group_result(result, "not tuned on", "split == 'test'", of_role(Role::judged)));
    for (const Role role : {Role::train, Role::tune}) {
      auto group = group_result(result, role == Role::tune ? "tuned on" : "trained on",
                                "split == '" + std::string(name(role)) + "'", of_role(role));
      if (group.records > 0) result.groups.push_back(std::move(group));
    }
  }
  result.groups.push_back(group_result(result, all_recordings, "", [](const RecordResult&) { return true; }));
  for (const auto& group : result.spec.groups) {
    std::string where = group.where.text();
    for (const auto& recording : group.recordings) where += (where.empty() ? "" : " ") + recording;
    result.groups.push_back(
        group_result(result, group.name, where, [&](const RecordResult& r) { return in_group(group, r.item); }));
  }
}

}  // namespace

void on_cores(std::size_t count, int threads, const std::function<void(std::size_t)>& each) {
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, each, tbb::simple_partitioner()); });
}

Count count_of(const RecordResult& record) {
  Count count;
  count.recording = record.item.id();
  count.subject = record.item.subject;
  count.tp = record.scored.tp;
  count.fn = record.scored.fn;
  count.fp = record.scored.fp;
  count.whole_tp = record.whole.tp;
  count.whole_fn = record.whole.fn;
  count.whole_fp = record.whole.fp;
  count.wrong_tp = record.scored_wrong.tp;
  count.wrong_fn = record.scored_wrong.fn;
  count.whole_wrong_tp = record.whole_wrong.tp;
  count.whole_wrong_fn = record.whole_wrong.fn;
  count.unreadable_s = record.run.unreadable_s;
  count.duration_s = record.run.duration_s;
  return count;
}

std::string_view name(Role role) {
  switch (role) {
    case Role::judged:
      return "test";
    case Role::train:
      return "train";
    case Role::tune:
      return "tune";
    default:
      return "unused";
  }
}

std::vector<Annotation> as_annotations(const RunResult& run, double hz, bool strict) {
  const auto tick = [hz](double t_s) { return static_cast<std::int64_t>(std::llround(t_s * hz)); };
  std::vector<std::pair<double, double>> unreadable;
  for (const Event& event : run.events) {
    if (event.kind == Said::Kind::unreadable) unreadable.emplace_back(event.t_start_s, event.t_end_s);
  }
  std::vector<Annotation> annotations;
  const auto mark = [&](double t_s, const char* label, std::int32_t subtype) {
    Annotation annotation;
    annotation.tick = annotation.end_tick = tick(t_s);
    annotation.label = label;
    annotation.subtype = subtype;
    annotations.push_back(std::move(annotation));
  };
  for (const Event& event : run.events) {
    if (event.kind != Said::Kind::event) continue;
    const bool inside = std::any_of(unreadable.begin(), unreadable.end(),
                                    [&](const auto& s) { return event.t_s >= s.first && event.t_s < s.second; });
    if (!(strict && inside)) mark(event.t_s, "N", 0);
  }
  if (!strict) {
    for (const auto& [start, end] : unreadable) {
      mark(start, "~", -1);
      mark(end, "~", 0);
    }
  }
  std::stable_sort(annotations.begin(), annotations.end(),
                   [](const auto& a, const auto& b) { return a.tick < b.tick; });
  return annotations;
}

StudyResult run_study(const StudySpec& spec, const Source& source, const Cache& cache, const StudyOptions& options) {
  const std::string detector_name = options.detector.empty() ? spec.detector.name : options.detector;
  const DetectorInfo& detector = lab::detector(detector_name);
  const Config config =
      options.detector.empty() || options.detector == spec.detector.name ? spec.detector.config : Config{};
  if (detector.contract->event != std::string_view("beats"))
    throw UsageError("protocol " + spec.score.protocol + " scores beats, and " + detector_name + " says " +
                     std::string(detector.contract->event));
  detector.make(config, {});  // an unknown key or a value out of range is told before anything is run

  const Plan plan = make_plan(spec, source.items());
  StudyResult result;
  result.spec = spec;
  result.contract = *detector.contract;
  result.code = detector_code();
  result.overridden = detector_name != spec.detector.name;
  result.versions = source.versions();
  result.simulated = source.simulated();
  result.excluded = plan.excluded;

  result.config = config;
  result.run_key = run_key(detector, config, spec.data.resample_hz);

  Work work{spec, cache, detector, config, result.run_key};
  const auto& planned = plan.recordings;
  std::vector<std::optional<RecordResult>> done(planned.size());
  std::vector<std::string> why(planned.size());
  std::vector<std::optional<RunResult>> made(planned.size());
  std::vector<Unknown> unknown;
  const std::size_t lanes = lane_count(detector, work.options());
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const StudyItem& item = planned[i].item;
    if (lanes > 1 && !cache.has(item.signal_hash, work.run_key)) unknown.push_back({&item, &made[i]});
  }
  Progress progress(spec.name, static_cast<std::int64_t>(planned.size() + unknown.size()));
  // Few recordings are spread over the cores first.
  const std::size_t cores = options.threads > 0 ? static_cast<std::size_t>(options.threads)
                                                : std::max(1U, std::thread::hardware_concurrency());
  const std::size_t together = std::clamp<std::size_t>((unknown.size() + cores - 1) / cores, 1, lanes);
  on_cores((unknown.size() + together - 1) / together, options.threads, [&](std::size_t i) {
    const auto some = std::span(unknown).subspan(i * together).first(std::min(together, unknown.size() - i * together));
    run_together(work, source, some, spec.data.resample_hz);
    progress.advance(static_cast<std::int64_t>(some.size()));
  });
  on_cores(planned.size(), options.threads, [&](std::size_t i) {
    try {
      const StudyItem& item = planned[i].item;
      Loaded loaded(source, item, spec.data.resample_hz);
      RecordResult record;
      record.item = item;
      record.role = planned[i].role;
      record.run = run_step(work, loaded, item, std::move(made[i]));
      record.reference = labels_step(work, loaded, item);
      score(spec.score, record);
      done[i] = std::move(record);
    } catch (...) {
      why[i] = why_failed();
    }
    progress.advance();
  });
  Hasher data;
  std::vector<Planned> failed;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    data.field(planned[i].item.id()).field(planned[i].item.signal_hash).field(planned[i].item.labels_hash);
    if (done[i]) {
      result.records.push_back(*std::move(done[i]));
    } else {
      result.failed.push_back({planned[i].item.id(), why[i]});
      failed.push_back(planned[i]);
      if (planned[i].role == Role::judged) result.failed_signals.push_back(planned[i].item.signal_hash);
    }
  }
  result.data_hash = data.hex();
  result.detector_runs = work.detector_runs;
  add_groups(result);
  judge_study(result, failed);
  return result;
}

}  // namespace vagus::lab
