/// Recordings and channels for Python: read, made of arrays, written, kept in the store; samples handed over without a
/// copy wherever they already are what is asked for.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "apps/python/src/bind.h"
#include "lab/base/error.h"
#include "lab/formats/from_columns.h"
#include "lab/formats/read.h"
#include "lab/report/wave.h"
#include "lab/signal/info.h"
#include "lab/store/named.h"
#include "lab/store/store.h"

namespace vagus::python {
namespace {

using lab::Channel;
using lab::Recording;

/// Samples as stored, read-only, in place: they live as long as `owner` does.
nb::object stored(const Channel& channel, nb::handle owner) {
  return std::visit(
      [&](const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        return nb::cast(nb::ndarray<nb::numpy, const T, nb::ndim<1>>(values.data(), {values.size()}, owner));
      },
      channel.samples.storage());
}

template <class T>
nb::object physical(const Channel& channel, nb::handle owner) {
  const auto* held = std::get_if<lab::SampleColumn<T>>(&channel.samples.storage());
  if (held != nullptr && channel.samples.gain() == 1 && channel.samples.baseline() == 0) return stored(channel, owner);
  std::vector<T> values(channel.samples.size());
  {
    const nb::gil_scoped_release others_run;
    channel.samples.read(0, std::span<T>(values));
  }
  return nb::cast(array_of(std::move(values)));
}

nb::object values(nb::handle self, const std::string& type) {
  const auto& channel = nb::cast<const Channel&>(self);
  if (type == "float64") return physical<double>(channel, self);
  if (type == "float32") return physical<float>(channel, self);
  throw lab::UsageError("a channel's values are float32 or float64, not " + type,
                        "ask for .digital to get them as stored");
}

nb::object times(const Channel& channel) {
  std::vector<double> all;
  all.reserve(static_cast<std::size_t>(channel.time.rows()));
  for (const lab::Stretch& stretch : channel.time.stretches)
    for (std::int64_t row = 0; row < stretch.rows; ++row) all.push_back(stretch.time_of(stretch.first_row + row));
  return nb::cast(array_of(std::move(all)));
}

nb::list gaps(const Channel& channel) {
  nb::list all;
  const auto& stretches = channel.time.stretches;
  for (std::size_t i = 1; i < stretches.size(); ++i) {
    const lab::Stretch& before = stretches[i - 1];
    all.append(nb::make_tuple(before.time_of(before.first_row + before.rows), stretches[i].t_start_s));
  }
  return all;
}

/// The array's own memory, which it keeps while the recording, or a copy of it, has these samples.
template <class T>
lab::SampleColumn<T> lent(const Values& from) {
  std::shared_ptr<const void> owner(new Values(from), [](const Values* array) {
    if (!Py_IsInitialized()) return;  // at its end Python has taken back all memory
    const nb::gil_scoped_acquire held;
    delete array;
  });
  return {static_cast<const T*>(from.data()), from.shape(0), std::move(owner)};
}

lab::Samples samples_of(const Values& from, double gain, double baseline, const std::string& where) {
  if (!(std::abs(gain) > 0) || !std::isfinite(gain) || !std::isfinite(baseline))
    throw lab::UsageError("gain and baseline are finite, and the gain is not 0", where);
  const auto is = [&](auto sample) { return from.dtype() == nb::dtype<decltype(sample)>(); };
  if (is(std::int16_t{})) return lab::Samples(lent<std::int16_t>(from), gain, baseline);
  if (is(std::int32_t{})) return lab::Samples(lent<std::int32_t>(from), gain, baseline);
  if (is(float{})) return lab::Samples(lent<float>(from), gain, baseline);
  if (is(double{})) return lab::Samples(lent<double>(from), gain, baseline);
  throw lab::UsageError("samples are int16, int32, float32 or float64", where);
}

/// One column as Python hands it over: name, unit, values, gain, baseline, rate, stamps or None, which outlive the
/// call.
lab::Column column_of(const nb::tuple& tuple) {
  lab::Column column;
  column.name = nb::cast<std::string>(tuple[0]);
  column.unit = nb::cast<std::string>(tuple[1]);
  column.samples = samples_of(nb::cast<Values>(tuple[2]), nb::cast<double>(tuple[3]), nb::cast<double>(tuple[4]),
                              "column " + column.name);
  column.rate_hz = nb::cast<double>(tuple[5]);
  if (!tuple[6].is_none()) {
    const auto stamps = nb::cast<Values>(tuple[6]);
    column.stamps_s = std::span(static_cast<const double*>(stamps.data()), stamps.shape(0));
  }
  return column;
}

std::shared_ptr<Recording> made(const std::string& name, const std::string& subject, const std::string& session,
                                const std::string& start, const std::map<std::string, std::string>& facts,
                                const nb::list& columns) {
  Recording about;
  about.name = name;
  about.subject = subject;
  about.session = session;
  if (!start.empty()) lab::set_fact(about, "start", start);
  for (const auto& [key, value] : facts) lab::set_fact(about, key, value);
  std::vector<lab::Column> all;
  for (const nb::handle one : columns) all.push_back(column_of(nb::cast<nb::tuple>(one)));
  return std::make_shared<Recording>(lab::from_columns(std::move(about), std::move(all)));
}

std::vector<std::shared_ptr<Recording>> read(const std::vector<std::string>& names, bool annotations) {
  const nb::gil_scoped_release others_run;
  const lab::ReadOptions options{.annotations = annotations};
  std::vector<std::shared_ptr<Recording>> all;
  if (names.size() > 1) {
    all.push_back(std::make_shared<Recording>(lab::read_session(names, options)));
    return all;
  }
  for (const lab::NamedRecording& one : lab::named_recordings(names.at(0), options))
    all.push_back(std::make_shared<Recording>(one.read()));
  return all;
}

nb::tuple annotations_of(const lab::Track& track) {
  const auto& all = track.current();
  std::vector<std::int64_t> ticks, ends;
  nb::list labels, texts;
  for (const lab::Annotation& one : all) {
    ticks.push_back(one.tick);
    ends.push_back(one.end_tick);
    labels.append(nb::str(one.label.data(), one.label.size()));
    texts.append(nb::steal(PyUnicode_DecodeUTF8(one.text.data(), static_cast<Py_ssize_t>(one.text.size()), "replace")));
  }
  return nb::make_tuple(array_of(std::move(ticks)), array_of(std::move(ends)), labels, texts);
}

void add_track(Recording& recording, const std::string& name, double tick_hz, const std::vector<std::int64_t>& ticks,
               const std::vector<std::int64_t>& ends, const std::vector<std::string>& labels) {
  if (ticks.size() != labels.size() || ticks.size() != ends.size())
    throw lab::UsageError("a track has as many labels as times");
  lab::Track track{name, tick_hz, {lab::Layer{"", "", "from arrays", "", {}}}};
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    lab::Annotation one;
    one.tick = ticks[i];
    one.end_tick = ends[i];
    one.label = labels[i];
    track.layers[0].annotations.push_back(std::move(one));
  }
  recording.tracks.push_back(std::move(track));
}

/// Missing samples, and the smallest and largest value, NaN where there is none.
nb::tuple extent(const Channel& channel) {
  lab::Extent found;
  {
    const nb::gil_scoped_release others_run;
    found = lab::extent_of(channel);
  }
  return nb::make_tuple(found.missing, found.low, found.high);
}

/// The first seconds of a channel as the reports draw them: an SVG element.
std::string drawn(const Channel& channel, double seconds) {
  const double t0_s = channel.time.stretches.empty() ? 0 : channel.time.stretches.front().t_start_s;
  const double t1_s = t0_s + seconds;
  lab::Excerpt excerpt{t0_s, t1_s, {}, {}, {}};
  lab::Trace& trace = excerpt.signal;
  trace.name = channel.name;
  trace.unit = channel.unit == Unit::none ? lab::unit_text_of(channel) : std::string(vagus::name(channel.unit));
  trace.t0_s = t0_s;
  trace.rate_hz = channel.time.rate_hz;
  trace.values.assign(static_cast<std::size_t>(std::ceil((t1_s - t0_s) * trace.rate_hz)),
                      std::numeric_limits<float>::quiet_NaN());
  for (const lab::Stretch& stretch : channel.time.stretches) {
    for (std::int64_t row = 0; row < stretch.rows; ++row) {
      const double place = (stretch.time_of(stretch.first_row + row) - t0_s) * trace.rate_hz;
      if (place > static_cast<double>(trace.values.size())) break;
      const std::int64_t at = std::llround(place);
      if (at < 0 || at >= static_cast<std::int64_t>(trace.values.size())) continue;
      trace.values[static_cast<std::size_t>(at)] =
          static_cast<float>(channel.samples.at(static_cast<std::size_t>(stretch.first_row + row)));
    }
  }
  lab::Wave wave;
  wave.excerpt = &excerpt;
  wave.text = channel.name + " from " + lab::shortest(t0_s) + " to " + lab::shortest(t1_s) + " s";
  wave.reference = false;
  return lab::draw(wave);
}

std::vector<std::string> write(const Recording& recording, const std::string& path) {
  const nb::gil_scoped_release others_run;
  return lab::write(recording, path).files;
}

std::string add_to_store(const std::vector<std::shared_ptr<Recording>>& recordings, const std::string& set) {
  const nb::gil_scoped_release others_run;
  std::vector<Recording> copies;
  for (const auto& one : recordings) copies.push_back(*one);
  return lab::Store::open().add(set, std::move(copies)).version;
}

std::vector<std::string> stored_recordings(const std::string& set, const std::string& pattern) {
  std::vector<std::string> names;
  for (const lab::Entry& entry : lab::Store::open().list(set, pattern)) names.push_back(entry.recording);
  return names;
}

}  // namespace

void bind_recordings(nb::module_& m) {
  nb::class_<Channel>(m, "Channel")
      .def_ro("name", &Channel::name)
      .def_prop_ro("quantity", [](const Channel& c) { return vagus::name(c.quantity); })
      .def_prop_ro("unit", lab::unit_text_of)
      .def_prop_ro("placement", [](const Channel& c) { return std::string(lab::name(c.placement)); })
      .def_prop_ro("rate_hz", [](const Channel& c) { return c.time.rate_hz; })
      .def_prop_ro("jitter_ms", [](const Channel& c) { return c.time.jitter_ms; })
      .def_prop_ro("rows", [](const Channel& c) { return c.time.rows(); })
      .def_prop_ro("duration_s", [](const Channel& c) { return c.time.duration_s(); })
      .def_prop_ro("gain", [](const Channel& c) { return c.samples.gain(); })
      .def_prop_ro("baseline", [](const Channel& c) { return c.samples.baseline(); })
      .def_prop_ro("gaps", gaps)
      .def("values", values, nb::arg("type") = "float64")
      .def("digital", [](nb::handle self) { return stored(nb::cast<const Channel&>(self), self); })
      .def("times", times);
  nb::class_<lab::Track>(m, "Track")
      .def_ro("name", &lab::Track::name)
      .def_ro("tick_hz", &lab::Track::tick_hz)
      .def("annotations", annotations_of);
  nb::class_<Recording>(m, "Recording", nb::is_weak_referenceable(), nb::dynamic_attr())
      .def_ro("name", &Recording::name)
      .def_ro("subject", &Recording::subject)
      .def_ro("session", &Recording::session)
      .def_prop_ro("start",
                   [](const Recording& r) -> std::optional<std::string> {
                     if (!r.start) return std::nullopt;
                     return lab::iso(*r.start);
                   })
      .def_ro("attributes", &Recording::attributes)
      .def_ro("repairs", &Recording::repairs)
      .def_prop_ro("duration_s", &Recording::duration_s)
      .def("channel_list",
           [](nb::handle self) {
             nb::list all;
             for (const Channel& channel : nb::cast<const Recording&>(self).channels)
               all.append(nb::cast(&channel, nb::rv_policy::reference_internal, self));
             return all;
           })
      .def("track_list", [](nb::handle self) {
        nb::list all;
        // Copies: another track may be added while one is held.
        for (const lab::Track& track : nb::cast<const Recording&>(self).tracks)
          all.append(nb::cast(lab::Track(track), nb::rv_policy::move));
        return all;
      });
  m.def("read", read, nb::arg("names"), nb::arg("annotations") = true);
  m.def("make_recording", made, nb::arg("name"), nb::arg("subject"), nb::arg("session"), nb::arg("start"),
        nb::arg("facts"), nb::arg("columns"));
  m.def("add_track", add_track, nb::arg("recording"), nb::arg("name"), nb::arg("tick_hz"), nb::arg("ticks"),
        nb::arg("ends"), nb::arg("labels"));
  m.def("extent", extent, nb::arg("channel"));
  m.def("drawn", drawn, nb::arg("channel"), nb::arg("seconds"));
  m.def("write", write, nb::arg("recording"), nb::arg("path"));
  m.def("add_to_store", add_to_store, nb::arg("recordings"), nb::arg("set"));
  m.def("stored_sets", [] { return lab::Store::open().sets(); });
  m.def("stored_recordings", stored_recordings, nb::arg("set"), nb::arg("pattern") = "");
}

}  // namespace vagus::python
