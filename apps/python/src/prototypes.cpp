/// Prototypes of this very process: driven by the front end that drives every detector.
#include <nanobind/stl/map.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "apps/python/src/bind.h"
#include "lab/base/error.h"
#include "lab/prototype/declared.h"
#include "lab/prototype/spoken.h"

namespace vagus::python {
namespace {

/// One run of Python's object (vagus.prototype.Called): it gets a second of samples at a time, as in a worker, and
/// answers with a JSON array of what it says.
class Called final : public lab::Instance {
 public:
  Called(const lab::Declared& declared, const nb::object& make, const lab::Config& config, lab::Wanted wanted)
      : spoken_(declared, wanted), channels_(declared.reads.size()) {
    const nb::gil_scoped_acquire held;
    nb::dict settings;
    for (const lab::FieldInfo& field : declared.info.config) {
      const auto given = config.find(field.name);
      const double value = given == config.end() ? field.standard : given->second;
      if (field.name == "rate_hz") rate_hz_ = value;
      using Kind = lab::FieldInfo::Kind;
      if (field.kind == Kind::flag)
        settings[field.name.c_str()] = value != 0;
      else if (field.kind == Kind::integer)
        settings[field.name.c_str()] = static_cast<std::int64_t>(value);
      else
        settings[field.name.c_str()] = value;
    }
    object_ = make(settings);
  }
  ~Called() override {
    const nb::gil_scoped_acquire held;
    object_.reset();
  }
  Called(const Called&) = delete;
  Called& operator=(const Called&) = delete;

  void push(std::span<const float* const> columns, std::size_t count, const lab::Listener& listener) override {
    const auto second = static_cast<std::size_t>(std::max(1.0, std::round(rate_hz_)));
    for (std::size_t row = 0; row < count; ++row) {
      for (const float* column : columns)
        rows_.push_back(column == nullptr ? std::numeric_limits<float>::quiet_NaN() : column[row]);
      if (++filled_ == second) flush(listener);
    }
    listener_ = &listener;
  }
  void gap(Duration lost) override {
    if (listener_ != nullptr) flush(*listener_);
    const nb::gil_scoped_acquire held;
    answered(object_.attr("gap")(static_cast<double>(lost.us) * 1e-6), listener_);
  }
  void finish(const lab::Listener& listener) override {
    flush(listener);
    spoken_.end();
    const nb::gil_scoped_acquire held;
    answered(object_.attr("finish")(), &listener);
  }
  std::span<const std::byte> snapshot() const override { throw lab::Error("a prototype's state is Python's"); }
  void restore(std::span<const std::byte> /*bytes*/) override { throw lab::Error("a prototype's state is Python's"); }

 private:
  void flush(const lab::Listener& listener) {
    if (filled_ == 0) return;
    spoken_.pushed(filled_);
    const nb::gil_scoped_acquire held;
    std::vector<float> rows;
    rows.swap(rows_);
    const std::size_t count = filled_;
    filled_ = 0;
    answered(object_.attr("push")(array_of(std::move(rows)).cast(), count, channels_), &listener);
  }
  void answered(const nb::object& json, const lab::Listener* listener) {
    const lab::Json all = lab::Json::parse(nb::cast<std::string>(json), nullptr, false);
    for (const lab::Json& said : all) {
      if (listener == nullptr) throw lab::Error("the prototype says something before the first sample");
      spoken_.hear(said, *listener);
    }
  }

  lab::Spoken spoken_;
  std::size_t channels_;
  nb::object object_;
  double rate_hz_ = 250;
  std::vector<float> rows_;
  std::size_t filled_ = 0;
  const lab::Listener* listener_ = nullptr;
};

/// Texts that were said are as long as they are: the table's columns take the longest.
void measure_texts(lab::DetectorInfo& info, const std::vector<lab::Event>& events) {
  for (lab::FieldInfo& field : info.outputs) {
    if (field.kind != lab::FieldInfo::Kind::label) continue;
    std::set<std::string> seen;
    for (const lab::Event& event : events)
      for (const auto& [name, value] : event.fields)
        if (name == field.name && value.is_string()) seen.insert(value.get<std::string>());
    field.labels.assign(seen.begin(), seen.end());
  }
}

/// @param description  vagus.prototype.Prototype.description as JSON
/// @param make         called with the configuration, gives the object to drive
nb::tuple run_prototype(const std::string& description, const nb::object& make, const std::string& file,
                        const std::shared_ptr<lab::Recording>& recording, const lab::Config& config,
                        const std::string& channel, bool scores, const std::vector<std::string>& probes) {
  lab::Declared declared = lab::declared_of(lab::Json::parse(description), file);
  lab::settle(declared, [&](const lab::Config& settings, lab::Wanted wanted) {
    return std::make_unique<Called>(declared, make, settings, wanted);
  });
  const lab::RunResult result = answered(declared.info, *recording, config, channel, scores, probes);
  measure_texts(declared.info, result.events);
  nb::list fields;
  const EventRows rows(declared.info);
  for (const RowField& field : rows.fields()) fields.append(nb::make_tuple(field.name, field.format));
  return nb::make_tuple(fields, told(declared.info, result));
}

}  // namespace

void bind_prototypes(nb::module_& m) {
  m.def("run_prototype", run_prototype, nb::arg("description"), nb::arg("make"), nb::arg("file"), nb::arg("recording"),
        nb::arg("config"), nb::arg("channel"), nb::arg("scores"), nb::arg("probes"));
}

}  // namespace vagus::python
