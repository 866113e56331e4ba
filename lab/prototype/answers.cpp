#include "lab/prototype/answers.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr double not_told = std::numeric_limits<double>::quiet_NaN();

/// Of garbage only the beginning, and nothing that a terminal would take for more than a letter.
std::string shown(const std::string& line) {
  std::string text = line.substr(0, 60);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
  return "\"" + text + (line.size() > 60 ? "...\"" : "\"");
}

/// One line, and what may be asked of it.
class Read {
 public:
  Read(const DetectorInfo& detector, const SampleGrid& grid, const Json& line, std::int64_t number)
      : detector_(detector), grid_(grid), line_(line), number_(number) {}

  [[noreturn]] void wrong(const std::string& what) const {
    throw Error(std::string(detector_.contract->name) + " says " + what,
                "line " + std::to_string(number_) + " of its answer");
  }
  bool has(const std::string& key) const { return line_.contains(key); }
  std::string text(const std::string& key, const char* otherwise) const {
    const auto at = line_.find(key);
    if (at == line_.end()) return otherwise;
    if (!at->is_string()) wrong("a \"" + key + "\" that is no text");
    return at->get<std::string>();
  }
  /// NaN where it says null.
  double number(const std::string& key) const {
    const auto at = line_.find(key);
    if (at == line_.end()) wrong("nothing of \"" + key + "\"");
    if (at->is_null()) return not_told;
    if (!at->is_number()) wrong("a \"" + key + "\" that is no number");
    return at->get<double>();
  }
  std::int64_t integer(const std::string& key) const {
    const auto at = line_.find(key);
    if (at == line_.end()) wrong("nothing of \"" + key + "\"");
    // Octave and MATLAB write 12 as 12.0 or 1.2e1.
    if (at->is_number_float()) {
      const double value = at->get<double>();
      if (std::abs(value) < 9e15 && value == std::floor(value)) return static_cast<std::int64_t>(value);
    }
    if (!at->is_number_integer()) wrong("a \"" + key + "\" that is no whole number");
    return at->get<std::int64_t>();
  }
  bool flag(const std::string& key) const {
    const auto at = line_.find(key);
    if (at == line_.end() || !at->is_boolean()) wrong("a \"" + key + "\" that is neither true nor false");
    return at->get<bool>();
  }
  /// The place that `sample_key` counts or `time_key` tells. `past`: it may lie one past the last sample.
  std::int64_t place(const char* sample_key, const char* time_key, bool past) const {
    std::int64_t sample = -1;
    if (has(sample_key)) {
      sample = integer(sample_key);
      if (sample < 0 || sample > grid_.samples() || (sample == grid_.samples() && !past))
        wrong(std::string(sample_key) + " " + std::to_string(sample) + ", and the recording has " +
              std::to_string(grid_.samples()) + " samples");
    }
    if (!has(time_key)) {
      if (sample < 0) wrong(std::string("neither \"") + sample_key + "\" nor \"" + time_key + "\"");
      return sample;
    }
    const double t_s = number(time_key);
    const std::int64_t at = past ? grid_.end_at(t_s) : grid_.nearest(t_s);
    if (at < 0)
      wrong(std::string(time_key) + " " + shortest(t_s) + ", and the recording lasts from " +
            shortest(grid_.time_of(0)) + " to " + shortest(grid_.time_of(grid_.samples() - 1)) + " s");
    if (sample >= 0 && std::abs(at - sample) > 1)
      wrong(std::string(sample_key) + " " + std::to_string(sample) + " and " + time_key + " " + shortest(t_s) +
            ", which is sample " + std::to_string(at));
    return sample >= 0 ? sample : at;
  }
  const Json& json() const { return line_; }

 private:
  const DetectorInfo& detector_;
  const SampleGrid& grid_;
  const Json& line_;
  std::int64_t number_;
};

FieldValue value_of(const Read& line, const FieldInfo& field, bool optional, std::deque<std::string>& texts) {
  FieldValue value{.kind = field.kind, .number = std::numeric_limits<float>::quiet_NaN()};
  if (optional && !line.has(field.name)) return value;
  switch (field.kind) {
    case FieldInfo::Kind::label:
      if (!line.has(field.name)) line.wrong("nothing of \"" + field.name + "\"");
      value.label = texts.emplace_back(line.text(field.name, "")).c_str();
      break;
    case FieldInfo::Kind::number:
      value.number = static_cast<float>(line.number(field.name));
      break;
    case FieldInfo::Kind::flag:
      value.integer = line.flag(field.name) ? 1 : 0;
      break;
    case FieldInfo::Kind::integer:
      value.integer = line.integer(field.name);
      break;
  }
  return value;
}

/// Names that any event may say.
bool is_common(const std::string& key, bool moment) {
  static const std::set<std::string> always{"t_s", "quality", "t_known_s", "at_end"};
  static const std::set<std::string> stretch{"t_start_s", "t_end_s", "start_sample", "end_sample"};
  return always.contains(key) || (moment ? key == "sample" : stretch.contains(key));
}

void check_fields(const Read& line, const DetectorInfo& detector) {
  for (const auto& item : line.json().items()) {
    const std::string& key = item.key();
    const auto declares = [&key](const FieldInfo& field) { return field.name == key; };
    if (is_common(key, detector.moment) || std::any_of(detector.outputs.begin(), detector.outputs.end(), declares))
      continue;
    line.wrong("a field \"" + key + "\" that it does not declare in emits");
  }
}

}  // namespace

std::int64_t SampleGrid::nearest(double t_s, std::int64_t past) const {
  if (stretches_.empty() || !std::isfinite(t_s)) return -1;
  auto after =
      std::upper_bound(stretches_.begin(), stretches_.end(), t_s, [](double t, const Stretch& s) { return t < s.t_s; });
  const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
  const double place = (t_s - stretch.t_s) * stretch.rate_hz;
  if (place < -1 - 1e-6) return -1;
  const std::int64_t end = after == stretches_.end() ? samples_ : after->first_sample;
  if (after == stretches_.end() && place > static_cast<double>(end - stretch.first_sample) + 1e-6) return -1;
  const std::int64_t last = end - 1 + past;
  const std::int64_t sample =
      stretch.first_sample + static_cast<std::int64_t>(std::llround(std::clamp(place, 0.0, 9e15)));
  if (sample <= last) return sample;
  // Between two stretches: the end of the one or the beginning of the other, whichever is nearer.
  if (after == stretches_.end() || past > 0 || t_s - time_of(last) <= after->t_s - t_s) return last;
  return end;
}

std::int64_t SampleGrid::nearest(double t_s) const { return nearest(t_s, 0); }

std::int64_t SampleGrid::end_at(double t_s) const { return nearest(t_s, 1); }

double SampleGrid::time_of(std::int64_t sample) const {
  if (stretches_.empty()) return 0;
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), sample,
                                      [](std::int64_t s, const Stretch& stretch) { return s < stretch.first_sample; });
  const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
  return stretch.t_s + static_cast<double>(sample - stretch.first_sample) / stretch.rate_hz;
}

void Answers::take(const std::string& line) {
  ++number_;
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return;
  if (line[begin] != '{' || !Json::accept(line))
    throw Error(std::string(detector_.contract->name) + " says what is no JSON object: " + shown(line),
                "line " + std::to_string(number_) + " of its answer",
                "results go to standard output, one JSON object a line; messages to standard error");
  lines_.push_back({number_, line});
}

void Answers::say(const SampleGrid& grid, const Listener& listener) {
  std::int64_t last_sample = 0;
  for (const Line& kept : lines_) {
    const Json json = Json::parse(kept.text);
    if (json.contains("summary")) continue;
    const Read line(detector_, grid, json, kept.number);
    Said said{.kind = Said::Kind::event,
              .known_sample = grid.samples(),
              .at_end = !detector_.causal,
              .sample = 0,
              .end_sample = 0,
              .value = 0,
              .probe = -1,
              .reason = nullptr,
              .values = {}};
    if (detector_.causal) {
      said.at_end = line.has("at_end") && line.flag("at_end");
      if (line.has("t_known_s")) said.known_sample = line.place("", "t_known_s", true);
    }
    const std::string kind = line.text("kind", "");
    if (kind == "unreadable") {
      said.kind = Said::Kind::unreadable;
      said.sample = line.place("start_sample", "t_start_s", false);
      said.end_sample = line.place("end_sample", "t_end_s", true);
      if (said.end_sample < said.sample) line.wrong("a stretch that ends before it starts");
      const std::string reason = line.text("reason", "not told");
      said.reason = reason.c_str();
      listener(said);
      continue;
    }
    if (kind == "candidate" || kind == "score") {
      said.kind = kind == "score" ? Said::Kind::score : Said::Kind::candidate;
      said.sample = said.end_sample = line.place("sample", "t_s", false);
      said.value = static_cast<float>(line.number("score"));
      if (wanted_.scores) listener(said);
      continue;
    }
    if (kind == "probe") {
      const auto probes = detector_.contract->probes;
      const std::string name = line.text("name", "");
      const auto at =
          std::find_if(probes.begin(), probes.end(), [&](const ProbeInfo& probe) { return probe.name == name; });
      if (at == probes.end()) line.wrong("a probe \"" + name + "\" that it does not declare in probes");
      said.kind = Said::Kind::probe;
      said.probe = static_cast<int>(at - probes.begin());
      said.sample = said.end_sample = line.place("sample", "t_s", false);
      said.value = static_cast<float>(line.number("value"));
      if (wanted_.probes) listener(said);
      continue;
    }
    if (!kind.empty()) line.wrong("a line of kind \"" + kind + "\", which no detector says");
    check_fields(line, detector_);
    if (detector_.moment) {
      said.sample = said.end_sample = line.place("sample", "t_s", false);
    } else {
      said.sample = line.place("start_sample", "t_start_s", false);
      said.end_sample = line.place("end_sample", "t_end_s", true);
      if (said.end_sample < said.sample) line.wrong("a stretch that ends before it starts");
    }
    if (said.sample < last_sample)
      line.wrong("events out of order: sample " + std::to_string(said.sample) + " after " +
                 std::to_string(last_sample));
    last_sample = said.sample;
    const double quality = line.has("quality") ? line.number("quality") : 1;
    if (quality < 0 || quality > 1) line.wrong("a quality of " + shortest(quality) + ": it is a probability");
    said.value = static_cast<float>(quality);
    std::vector<FieldValue> values;
    std::deque<std::string> texts;
    for (const FieldInfo& field : detector_.outputs)
      values.push_back(value_of(line, field, optional_.contains(field.name), texts));
    said.values = values;
    listener(said);
  }
}

}  // namespace vagus::lab
