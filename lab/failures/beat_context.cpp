#include "lab/failures/beat_context.h"

#include <algorithm>
#include <cmath>

#include "lab/detect/run.h"
#include "lab/failures/ecg_measures.h"
#include "lab/failures/movement.h"
#include "lab/study/packed.h"

namespace vagus::lab {
namespace {

constexpr double longest_row_s = 2, gap_reach_s = 5;
/// RR intervals that the heart rate is the median of.
constexpr std::size_t around = 8;

struct Beat {
  double t_s;
  char type;
};

std::vector<Beat> reference_beats(const RecordResult& record) {
  std::vector<Beat> beats;
  for (const Annotation& a : record.reference.annotations) {
    const char type = beat_class(a.label, BeatMap::bxb);
    if (type != 0) beats.push_back({static_cast<double>(a.tick) / record.reference.tick_hz, type});
  }
  return beats;
}

/// Rows from `start_s` to `end_s`, and which beat is in each (-1 none).
std::vector<std::int64_t> lay_rows(BeatContext& context, const std::vector<Beat>& beats, double start_s, double end_s) {
  std::vector<std::int64_t> beat_of;
  context.end_s = end_s;
  const auto stretch = [&](double from, double to) {  // without a beat
    const auto parts = std::max(1.0, std::ceil((to - from) / longest_row_s));
    for (double k = 0; k < parts && to > from; ++k) {
      context.start_s.push_back(from + (to - from) * k / parts);
      context.t_s.push_back(from + (to - from) * (k + 0.5) / parts);
      context.beats.push_back(0);
      beat_of.push_back(-1);
    }
  };
  double at = start_s;
  for (std::size_t i = 0; i < beats.size(); ++i) {
    if (beats[i].t_s < start_s || beats[i].t_s > end_s) continue;
    const double from = i > 0 ? std::max((beats[i - 1].t_s + beats[i].t_s) / 2, beats[i].t_s - longest_row_s / 2) : at;
    const double to = i + 1 < beats.size()
                          ? std::min((beats[i].t_s + beats[i + 1].t_s) / 2, beats[i].t_s + longest_row_s / 2)
                          : std::min(end_s, beats[i].t_s + longest_row_s / 2);
    if (from > at) stretch(at, from);
    context.start_s.push_back(std::max(at, from));
    context.t_s.push_back(beats[i].t_s);
    context.beats.push_back(1);
    beat_of.push_back(static_cast<std::int64_t>(i));
    at = std::max(at, to);
  }
  if (end_s > at) stretch(at, end_s);
  return beat_of;
}

/// For each beat the median of the intervals around it, s.
std::vector<float> local_rr(const std::vector<Beat>& beats) {
  std::vector<float> rr;
  for (std::size_t i = 1; i < beats.size(); ++i) rr.push_back(static_cast<float>(beats[i].t_s - beats[i - 1].t_s));
  std::vector<float> local(beats.size(), unknown_value);
  for (std::size_t i = 0; i < beats.size(); ++i) {
    const std::size_t from = i - std::min(i, around / 2), to = std::min(rr.size(), i + around / 2);
    local[i] = median(
        {rr.begin() + static_cast<std::ptrdiff_t>(std::min(from, to)), rr.begin() + static_cast<std::ptrdiff_t>(to)});
  }
  return local;
}

struct ValuedSpan {
  double from, to;
  float value;
};

/// Value of the interval that holds `t_s`; NaN where none does.
float at(const std::vector<ValuedSpan>& intervals, double t_s) {
  const auto next =
      std::partition_point(intervals.begin(), intervals.end(), [&](const ValuedSpan& one) { return one.from <= t_s; });
  return next != intervals.begin() && t_s < std::prev(next)->to ? std::prev(next)->value : unknown_value;
}

std::vector<ValuedSpan> quality_of(const Recording& recording, const std::string& channel) {
  RunOptions options;
  options.channel = channel;
  std::vector<ValuedSpan> seconds;
  for (const Event& event : run(detector("health.quality"), recording, options).events)
    if (event.kind == Said::Kind::event) seconds.push_back({event.t_start_s, event.t_end_s, event.value});
  return seconds;
}

const char* class_name(char type) {
  switch (type) {
    case 'N':
      return "normal";
    case 'S':
      return "supraventricular";
    case 'V':
      return "ventricular";
    case 'F':
      return "fusion";
    case 'Q':
      return "paced or unclassified";
    default:
      return "flutter wave";
  }
}

/// Rhythm labels "(AFIB" and their like, in force until the next.
std::vector<std::pair<double, std::string>> rhythms_of(const RecordResult& record) {
  std::vector<std::pair<double, std::string>> rhythms;
  for (const Annotation& a : record.reference.annotations) {
    if (a.label != "+" || a.text.size() < 2 || a.text[0] != '(') continue;
    std::string word = a.text.substr(1);
    word.erase(std::find(word.begin(), word.end(), '\0'), word.end());
    rhythms.emplace_back(static_cast<double>(a.tick) / record.reference.tick_hz, word);
  }
  return rhythms;
}

bool near_any(const std::vector<double>& times, double t_s, double reach_s) {
  const auto next = std::lower_bound(times.begin(), times.end(), t_s - reach_s);
  return next != times.end() && *next <= t_s + reach_s;
}

class Numbers {
 public:
  explicit Numbers(std::size_t rows) : rows_(rows) {}
  std::vector<float>& add(BeatContext& to, const char* name, const char* what, const char* unit) const {
    to.columns.push_back({name, what, unit, {}, std::vector<float>(rows_, unknown_value)});
    return to.columns.back().values;
  }

 private:
  std::size_t rows_;
};

void add_intervals(BeatContext& context, const std::vector<Beat>& beats, const std::vector<std::int64_t>& nearest) {
  const std::vector<float> local = local_rr(beats);
  const Numbers numbers(nearest.size());
  auto& rate = numbers.add(context, "heart_rate_bpm", "heart rate", "bpm");
  for (std::size_t i = 0; i < nearest.size(); ++i)
    if (nearest[i] >= 0) rate[i] = 60 / local[static_cast<std::size_t>(nearest[i])];
  auto& relative = numbers.add(context, "rr_relative", "RR interval over those around", "");
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (nearest[i] < 1 || context.beats[i] == 0) continue;
    const auto b = static_cast<std::size_t>(nearest[i]);
    relative[i] = static_cast<float>(beats[b].t_s - beats[b - 1].t_s) / local[b];
  }
}

void add_sizes(BeatContext& context, const EcgMeasures& measures, const std::vector<Beat>& beats,
               const std::vector<std::int64_t>& nearest) {
  std::vector<float> size, t_over_qrs;
  for (std::size_t b = 0; b < beats.size(); ++b) {
    size.push_back(measures.amplitude_mv(beats[b].t_s));
    const double rr = b + 1 < beats.size() ? beats[b + 1].t_s - beats[b].t_s : 1.0;
    const float t_wave = rr > 0.4
                             ? measures.peak_to_peak_mv(beats[b].t_s + 0.16, beats[b].t_s + std::min(0.45, 0.6 * rr))
                             : unknown_value;
    t_over_qrs.push_back(t_wave / size.back());
  }
  std::vector<float> known = size;
  std::erase_if(known, [](float v) { return std::isnan(v); });
  const float typical = median(known);
  const std::size_t rows = nearest.size();
  const Numbers numbers(rows);
  std::vector<float> noise(rows), wander(rows), shift(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    noise[i] = measures.muscle_noise_mv(context.t_s[i]);
    wander[i] = measures.baseline_wander_mv(context.t_s[i]);
    shift[i] = measures.baseline_shift_mv(context.t_s[i]);
  }
  const auto of_beats = [&](std::vector<float>& to, const auto& value) {
    for (std::size_t i = 0; i < rows; ++i)
      if (nearest[i] >= 0) to[i] = value(static_cast<std::size_t>(nearest[i]), i);
  };
  of_beats(numbers.add(context, "qrs_mv", "QRS amplitude", "mV"), [&](std::size_t b, std::size_t) { return size[b]; });
  of_beats(numbers.add(context, "qrs_relative", "QRS amplitude over the recording's median", ""),
           [&](std::size_t b, std::size_t) { return size[b] / typical; });
  of_beats(numbers.add(context, "t_over_qrs", "T wave over QRS", ""),
           [&](std::size_t b, std::size_t) { return t_over_qrs[b]; });
  numbers.add(context, "muscle_noise_mv", "muscle noise", "mV") = noise;
  of_beats(numbers.add(context, "muscle_noise_over_qrs", "muscle noise over QRS", ""),
           [&](std::size_t, std::size_t i) { return noise[i] / typical; });
  numbers.add(context, "baseline_wander_mv", "baseline wander", "mV") = wander;
  numbers.add(context, "baseline_shift_mv", "baseline shift", "mV") = shift;
}

void add_words(BeatContext& context, const RecordResult& record, const Channel& channel, const std::vector<Beat>& beats,
               const std::vector<std::int64_t>& beat_of) {
  Words type("beat_class", "beat class"), neighbour("neighbour", "beside"), rhythm("rhythm", "rhythm"),
      gap("gap_nearby", "gap"), readable("called", "signal called"), begin("start", "recording");
  const auto rhythms = rhythms_of(record);
  const auto breaks = breaks_of(channel);
  std::vector<ValuedSpan> unreadable;
  for (const Event& event : record.run.events)
    if (event.kind == Said::Kind::unreadable) unreadable.push_back({event.t_start_s, event.t_end_s, 1});
  std::sort(unreadable.begin(), unreadable.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  for (std::size_t i = 0; i < beat_of.size(); ++i) {
    const double t_s = context.t_s[i];
    const std::int64_t b = beat_of[i];
    type.add(b < 0 ? "none" : class_name(beats[static_cast<std::size_t>(b)].type));
    const char* beside = "normal beats";
    for (const std::int64_t k : {b - 1, b + 1}) {
      if (b < 0 || k < 0 || k >= static_cast<std::int64_t>(beats.size())) continue;
      const char other = beats[static_cast<std::size_t>(k)].type;
      if (other == 'V') beside = "a ventricular beat";
      if (other == 'S' && beside[0] == 'n') beside = "a supraventricular beat";
    }
    b < 0 ? neighbour.add_unknown() : neighbour.add(beside);
    const auto next =
        std::partition_point(rhythms.begin(), rhythms.end(), [&](const auto& r) { return r.first <= t_s; });
    next == rhythms.begin() ? rhythm.add_unknown() : rhythm.add(std::prev(next)->second);
    gap.add(near_any(breaks, t_s, gap_reach_s) ? "within 5 s" : "far");
    readable.add(std::isnan(at(unreadable, t_s)) ? "readable" : "unreadable");
    begin.add(t_s < 10 ? "in its first 10 s" : "later");
  }
  for (Words* words : {&type, &neighbour, &rhythm, &gap, &readable, &begin}) context.columns.push_back(words->take());
}

}  // namespace

BeatContext beat_context(const RecordResult& record, const Recording& recording, double start_s) {
  const Channel* channel = recording.find(record.run.channel);
  if (channel == nullptr) throw Error("the recording has no channel '" + record.run.channel + "'", recording.name);
  const std::vector<Beat> beats = reference_beats(record);
  BeatContext context;
  const std::vector<std::int64_t> beat_of = lay_rows(context, beats, start_s, record.run.duration_s);
  std::vector<std::int64_t> nearest = beat_of;  // a stretch without a beat is told of by the one before
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (nearest[i] >= 0) continue;
    const auto next =
        std::partition_point(beats.begin(), beats.end(), [&](const Beat& b) { return b.t_s <= context.t_s[i]; });
    nearest[i] = next - beats.begin() - 1;
  }
  std::vector<double> beats_s;
  beats_s.reserve(beats.size());
  for (const Beat& beat : beats) beats_s.push_back(beat.t_s);
  const EcgMeasures measures(*channel, beats_s);
  add_intervals(context, beats, nearest);
  add_sizes(context, measures, beats, nearest);
  const Numbers numbers(nearest.size());
  const auto quality = quality_of(recording, record.run.channel);
  auto& good = numbers.add(context, "signal_quality", "signal quality", "");
  for (std::size_t i = 0; i < good.size(); ++i) good[i] = at(quality, context.t_s[i]);
  auto& position = numbers.add(context, "position", "position in the recording", "");
  for (std::size_t i = 0; i < position.size(); ++i)
    position[i] = static_cast<float>(context.t_s[i] / record.run.duration_s);
  add_words(context, record, *channel, beats, beat_of);
  return context;
}

std::string pack(const BeatContext& context) {
  Packer out;
  out.numbers(context.t_s);
  out.numbers(context.start_s);
  out.number(context.end_s);
  out.numbers(context.beats);
  out.number(static_cast<std::uint64_t>(context.columns.size()));
  for (const ContextColumn& column : context.columns) {
    for (const auto* text : {&column.name, &column.what, &column.unit}) out.text(*text);
    out.number(static_cast<std::uint64_t>(column.words.size()));
    for (const auto& word : column.words) out.text(word);
    out.numbers(column.values);
  }
  return out.take();
}

std::optional<BeatContext> unpack_beat_context(std::string_view bytes) {
  Unpacker in(bytes);
  BeatContext context;
  context.t_s = in.numbers<double>();
  context.start_s = in.numbers<double>();
  context.end_s = in.number<double>();
  context.beats = in.numbers<std::uint8_t>();
  context.columns.resize(in.size(5 * sizeof(std::uint64_t)));
  for (ContextColumn& column : context.columns) {
    for (auto* text : {&column.name, &column.what, &column.unit}) *text = in.text();
    column.words.resize(in.size(sizeof(std::uint64_t)));
    for (auto& word : column.words) word = in.text();
    column.values = in.numbers<float>();
    if (column.values.size() != context.t_s.size()) return std::nullopt;
  }
  const bool fits = context.start_s.size() == context.t_s.size() && context.beats.size() == context.t_s.size();
  if (!in.whole() || !fits) return std::nullopt;
  return context;
}

}  // namespace vagus::lab
