/// Recordings: read, looked at, written, made of arrays.
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "apps/capi/src/handles.h"
#include "lab/base/error.h"
#include "lab/formats/from_columns.h"
#include "lab/formats/read.h"
#include "lab/signal/info.h"
#include "lab/store/named.h"

using namespace vagus;
using capi::done;
using capi::made;
using capi::need;
using capi::need_index;

struct vagus_names {
  std::vector<std::string> all;
};

struct vagus_maker {
  lab::Recording about;
  std::vector<lab::Column> columns;
  std::vector<std::unique_ptr<std::vector<double>>> stamps;  ///< what columns look at
};

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

vagus_recording* handle_of(lab::Recording recording) {
  auto handle = std::make_unique<vagus_recording>();
  if (recording.start) handle->start = lab::iso(*recording.start);
  for (const lab::Channel& channel : recording.channels) handle->units.push_back(lab::unit_text_of(channel));
  handle->held = std::make_shared<const lab::Recording>(std::move(recording));
  return handle.release();
}

const lab::Channel* channel_of(const vagus_recording* recording, std::size_t channel) {
  if (recording == nullptr || channel >= recording->held->channels.size()) return nullptr;
  return &recording->held->channels[channel];
}
const lab::Track* track_of(const vagus_recording* recording, std::size_t track) {
  if (recording == nullptr || track >= recording->held->tracks.size()) return nullptr;
  return &recording->held->tracks[track];
}

const lab::Channel& need_channel(const vagus_recording* recording, std::size_t channel) {
  need(recording, "recording");
  return recording->held->channels[need_index(channel, recording->held->channels.size(), "channel")];
}

void need_samples(const lab::Channel& channel, std::size_t first, std::size_t count, const void* out) {
  const std::size_t all = channel.samples.size();
  if (first > all || count > all - first)
    throw lab::UsageError("channel " + channel.name + " has " + std::to_string(all) + " samples, and " +
                          std::to_string(count) + " were asked for from " + std::to_string(first) + " on");
  if (count > 0) need(out, "out");
}

template <class T>
int index_of(const std::vector<T>& all, const char* name) {
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name) return static_cast<int>(i);
  return -1;
}

template <class T>
lab::Samples copied(const void* values, std::size_t count) {
  const auto* begin = static_cast<const T*>(values);
  return lab::Samples(std::vector<T>(begin, begin + count));
}

lab::Samples samples_of(int type, const void* values, std::size_t count) {
  if (count > 0) need(values, "values");
  switch (type) {
    case VAGUS_INT16:
      return copied<std::int16_t>(values, count);
    case VAGUS_INT32:
      return copied<std::int32_t>(values, count);
    case VAGUS_FLOAT32:
      return copied<float>(values, count);
    case VAGUS_FLOAT64:
      return copied<double>(values, count);
    default:
      throw lab::UsageError("samples are int16, int32, float32 or float64");
  }
}

lab::Column column_of(const char* name, const char* unit, int type, const void* values, std::size_t count) {
  need(name, "name");
  lab::Column column;
  column.name = name;
  column.unit = unit == nullptr ? "" : unit;
  column.samples = samples_of(type, values, count);
  return column;
}

std::int64_t tick_of(double t_s, double tick_hz) {
  const double tick = t_s * tick_hz;
  if (!(std::abs(tick) < 9e15)) throw lab::UsageError("a label's time is a number of seconds");
  return std::llround(tick);
}

}  // namespace

extern "C" {

vagus_recording* vagus_read(const char* name, vagus_error** error) {
  return made(error, [&] {
    need(name, "name");
    const auto found = lab::named_recordings(name);
    if (found.size() != 1)
      throw lab::UsageError("\"" + std::string(name) + "\" names " + std::to_string(found.size()) + " recordings",
                            "vagus_find tells their names");
    return handle_of(found.front().read());
  });
}

vagus_recording* vagus_read_session(const char* const* files, size_t count, vagus_error** error) {
  return made(error, [&] {
    need(files, "files");
    if (count == 0) throw lab::UsageError("a session has a file at least");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
      need(files[i], "a file's name");
      names.emplace_back(files[i]);
    }
    return handle_of(lab::read_session(names));
  });
}

void vagus_recording_free(vagus_recording* recording) { delete recording; }

vagus_names* vagus_find(const char* name, vagus_error** error) {
  return made(error, [&] {
    need(name, "name");
    auto names = std::make_unique<vagus_names>();
    for (const lab::NamedRecording& one : lab::named_recordings(name)) names->all.push_back(one.shown);
    return names.release();
  });
}
size_t vagus_names_count(const vagus_names* names) { return names == nullptr ? 0 : names->all.size(); }
const char* vagus_names_at(const vagus_names* names, size_t index) {
  return index < vagus_names_count(names) ? names->all[index].c_str() : nullptr;
}
void vagus_names_free(vagus_names* names) { delete names; }

const char* vagus_recording_name(const vagus_recording* recording) {
  return recording == nullptr ? "" : recording->held->name.c_str();
}
const char* vagus_recording_subject(const vagus_recording* recording) {
  return recording == nullptr ? "" : recording->held->subject.c_str();
}
const char* vagus_recording_session(const vagus_recording* recording) {
  return recording == nullptr ? "" : recording->held->session.c_str();
}
const char* vagus_recording_start(const vagus_recording* recording) {
  return recording == nullptr ? "" : recording->start.c_str();
}
double vagus_recording_duration_s(const vagus_recording* recording) {
  return recording == nullptr ? unknown : recording->held->duration_s();
}
const char* vagus_recording_attribute(const vagus_recording* recording, const char* key) {
  if (recording == nullptr || key == nullptr) return nullptr;
  for (const auto& [name, value] : recording->held->attributes)
    if (name == key) return value.c_str();
  return nullptr;
}
const char* vagus_recording_info(const vagus_recording* recording) {
  if (recording == nullptr) return "";
  try {
    // Made when first asked for: it looks at every sample.
    std::call_once(recording->info_made, [&] {
      recording->info =
          lab::info_json(*recording->held, false).dump(-1, ' ', false, lab::Json::error_handler_t::replace);
    });
  } catch (const std::exception&) {
    return "";
  }
  return recording->info.c_str();
}

size_t vagus_recording_channels(const vagus_recording* recording) {
  return recording == nullptr ? 0 : recording->held->channels.size();
}
int vagus_channel_index(const vagus_recording* recording, const char* name) {
  return recording == nullptr || name == nullptr ? -1 : index_of(recording->held->channels, name);
}
const char* vagus_channel_name(const vagus_recording* recording, size_t channel) {
  const lab::Channel* found = channel_of(recording, channel);
  return found == nullptr ? nullptr : found->name.c_str();
}
const char* vagus_channel_quantity(const vagus_recording* recording, size_t channel) {
  const lab::Channel* found = channel_of(recording, channel);
  return found == nullptr ? nullptr : name(found->quantity);
}
const char* vagus_channel_unit(const vagus_recording* recording, size_t channel) {
  return channel_of(recording, channel) == nullptr ? nullptr : recording->units[channel].c_str();
}
double vagus_channel_rate_hz(const vagus_recording* recording, size_t channel) {
  const lab::Channel* found = channel_of(recording, channel);
  return found == nullptr ? unknown : found->time.rate_hz;
}
double vagus_channel_jitter_ms(const vagus_recording* recording, size_t channel) {
  const lab::Channel* found = channel_of(recording, channel);
  return found == nullptr ? unknown : found->time.jitter_ms;
}
size_t vagus_channel_samples(const vagus_recording* recording, size_t channel) {
  const lab::Channel* found = channel_of(recording, channel);
  return found == nullptr ? 0 : found->samples.size();
}
vagus_status vagus_channel_float64(const vagus_recording* recording, size_t channel, size_t first, size_t count,
                                   double* out, vagus_error** error) {
  return done(error, [&] {
    const lab::Channel& found = need_channel(recording, channel);
    need_samples(found, first, count, out);
    found.samples.read(first, std::span(out, count));
  });
}
vagus_status vagus_channel_float32(const vagus_recording* recording, size_t channel, size_t first, size_t count,
                                   float* out, vagus_error** error) {
  return done(error, [&] {
    const lab::Channel& found = need_channel(recording, channel);
    need_samples(found, first, count, out);
    found.samples.read(first, std::span(out, count));
  });
}
vagus_status vagus_channel_times(const vagus_recording* recording, size_t channel, size_t first, size_t count,
                                 double* out_s, vagus_error** error) {
  return done(error, [&] {
    const lab::Channel& found = need_channel(recording, channel);
    need_samples(found, first, count, out_s);
    for (std::size_t i = 0; i < count; ++i) out_s[i] = found.time.time_of(static_cast<std::int64_t>(first + i));
  });
}
size_t vagus_channel_gaps(const vagus_recording* recording, size_t channel) {
  const lab::Channel* found = channel_of(recording, channel);
  return found == nullptr ? 0 : static_cast<std::size_t>(found->time.gaps());
}
vagus_status vagus_channel_gap(const vagus_recording* recording, size_t channel, size_t gap, double* from_s,
                               double* to_s, vagus_error** error) {
  return done(error, [&] {
    const lab::Channel& found = need_channel(recording, channel);
    need(from_s, "from_s");
    need(to_s, "to_s");
    need_index(gap, static_cast<std::size_t>(found.time.gaps()), "gap");
    const lab::Stretch& before = found.time.stretches[gap];
    *from_s = before.time_of(before.first_row + before.rows);
    *to_s = found.time.stretches[gap + 1].t_start_s;
  });
}

size_t vagus_recording_tracks(const vagus_recording* recording) {
  return recording == nullptr ? 0 : recording->held->tracks.size();
}
int vagus_track_index(const vagus_recording* recording, const char* name) {
  return recording == nullptr || name == nullptr ? -1 : index_of(recording->held->tracks, name);
}
const char* vagus_track_name(const vagus_recording* recording, size_t track) {
  const lab::Track* found = track_of(recording, track);
  return found == nullptr ? nullptr : found->name.c_str();
}
double vagus_track_tick_hz(const vagus_recording* recording, size_t track) {
  const lab::Track* found = track_of(recording, track);
  return found == nullptr ? unknown : found->tick_hz;
}
size_t vagus_track_labels(const vagus_recording* recording, size_t track) {
  const lab::Track* found = track_of(recording, track);
  return found == nullptr || found->layers.empty() ? 0 : found->current().size();
}
vagus_status vagus_track_label(const vagus_recording* recording, size_t track, size_t index, vagus_label* out,
                               vagus_error** error) {
  return done(error, [&] {
    need(recording, "recording");
    need(out, "out");
    const lab::Track& found = recording->held->tracks[need_index(track, recording->held->tracks.size(), "track")];
    need_index(index, vagus_track_labels(recording, track), "label");
    const lab::Annotation& one = found.current()[index];
    *out = {one.tick,         one.end_tick, found.time_of(one.tick), found.time_of(one.end_tick), one.label.c_str(),
            one.text.c_str(), one.subtype};
  });
}

vagus_status vagus_recording_write(const vagus_recording* recording, const char* path, vagus_error** error) {
  return done(error, [&] {
    need(recording, "recording");
    need(path, "path");
    (void)lab::write(*recording->held, path);
  });
}

vagus_maker* vagus_maker_new(const char* name, vagus_error** error) {
  return made(error, [&] {
    need(name, "name");
    auto maker = std::make_unique<vagus_maker>();
    maker->about.name = name;
    return maker.release();
  });
}
vagus_status vagus_maker_set(vagus_maker* maker, const char* key, const char* value, vagus_error** error) {
  return done(error, [&] {
    need(maker, "maker");
    need(key, "key");
    need(value, "value");
    lab::set_fact(maker->about, key, value);
  });
}
vagus_status vagus_maker_channel(vagus_maker* maker, const char* name, const char* unit, int type, const void* values,
                                 size_t count, double rate_hz, vagus_error** error) {
  return done(error, [&] {
    need(maker, "maker");
    lab::Column column = column_of(name, unit, type, values, count);
    column.rate_hz = rate_hz;
    maker->columns.push_back(std::move(column));
  });
}
vagus_status vagus_maker_stamped(vagus_maker* maker, const char* name, const char* unit, int type, const void* values,
                                 const double* t_s, size_t count, vagus_error** error) {
  return done(error, [&] {
    need(maker, "maker");
    need(t_s, "t_s");
    lab::Column column = column_of(name, unit, type, values, count);
    maker->stamps.push_back(std::make_unique<std::vector<double>>(t_s, t_s + count));
    column.stamps_s = std::span<const double>(*maker->stamps.back());
    maker->columns.push_back(std::move(column));
  });
}
vagus_status vagus_maker_track(vagus_maker* maker, const char* name, const double* t_s, const double* t_end_s,
                               const char* const* labels, size_t count, double tick_hz, vagus_error** error) {
  return done(error, [&] {
    need(maker, "maker");
    need(name, "name");
    if (count > 0) need(t_s, "t_s");
    if (count > 0) need(labels, "labels");
    if (!(tick_hz > 0) || !std::isfinite(tick_hz)) throw lab::UsageError("tick_hz is a number of Hz above 0");
    lab::Track track{name, tick_hz, {lab::Layer{"", "", "from arrays", "", {}}}};
    for (std::size_t i = 0; i < count; ++i) {
      need(labels[i], "a label");
      lab::Annotation one;
      one.tick = tick_of(t_s[i], tick_hz);
      one.end_tick = t_end_s == nullptr ? one.tick : tick_of(t_end_s[i], tick_hz);
      one.label = labels[i];
      track.layers[0].annotations.push_back(std::move(one));
    }
    maker->about.tracks.push_back(std::move(track));
  });
}
vagus_recording* vagus_maker_finish(vagus_maker* maker, vagus_error** error) {
  return made(error, [&] {
    need(maker, "maker");
    vagus_maker gathered = std::exchange(*maker, {});
    return handle_of(lab::from_columns(std::move(gathered.about), std::move(gathered.columns)));
  });
}
void vagus_maker_free(vagus_maker* maker) { delete maker; }

}  // extern "C"
