/// Detectors for Python: what there are, whole recordings, and streams chunk by chunk.
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <cstring>
#include <optional>

#include "apps/python/src/bind.h"
#include "lab/base/error.h"
#include "lab/detect/stream.h"

namespace vagus::python {
namespace {

nb::dict described(const lab::FieldInfo& field) {
  using Kind = lab::FieldInfo::Kind;
  nb::dict d;
  d["name"] = field.name;
  d["unit"] = field.unit;
  d["meaning"] = field.meaning;
  d["type"] = field.kind == Kind::number    ? "float"
              : field.kind == Kind::integer ? "int"
              : field.kind == Kind::flag    ? "bool"
                                            : "str";
  d["low"] = field.low;
  d["high"] = field.high;
  d["default"] = field.standard;
  d["labels"] = nb::cast(field.labels);
  return d;
}

nb::dict described(const lab::DetectorInfo& detector) {
  const Contract& contract = *detector.contract;
  nb::dict d;
  d["name"] = contract.name;
  d["version"] = contract.version;
  d["summary"] = contract.summary;
  d["source"] = contract.source;
  d["event"] = contract.event;
  d["class"] = detector.type.substr(detector.type.rfind(':') + 1);
  d["latency_ms"] = contract.latency_ms;
  d["state_bytes"] = detector.state_bytes;
  nb::list reads, probes, config, outputs;
  for (const ChannelNeed& need : contract.reads) {
    nb::dict one;
    one["quantity"] = name(need.quantity);
    one["unit"] = name(need.unit);
    one["min_rate_hz"] = need.min_rate_hz;
    one["max_rate_hz"] = need.max_rate_hz;
    one["optional"] = need.optional;
    reads.append(one);
  }
  for (const ProbeInfo& probe : contract.probes) probes.append(nb::make_tuple(probe.name, probe.unit));
  for (const lab::FieldInfo& field : detector.config) config.append(described(field));
  const EventRows rows(detector);
  for (const RowField& field : rows.fields())
    outputs.append(nb::make_tuple(field.name, field.format, field.unit, field.meaning));
  d["reads"] = reads;
  d["probes"] = probes;
  d["config"] = config;
  d["fields"] = outputs;
  return d;
}

/// Scores, candidates and probes as columns: times and values, by what they are.
nb::dict columns_of(const std::vector<lab::Event>& events) {
  struct Curve {
    std::vector<double> t_s;
    std::vector<float> values;
  };
  std::map<std::string, Curve> curves;
  for (const lab::Event& event : events) {
    const char* kind = event.kind == lab::Said::Kind::score       ? "score"
                       : event.kind == lab::Said::Kind::candidate ? "candidate"
                                                                  : nullptr;
    const std::string name = event.kind == lab::Said::Kind::probe ? "probe:" + event.probe
                             : kind == nullptr                    ? ""
                                                                  : kind;
    if (name.empty()) continue;
    curves[name].t_s.push_back(event.t_s);
    curves[name].values.push_back(event.value);
  }
  nb::dict all;
  for (auto& [name, curve] : curves)
    all[name.c_str()] = nb::make_tuple(array_of(std::move(curve.t_s)), array_of(std::move(curve.values)));
  return all;
}

nb::tuple run(const std::string& detector_name, const std::shared_ptr<lab::Recording>& recording,
              const lab::Config& config, const std::string& channel, bool scores,
              const std::vector<std::string>& probes) {
  const lab::DetectorInfo& detector = lab::detector(detector_name);
  return told(detector, answered(detector, *recording, config, channel, scores, probes));
}

/// One detector fed chunk by chunk: the device's own view, samples counted as pushed.
class Stream {
 public:
  Stream(const std::string& name, lab::Config config, double rate_hz, bool probes)
      : stream_(lab::detector(name), std::move(config), rate_hz, {.scores = false, .probes = probes},
                [this](const lab::Said& said, const lab::EventTimes& times) { hear(said, times); }),
        rows_(stream_.detector()) {
    columns_.resize(stream_.detector().contract->reads.size());
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// The rows said, or nothing. One channel.
  nb::object push_one(const FloatVector& samples) {
    demand(columns_.size() == 1, 1);
    return push_columns(samples.data(), samples.shape(0));
  }
  /// The same, a row of all channels a sample.
  nb::object push(const FloatMatrix& samples) {
    demand(samples.shape(1) == columns_.size(), samples.shape(1));
    return push_columns(samples.data(), samples.shape(0));
  }
  nb::object push_columns(const float* data, std::size_t rows) {
    if (columns_.size() == 1) {
      columns_[0] = data;
      stream_.push(columns_, rows);
    } else {
      if (apart_.size() < rows * columns_.size()) apart_.resize(rows * columns_.size());
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        for (std::size_t i = 0; i < rows; ++i) apart_[c * rows + i] = data[i * columns_.size() + c];
        columns_[c] = apart_.data() + c * rows;
      }
      stream_.push(columns_, rows);
    }
    return said();
  }
  void gap(double seconds) { stream_.gap(seconds); }
  nb::object finish() {
    stream_.finish();
    return said();
  }
  nb::object take_unreadable() {
    nb::object all = std::move(unreadable_);
    unreadable_ = nb::list();
    return all;
  }
  nb::dict take_probes() {
    nb::dict all;
    for (auto& [name, curve] : curves_)
      all[name.c_str()] = nb::make_tuple(array_of(std::move(curve.first)), array_of(std::move(curve.second)));
    curves_.clear();
    return all;
  }
  nb::bytes snapshot() const {
    const auto bytes = stream_.snapshot();
    return nb::bytes(bytes.data(), bytes.size());
  }
  void restore(const nb::bytes& bytes, std::int64_t pushed, const lab::Stream::Gaps& gaps) {
    stream_.restore(std::as_bytes(std::span(static_cast<const char*>(bytes.data()), bytes.size())), pushed, gaps);
  }
  std::int64_t pushed() const { return stream_.pushed(); }
  const lab::Stream::Gaps& gaps() const { return stream_.gaps(); }

 private:
  void demand(bool fits, std::size_t channels) const {
    if (fits) return;
    throw lab::UsageError(std::string(stream_.detector().contract->name) + " reads " + std::to_string(columns_.size()) +
                          " channel(s), and the chunk has " + std::to_string(channels));
  }
  void hear(const lab::Said& said, const lab::EventTimes& times) {
    using Kind = lab::Said::Kind;
    const auto& probes = stream_.detector().contract->probes;
    if (said.kind == Kind::event) {
      rows_.append(said, times);
    } else if (said.kind == Kind::unreadable) {
      unreadable_.append(nb::make_tuple(times.t_start_s, times.t_end_s, said.reason));
    } else if (said.kind == Kind::probe && said.probe >= 0 && static_cast<std::size_t>(said.probe) < probes.size()) {
      auto& curve = curves_[probes[static_cast<std::size_t>(said.probe)].name];
      curve.first.push_back(said.sample);
      curve.second.push_back(said.value);
    }
  }
  nb::object said() { return rows_.count() == 0 ? nb::none() : rows_.take(); }

  lab::Stream stream_;
  EventRows rows_;
  std::vector<const float*> columns_;
  std::vector<float> apart_;
  nb::list unreadable_;
  std::map<std::string, std::pair<std::vector<std::int64_t>, std::vector<float>>> curves_;
};

}  // namespace

lab::RunResult answered(const lab::DetectorInfo& detector, const lab::Recording& recording, const lab::Config& config,
                        const std::string& channel, bool scores, const std::vector<std::string>& probes) {
  lab::RunOptions options;
  options.config = config;
  options.channel = channel;
  options.scores = scores;
  options.probes = probes;
  Interruption interruption;
  options.on_event = [&](const lab::Event&) { interruption.check(); };
  const nb::gil_scoped_release others_run;
  return lab::run(detector, recording, options);
}

nb::tuple told(const lab::DetectorInfo& detector, const lab::RunResult& result) {
  EventRows rows(detector);
  nb::list unreadable;
  for (const lab::Event& event : result.events) {
    if (event.kind == lab::Said::Kind::event) rows.append(event);
    if (event.kind == lab::Said::Kind::unreadable)
      unreadable.append(nb::make_tuple(event.t_start_s, event.t_end_s, event.reason, event.row, event.end_row));
  }
  return nb::make_tuple(rows.take(), unreadable, columns_of(result.events), from_json(result.summary));
}

void bind_running(nb::module_& m) {
  m.def("detectors", [] {
    nb::list all;
    for (const lab::DetectorInfo& detector : lab::detectors()) all.append(described(detector));
    return all;
  });
  m.def(
      "check_detector", [](const std::string& name) { (void)lab::detector(name); }, nb::arg("name"));
  m.def("run", run, nb::arg("detector"), nb::arg("recording"), nb::arg("config"), nb::arg("channel"), nb::arg("scores"),
        nb::arg("probes"));
  nb::class_<Stream>(m, "Stream")
      .def(nb::init<const std::string&, lab::Config, double, bool>(), nb::arg("detector"), nb::arg("config"),
           nb::arg("rate_hz"), nb::arg("probes"))
      .def("push", &Stream::push_one, nb::arg("samples").noconvert())
      .def("push", &Stream::push, nb::arg("samples").noconvert())
      .def("gap", &Stream::gap, nb::arg("seconds"))
      .def("finish", &Stream::finish)
      .def("take_unreadable", &Stream::take_unreadable)
      .def("take_probes", &Stream::take_probes)
      .def("snapshot", &Stream::snapshot)
      .def("restore", &Stream::restore, nb::arg("bytes"), nb::arg("pushed"), nb::arg("gaps"))
      .def_prop_ro("pushed", &Stream::pushed)
      .def_prop_ro("gaps", &Stream::gaps);
}

}  // namespace vagus::python
