#include "lab/prototype/declared.h"

#include <filesystem>

#include "lab/base/error.h"
#include "lab/signal/recording.h"

namespace vagus::lab {
namespace {

FieldInfo field_of(const Json& said) {
  FieldInfo field = field_of_type(said.at("name"), said.value("type", "float"));
  field.unit = said.value("unit", "");
  field.meaning = said.value("meaning", "");
  if (field.kind == FieldInfo::Kind::number) {
    field.low = said.value("low", field.low);
    field.high = said.value("high", field.high);
  }
  field.standard = said.value("default", 0.0);
  return field;
}

/// A channel that a library reads.
ChannelNeed need_of_column(const Json& said, const std::string& file) {
  const std::string column = said.at("column");
  auto need = need_of(column);
  if (!need)
    throw Error("reads \"" + column + "\", which is no channel", file,
                "columns as in canonical CSV: \"ecg_mv\", \"acc_x_g\"");
  need->min_rate_hz = said.at("min_rate_hz");
  need->max_rate_hz = said.at("max_rate_hz");
  need->optional = said.at("optional");
  return *need;
}

}  // namespace

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

Declared declared_of(const Json& said, const std::string& file) {
  Declared declared;
  declared.name = said.at("name");
  declared.version = said.at("version");
  declared.summary = said.value("summary", "");
  if (!said.value("causal", true)) declared.summary = "Not causal: sees whole recordings. " + declared.summary;
  declared.source = std::filesystem::path(file).filename().string();
  declared.event = said.value("event", "events");
  for (const Json& probe : said.at("probes")) declared.probe_names.push_back(probe.get<std::string>());
  for (const Json& field : said.at("config")) declared.info.config.push_back(field_of(field));
  for (const Json& field : said.at("emits")) declared.info.outputs.push_back(field_of(field));
  declared.info.moment = said.value("moment", true);
  declared.info.causal = said.value("causal", true);
  if (said.at("reads").is_array()) {
    for (const Json& channel : said.at("reads")) declared.reads.push_back(need_of_column(channel, file));
    return declared;
  }
  for (const auto& [channel, unit] : said.at("reads").items()) {
    const auto quantity = quantity_of(channel);
    const auto known = unit_of(unit.get<std::string>());
    if (!quantity || (!known && !unit.get<std::string>().empty()))
      throw Error(
          declared.name + " reads \"" + channel + "\" in \"" + unit.get<std::string>() + "\", which is no channel",
          file, "names and units as in canonical CSV: {\"ecg\": \"mV\", \"acc_x\": \"g\"}");
    declared.reads.push_back({*quantity, known.value_or(Unit::none), 0.01F, 1e6F, false});
  }
  return declared;
}

void settle(Declared& declared, const std::function<std::unique_ptr<Instance>(const Config&, Wanted)>& make) {
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
}

std::string make_known(Declared& declared,
                       const std::function<std::unique_ptr<Instance>(const Config&, Wanted)>& make) {
  settle(declared, make);
  add_detector(declared.info);
  return declared.name;
}

}  // namespace vagus::lab
