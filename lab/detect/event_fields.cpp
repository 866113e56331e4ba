#include "lab/detect/event_fields.h"

#include <algorithm>

namespace vagus::lab {
namespace {

bool stands_in_head(const std::string& name) {
  return name == "sample" || name == "start_sample" || name == "end_sample" || name == "quality";
}

EventField column_of(const FieldInfo& field) {
  EventField column{EventField::Kind::float32, field.name, field.unit, field.meaning};
  switch (field.kind) {
    case FieldInfo::Kind::number:
      break;
    case FieldInfo::Kind::integer:
      column.kind = EventField::Kind::int64;
      break;
    case FieldInfo::Kind::flag:
      column.kind = EventField::Kind::flag;
      break;
    case FieldInfo::Kind::label:
      column.kind = EventField::Kind::label;
      for (const std::string& label : field.labels) column.longest_label = std::max(column.longest_label, label.size());
      break;
  }
  return column;
}

}  // namespace

EventFields::EventFields(const DetectorInfo& detector) : moment_(detector.moment) {
  using Kind = EventField::Kind;
  fields_.push_back(
      {Kind::float64, "t_s", "s", moment_ ? "moment, since the recording's start" : "when it was decided"});
  if (moment_) {
    fields_.push_back({Kind::int64, "sample", "sample", "row of the input, at its own rate, from 0"});
  } else {
    fields_.push_back({Kind::float64, "t_start_s", "s", "start of the stretch"});
    fields_.push_back({Kind::float64, "t_end_s", "s", "end of the stretch"});
  }
  fields_.push_back({Kind::float32, "quality", "", "calibrated probability that the answer is right"});
  for (const FieldInfo& field : detector.outputs) {
    in_head_.push_back(stands_in_head(field.name));
    if (!in_head_.back()) fields_.push_back(column_of(field));
  }
  fields_.push_back({Kind::float64, "t_known_s", "s", "when the detector could have said it"});
  fields_.push_back({Kind::flag, "at_end", "", "decided only because the signal ended"});
}

}  // namespace vagus::lab
