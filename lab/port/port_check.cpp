#include "lab/port/port_check.h"

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/port/port_parts.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

/// One side of the check.
struct Side {
  const DetectorInfo& info;
  std::string key;  ///< of its runs in the cache
};

/// What is kept of a comparison beside both runs.
struct Compared {
  std::vector<ProbeAgreement> probes;
  std::vector<Excerpt> excerpts;
};

Json json_of(const std::vector<ProbeAgreement>& probes) {
  Json out = Json::array();
  for (const auto& p : probes)
    out.push_back({p.name, p.compared, p.differing, p.t_s ? Json(*p.t_s) : Json(nullptr), number(p.a), number(p.b),
                   number(p.rms)});
  return out;
}

std::optional<std::vector<ProbeAgreement>> probes_of(const std::string& text) {
  std::vector<ProbeAgreement> out;
  const auto value = [](const Json& json) { return json.is_null() ? NAN : json.get<float>(); };
  try {
    for (const Json& one : Json::parse(text)) {
      ProbeAgreement p;
      p.name = one.at(0).get<std::string>();
      p.compared = one.at(1).get<std::int64_t>();
      p.differing = one.at(2).get<std::int64_t>();
      if (!one.at(3).is_null()) p.t_s = one.at(3).get<double>();
      p.a = value(one.at(4));
      p.b = value(one.at(5));
      p.rms = one.at(6).is_null() ? static_cast<double>(NAN) : one.at(6).get<double>();
      out.push_back(std::move(p));
    }
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  return out;
}

class Check {
 public:
  Check(const DetectorInfo& a, const DetectorInfo& b, const Source& source, const Cache& cache, PortCheck& out)
      : a_{a, run_key(a, {}, {})}, b_{b, run_key(b, {}, {})}, source_(source), cache_(cache), out_(out) {
    Hasher digest;
    digest.field("port").field(a_.key).field(b_.key).field(std::string(scoring_code()));
    digest.field(out.options.tolerance_s).field(out.options.probe_tolerance);
    digest.field(static_cast<std::int64_t>(out.options.drawn));
    key_ = digest.hex();
  }

  PortRecording one(const StudyItem& item) const {
    PortRecording recording;
    recording.item = item;
    if (kept(recording)) return recording;
    Recording signal;
    try {
      signal = source_.load(item);
    } catch (const std::exception& error) {
      recording.why_a = recording.why_b = error.what();
      return recording;
    }
    std::vector<ProbeSeries> probes_a, probes_b;
    recording.run_a = ran(a_, signal, probes_a, recording.why_a);
    recording.run_b = ran(b_, signal, probes_b, recording.why_b);
    if (recording.failed()) return recording;
    cache_.put(item.signal_hash, a_.key, pack(recording.run_a));
    cache_.put(item.signal_hash, b_.key, pack(recording.run_b));
    compare_events(recording, a_.info, b_.info, out_.options.tolerance_s);
    for (std::size_t i = 0; i < out_.shared_probes.size(); ++i)
      recording.probes.push_back(
          compare_probe(out_.shared_probes[i], probes_a[i], probes_b[i], out_.options.probe_tolerance));
    recording.excerpts = excerpts_of(recording, signal, out_.shared_probes, probes_a, probes_b, out_.options.drawn);
    cache_.put(item.signal_hash, key_ + ".port", json_of(recording.probes).dump());
    cache_.put(item.signal_hash, key_ + ".excerpts", pack(recording.excerpts));
    return recording;
  }

 private:
  /// Whether all of it was kept from before.
  bool kept(PortRecording& recording) const {
    const std::string& signal = recording.item.signal_hash;
    const auto run_a = cache_.get(signal, a_.key), run_b = cache_.get(signal, b_.key);
    const auto probes = cache_.get(signal, key_ + ".port"), excerpts = cache_.get(signal, key_ + ".excerpts");
    if (!run_a || !run_b || !probes || !excerpts) return false;
    auto a = unpack_run(*run_a), b = unpack_run(*run_b);
    auto said = probes_of(*probes);
    auto drawn = unpack_excerpts(*excerpts);
    if (!a || !b || !said || !drawn) return false;
    recording.run_a = *std::move(a);
    recording.run_b = *std::move(b);
    recording.probes = *std::move(said);
    recording.excerpts = *std::move(drawn);
    compare_events(recording, a_.info, b_.info, out_.options.tolerance_s);
    return true;
  }

  RunResult ran(const Side& side, const Recording& signal, std::vector<ProbeSeries>& probes, std::string& why) const {
    probes.resize(out_.shared_probes.size());
    RunOptions options;
    options.probes = out_.shared_probes;
    options.keep_events = false;
    std::vector<Event> said;
    options.on_event = [&](const Event& event) {
      if (event.kind != Said::Kind::probe) {
        said.push_back(event);
        return;
      }
      const auto at = std::find(out_.shared_probes.begin(), out_.shared_probes.end(), event.probe);
      probes[static_cast<std::size_t>(at - out_.shared_probes.begin())].points.push_back(
          {event.row, event.t_s, event.value});
    };
    try {
      RunResult result = run(side.info, signal, options);
      result.events = std::move(said);
      for (ProbeSeries& series : probes)
        std::stable_sort(series.points.begin(), series.points.end(),
                         [](const auto& x, const auto& y) { return x.row < y.row; });
      return result;
    } catch (const std::exception& error) {
      why = error.what();
      return {};
    }
  }

  Side a_, b_;
  const Source& source_;
  const Cache& cache_;
  PortCheck& out_;
  std::string key_;
};

/// The first recording that differs in what weighs most, and in it the first place.
std::optional<FirstDifference> first_of(const std::vector<PortRecording>& recordings) {
  const auto event_of = [](const PortRecording& recording, bool one_sided) -> const PortDifference* {
    const auto& all = recording.differences;
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const PortDifference& d) { return (d.in_a != d.in_b) == one_sided; });
    return at == all.end() ? nullptr : &*at;
  };
  const auto earliest = [](const PortRecording& recording, const PortDifference* event) {
    FirstDifference first{recording.item.id(), event != nullptr ? event->t_s : HUGE_VAL, ""};
    for (const ProbeAgreement& probe : recording.probes)
      if (probe.t_s && *probe.t_s <= first.t_s) {
        first.t_s = *probe.t_s;
        first.probe = probe.name;
      }
    return first;
  };
  for (const bool one_sided : {true, false})
    for (const PortRecording& recording : recordings)
      if (const PortDifference* event = event_of(recording, one_sided)) return earliest(recording, event);
  for (const PortRecording& recording : recordings)
    if (const FirstDifference first = earliest(recording, nullptr); !first.probe.empty()) return first;
  return std::nullopt;
}

}  // namespace

void compare_events(PortRecording& recording, const DetectorInfo& a, const DetectorInfo& b, double tolerance_s) {
  // Labels and flags that both name; numbers and qualities are nobody's answer.
  const auto in_words = [](const DetectorInfo& info, const std::string& name) {
    return std::any_of(info.outputs.begin(), info.outputs.end(), [&](const FieldInfo& field) {
      return field.name == name && (field.kind == FieldInfo::Kind::label || field.kind == FieldInfo::Kind::flag);
    });
  };
  const auto events_of = [&](const RunResult& run) {
    std::vector<PortEvent> events;
    for (const Event& event : run.events) {
      if (event.kind != Said::Kind::event) continue;
      PortEvent one{event.interval ? event.t_start_s : event.t_s, event.interval ? event.t_end_s : event.t_s, event.row,
                    event.end_row, ""};
      for (const auto& [name, value] : event.fields)
        if (in_words(a, name) && in_words(b, name)) one.says += name + "=" + value.dump() + " ";
      events.push_back(std::move(one));
    }
    std::stable_sort(events.begin(), events.end(), [](const auto& x, const auto& y) { return x.t_s < y.t_s; });
    return events;
  };
  const auto events_a = events_of(recording.run_a), events_b = events_of(recording.run_b);
  for (const PortPair& pair : align(events_a, events_b, tolerance_s)) {
    if (!pair.both()) {
      const bool in_a = pair.a >= 0;
      ++(in_a ? recording.only_a : recording.only_b);
      const double t_s =
          in_a ? events_a[static_cast<std::size_t>(pair.a)].t_s : events_b[static_cast<std::size_t>(pair.b)].t_s;
      recording.differences.push_back({t_s, in_a, !in_a, 0});
      continue;
    }
    const PortEvent &in_a = events_a[static_cast<std::size_t>(pair.a)],
                    &in_b = events_b[static_cast<std::size_t>(pair.b)];
    ++recording.both;
    if (in_a.row == in_b.row && in_a.end_row == in_b.end_row) continue;
    ++recording.displaced;
    recording.displaced_s = std::max(recording.displaced_s, apart_s(in_a, in_b));
    recording.differences.push_back({std::min(in_a.t_s, in_b.t_s), true, true, in_b.t_s - in_a.t_s});
  }
  std::stable_sort(recording.differences.begin(), recording.differences.end(),
                   [](const auto& x, const auto& y) { return x.t_s < y.t_s; });
}

double PortRecording::disagreement() const {
  const auto all = both + only_a + only_b;
  return all == 0 ? 0 : static_cast<double>(only_a + only_b) / static_cast<double>(all);
}

std::int64_t PortCheck::agree_exact() const {
  return std::count_if(recordings.begin(), recordings.end(), [](const auto& r) { return r.exact(); });
}

std::int64_t PortCheck::agree_within() const {
  return std::count_if(recordings.begin(), recordings.end(), [](const auto& r) { return r.within(); });
}

std::vector<const PortRecording*> PortCheck::ranked() const {
  std::vector<const PortRecording*> all;
  for (const PortRecording& recording : recordings) all.push_back(&recording);
  std::stable_sort(all.begin(), all.end(), [](const PortRecording* x, const PortRecording* y) {
    if (x->failed() != y->failed()) return x->failed();
    if (x->disagreement() != y->disagreement()) return x->disagreement() > y->disagreement();
    return x->displaced > y->displaced;
  });
  return all;
}

PortCheck check_port(const DetectorInfo& a, const DetectorInfo& b, const Source& source,
                     const std::vector<StudyItem>& items, const Cache& cache, const PortOptions& options) {
  if (a.moment != b.moment)
    throw UsageError("of " + std::string(a.contract->name) + " and " + b.contract->name +
                     " one says moments and the other stretches: there is nothing to align");
  if (items.empty()) throw Error("there is no recording to compare on");
  PortCheck check;
  check.a = a.contract->name;
  check.b = b.contract->name;
  check.version_a = a.contract->version;
  check.version_b = b.contract->version;
  check.causal_a = a.causal;
  check.causal_b = b.causal;
  check.simulated = source.simulated();
  check.options = options;
  for (const ProbeInfo& mine : a.contract->probes)
    for (const ProbeInfo& theirs : b.contract->probes)
      if (std::string_view(mine.name) == theirs.name) check.shared_probes.emplace_back(mine.name);
  const Check each(a, b, source, cache, check);
  std::vector<PortRecording> done(items.size());
  Progress progress(check.a + " beside " + check.b, static_cast<std::int64_t>(items.size()));
  on_cores(items.size(), options.threads, [&](std::size_t i) {
    done[i] = each.one(items[i]);
    progress.advance();
  });
  check.recordings = std::move(done);
  check.first = first_of(check.recordings);
  compare_scores(check, a, b, source);
  return check;
}

}  // namespace vagus::lab
