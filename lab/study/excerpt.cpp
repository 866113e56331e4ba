#include "lab/study/excerpt.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/store/hash.h"
#include "lab/study/event_wave.h"

namespace vagus::lab {
namespace {

/// Every stretch of a protocol is as long, so that all are drawn on one scale.
struct Reach {
  double before_s, length_s;  ///< how much comes before what it is about, and in all
  double after_s;             ///< what lies up to here after the first is drawn in its stretch
};
/// Long enough for five beats at 50 bpm, short enough to see the shape of a QRS on a page; each mistake has a beat's
/// time of signal after it.
constexpr Reach around_beats{1.5, 6, 3.5};
/// Falls are decided on up to 10 s after their impact.
constexpr Reach around_events{12, 20, 6};
/// A window's middle, and those of the windows after it.
constexpr Reach around_windows{5, 20, 12};

const Reach& reach_of(const std::string& protocol) {
  return protocol == "ec57" ? around_beats : protocol == "events" ? around_events : around_windows;
}

struct Window {
  double t0_s, t1_s;
  std::size_t mistakes;
  bool learning;  ///< none of its mistakes counts in the headline
};

std::vector<Window> windows_of(const std::vector<Mistake>& mistakes, double duration_s, const Reach& reach) {
  std::vector<Window> windows;
  double last_first = -std::numeric_limits<double>::infinity();
  for (const auto& mistake : mistakes) {
    if (mistake.t_s <= last_first + reach.after_s) {
      ++windows.back().mistakes;
      windows.back().learning = windows.back().learning && mistake.learning;
      continue;
    }
    last_first = mistake.t_s;
    const double t0 = std::max(0.0, std::min(mistake.t_s - reach.before_s, duration_s - reach.length_s));
    windows.push_back({t0, t0 + reach.length_s, 1, mistake.learning});
  }
  return windows;
}

/// Where there are too many, those that count in the headline come before those of the learning period.
void keep(std::vector<Window>& windows, std::size_t most) {
  std::stable_partition(windows.begin(), windows.end(), [](const Window& w) { return !w.learning; });
  windows.resize(std::min(windows.size(), most));
  std::sort(windows.begin(), windows.end(), [](const Window& a, const Window& b) { return a.t0_s < b.t0_s; });
}

/// Hears a run with probes and keeps what falls into one of the windows. Windows are in order of time; probes come
/// almost so.
class Collector {
 public:
  Collector(const Contract& contract, const std::vector<Window>& windows, std::vector<Excerpt>& excerpts)
      : windows_(windows), excerpts_(excerpts) {
    for (Excerpt& excerpt : excerpts_) {
      for (const ProbeInfo& info : contract.probes) excerpt.probes.push_back({info.name, info.unit, {}});
    }
  }
  void hear(const Event& event) {
    if (event.kind != Said::Kind::probe && event.kind != Said::Kind::candidate) return;
    // The first window that ends after the event; windows may overlap, so the next ones are asked as well.
    auto at =
        std::partition_point(windows_.begin(), windows_.end(), [&](const Window& w) { return w.t1_s <= event.t_s; });
    for (; at != windows_.end() && at->t0_s <= event.t_s; ++at) {
      Excerpt& excerpt = excerpts_[static_cast<std::size_t>(at - windows_.begin())];
      if (event.kind == Said::Kind::candidate) {
        excerpt.candidates.push_back({event.t_s, event.value});
        continue;
      }
      for (ProbeTrace& probe : excerpt.probes) {
        if (probe.name == event.probe) probe.points.push_back({event.t_s, event.value});
      }
    }
  }
  void finish() {
    const auto earlier = [](const ProbePoint& a, const ProbePoint& b) { return a.t_s < b.t_s; };
    for (Excerpt& excerpt : excerpts_) {
      for (ProbeTrace& probe : excerpt.probes) std::stable_sort(probe.points.begin(), probe.points.end(), earlier);
      std::stable_sort(excerpt.candidates.begin(), excerpt.candidates.end(), earlier);
      std::erase_if(excerpt.probes, [](const ProbeTrace& p) { return p.points.empty(); });
    }
  }

 private:
  const std::vector<Window>& windows_;
  std::vector<Excerpt>& excerpts_;
};

std::vector<Excerpt> fresh_excerpts(const StudyResult& result, const RecordResult& record, const Source& source,
                                    const std::vector<Window>& windows) {
  const Recording recording = source.load(record.item);
  std::vector<Excerpt> excerpts;
  for (const Window& window : windows) {
    Excerpt excerpt;
    excerpt.t0_s = window.t0_s;
    excerpt.t1_s = window.t1_s;
    excerpt.signal = trace_of(recording, record.run.channel, window.t0_s, window.t1_s);
    excerpts.push_back(std::move(excerpt));
  }
  if (result.stored) return excerpts;  // there is nobody to ask for probes
  Collector collector(result.contract, windows, excerpts);
  RunOptions options;
  options.config = result.config;
  options.scores = true;
  if (!result.contract.probes.empty()) options.probes = {"all"};
  options.keep_events = false;
  options.on_event = [&](const Event& event) { collector.hear(event); };
  const DetectorInfo& detector = lab::detector(result.contract.name);
  if (result.spec.data.resample_hz == 0) {
    run(detector, recording, options);
  } else {
    run(detector, resampled(recording, result.spec.data.resample_hz), options);
  }
  collector.finish();
  return excerpts;
}

std::vector<Excerpt> excerpt_step(const StudyResult& result, const RecordResult& record, const Source& source,
                                  const Cache& cache, const std::vector<Window>& windows) {
  Hasher hasher;
  hasher.field("excerpts").field(result.run_key);
  for (const Window& window : windows) hasher.field(window.t0_s).field(window.t1_s);
  const std::string key = hasher.hex() + ".excerpts";
  if (const auto bytes = cache.get(record.item.signal_hash, key)) {
    if (auto kept = unpack_excerpts(*bytes)) return *std::move(kept);
  }
  auto fresh = fresh_excerpts(result, record, source, windows);
  cache.put(record.item.signal_hash, key, pack(fresh));
  return fresh;
}

/// Stretches without what a detector saw inside: of falls, crashes and windows.
std::vector<Excerpt> waves_alone(const RecordResult& record, const Source& source, const std::vector<Window>& windows) {
  const Recording recording = source.load(record.item);
  std::vector<Excerpt> excerpts;
  for (const Window& window : windows) {
    excerpts.push_back(event_excerpt(recording, window.t0_s, window.t1_s));
    if (excerpts.back().signal.values.empty()) throw Error("the recording has no signals", record.item.id());
  }
  return excerpts;
}

}  // namespace

Trace trace_of(const Recording& recording, const std::string& channel_name, double t0_s, double t1_s) {
  Trace trace;
  const Channel* channel = recording.find(channel_name);
  if (channel == nullptr || channel->time.rows() == 0) return trace;
  trace.name = channel->name;
  trace.unit = name(channel->unit);
  trace.rate_hz = channel->time.rate_hz;
  trace.t0_s = t0_s;
  const auto count = static_cast<std::size_t>(std::ceil((t1_s - t0_s) * trace.rate_hz));
  trace.values.assign(count, std::numeric_limits<float>::quiet_NaN());
  for (const Stretch& stretch : channel->time.stretches) {
    for (std::size_t i = 0; i < count; ++i) {
      const double t_s = t0_s + static_cast<double>(i) / trace.rate_hz;
      const auto row = static_cast<std::int64_t>(std::llround((t_s - stretch.t_start_s) * stretch.rate_hz));
      if (row < 0 || row >= stretch.rows) continue;
      trace.values[i] = static_cast<float>(channel->samples.at(static_cast<std::size_t>(stretch.first_row + row)));
    }
  }
  return trace;
}

std::vector<Mistake> mistakes_of(const RecordResult& record, double start_s) {
  std::vector<Mistake> mistakes;
  const double hz = record.whole.clock_hz;
  const auto add = [&](const std::vector<std::int64_t>& ticks, bool missed) {
    for (const auto tick : ticks) {
      const double t_s = static_cast<double>(tick) / hz;
      mistakes.push_back({t_s, missed, t_s < start_s});
    }
  };
  add(record.whole.missed, true);
  add(record.whole.extra, false);
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const auto& a, const auto& b) { return a.t_s < b.t_s; });
  return mistakes;
}

std::vector<RecordExcerpts> make_excerpts(const StudyResult& result, const Source& source, const Cache& cache,
                                          const ExcerptOptions& options) {
  const auto& records = result.records;
  std::vector<RecordExcerpts> all(records.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i].record = i;
  std::stable_sort(all.begin(), all.end(), [&](const RecordExcerpts& a, const RecordExcerpts& b) {
    const auto &x = records[a.record], &y = records[b.record];
    const auto scored_x = x.scored.fn + x.scored.fp, scored_y = y.scored.fn + y.scored.fp;
    if (scored_x != scored_y) return scored_x > scored_y;
    return x.whole.fn + x.whole.fp > y.whole.fn + y.whole.fp;
  });
  std::vector<std::vector<Window>> windows(all.size());
  std::size_t left = options.in_all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const RecordResult& record = records[all[i].record];
    const auto mistakes = mistakes_of(record, result.spec.score.start_s);
    all[i].mistakes = mistakes.size();
    windows[i] = windows_of(mistakes, record.run.duration_s, around_beats);
    keep(windows[i], std::min(options.per_record, left));
    left -= windows[i].size();
    for (const Window& window : windows[i]) all[i].shown += window.mistakes;
  }
  on_cores(all.size(), options.threads, [&](std::size_t i) {
    if (windows[i].empty()) return;
    all[i].excerpts = excerpt_step(result, records[all[i].record], source, cache, windows[i]);
  });
  return all;
}

std::vector<Excerpt> excerpts_around(const StudyResult& result, const RecordResult& record, const Source& source,
                                     const Cache& cache, const std::vector<Mistake>& moments, std::size_t most) {
  const std::string& protocol = result.spec.score.protocol;
  std::vector<Window> windows = windows_of(moments, record.run.duration_s, reach_of(protocol));
  keep(windows, most);
  if (protocol != "ec57" && !windows.empty()) return waves_alone(record, source, windows);
  return windows.empty() ? std::vector<Excerpt>() : excerpt_step(result, record, source, cache, windows);
}

}  // namespace vagus::lab
