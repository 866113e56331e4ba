/// `vagus detectors [NAME]`: what there is, and everything a detector declares about itself.
#include <fmt/format.h>

#include <cstdio>

#include "apps/cli/command.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/detect/detector.h"

namespace vagus::cli {
namespace {

using lab::DetectorInfo;
using lab::FieldInfo;
using lab::Json;
using lab::number;

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

Json value_json(const FieldInfo& field, double value) {
  if (field.kind == FieldInfo::Kind::flag) return value != 0;
  if (field.kind == FieldInfo::Kind::integer) return static_cast<std::int64_t>(value);
  if (field.kind == FieldInfo::Kind::label) return field.labels.at(static_cast<std::size_t>(value));
  return number(value);
}

Json describe(const DetectorInfo& info) {
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
                {"high", number(field.high)}, {"default", value_json(field, field.standard)},
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

void print(const DetectorInfo& info) {
  const Contract& contract = *info.contract;
  fmt::print("{} {}\n  {}\n  Source: {}\n\nReads\n", contract.name, contract.version, contract.summary,
             contract.source);
  for (const ChannelNeed& need : contract.reads) {
    fmt::print("  {:<12} {:<5} {} to {} Hz{}\n", name(need.quantity), name(need.unit), need.min_rate_hz,
               need.max_rate_hz, need.optional ? "  (optional)" : "");
  }
  fmt::print("\nConfiguration (--set key=value)\n");
  for (const FieldInfo& field : info.config) {
    fmt::print("  {:<22} {:>10} {:<4} from {} to {}\n      {}\n", field.name, value_json(field, field.standard).dump(),
               field.unit, lab::shortest(field.low), lab::shortest(field.high), field.meaning);
  }
  fmt::print("\nSays\n");
  for (const FieldInfo& field : info.outputs) {
    std::string labels;
    for (const std::string& label : field.labels) labels += (labels.empty() ? ": " : ", ") + label;
    fmt::print("  {:<14} {:<8} {}{}\n", field.name, field.unit, field.meaning, labels);
  }
  fmt::print("\nProbes (--probes NAME,...)\n");
  for (const ProbeInfo& probe : contract.probes) fmt::print("  {:<14} {}\n", probe.name, probe.unit);
  fmt::print("\nLatency at most {} ms. Memory {} bytes at any rate.\nEvidence: {}\n", contract.latency_ms,
             info.state_bytes, contract.evidence);
}

}  // namespace

void declare_detectors(CLI::App& app, Action& action) {
  struct DetectorsArguments {
    std::string name;
    bool json = false;
  };
  const auto options = std::make_shared<DetectorsArguments>();
  app.add_option("NAME", options->name, "a detector; without it, all are listed");
  app.add_flag("--json", options->json, "as JSON: an object, or an array of all");
  app.footer("Examples:\n  vagus detectors\n  vagus detectors health.beats\n  vagus detectors health.beats --json");
  app.callback([options, &action] {
    action = [options] {
      if (!options->name.empty()) {
        const DetectorInfo& info = lab::detector(options->name);
        if (options->json) {
          fmt::print("{}\n", describe(info).dump(2));
        } else {
          print(info);
        }
        return 0;
      }
      if (options->json) {
        Json all = Json::array();
        for (const DetectorInfo& info : lab::detectors()) all.push_back(describe(info));
        fmt::print("{}\n", all.dump(2));
        return 0;
      }
      fmt::print("{:<18} {:<8} {:>9} {:>10}  {}\n", "detector", "version", "memory", "latency", "");
      for (const DetectorInfo& info : lab::detectors()) {
        fmt::print("{:<18} {:<8} {:>7} B {:>7} ms  {}\n", info.contract->name, info.contract->version, info.state_bytes,
                   info.contract->latency_ms, info.contract->summary);
      }
      return 0;
    };
  });
}

}  // namespace vagus::cli
