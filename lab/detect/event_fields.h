#pragma once
/// Events as rows of a table whose columns are the same for every program that asks: C, Python, Octave.
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "lab/detect/run.h"

namespace vagus::lab {

/// One column.
struct EventField {
  enum class Kind { float64, int64, float32, flag, label } kind;
  std::string name, unit, meaning;
  std::size_t longest_label = 0;  ///< characters, of a label
};

/// The moment or stretch that an event of a stream is about, in seconds.
struct EventTimes {
  double t_start_s = 0, t_end_s = 0;
  double t_known_s = 0;  ///< when it could have been said
};

/// t_s, then `sample` or t_start_s and t_end_s, quality, the detector's own outputs, t_known_s, at_end.
class EventFields {
 public:
  explicit EventFields(const DetectorInfo& detector);
  const std::vector<EventField>& fields() const { return fields_; }

  /// Calls put(column, value) for each column of a run's event; value is a double, std::int64_t, float, bool or
  /// std::string_view by the column's kind.
  template <class Put>
  void each(const Event& event, Put&& put) const {
    const std::size_t own = each_of_head(event.t_s, event.row, {event.t_start_s, event.t_end_s, 0}, event.value, put);
    std::size_t field = own;
    for (const auto& [name, value] : event.fields) put_json(field++, value, put);
    put(field++, event.t_known_s);
    put(field, event.at_end);
  }
  /// The same of what a stream said, in samples as pushed.
  template <class Put>
  void each(const Said& said, const EventTimes& times, Put&& put) const {
    std::size_t field = each_of_head(moment_ ? times.t_start_s : times.t_known_s, said.sample, times, said.value, put);
    for (std::size_t i = 0; i < said.values.size(); ++i) {
      if (in_head_[i]) continue;
      const FieldValue& value = said.values[i];
      switch (value.kind) {
        case FieldInfo::Kind::number:
          put(field++, value.number);
          break;
        case FieldInfo::Kind::integer:
          put(field++, value.integer);
          break;
        case FieldInfo::Kind::flag:
          put(field++, value.integer != 0);
          break;
        case FieldInfo::Kind::label:
          put(field++, std::string_view(value.label));
          break;
      }
    }
    put(field++, times.t_known_s);
    put(field, said.at_end);
  }

 private:
  template <class Put>
  std::size_t each_of_head(double t_s, std::int64_t sample, const EventTimes& times, float quality, Put& put) const {
    std::size_t field = 0;
    put(field++, t_s);
    if (moment_) {
      put(field++, sample);
    } else {
      put(field++, times.t_start_s);
      put(field++, times.t_end_s);
    }
    put(field++, quality);
    return field;
  }
  template <class Put>
  void put_json(std::size_t field, const Json& value, Put& put) const {
    switch (fields_[field].kind) {
      case EventField::Kind::int64:
        return put(field, value.is_number() ? value.get<std::int64_t>() : std::int64_t{0});
      case EventField::Kind::float64:
        return put(field, value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN());
      case EventField::Kind::float32:
        return put(field, value.is_number() ? value.get<float>() : std::numeric_limits<float>::quiet_NaN());
      case EventField::Kind::label:
        return put(field,
                   value.is_string() ? std::string_view(value.get_ref<const std::string&>()) : std::string_view());
      case EventField::Kind::flag:
        return put(field, value.is_boolean() && value.get<bool>());
    }
  }

  bool moment_;
  std::vector<EventField> fields_;
  std::vector<bool> in_head_;  ///< of each output: it is one of the columns that every table has
};

}  // namespace vagus::lab
