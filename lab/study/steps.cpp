#include "lab/study/steps.h"

#include <algorithm>

#include "lab/study/packed.h"

namespace vagus::lab {
namespace {

/// The first byte of a step names its layout: what an older program kept in another layout is computed again.
constexpr std::uint8_t run_layout = 1, labels_layout = 1, excerpts_layout = 1;

/// Texts that repeat are written once and then named by number.
class Dictionary {
 public:
  std::uint32_t operator()(const std::string& text) {
    const auto [it, fresh] = index_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (fresh) texts_.push_back(text);
    return it->second;
  }
  void pack(Packer& out) const {
    out.number(static_cast<std::uint64_t>(texts_.size()));
    for (const auto& text : texts_) out.text(text);
  }
  static std::vector<std::string> unpack(Unpacker& in) {
    std::vector<std::string> texts(in.size(8));
    for (auto& text : texts) text = in.text();
    return texts;
  }

 private:
  std::map<std::string, std::uint32_t> index_;
  std::vector<std::string> texts_;
};

const std::string& entry(const std::vector<std::string>& texts, std::uint32_t index) {
  static const std::string none;
  return index < texts.size() ? texts[index] : none;
}

/// A field's value: whole numbers and flags in `whole`, others in `real`, texts by their number in `whole`.
struct Value {
  enum class Kind : std::uint8_t { null, whole, real, flag, text } kind = Kind::null;
  std::uint32_t name = 0;
  std::int64_t whole = 0;
  double real = 0;
};

Value value_of(const std::string& name, const Json& json, Dictionary& dictionary) {
  Value value;
  value.name = dictionary(name);
  if (json.is_boolean()) {
    value.kind = Value::Kind::flag;
    value.whole = json.get<bool>() ? 1 : 0;
  } else if (json.is_number_integer()) {
    value.kind = Value::Kind::whole;
    value.whole = json.get<std::int64_t>();
  } else if (json.is_number()) {
    value.kind = Value::Kind::real;
    value.real = json.get<double>();
  } else if (json.is_string()) {
    value.kind = Value::Kind::text;
    value.whole = dictionary(json.get<std::string>());
  }
  return value;
}

Json json_of(const Value& value, const std::vector<std::string>& texts) {
  switch (value.kind) {
    case Value::Kind::flag:
      return value.whole != 0;
    case Value::Kind::whole:
      return value.whole;
    case Value::Kind::real:
      return value.real;
    case Value::Kind::text:
      return entry(texts, static_cast<std::uint32_t>(value.whole));
    default:
      return nullptr;
  }
}

void pack_points(Packer& out, const std::vector<ProbePoint>& points) {
  out.number(static_cast<std::uint64_t>(points.size()));
  out.column(points, [](const auto& p) { return p.t_s; });
  out.column(points, [](const auto& p) { return p.value; });
}

std::vector<ProbePoint> unpack_points(Unpacker& in) {
  std::vector<ProbePoint> points(in.size(12));
  in.column<double>(points, [](auto& p, double t) { p.t_s = t; });
  in.column<float>(points, [](auto& p, float v) { p.value = v; });
  return points;
}

template <class T>
std::optional<T> whole(const Unpacker& in, T value) {
  if (!in.whole()) return std::nullopt;
  return value;
}

}  // namespace

std::string code_of(const DetectorInfo& detector) {
  return std::string(detector_code()) + (detector.code.empty() ? "" : "+" + detector.code);
}

std::string pack(const RunResult& run) {
  Packer out;
  out.number(run_layout);
  for (const auto* text : {&run.detector, &run.version, &run.channel}) out.text(*text);
  for (const double value : {run.duration_s, run.rate_hz, run.jitter_ms, run.unreadable_s}) out.number(value);
  out.number(run.gaps);
  out.number(static_cast<std::uint64_t>(run.repairs.size()));
  for (const auto& [what, count] : run.repairs) {
    out.text(what);
    out.number(count);
  }
  out.text(run.summary.dump());

  Dictionary dictionary;
  std::vector<std::uint32_t> names, reasons;
  std::vector<Value> values;
  for (const Event& event : run.events) {
    names.push_back(dictionary(event.probe));
    reasons.push_back(dictionary(event.reason));
    for (const auto& [name, json] : event.fields) values.push_back(value_of(name, json, dictionary));
  }
  dictionary.pack(out);
  const auto& events = run.events;
  out.number(static_cast<std::uint64_t>(events.size()));
  out.column(events, [](const Event& e) { return static_cast<std::uint8_t>(e.kind); });
  out.column(events,
             [](const Event& e) { return static_cast<std::uint8_t>((e.at_end ? 1 : 0) | (e.interval ? 2 : 0)); });
  out.column(events, [](const Event& e) { return static_cast<std::uint16_t>(e.fields.size()); });
  out.column(events, [](const Event& e) { return e.t_s; });
  out.column(events, [](const Event& e) { return e.t_start_s; });
  out.column(events, [](const Event& e) { return e.t_end_s; });
  out.column(events, [](const Event& e) { return e.t_known_s; });
  out.column(events, [](const Event& e) { return e.row; });
  out.column(events, [](const Event& e) { return e.end_row; });
  out.column(events, [](const Event& e) { return e.value; });
  out.column(names, [](std::uint32_t n) { return n; });
  out.column(reasons, [](std::uint32_t n) { return n; });
  out.number(static_cast<std::uint64_t>(values.size()));
  out.column(values, [](const Value& v) { return v.kind; });
  out.column(values, [](const Value& v) { return v.name; });
  out.column(values, [](const Value& v) { return v.whole; });
  out.column(values, [](const Value& v) { return v.real; });
  return out.take();
}

std::optional<RunResult> unpack_run(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number<std::uint8_t>() != run_layout) return std::nullopt;
  RunResult run;
  for (auto* text : {&run.detector, &run.version, &run.channel}) *text = in.text();
  for (auto* value : {&run.duration_s, &run.rate_hz, &run.jitter_ms, &run.unreadable_s}) *value = in.number<double>();
  run.gaps = in.number<std::int64_t>();
  for (auto left = in.size(16); left > 0; --left) {
    auto what = in.text();
    run.repairs[std::move(what)] = in.number<std::int64_t>();
  }
  run.summary = Json::parse(in.text(), nullptr, false);
  if (run.summary.is_discarded()) return std::nullopt;

  const auto texts = Dictionary::unpack(in);
  run.events.resize(in.size(58));
  auto& events = run.events;
  in.column<std::uint8_t>(events, [](Event& e, std::uint8_t v) { e.kind = static_cast<Said::Kind>(v); });
  in.column<std::uint8_t>(events, [](Event& e, std::uint8_t v) {
    e.at_end = (v & 1U) != 0;
    e.interval = (v & 2U) != 0;
  });
  in.column<std::uint16_t>(events, [](Event& e, std::uint16_t v) { e.fields.resize(v); });
  in.column<double>(events, [](Event& e, double v) { e.t_s = v; });
  in.column<double>(events, [](Event& e, double v) { e.t_start_s = v; });
  in.column<double>(events, [](Event& e, double v) { e.t_end_s = v; });
  in.column<double>(events, [](Event& e, double v) { e.t_known_s = v; });
  in.column<std::int64_t>(events, [](Event& e, std::int64_t v) { e.row = v; });
  in.column<std::int64_t>(events, [](Event& e, std::int64_t v) { e.end_row = v; });
  in.column<float>(events, [](Event& e, float v) { e.value = v; });
  in.column<std::uint32_t>(events, [&](Event& e, std::uint32_t v) { e.probe = entry(texts, v); });
  in.column<std::uint32_t>(events, [&](Event& e, std::uint32_t v) { e.reason = entry(texts, v); });
  std::vector<Value> values(in.size(21));
  in.column<Value::Kind>(values, [](Value& v, Value::Kind k) { v.kind = k; });
  in.column<std::uint32_t>(values, [](Value& v, std::uint32_t n) { v.name = n; });
  in.column<std::int64_t>(values, [](Value& v, std::int64_t n) { v.whole = n; });
  in.column<double>(values, [](Value& v, double n) { v.real = n; });
  std::size_t at = 0;
  for (Event& event : events) {
    for (auto& [name, json] : event.fields) {
      if (at >= values.size()) return std::nullopt;
      name = entry(texts, values[at].name);
      json = json_of(values[at++], texts);
    }
  }
  return whole(in, std::move(run));
}

std::string pack(const Labels& labels) {
  Packer out;
  out.number(labels_layout);
  out.number(labels.tick_hz);
  Dictionary dictionary;
  std::vector<std::uint32_t> names, texts;
  const auto& all = labels.annotations;
  for (const auto& annotation : all) {
    names.push_back(dictionary(annotation.label));
    texts.push_back(dictionary(annotation.text));
  }
  dictionary.pack(out);
  out.number(static_cast<std::uint64_t>(all.size()));
  out.column(all, [](const Annotation& a) { return a.tick; });
  out.column(all, [](const Annotation& a) { return a.end_tick; });
  out.column(all, [](const Annotation& a) { return a.subtype; });
  out.column(all, [](const Annotation& a) { return a.channel; });
  out.column(all, [](const Annotation& a) { return a.num; });
  out.column(names, [](std::uint32_t n) { return n; });
  out.column(texts, [](std::uint32_t n) { return n; });
  return out.take();
}

std::optional<Labels> unpack_labels(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number<std::uint8_t>() != labels_layout) return std::nullopt;
  Labels labels;
  labels.tick_hz = in.number<double>();
  const auto texts = Dictionary::unpack(in);
  auto& all = labels.annotations;
  all.resize(in.size(36));
  in.column<std::int64_t>(all, [](Annotation& a, std::int64_t v) { a.tick = v; });
  in.column<std::int64_t>(all, [](Annotation& a, std::int64_t v) { a.end_tick = v; });
  in.column<std::int32_t>(all, [](Annotation& a, std::int32_t v) { a.subtype = v; });
  in.column<std::int32_t>(all, [](Annotation& a, std::int32_t v) { a.channel = v; });
  in.column<std::int32_t>(all, [](Annotation& a, std::int32_t v) { a.num = v; });
  in.column<std::uint32_t>(all, [&](Annotation& a, std::uint32_t v) { a.label = entry(texts, v); });
  in.column<std::uint32_t>(all, [&](Annotation& a, std::uint32_t v) { a.text = entry(texts, v); });
  return whole(in, std::move(labels));
}

std::string pack(const std::vector<Excerpt>& excerpts) {
  Packer out;
  out.number(excerpts_layout);
  out.number(static_cast<std::uint64_t>(excerpts.size()));
  for (const Excerpt& excerpt : excerpts) {
    out.number(excerpt.t0_s);
    out.number(excerpt.t1_s);
    out.text(excerpt.signal.name);
    out.text(excerpt.signal.unit);
    out.number(excerpt.signal.t0_s);
    out.number(excerpt.signal.rate_hz);
    out.numbers(excerpt.signal.values);
    out.number(static_cast<std::uint64_t>(excerpt.probes.size()));
    for (const auto& probe : excerpt.probes) {
      out.text(probe.name);
      out.text(probe.unit);
      pack_points(out, probe.points);
    }
    pack_points(out, excerpt.candidates);
  }
  return out.take();
}

std::optional<std::vector<Excerpt>> unpack_excerpts(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number<std::uint8_t>() != excerpts_layout) return std::nullopt;
  std::vector<Excerpt> excerpts(in.size(72));
  for (Excerpt& excerpt : excerpts) {
    excerpt.t0_s = in.number<double>();
    excerpt.t1_s = in.number<double>();
    excerpt.signal.name = in.text();
    excerpt.signal.unit = in.text();
    excerpt.signal.t0_s = in.number<double>();
    excerpt.signal.rate_hz = in.number<double>();
    excerpt.signal.values = in.numbers<float>();
    excerpt.probes.resize(in.size(24));
    for (auto& probe : excerpt.probes) {
      probe.name = in.text();
      probe.unit = in.text();
      probe.points = unpack_points(in);
    }
    excerpt.candidates = unpack_points(in);
  }
  return whole(in, std::move(excerpts));
}

}  // namespace vagus::lab
