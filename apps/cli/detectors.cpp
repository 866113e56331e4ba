/// `vagus detectors [NAME]`: what there is, and everything a detector declares about itself.
#include <fmt/format.h>

#include <cstdio>

#include "apps/cli/command.h"
#include "lab/base/error.h"
#include "lab/detect/description.h"

namespace vagus::cli {
namespace {

using lab::DetectorInfo;
using lab::FieldInfo;
using lab::Json;

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
    fmt::print("  {:<22} {:>10} {:<4} from {} to {}\n      {}\n", field.name,
               lab::setting_json(field, field.standard).dump(), field.unit, lab::shortest(field.low),
               lab::shortest(field.high), field.meaning);
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
          fmt::print("{}\n", lab::description(info).dump(2));
        } else {
          print(info);
        }
        return 0;
      }
      if (options->json) {
        Json all = Json::array();
        for (const DetectorInfo& info : lab::detectors()) all.push_back(lab::description(info));
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
