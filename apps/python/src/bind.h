#pragma once
/// The parts of the extension module, and what they share: arrays that own their memory, and calls that let other
/// threads run.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lab/detect/event_fields.h"
#include "lab/signal/recording.h"

namespace vagus::python {

namespace nb = nanobind;

void bind_recordings(nb::module_& m);
void bind_running(nb::module_& m);
void bind_scoring(nb::module_& m);
void bind_prototypes(nb::module_& m);

/// Runs a detector while other threads of Python run; Ctrl-C ends it (nb::python_error).
lab::RunResult answered(const lab::DetectorInfo& detector, const lab::Recording& recording, const lab::Config& config,
                        const std::string& channel, bool scores, const std::vector<std::string>& probes);

/// What a run said: rows as bytes, unreadable stretches, curves, summary.
nb::tuple told(const lab::DetectorInfo& detector, const lab::RunResult& result);

/// A one-dimensional NumPy array that takes over the vector's memory.
template <class T>
nb::ndarray<nb::numpy, T, nb::ndim<1>> array_of(std::vector<T> values) {
  auto held = std::make_unique<std::vector<T>>(std::move(values));
  T* data = held->data();
  const std::size_t size = held->size();
  nb::capsule owner(held.release(), [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T, nb::ndim<1>>(data, {size}, owner);
}

/// Values of one channel as Python hands them over: one-dimensional, contiguous, of the machine's own byte order.
using Values = nb::ndarray<nb::ro, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FloatVector = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FloatMatrix = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

/// A JSON text as Python's own json reads it.
nb::object from_json(const lab::Json& json);

/// Lets Ctrl-C through from inside of a call that holds no GIL: asked often, looks at most twenty times a second.
/// Throws nb::python_error.
class Interruption {
 public:
  void check();

 private:
  std::int64_t next_us_ = 0;
};

/// Rows of a structured array: how each field of an event is laid out.
struct RowField {
  std::string name, format;  ///< NumPy's: "<f8", "<i8", "<f4", "?", "<U7"
  std::string unit, meaning;
  std::size_t offset = 0, bytes = 0;
};
class EventRows {
 public:
  explicit EventRows(const lab::DetectorInfo& detector);
  const std::vector<RowField>& fields() const { return fields_; }
  void append(const lab::Event& event);
  /// One event of a stream, in samples as pushed.
  void append(const lab::Said& said, const lab::EventTimes& times);
  std::size_t count() const { return rows_; }
  /// The rows so far as bytes, which are then forgotten.
  nb::object take();

 private:
  template <class T>
  void put(std::size_t field, T value);
  void begin_row();
  lab::EventFields columns_;
  std::vector<RowField> fields_;
  std::size_t row_bytes_ = 0, rows_ = 0;
  std::vector<std::uint8_t> bytes_;
  std::uint8_t* row_ = nullptr;
};

}  // namespace vagus::python
