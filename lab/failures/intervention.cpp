#include "lab/failures/intervention.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/simulate/noise_stress.h"

namespace vagus::lab {
namespace {

/// What was counted of one subject: beats or events, and the time in which something false could be said.
struct Sums {
  double missed = 0, beats = 0, extra = 0, seconds = 0;
};
struct BothSums {
  Sums before, after;
};

bool everywhere(double) { return true; }

Sums sums_of(const RecordResult& record, const Ec57& scored, double start_s, bool (*counts)(double)) {
  Sums sums;
  const auto count = [&](const std::vector<std::int64_t>& ticks) {
    return static_cast<double>(std::count_if(ticks.begin(), ticks.end(), [&](std::int64_t tick) {
      return counts(static_cast<double>(tick) / scored.clock_hz);
    }));
  };
  sums.missed = count(scored.missed);
  sums.extra = count(scored.extra);
  for (const Annotation& a : record.reference.annotations) {
    const double t_s = static_cast<double>(a.tick) / record.reference.tick_hz;
    if (beat_class(a.label, BeatMap::bxb) != 0 && t_s >= start_s && counts(t_s)) ++sums.beats;
  }
  for (int second = 0; start_s + second < record.run.duration_s; ++second)
    sums.seconds += counts(start_s + second) ? 1 : 0;
  return sums;
}

/// The same of protocol events: false alarms in wear and staged activity alone, which have a time.
Sums sums_of(const EventCounts& counts) {
  Sums sums;
  sums.missed = static_cast<double>(counts.missed);
  sums.beats = static_cast<double>(counts.detected + counts.missed);
  sums.extra = static_cast<double>(counts.wear_alarms + counts.activity_alarms);
  sums.seconds = counts.worn_s + counts.activity_s;
  return sums;
}

Sums sums_of(const RecordResult& record, double start_s) {
  return record.events ? sums_of(record.events->counts) : sums_of(record, record.scored, start_s, everywhere);
}

void add(Sums& to, const Sums& from) {
  to.missed += from.missed;
  to.beats += from.beats;
  to.extra += from.extra;
  to.seconds += from.seconds;
}

RateChange change_of(const char* kind, const std::map<std::string, BothSums>& subjects, double Sums::*errors,
                     double Sums::*exposure, std::uint64_t seed) {
  std::vector<PairedCluster> clusters;
  Sums before, after;
  for (const auto& [subject, both] : subjects) {
    if (both.before.*exposure <= 0 || both.after.*exposure <= 0) continue;
    // `a` is after: the difference is after less before.
    clusters.push_back({{both.after.*errors, both.after.*exposure}, {both.before.*errors, both.before.*exposure}});
    add(before, both.before);
    add(after, both.after);
  }
  BootstrapOptions options;
  options.seed = seed;
  options.trials = std::all_of(clusters.begin(), clusters.end(), [](const PairedCluster& c) {
    return c.a.numerator <= c.a.denominator && c.b.numerator <= c.b.denominator;
  });
  RateChange change;
  change.kind = kind;
  change.before = before.*errors / before.*exposure;
  change.after = after.*errors / after.*exposure;
  change.difference = paired_difference(clusters, options);
  return change;
}

Intervention compared(std::string what, const std::map<std::string, BothSums>& subjects, std::uint64_t seed,
                      bool of_events = false) {
  Intervention out;
  out.what = std::move(what);
  out.changes.push_back(change_of("missed", subjects, &Sums::missed, &Sums::beats, seed));
  out.changes.push_back(change_of("false", subjects, &Sums::extra, &Sums::seconds, seed));
  out.sentence = out.what + ":";
  for (const RateChange& change : out.changes) {
    const bool missed = change.kind == "missed";
    const double scale = missed ? 100 : of_events ? 86400 : 3600;
    const char* unit = missed ? (of_events ? "in 100 events" : "in 100 beats") : of_events ? "a day" : "an hour";
    const char* what_goes = of_events ? (missed ? "events go" : "alarms go") : "beats go";
    const Interval& interval = change.difference.interval;
    const char* verdict = interval.low > 0    ? "it makes more"
                          : interval.high < 0 ? "it makes fewer"
                                              : "no change is shown";
    out.sentence +=
        fmt::format(" {} {} from {:.3g} to {:.3g} {} (difference {:.3g}, 95 % interval {:.3g} to {:.3g}): {};",
                    change.kind, what_goes, scale * change.before, scale * change.after, unit,
                    scale * change.difference.value, scale * interval.low, scale * interval.high, verdict);
  }
  out.sentence.back() = '.';
  return out;
}

Ec57 scored_again(const StudyResult& result, const RecordResult& record, const Recording& recording) {
  if (result.stored)
    throw Error("the events were stored: their detector cannot be run on a changed signal", recording.name);
  RunOptions options;
  options.config = result.config;
  options.channel = record.run.channel;
  const RunResult run =
      lab::run(detector(result.contract.name), resampled(recording, result.spec.data.resample_hz), options);
  Ec57Options how;
  how.from_s = result.spec.score.start_s;
  how.duration_s = run.duration_s;
  return ec57(record.reference.annotations, record.reference.tick_hz, as_annotations(run, run.rate_hz), run.rate_hz,
              how);
}

}  // namespace

Intervention add_noise(const StudyResult& result, const Source& source, sim::NoiseKind kind, double snr_db,
                       int threads) {
  const auto& records = result.records;
  std::vector<std::optional<BothSums>> sums(records.size());
  const double start_s = result.spec.score.start_s;
  on_cores(records.size(), threads, [&](std::size_t i) {
    const RecordResult& record = records[i];
    if (record.run.duration_s <= 300) return;
    const Recording noisy = noise_stress(source.load(record.item), kind, snr_db, result.spec.seed + i);
    sums[i] = BothSums{sums_of(record, record.scored, start_s, noise_stressed),
                       sums_of(record, scored_again(result, record, noisy), start_s, noise_stressed)};
  });
  std::map<std::string, BothSums> subjects;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!sums[i]) continue;
    BothSums& of_subject = subjects[records[i].item.subject];
    add(of_subject.before, sums[i]->before);
    add(of_subject.after, sums[i]->after);
  }
  if (subjects.empty()) throw Error("noise is added from 300 s on, and no recording is that long", result.spec.name);
  return compared(fmt::format("{} noise added at {} dB", sim::name(kind), shortest(snr_db)), subjects,
                  result.spec.seed);
}

Intervention simulate_again(const StudyResult& result, const std::map<std::string, std::string>& settings,
                            const Cache& cache, int threads) {
  if (!result.spec.data.simulate)
    throw Error("what was measured cannot be simulated again", result.spec.name, "noise can be added instead");
  StudySpec spec = result.spec;
  std::string what = "simulated again with";
  for (const auto& [key, value] : settings) {
    spec.data.simulate->settings[key] = value;
    what.append(" ").append(key).append(" = ").append(value);
  }
  StudyOptions options;
  options.threads = threads;
  options.detector = result.contract.name;
  const auto source = open_source(spec.data, spec.score.reference, spec.seed);
  const StudyResult again = run_study(spec, *source, cache, options);
  std::map<std::string, BothSums> subjects;
  const double start_s = spec.score.start_s;
  for (const RecordResult& record : result.records) add(subjects[record.item.subject].before, sums_of(record, start_s));
  for (const RecordResult& record : again.records) add(subjects[record.item.subject].after, sums_of(record, start_s));
  return compared(what, subjects, spec.seed, spec.score.protocol == "events");
}

Json intervention_json(const Intervention& intervention) {
  Json changes = Json::array();
  for (const RateChange& change : intervention.changes) {
    const Interval& interval = change.difference.interval;
    changes.push_back({{"kind", change.kind},
                       {"before", number(change.before)},
                       {"after", number(change.after)},
                       {"difference", number(change.difference.value)},
                       {"interval", {number(interval.low), number(interval.high)}}});
  }
  return {{"what", intervention.what}, {"sentence", intervention.sentence}, {"changes", changes}};
}

}  // namespace vagus::lab
