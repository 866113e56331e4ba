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
#include "lab/score/sides.h"
#include "lab/simulate/events/settings.h"
#include "lab/store/hash.h"
#include "lab/study/cost_budget.h"
#include "lab/study/guard_study.h"
#include "lab/study/hypothesis.h"
#include "lab/study/plan.h"
#include "lab/study/score_record.h"
#include "lab/study/stored_events.h"
#include "lab/study/study_groups.h"
#include "lab/study/verdict.h"

namespace vagus::lab {
namespace {

/// Who says what there is: a detector that is run, stored files, or a simulation's own scores.
struct Speaker {
  const DetectorInfo* built_in = nullptr;
  std::optional<StoredEvents> stored;
  Contract contract{};
  std::shared_ptr<const std::vector<std::string>> words;  ///< what `contract` points into, unless built in
  std::string code;
};

Contract contract_of(const std::vector<std::string>& words) {
  Contract contract{};
  contract.name = words[0].c_str();
  contract.version = words[1].c_str();
  contract.summary = words[2].c_str();
  contract.source = words[3].c_str();
  contract.event = "events";
  return contract;
}

/// Refuses a detector that does not say what the protocol scores.
void check_says(const DetectorInfo& detector, const std::string& protocol) {
  const std::string event = detector.contract->event;
  const bool beats = event == "beats";
  if (protocol == "ec57" && !beats)
    throw UsageError("protocol ec57 scores beats, and " + std::string(detector.contract->name) + " says " + event);
  if (protocol == "events" && (beats || !detector.moment))
    throw UsageError("protocol events scores falls and crashes, and " + std::string(detector.contract->name) +
                     " says " + event);
  if (protocol == "windows" && detector.moment)
    throw UsageError("protocol windows scores labelled windows, and " + std::string(detector.contract->name) +
                     " says " + event);
}

Speaker speaker_of(const StudySpec& spec, const std::string& name, const Source& source) {
  Speaker speaker;
  const auto worded = [&](std::vector<std::string> words) {
    speaker.words = std::make_shared<const std::vector<std::string>>(std::move(words));
    speaker.contract = contract_of(*speaker.words);
  };
  if (name == simulated_events) {
    if (!spec.data.simulate || spec.data.simulate->kind != "events")
      throw UsageError("the detector simulated.events needs simulated events",
                       "[data] simulate = {kind = \"events\", subjects = 200}");
    worded({name, "1", "Scores that were simulated with the events, and the rule that decides on them.",
            "lab/simulate/events"});
    speaker.code = event_simulator_code();
    return speaker;
  }
  if (!spec.detector.events.empty() && name == spec.detector.name) {
    speaker.stored.emplace(spec.detector.events);
    worded({name, "as stored", "Events that were stored in files: the detector ran elsewhere.",
            "not known here: the events are taken as they stand"});
    speaker.code = "stored";
    return speaker;
  }
  make_known(spec.detector);
  speaker.built_in = &lab::detector(name);
  const Contract& own = *speaker.built_in->contract;
  if (speaker.built_in->code.empty()) {
    speaker.contract = own;
  } else {  // a prototype: how late it is nobody has said
    worded({own.name, own.version, own.summary, own.source});
  }
  speaker.code = code_of(*speaker.built_in);
  check_says(*speaker.built_in, spec.score.protocol);
  if (source.simulated() && spec.data.simulate && spec.data.simulate->kind == "events")
    throw UsageError("simulated events have no signals that " + name + " could be run on",
                     "[detector] name = \"simulated.events\", or events = \"FOLDER\"");
  return speaker;
}

/// The step "what the detector says about this signal" by all that can change it.
std::string run_key(const Speaker& speaker, const Config& config, const DataSpec& data) {
  Hasher digest;
  digest.field("run").field(speaker.contract.name).field(speaker.contract.version).field(speaker.code);
  for (const auto& [key, value] : config) digest.field(key).field(value);
  digest.field("resample").field(data.resample_hz);
  if (data.length_s > 0) digest.field("length").field(data.length_s);
  if (data.lowpass_hz > 0) digest.field("lowpass").field(data.lowpass_hz);
  return digest.hex() + ".run";
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
  const Speaker& speaker;
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
  RunResult fresh = run(*work.speaker.built_in, loaded.run_over(), work.options());
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
  std::vector<LaneResult> results = run_each(*work.speaker.built_in, recordings, work.options());
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

/// Of the rows of a recording: its first channel's.
double rate_of(const Recording& header) { return header.channels.empty() ? 0 : header.channels.front().time.rate_hz; }

/// Where the beats of a recording are seen: its first ECG channel, else its first.
std::string lead_of(const Recording& header) {
  for (const Channel& channel : header.channels)
    if (channel.quantity == vagus::Quantity::ecg) return channel.name;
  return header.channels.empty() ? std::string() : header.channels.front().name;
}

/// What was said of a recording, as rows; and the reference as rows where it is not simulated.
RecordResult scored_record(Work& work, const Source& source, const Planned& planned, std::optional<RunResult> made) {
  const StudyItem& item = planned.item;
  const ScoreSpec& how = work.spec.score;
  Loaded loaded(source, item, work.spec.data.resample_hz);
  RecordResult record;
  record.item = item;
  record.role = planned.role;
  MarkedTable rows;
  if (work.speaker.stored) {
    const StoredUse use{.beats = how.protocol == "ec57",
                        .duration_s = work.spec.data.length_s > 0 ? 0 : item.duration_s,
                        .clock_hz = [&] { return rate_of(source.header(item)); }};
    StoredEvents::File file = work.speaker.stored->read(item, use);
    record.events_hash = file.hash;
    rows = std::move(file.table);
    record.run = run_of_table(rows, item.duration_s);
    record.run.detector = work.speaker.contract.name;
    if (how.protocol == "ec57") record.run.channel = lead_of(source.header(item));
  } else if (work.speaker.built_in != nullptr) {
    record.run = run_step(work, loaded, item, std::move(made));
    if (how.protocol != "ec57") rows = table_of_run(record.run);
  }
  if (how.protocol == "ec57") {
    record.reference = labels_step(work, loaded, item);
    score_beats(how, record);
    return record;
  }
  if (how.protocol == "events") {
    auto day = source.events(item);
    EventReference truth =
        day ? std::move(day->reference) : event_reference(reference_rows(how, source.header(item), item.duration_s));
    const bool decides = work.speaker.built_in == nullptr;
    if (!work.speaker.stored && decides) {
      score_weighed(how, work.config, std::move(truth), std::move(day->weighed), record);
    } else {
      score_event_rows(how, decides ? work.config : Config{}, std::move(truth), rows, record);
    }
    return record;
  }
  score_window_rows(how, reference_rows(how, source.header(item), item.duration_s), rows, record);
  return record;
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

}  // namespace

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

std::string run_key(const DetectorInfo& detector, const Config& config, const DataSpec& data) {
  Speaker speaker;
  speaker.contract = *detector.contract;
  speaker.code = code_of(detector);
  return run_key(speaker, config, data);
}

void on_cores(std::size_t count, int threads, const std::function<void(std::size_t)>& each) {
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, each, tbb::simple_partitioner()); });
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

StudyResult run_study(const StudySpec& spec, const Source& given, const Cache& cache, const StudyOptions& options) {
  const HeldSource source(given);
  const std::string detector_name = options.detector.empty() ? spec.detector.name : options.detector;
  const Speaker speaker = speaker_of(spec, detector_name, source);
  Config config = options.detector.empty() || options.detector == spec.detector.name ? spec.detector.config : Config{};
  if (detector_name == simulated_events && config.empty()) config["threshold"] = sim::EventPlan{}.threshold;
  // An unknown key or a value out of range is told before anything is run.
  if (speaker.built_in != nullptr) {
    speaker.built_in->make(config, {});
  } else {
    rule_of(config);
  }

  Plan plan = make_plan(spec, source.items());
  if (options.learned_only)
    std::erase_if(plan.recordings, [](const Planned& p) { return p.role != Role::train && p.role != Role::tune; });
  StudyResult result;
  result.spec = spec;
  result.contract = speaker.contract;
  result.contract_words = speaker.words;
  result.stored = speaker.stored.has_value();
  result.causal = speaker.built_in == nullptr || speaker.built_in->causal;
  result.code = speaker.code;
  result.overridden = detector_name != spec.detector.name;
  result.versions = source.versions();
  result.simulated = source.simulated();
  result.excluded = plan.excluded;

  result.config = config;
  result.run_key = run_key(speaker, config, spec.data);
  if (!options.learned_only) {
    result.guards = guard_study({spec, plan, source, cache, speaker.built_in, config, options.threads});
    if (const std::string leak = result.guards.refused(); !leak.empty()) throw LeakError("leak: " + leak);
  }

  Work work{spec, cache, speaker, config, result.run_key};
  const auto& planned = plan.recordings;
  std::vector<std::optional<RecordResult>> done(planned.size());
  std::vector<std::string> why(planned.size());
  std::vector<std::optional<RunResult>> made(planned.size());
  std::vector<Unknown> unknown;
  const std::size_t lanes = speaker.built_in == nullptr ? 1 : lane_count(*speaker.built_in, work.options());
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
      done[i] = scored_record(work, source, planned[i], std::move(made[i]));
    } catch (...) {
      why[i] = why_failed();
    }
    progress.advance();
  });
  Hasher data, said;
  std::vector<Planned> failed;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    data.field(planned[i].item.id()).field(planned[i].item.signal_hash).field(planned[i].item.labels_hash);
    if (done[i]) {
      said.field(done[i]->events_hash);
      result.records.push_back(*std::move(done[i]));
    } else {
      result.failed.push_back({planned[i].item.id(), why[i]});
      failed.push_back(planned[i]);
      if (planned[i].role == Role::judged) result.failed_signals.push_back(planned[i].item.signal_hash);
    }
  }
  if (speaker.stored) {
    // Other files are another run: a look at them is a look of its own.
    result.code = said.hex();
    result.run_key = blake2b_256(result.run_key + result.code);
  }
  result.data_hash = data.hex();
  result.detector_runs = work.detector_runs;
  add_groups(result);
  judge_hypotheses(result, source, cache, options);
  judge_costs(result);
  judge_study(result, failed);
  return result;
}

}  // namespace vagus::lab
