#include <algorithm>
#include <chrono>
#include <cstring>

#include "apps/python/src/bind.h"

namespace vagus::python {
namespace {

RowField laid_out(const lab::EventField& field) {
  using Kind = lab::EventField::Kind;
  RowField row{field.name, "<f8", field.unit, field.meaning, 0, 8};
  switch (field.kind) {
    case Kind::float64:
      break;
    case Kind::int64:
      row.format = "<i8";
      break;
    case Kind::float32:
      row.format = "<f4", row.bytes = 4;
      break;
    case Kind::flag:
      row.format = "?", row.bytes = 1;
      break;
    case Kind::label:
      row.bytes = 4 * std::max<std::size_t>(field.longest_label, 1);
      row.format = "<U" + std::to_string(row.bytes / 4);
      break;
  }
  return row;
}

}  // namespace

nb::object from_json(const lab::Json& json) {
  static constexpr auto replace = lab::Json::error_handler_t::replace;
  const std::string text = json.dump(-1, ' ', false, replace);
  return nb::module_::import_("json").attr("loads")(nb::str(text.data(), text.size()));
}

void Interruption::check() {
  using std::chrono::steady_clock;
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now().time_since_epoch());
  if (now.count() < next_us_) return;
  next_us_ = now.count() + 50'000;
  const nb::gil_scoped_acquire held;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

EventRows::EventRows(const lab::DetectorInfo& detector) : columns_(detector) {
  for (const lab::EventField& field : columns_.fields()) {
    fields_.push_back(laid_out(field));
    fields_.back().offset = row_bytes_;
    row_bytes_ += fields_.back().bytes;
  }
}

void EventRows::begin_row() {
  bytes_.resize(bytes_.size() + row_bytes_);
  ++rows_;
  row_ = bytes_.data() + bytes_.size() - row_bytes_;
}

template <class T>
void EventRows::put(std::size_t field, T value) {
  std::memcpy(row_ + fields_[field].offset, &value, sizeof value);
}

template <>
void EventRows::put(std::size_t field, std::string_view text) {
  // NumPy's text is UTF-32; labels are ASCII.
  const std::size_t room = fields_[field].bytes / 4;
  for (std::size_t i = 0; i < std::min(room, text.size()); ++i) {
    const auto c = static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    std::memcpy(row_ + fields_[field].offset + 4 * i, &c, sizeof c);
  }
}

void EventRows::append(const lab::Event& event) {
  begin_row();
  columns_.each(event, [this](std::size_t field, auto value) { put(field, value); });
}

void EventRows::append(const lab::Said& said, const lab::EventTimes& times) {
  begin_row();
  columns_.each(said, times, [this](std::size_t field, auto value) { put(field, value); });
}

nb::object EventRows::take() {
  auto array = array_of(std::move(bytes_));
  bytes_.clear();
  rows_ = 0;
  return nb::cast(std::move(array));
}

}  // namespace vagus::python
