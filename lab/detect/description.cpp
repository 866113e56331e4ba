#include "lab/detect/description.h"

namespace vagus::lab {
namespace {

const char* kind_name(FieldInfo::Kind kind) {
  switch (kind) {
    case FieldInfo::Kind::number:
      return "number";
    case FieldInfo::Kind::integer:
      return "integer";
    case FieldInfo::Kind::flag:
      return "flag";
    case FieldInfo::Kind::label:
      return "label";
  }
  return "";
}

}  // namespace

Json setting_json(const FieldInfo& field, double value) {
  if (field.kind == FieldInfo::Kind::flag) return value != 0;
  if (field.kind == FieldInfo::Kind::integer) return static_cast<std::int64_t>(value);
  if (field.kind == FieldInfo::Kind::label) return field.labels.at(static_cast<std::size_t>(value));
  return number(value);
}

Json description(const DetectorInfo& info) {
  const Contract& contract = *info.contract;
  Json out = {{"name", contract.name},
              {"version", contract.version},
              {"summary", contract.summary},
              {"source", contract.source}};
  out["reads"] = Json::array();
  for (const ChannelNeed& need : contract.reads) {
    out["reads"].push_back({{"channel", name(need.quantity)},
                            {"unit", name(need.unit)},
                            {"min_rate_hz", number(need.min_rate_hz)},
                            {"max_rate_hz", number(need.max_rate_hz)},
                            {"optional", need.optional}});
  }
  out["config"] = Json::array();
  for (const FieldInfo& field : info.config) {
    Json one = {{"key", field.name},          {"kind", kind_name(field.kind)},
                {"unit", field.unit},         {"low", number(field.low)},
                {"high", number(field.high)}, {"default", setting_json(field, field.standard)},
                {"meaning", field.meaning}};
    if (!field.labels.empty()) one["labels"] = field.labels;
    out["config"].push_back(one);
  }
  out["outputs"] = Json::array();
  for (const FieldInfo& field : info.outputs) {
    Json one = {
        {"name", field.name}, {"kind", kind_name(field.kind)}, {"unit", field.unit}, {"meaning", field.meaning}};
    if (!field.labels.empty()) one["labels"] = field.labels;
    out["outputs"].push_back(one);
  }
  out["probes"] = Json::array();
  for (const ProbeInfo& probe : contract.probes) out["probes"].push_back({{"name", probe.name}, {"unit", probe.unit}});
  out["latency_ms"] = number(contract.latency_ms);
  out["ram_bytes"] = info.state_bytes;
  out["ram_bytes_at_most"] = contract.ram_bytes;
  out["evidence"] = contract.evidence;
  return out;
}

}  // namespace vagus::lab
