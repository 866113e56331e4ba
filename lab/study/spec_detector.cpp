#include "lab/study/spec_detector.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string_view>

#include "lab/prototype/command.h"
#include "lab/prototype/plugin.h"

namespace vagus::lab {
namespace {

/// Keys that say what a program or a library is, and nothing of a detector that is built in.
constexpr const char* program_keys[] = {"frames", "reads", "event", "emits", "probes", "depends", "limits"};

/// What is scored, unless the specification says it: columns read, and what an event says.
void set_standards(ExecDetector& exec, const std::string& protocol) {
  if (protocol == "ec57") {
    exec.event = "beats";
    exec.reads = {"ecg_mv"};
    return;
  }
  exec.reads = {"acc_x_g", "acc_y_g", "acc_z_g"};
  exec.moment = protocol != "windows";
  exec.event = exec.moment ? "events" : "windows";
  if (exec.moment) {
    exec.emits = {{"score", "float"}, {"t_impact_s", "float"}};
    exec.optional = {"score", "t_impact_s"};
  } else {
    exec.emits = {{"label", "str"}};
  }
}

void read_emits(const Section& section, ExecDetector& exec) {
  if (!section.has("emits")) return;
  exec.emits.clear();
  exec.optional.clear();
  static const std::vector<std::string> types{"float", "int", "bool", "str"};
  for (const auto& [key, node] : section.section("emits")) {
    const std::string name(key.str());
    const auto type = node.value_exact<std::string>();
    if (!type || std::find(types.begin(), types.end(), *type) == types.end())
      section.fail(node, "'detector.emits." + name + "' must be \"float\", \"int\", \"bool\" or \"str\"");
    exec.emits.emplace_back(name, *type);
  }
}

void read_program_limits(const Section& section, double& time_s, std::int64_t& memory_mb) {
  const Section limits(section.section("limits"), "detector.limits", section.path(), {"time_s", "memory_mb"});
  time_s = limits.number("time_s", time_s, 0.01, 7 * 86400.0);
  memory_mb = limits.integer("memory_mb", memory_mb, 16, 1 << 24);
}

ExecDetector read_exec(const Section& section, const ScoreSpec& score) {
  ExecDetector exec;
  exec.command = section.text("exec");
  exec.name = section.text("name", "");
  set_standards(exec, score.protocol);
  const std::string frames = section.text("frames", "csv");
  if (frames != "csv" && frames != "npy")
    section.fail(*section.get("frames"), "'detector.frames' must be \"csv\" or \"npy\"");
  exec.frames = frames == "npy" ? Frames::npy : Frames::csv;
  if (section.has("reads")) exec.reads = section.texts("reads");
  exec.event = section.text("event", exec.event);
  read_emits(section, exec);
  exec.probes = section.texts("probes");
  exec.depends = section.texts("depends");
  exec.causal = section.flag("causal", false);
  read_program_limits(section, exec.time_s, exec.memory_mb);
  return exec;
}

}  // namespace

DetectorSpec read_detector(const Section& top, const ScoreSpec& score) {
  const Section section(top.section("detector"), "detector", top.path(),
                        {"name", "config", "events", "plugin", "exec", "frames", "reads", "event", "emits", "probes",
                         "depends", "limits", "causal", "trained_on", "library"});
  DetectorSpec spec;
  if (!top.has("detector")) top.fail("'detector' is missing", "name it: [detector] name = \"health.beats\"");
  const std::vector<const char*> kinds = [&] {
    std::vector<const char*> found;
    for (const char* kind : {"events", "plugin", "exec", "library"})
      if (section.has(kind)) found.push_back(kind);
    return found;
  }();
  if (kinds.size() > 1)
    section.fail(*section.get(kinds[1]),
                 "the detector is '" + std::string(kinds[0]) + "' or '" + kinds[1] + "', not both");
  const bool in_workers = section.has("library") || section.has("plugin");
  if (!section.has("exec")) {
    for (const char* key : program_keys)
      if (section.has(key) && !(in_workers && std::string_view(key) == "limits"))
        section.fail(*section.get(key),
                     "'detector." + std::string(key) + "' is of " +
                         (std::string_view(key) == "limits" ? "exec, plugin and library" : "a program: exec"));
  }
  if (section.has("exec")) spec.exec = read_exec(section, score);
  spec.events = section.has("events") ? section.text("events") : "";
  if (spec.exec) {
    if (spec.exec->name.empty()) spec.exec->name = name_of_command(spec.exec->command);
    spec.name = spec.exec->name;
  } else {
    const char* standard = section.has("events") ? "stored events" : section.has("library") ? "" : nullptr;
    spec.name = standard == nullptr ? section.text("name") : section.text("name", standard);
    if (spec.name.empty() && !section.has("library")) section.fail(*section.get("name"), "'detector.name' is empty");
  }
  if (!spec.events.empty() && spec.name == simulated_events)
    section.fail(*section.get("events"), "events are stored or simulated, not both");
  spec.plugin = section.has("plugin") ? section.text("plugin") : "";
  if (in_workers) read_program_limits(section, spec.worker_answer_s, spec.worker_memory_mb);
  if (section.has("library")) {
    spec.library = section.text("library");
    if (spec.name.empty()) spec.name = std::filesystem::path(spec.library).stem().string();
  }
  spec.causal = section.flag("causal", false);
  spec.trained_on = section.texts("trained_on");
  for (const auto& [key, node] : section.section("config")) {
    const std::string name(key.str());
    if (const auto flag = node.value_exact<bool>()) {
      spec.config[name] = *flag ? 1 : 0;
    } else {
      spec.config[name] = section.number_of(node, "detector.config." + name, -1e12, 1e12);
    }
    if (spec.exec) spec.exec->config.emplace_back(name, spec.config[name]);
  }
  return spec;
}

void declare_swept(StudySpec& spec) {
  if (!spec.detector.exec) return;
  auto& known = spec.detector.exec->config;
  for (const auto& [name, values] : spec.sweep.parameters) {
    const auto same = [&name = name](const auto& one) { return one.first == name; };
    if (std::none_of(known.begin(), known.end(), same))
      known.emplace_back(name, std::numeric_limits<double>::quiet_NaN());
  }
}

void make_known(const DetectorSpec& detector) {
  const PluginLimits limits{.answer_s = detector.worker_answer_s, .memory_mb = detector.worker_memory_mb};
  if (!detector.plugin.empty()) load_plugin(detector.plugin, limits);
  if (detector.exec) load_exec(*detector.exec);
  if (!detector.library.empty()) load_library(detector.library, detector.name, limits);
}

}  // namespace vagus::lab
