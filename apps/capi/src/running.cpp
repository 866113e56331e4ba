/// Detectors, options, events and whole runs.
#include <algorithm>

#include "apps/capi/src/handles.h"
#include "lab/base/error.h"
#include "lab/detect/description.h"
#include "lab/detect/settings.h"

using namespace vagus;
using capi::done;
using capi::made;
using capi::need;
using capi::need_index;

namespace vagus::capi {

bool flag_of(const std::string& key, const std::string& text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  throw lab::UsageError("\"" + key + "\" is true or false, not \"" + text + "\"");
}

std::vector<std::string> names_of(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (comma > at) names.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return names;
}

lab::Config settings_of(const lab::DetectorInfo& detector, const vagus_options* options,
                        std::map<std::string, std::string>& rest) {
  lab::Config config;
  if (options == nullptr) return config;
  for (const auto& [key, text] : options->given) {
    if (key == "channel" || key == "scores" || key == "probes") {
      rest[key] = text;
      continue;
    }
    const double value = lab::setting_value(detector, key, text);
    lab::check_config(detector, key, value);
    config[key] = value;
  }
  return config;
}

}  // namespace vagus::capi

vagus_events::vagus_events(const lab::DetectorInfo& of) : detector(of), fields(of), columns(fields.fields().size()) {}

const char* vagus_events::kept(std::string_view text) {
  auto found = texts_.find(text);
  if (found == texts_.end()) found = texts_.emplace(std::string(text), std::make_unique<std::string>(text)).first;
  return found->second->c_str();
}

void vagus_events::put(std::size_t field, std::string_view value) { columns[field].text.push_back(kept(value)); }

void vagus_events::add_point(const std::string& name, double t_s, float value) {
  auto curve = std::find_if(curves.begin(), curves.end(), [&](const capi::Curve& c) { return c.name == name; });
  if (curve == curves.end()) curve = curves.insert(curves.end(), {name, {}, {}});
  curve->t_s.push_back(t_s);
  curve->values.push_back(value);
}

void vagus_events::add(const lab::Event& event) {
  using Kind = lab::Said::Kind;
  switch (event.kind) {
    case Kind::event:
      fields.each(event, [this](std::size_t field, auto value) { put(field, value); });
      ++count;
      break;
    case Kind::unreadable:
      unreadable.push_back({event.t_start_s, event.t_end_s, event.row, event.end_row, kept(event.reason)});
      break;
    case Kind::probe:
      add_point("probe:" + event.probe, event.t_s, event.value);
      break;
    case Kind::score:
      add_point("score", event.t_s, event.value);
      break;
    case Kind::candidate:
      add_point("candidate", event.t_s, event.value);
      break;
  }
}

void vagus_events::add(const lab::Said& said, const lab::EventTimes& times) {
  using Kind = lab::Said::Kind;
  const auto& probes = detector.contract->probes;
  if (said.kind == Kind::event) {
    fields.each(said, times, [this](std::size_t field, auto value) { put(field, value); });
    ++count;
  } else if (said.kind == Kind::unreadable) {
    unreadable.push_back({times.t_start_s, times.t_end_s, said.sample, said.end_sample, kept(said.reason)});
  } else if (said.kind == Kind::probe && said.probe >= 0 && static_cast<std::size_t>(said.probe) < probes.size()) {
    add_point(std::string("probe:") + probes[static_cast<std::size_t>(said.probe)].name, times.t_start_s, said.value);
  } else if (said.kind != Kind::probe) {
    add_point(said.kind == Kind::score ? "score" : "candidate", times.t_start_s, said.value);
  }
}

void vagus_events::clear() {
  count = 0;
  for (capi::Column& column : columns) {
    column.float64.clear();
    column.int64.clear();
    column.float32.clear();
    column.flags.clear();
    column.text.clear();
  }
  unreadable.clear();
  for (capi::Curve& curve : curves) {
    curve.t_s.clear();
    curve.values.clear();
  }
}

namespace {

const lab::EventField* field_of(const vagus_events* events, std::size_t field) {
  if (events == nullptr || field >= events->columns.size()) return nullptr;
  return &events->fields.fields()[field];
}

/// The column, where it is of that kind. An empty table's column is no NULL.
template <class T>
const T* column_of(const vagus_events* events, std::size_t field, lab::EventField::Kind kind,
                   std::vector<T> capi::Column::*values) {
  static constexpr T none{};
  const lab::EventField* found = field_of(events, field);
  if (found == nullptr || found->kind != kind) return nullptr;
  const std::vector<T>& column = events->columns[field].*values;
  return column.empty() ? &none : column.data();
}

}  // namespace

extern "C" {

size_t vagus_detector_count(void) { return lab::detectors().size(); }
const char* vagus_detector_name(size_t index) {
  return index < lab::detectors().size() ? lab::detectors()[index].contract->name : nullptr;
}
const char* vagus_detector_json(const char* name, vagus_error** error) {
  return made(error, [&]() -> const char* {
    need(name, "detector");
    static std::mutex mutex;
    static std::map<std::string, std::string> all;
    const lab::DetectorInfo& detector = lab::detector(name);
    const std::scoped_lock lock(mutex);
    std::string& text = all[detector.contract->name];
    if (text.empty()) text = lab::description(detector).dump();
    return text.c_str();
  });
}

vagus_options* vagus_options_new(vagus_error** error) {
  return made(error, [] { return new vagus_options(); });
}
vagus_status vagus_options_set(vagus_options* options, const char* key, const char* value, vagus_error** error) {
  return done(error, [&] {
    need(options, "options");
    need(key, "key");
    need(value, "value");
    options->given[key] = value;
  });
}
void vagus_options_free(vagus_options* options) { delete options; }

size_t vagus_events_count(const vagus_events* events) { return events == nullptr ? 0 : events->count; }
size_t vagus_events_fields(const vagus_events* events) { return events == nullptr ? 0 : events->columns.size(); }
const char* vagus_events_field_name(const vagus_events* events, size_t field) {
  const lab::EventField* found = field_of(events, field);
  return found == nullptr ? nullptr : found->name.c_str();
}
const char* vagus_events_field_unit(const vagus_events* events, size_t field) {
  const lab::EventField* found = field_of(events, field);
  return found == nullptr ? nullptr : found->unit.c_str();
}
const char* vagus_events_field_meaning(const vagus_events* events, size_t field) {
  const lab::EventField* found = field_of(events, field);
  return found == nullptr ? nullptr : found->meaning.c_str();
}
int vagus_events_field_type(const vagus_events* events, size_t field) {
  const lab::EventField* found = field_of(events, field);
  if (found == nullptr) return 0;
  switch (found->kind) {
    case lab::EventField::Kind::float64:
      return VAGUS_FLOAT64;
    case lab::EventField::Kind::int64:
      return VAGUS_INT64;
    case lab::EventField::Kind::float32:
      return VAGUS_FLOAT32;
    case lab::EventField::Kind::flag:
      return VAGUS_BOOL;
    case lab::EventField::Kind::label:
      break;
  }
  return VAGUS_TEXT;
}
int vagus_events_field(const vagus_events* events, const char* name) {
  if (name == nullptr) return -1;
  for (size_t i = 0; i < vagus_events_fields(events); ++i)
    if (events->fields.fields()[i].name == name) return static_cast<int>(i);
  return -1;
}
const int64_t* vagus_events_int64(const vagus_events* events, size_t field) {
  return column_of(events, field, lab::EventField::Kind::int64, &capi::Column::int64);
}
const float* vagus_events_float32(const vagus_events* events, size_t field) {
  return column_of(events, field, lab::EventField::Kind::float32, &capi::Column::float32);
}
const double* vagus_events_float64(const vagus_events* events, size_t field) {
  return column_of(events, field, lab::EventField::Kind::float64, &capi::Column::float64);
}
const uint8_t* vagus_events_bool(const vagus_events* events, size_t field) {
  return column_of(events, field, lab::EventField::Kind::flag, &capi::Column::flags);
}
const char* const* vagus_events_text(const vagus_events* events, size_t field) {
  return column_of(events, field, lab::EventField::Kind::label, &capi::Column::text);
}

size_t vagus_events_unreadable(const vagus_events* events) { return events == nullptr ? 0 : events->unreadable.size(); }
vagus_status vagus_events_stretch(const vagus_events* events, size_t index, vagus_stretch* out, vagus_error** error) {
  return done(error, [&] {
    need(events, "events");
    need(out, "out");
    *out = events->unreadable[need_index(index, events->unreadable.size(), "unreadable stretch")];
  });
}

size_t vagus_events_curves(const vagus_events* events) { return events == nullptr ? 0 : events->curves.size(); }
const char* vagus_events_curve_name(const vagus_events* events, size_t curve) {
  return curve < vagus_events_curves(events) ? events->curves[curve].name.c_str() : nullptr;
}
size_t vagus_events_curve(const vagus_events* events, size_t curve, const double** t_s, const float** values) {
  if (curve >= vagus_events_curves(events)) return 0;
  const capi::Curve& found = events->curves[curve];
  if (t_s != nullptr) *t_s = found.t_s.data();
  if (values != nullptr) *values = found.values.data();
  return found.t_s.size();
}

vagus_result* vagus_run(const char* detector, const vagus_recording* recording, const vagus_options* options,
                        vagus_error** error) {
  return made(error, [&] {
    need(detector, "detector");
    need(recording, "recording");
    const lab::DetectorInfo& info = lab::detector(detector);
    std::map<std::string, std::string> rest;
    lab::RunOptions how;
    how.config = capi::settings_of(info, options, rest);
    how.channel = rest["channel"];
    how.scores = rest.contains("scores") && capi::flag_of("scores", rest["scores"]);
    how.probes = capi::names_of(rest["probes"]);
    auto run = std::make_shared<lab::RunResult>(lab::run(info, *recording->held, how));
    auto result = std::make_unique<vagus_result>();
    result->events = std::make_unique<vagus_events>(info);
    for (const lab::Event& event : run->events) result->events->add(event);
    result->summary = run->summary.dump(-1, ' ', false, lab::Json::error_handler_t::replace);
    result->held = std::move(run);
    return result.release();
  });
}
const vagus_events* vagus_result_events(const vagus_result* result) {
  return result == nullptr ? nullptr : result->events.get();
}
const char* vagus_result_summary(const vagus_result* result) {
  return result == nullptr ? "" : result->summary.c_str();
}
const char* vagus_result_json_lines(const vagus_result* result) {
  if (result == nullptr) return "";
  try {
    std::call_once(result->lines_made, [&] {
      std::string lines;
      for (const lab::Event& event : result->held->events) event.append_line(lines);
      result->lines = lines + result->summary + "\n";
    });
  } catch (const std::exception&) {
    return "";
  }
  return result->lines.c_str();
}
void vagus_result_free(vagus_result* result) { delete result; }

}  // extern "C"
