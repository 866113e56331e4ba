#include "lab/prototype/declared.h"

#include "lab/signal/recording.h"

namespace vagus::lab {

std::optional<ChannelNeed> need_of(const std::string& column) {
  if (const auto quantity = quantity_of(column)) return ChannelNeed{*quantity, Unit::none, 0.01F, 1e6F, false};
  for (std::size_t at = column.find('_'); at != std::string::npos; at = column.find('_', at + 1)) {
    const auto quantity = quantity_of(column.substr(0, at));
    const auto unit = unit_of(column.substr(at + 1));
    if (quantity && unit) return ChannelNeed{*quantity, *unit, 0.01F, 1e6F, false};
  }
  return std::nullopt;
}

FieldInfo field_of_type(const std::string& name, std::string_view type) {
  FieldInfo field{.name = name,
                  .unit = {},
                  .meaning = {},
                  .kind = FieldInfo::Kind::number,
                  .low = -1e30,
                  .high = 1e30,
                  .standard = 0,
                  .labels = {}};
  constexpr double whole_to = 9e15;  // what a double still counts one by one
  if (type == "int") {
    field.kind = FieldInfo::Kind::integer;
    field.bytes = 8;
    field.low = -whole_to;
    field.high = whole_to;
  }
  if (type == "bool") {
    field.kind = FieldInfo::Kind::flag;
    field.bytes = 1;
    field.low = 0;
    field.high = 1;
  }
  if (type == "str") field.kind = FieldInfo::Kind::label;
  return field;
}

std::string make_known(Declared& declared,
                       const std::function<std::unique_ptr<Instance>(const Config&, Wanted)>& make) {
  for (const std::string& name : declared.probe_names) declared.probes.push_back({name.c_str(), ""});
  Contract& contract = declared.contract;
  contract.name = declared.name.c_str();
  contract.version = declared.version.c_str();
  contract.summary = declared.summary.c_str();
  contract.source = declared.source.c_str();
  contract.event = declared.event.c_str();
  contract.reads = declared.reads;
  contract.probes = declared.probes;
  declared.info.contract = &contract;
  declared.info.code = declared.version;
  declared.info.type = "prototype";
  declared.info.make = [&declared, make](const Config& config, Wanted wanted) {
    for (const auto& [key, value] : config) check_config(declared.info, key, value);
    return make(config, wanted);
  };
  add_detector(declared.info);
  return declared.name;
}

}  // namespace vagus::lab
