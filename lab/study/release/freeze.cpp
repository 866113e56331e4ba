#include "lab/study/release/freeze.h"

#include <algorithm>

#include "lab/base/error.h"
#include "lab/store/hash.h"
#include "lab/study/packed.h"
#include "lab/study/results.h"

namespace vagus::lab {
namespace {

bool is_earlier(const FrozenEvent& a, const FrozenEvent& b) { return a.t_s < b.t_s; }

/// In the cache a list of moments is packed as a recording that has nothing else.
std::optional<std::vector<FrozenEvent>> kept_events(const Cache& cache, const std::string& source,
                                                    const std::string& key) {
  const auto bytes = cache.get(source, key);
  if (!bytes) return std::nullopt;
  try {
    return unpack_frozen_record(*bytes, key).weighed;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<FrozenEvent> fresh_weighed(const StudyResult& result, const RecordResult& record, const Source& source) {
  std::vector<FrozenEvent> weighed;
  RunOptions options;
  options.config = result.config;
  options.scores = true;
  options.keep_events = false;
  options.on_event = [&](const Event& event) {
    if (event.kind == Said::Kind::candidate) weighed.push_back({event.t_s, event.value});
  };
  run(lab::detector(result.contract.name), resampled(source.load(record.item), result.spec.data.resample_hz), options);
  std::stable_sort(weighed.begin(), weighed.end(), is_earlier);
  return weighed;
}

FrozenEvent frozen_event(const EventDetection& one) {
  return {one.t_s, static_cast<float>(one.score), one.t_impact_s >= 0 ? one.t_impact_s : -1};
}

/// What was reported, and what could not be read, of protocol events.
void add_events(FrozenRecord& out, const EventTest& said) {
  for (const EventDetection& one : said.detections) {
    out.events.push_back(frozen_event(one));
    out.duration_s = std::max(out.duration_s, one.t_s);
  }
  for (const TimeSpan& stretch : said.unreadable) out.unreadable.push_back({stretch.start_s, stretch.end_s, ""});
}

/// What was weighed and not reported, of protocol events.
std::vector<FrozenEvent> not_reported(const EventRecord& events) {
  std::vector<FrozenEvent> out;
  for (const EventDetection& one : events.weighed) {
    const auto& said = events.said.detections;
    const bool reported = std::any_of(said.begin(), said.end(), [&](const EventDetection& other) {
      return other.t_s == one.t_s && other.moment_s() == one.moment_s();
    });
    if (!reported) out.push_back(frozen_event(one));
  }
  std::stable_sort(out.begin(), out.end(), is_earlier);
  return out;
}

FrozenRecord frozen_record(const RecordResult& record) {
  FrozenRecord out;
  out.recording = record.item.id();
  out.subject = record.item.subject;
  out.signal_hash = record.item.signal_hash;
  out.labels_hash = record.item.labels_hash;
  out.channel = record.run.channel;
  out.rate_hz = record.run.rate_hz;
  out.duration_s = record.run.duration_s;
  out.unreadable_s = record.run.unreadable_s;
  for (const Event& event : record.run.events) {
    if (event.kind == Said::Kind::event) out.events.push_back({event.t_s, event.value});
    if (event.kind == Said::Kind::unreadable) out.unreadable.push_back({event.t_start_s, event.t_end_s, event.reason});
  }
  if (record.events) add_events(out, record.events->said);
  if (record.windows) {
    for (const TestWindow& one : record.windows->answers)
      out.windows.push_back({one.at.start_s, one.at.end_s, static_cast<float>(one.score), one.label});
  }
  std::stable_sort(out.events.begin(), out.events.end(), is_earlier);
  std::stable_sort(out.unreadable.begin(), out.unreadable.end(),
                   [](const FrozenStretch& a, const FrozenStretch& b) { return a.t_start_s < b.t_start_s; });
  return out;
}

}  // namespace

std::vector<std::vector<FrozenEvent>> weighed_events(const StudyResult& result, const Source& source,
                                                     const Cache& cache, const WeighedOptions& options) {
  std::vector<std::vector<FrozenEvent>> all(result.records.size());
  const std::string key = Hasher().field("weighed").field(result.run_key).hex() + ".weighed";
  on_cores(all.size(), options.threads, [&](std::size_t i) {
    const RecordResult& record = result.records[i];
    if (record.events) {
      all[i] = not_reported(*record.events);
      return;
    }
    if (record.windows) return;  // every window is answered: there is nothing else that was weighed
    if (auto kept = kept_events(cache, record.item.signal_hash, key)) {
      all[i] = *std::move(kept);
      return;
    }
    try {
      all[i] = fresh_weighed(result, record, source);
    } catch (const Error&) {
      return;
    }
    FrozenRecord holder = frozen_record(record);
    holder.events.clear();
    holder.unreadable.clear();
    holder.weighed = all[i];
    cache.put(record.item.signal_hash, key, pack(holder));
  });
  return all;
}

Frozen freeze(const std::string& name, const StudyResult& result, std::vector<std::vector<FrozenEvent>> weighed,
              const Json& cost, const std::string& cost_missing) {
  Frozen out;
  out.name = name;
  out.result = results(result);
  for (const char* of_records : {"records", "digest"}) out.result.erase(of_records);
  // How often the data was looked at is the ledger's matter; the same version frozen again is the same file.
  for (const char* of_ledger : {"looks", "exploratory"}) out.result.erase(of_ledger);
  out.cost = cost;
  out.cost_missing = cost_missing;
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    out.records.push_back(frozen_record(result.records[i]));
    FrozenRecord& record = out.records.back();
    if (i < weighed.size()) record.weighed = std::move(weighed[i]);
    if (!record.weighed.empty()) record.duration_s = std::max(record.duration_s, record.weighed.back().t_s);
  }
  return out;
}

EventTest event_test_of(const FrozenRecord& record) {
  EventTest said;
  for (const FrozenEvent& one : record.events)
    said.detections.push_back(
        {one.t_s, one.t_impact_s >= 0 ? one.t_impact_s : unknown_s, static_cast<double>(one.score)});
  for (const FrozenStretch& stretch : record.unreadable)
    said.unreadable.push_back({stretch.t_start_s, stretch.t_end_s});
  return said;
}

std::vector<TestWindow> answers_of(const FrozenRecord& record) {
  std::vector<TestWindow> answers;
  answers.reserve(record.windows.size());
  for (const FrozenWindow& one : record.windows)
    answers.push_back({{one.t_start_s, one.t_end_s}, one.label, static_cast<double>(one.score)});
  return answers;
}

RunResult run_of(const FrozenRecord& record) {
  RunResult run;
  run.channel = record.channel;
  run.rate_hz = record.rate_hz;
  run.duration_s = record.duration_s;
  run.unreadable_s = record.unreadable_s;
  const auto say = [&](Said::Kind kind, double start_s, double end_s) -> Event& {
    Event event;
    event.kind = kind;
    event.t_s = event.t_start_s = start_s;
    event.t_end_s = end_s;
    return run.events.emplace_back(std::move(event));
  };
  for (const FrozenEvent& event : record.events) say(Said::Kind::event, event.t_s, event.t_s).value = event.score;
  for (const FrozenStretch& stretch : record.unreadable)
    say(Said::Kind::unreadable, stretch.t_start_s, stretch.t_end_s).reason = stretch.reason;
  return run;
}

}  // namespace vagus::lab
