#include <algorithm>
#include <chrono>
#include <cstring>

#include "apps/python/src/bind.h"

namespace vagus::python {
namespace {

constexpr std::size_t in_head = static_cast<std::size_t>(-1);

bool stands_in_head(const std::string& name) {
  return name == "sample" || name == "start_sample" || name == "end_sample" || name == "quality";
}

RowField laid_out(const lab::FieldInfo& field) {
  using Kind = lab::FieldInfo::Kind;
  RowField row{field.name, "<f4", field.unit, field.meaning, 0, 4};
  if (field.kind == Kind::integer) row.format = "<i8", row.bytes = 8;
  if (field.kind == Kind::flag) row.format = "?", row.bytes = 1;
  if (field.kind == Kind::label) {
    std::size_t longest = 1;
    for (const std::string& label : field.labels) longest = std::max(longest, label.size());
    row.format = "<U" + std::to_string(longest);
    row.bytes = 4 * longest;
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

EventRows::EventRows(const lab::DetectorInfo& detector) : moment_(detector.moment) {
  fields_.push_back({"t_s", "<f8", "s", moment_ ? "moment, since the recording's start" : "when it was decided", 0, 8});
  if (moment_) {
    fields_.push_back({"sample", "<i8", "sample", "row of the input, at its own rate, from 0", 0, 8});
  } else {
    fields_.push_back({"t_start_s", "<f8", "s", "start of the stretch", 0, 8});
    fields_.push_back({"t_end_s", "<f8", "s", "end of the stretch", 0, 8});
  }
  fields_.push_back({"quality", "<f4", "", "calibrated probability that the answer is right", 0, 4});
  head_ = fields_.size();
  for (const lab::FieldInfo& field : detector.outputs) {
    outputs_.push_back(stands_in_head(field.name) ? in_head : fields_.size());
    if (outputs_.back() != in_head) fields_.push_back(laid_out(field));
  }
  fields_.push_back({"t_known_s", "<f8", "s", "when the detector could have said it", 0, 8});
  fields_.push_back({"at_end", "?", "", "decided only because the signal ended", 0, 1});
  for (RowField& field : fields_) {
    field.offset = row_bytes_;
    row_bytes_ += field.bytes;
  }
}

std::uint8_t* EventRows::begin_row() {
  bytes_.resize(bytes_.size() + row_bytes_);
  ++rows_;
  return row_ = bytes_.data() + bytes_.size() - row_bytes_;
}

template <class T>
void EventRows::put(std::size_t field, T value) {
  std::memcpy(row_ + fields_[field].offset, &value, sizeof value);
}

void EventRows::put_text(std::size_t field, std::string_view text) {
  // NumPy's text is UTF-32; labels are ASCII.
  const std::size_t room = fields_[field].bytes / 4;
  for (std::size_t i = 0; i < std::min(room, text.size()); ++i) {
    const auto c = static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    std::memcpy(row_ + fields_[field].offset + 4 * i, &c, sizeof c);
  }
}

void EventRows::put_json(std::size_t field, const lab::Json& value) {
  switch (fields_[field].format[1]) {
    case 'i':
      return put(field, value.is_number() ? value.get<std::int64_t>() : 0);
    case 'f':
      return put(field, value.is_number() ? value.get<float>() : std::numeric_limits<float>::quiet_NaN());
    case 'U':
      return put_text(field, value.is_string() ? value.get_ref<const std::string&>() : std::string());
    default:
      return put(field, value.is_boolean() && value.get<bool>());
  }
}

void EventRows::append(const lab::Event& event) {
  begin_row();
  std::size_t field = 0;
  put(field++, event.t_s);
  if (moment_) {
    put(field++, event.row);
  } else {
    put(field++, event.t_start_s);
    put(field++, event.t_end_s);
  }
  put(field++, event.value);
  for (const auto& [name, value] : event.fields) put_json(field++, value);
  put(field++, event.t_known_s);
  put(field, event.at_end);
}

void EventRows::append(const lab::Said& said, double t_start_s, double t_end_s, double t_known_s) {
  begin_row();
  std::size_t field = 0;
  put(field++, moment_ ? t_start_s : t_known_s);
  if (moment_) {
    put(field++, said.sample);
  } else {
    put(field++, t_start_s);
    put(field++, t_end_s);
  }
  put(field++, said.value);
  for (std::size_t i = 0; i < said.values.size(); ++i) {
    if (outputs_[i] == in_head) continue;
    const lab::FieldValue& value = said.values[i];
    switch (value.kind) {
      case lab::FieldInfo::Kind::number:
        put(field++, value.number);
        break;
      case lab::FieldInfo::Kind::integer:
        put(field++, value.integer);
        break;
      case lab::FieldInfo::Kind::flag:
        put(field++, value.integer != 0);
        break;
      case lab::FieldInfo::Kind::label:
        put_text(field++, value.label);
        break;
    }
  }
  put(field++, t_known_s);
  put(field, said.at_end);
}

nb::object EventRows::take() {
  auto array = array_of(std::move(bytes_));
  bytes_.clear();
  rows_ = 0;
  return nb::cast(std::move(array));
}

}  // namespace vagus::python
