#include "lab/prototype/spoken.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <vector>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string text_in(const Json& said, const char* key, const char* otherwise) {
  const auto at = said.find(key);
  return at != said.end() && at->is_string() ? at->get<std::string>() : otherwise;
}

}  // namespace

void Spoken::wrong(const std::string& what) const { throw Error(declared_.name + " says " + what); }
/// NaN where it says null.
double Spoken::number_in(const Json& said, const std::string& key) const {
  const auto at = said.find(key);
  if (at == said.end()) wrong("nothing of \"" + key + "\"");
  if (at->is_null()) return unknown;
  if (!at->is_number()) wrong("a \"" + key + "\" that is no number");
  return at->get<double>();
}

std::int64_t Spoken::whole_in(const Json& said, const std::string& key) const {
  const auto at = said.find(key);
  if (at == said.end() || !at->is_number_integer()) wrong("a \"" + key + "\" that is no whole number");
  return at->get<std::int64_t>();
}

/// A sample that was pushed, or one past the last.
std::int64_t Spoken::sample_in(const Json& said, const char* key, bool past_the_last) const {
  const std::int64_t sample = whole_in(said, key);
  if (sample < 0 || sample > samples_ || (sample == samples_ && !past_the_last))
    wrong(std::string(key) + " " + std::to_string(sample) + ", and " + std::to_string(samples_) +
          " samples were pushed: it speaks of the future or of nothing");
  return sample;
}

void Spoken::hear(const Json& said, const Listener& listener) {
  Said what{.kind = Said::Kind::event,
            .known_sample = samples_,
            .at_end = ended_,
            .sample = 0,
            .end_sample = 0,
            .value = 0,
            .probe = -1,
            .reason = nullptr,
            .values = {}};
  const std::string kind = text_in(said, "kind", "");
  if (kind == "unreadable") {
    what.kind = Said::Kind::unreadable;
    what.sample = sample_in(said, "start_sample");
    what.end_sample = sample_in(said, "end_sample", true);
    const std::string reason = text_in(said, "reason", "not told");
    what.reason = reason.c_str();
    return listener(what);
  }
  if (kind == "probe") return probes(said, what, listener);
  if (kind == "candidate") {
    if (!wanted_.scores) return;
    what.kind = Said::Kind::candidate;
    what.sample = what.end_sample = sample_in(said, "sample");
    what.value = static_cast<float>(number_in(said, "score"));
    return listener(what);
  }
  event(said, what, listener);
}

/// One value of a probe, or "values": those of the samples that follow one another.
void Spoken::probes(const Json& said, Said& what, const Listener& listener) {
  const auto& names = declared_.probe_names;
  const auto at = std::find(names.begin(), names.end(), text_in(said, "name", ""));
  if (at == names.end()) wrong("a probe \"" + text_in(said, "name", "") + "\" that it does not declare");
  if (!wanted_.probes) return;
  what.kind = Said::Kind::probe;
  what.probe = static_cast<int>(at - names.begin());
  what.sample = what.end_sample = sample_in(said, "sample");
  const auto values = said.find("values");
  if (values == said.end()) {
    what.value = static_cast<float>(number_in(said, "value"));
    return listener(what);
  }
  if (!values->is_array()) wrong("\"values\" that are no list");
  if (what.sample + static_cast<std::int64_t>(values->size()) > samples_)
    wrong("more values of probe \"" + *at + "\" than there are samples");
  for (const Json& value : *values) {
    if (!value.is_number() && !value.is_null()) wrong("a value of probe \"" + *at + "\" that is no number");
    what.value = static_cast<float>(value.is_null() ? unknown : value.get<double>());
    listener(what);
    what.end_sample = ++what.sample;
  }
}

void Spoken::event(const Json& said, Said& what, const Listener& listener) {
  const DetectorInfo& info = declared_.info;
  what.sample = sample_in(said, info.moment ? "sample" : "start_sample");
  what.end_sample = info.moment ? what.sample : sample_in(said, "end_sample", true);
  if (what.sample < last_sample_)
    throw Error(declared_.name + " says events out of order: sample " + std::to_string(what.sample) + " after " +
                std::to_string(last_sample_));
  last_sample_ = what.sample;
  if (what.end_sample < what.sample) throw Error(declared_.name + " says a stretch that ends before it starts");
  const double quality = said.contains("quality") ? number_in(said, "quality") : 1;
  if (quality < 0 || quality > 1) wrong("a quality of " + shortest(quality) + ": it is a probability");
  what.value = static_cast<float>(quality);
  std::vector<FieldValue> values;
  std::deque<std::string> texts;
  for (const FieldInfo& field : info.outputs) {
    FieldValue value;
    value.kind = field.kind;
    const auto at = said.find(field.name);
    if (field.kind == FieldInfo::Kind::label) {
      if (at == said.end() || !at->is_string()) wrong("a \"" + field.name + "\" that is no text");
      value.label = texts.emplace_back(at->get<std::string>()).c_str();
    } else if (field.kind == FieldInfo::Kind::number) {
      value.number = static_cast<float>(number_in(said, field.name));
    } else if (field.kind == FieldInfo::Kind::flag) {
      if (at == said.end() || !at->is_boolean()) wrong("a \"" + field.name + "\" that is neither true nor false");
      value.integer = at->get<bool>() ? 1 : 0;
    } else {
      value.integer = whole_in(said, field.name);
    }
    values.push_back(value);
  }
  for (const auto& item : said.items()) {
    const std::string& key = item.key();
    const auto known = [&key](const FieldInfo& field) { return field.name == key; };
    if (key != "quality" && std::none_of(info.outputs.begin(), info.outputs.end(), known))
      throw Error(declared_.name + " says a field \"" + key + "\" that it does not declare in emits");
  }
  what.values = values;
  listener(what);
}

}  // namespace vagus::lab
