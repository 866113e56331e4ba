#include "lab/deploy/measure.h"

#include <algorithm>
#include <fstream>
#include <future>
#include <random>
#include <sstream>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/base/places.h"
#include "lab/deploy/core_build.h"
#include "lab/deploy/counts.h"
#include "lab/deploy/device_sources.h"
#include "lab/deploy/m4_cycles.h"
#include "lab/deploy/process.h"
#include "lab/deploy/symbols.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* packages = "apt-get install gcc-arm-none-eabi libstdc++-arm-none-eabi-dev qemu-system-arm";
constexpr const char* format = "cost-2";  ///< of what is kept in the cache
constexpr const char* caller = "(the call)";

/// What one run of the harness said.
struct HarnessRun {
  Json said;
  std::optional<RegionCounts> counts;  ///< of the pushes; nothing where the timer counted
};

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream all;
  all << stream.rdbuf();
  return all.str();
}

/// A folder of its own, removed in the end.
class Workplace {
 public:
  Workplace() {
    std::random_device random;
    path_ = fs::temp_directory_path() / ("vagus-cost-" + std::to_string(random()) + std::to_string(random()));
    fs::create_directories(path_);
  }
  ~Workplace() {
    std::error_code code;
    fs::remove_all(path_, code);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// What is compiled: the program carries figures as well.
std::vector<SourceFile> sources() {
  std::vector<SourceFile> all;
  for (const SourceFile& file : device_sources()) {
    if (!file.path.ends_with(".toml")) all.push_back(file);
  }
  return all;
}
std::string sources_hash() {
  Hasher hasher;
  for (const SourceFile& file : sources()) hasher.field(file.path).field(file.text);
  return hasher.hex();
}
/// The sources as files: in the cache, once, or in `fallback` where there is none.
fs::path unpack_sources(const std::string& hash, const fs::path& fallback) {
  const fs::path cache = cache_folder();
  fs::path folder = cache.empty() ? fallback / "sources" : cache / "sources" / hash;
  if (fs::exists(folder / "whole")) return folder;
  const auto write_all = [](const fs::path& into) {
    for (const SourceFile& file : sources()) {
      fs::create_directories((into / file.path).parent_path());
      std::ofstream(into / file.path, std::ios::binary) << file.text;
    }
    std::ofstream(into / "whole") << "";
  };
  std::error_code code;
  fs::create_directories(folder.parent_path(), code);
  fs::path fresh = fallback / "unpacked";
  write_all(fresh);
  if (!code) fs::rename(fresh, folder, code);
  if (!code || fs::exists(folder / "whole")) return folder;  // somebody else was faster
  return fresh;
}

std::string settings_header(const DetectorInfo& detector, const Config& config, int seconds) {
  std::string text = "#pragma once\n#define VAGUS_COST_DETECTOR \"" + std::string(detector.contract->name) + "\"\n";
  text += "#define VAGUS_COST_SETTINGS";
  for (const auto& [key, value] : config) text += " {\"" + key + "\", static_cast<double>(" + shortest(value) + ")},";
  return text + "\n#define VAGUS_COST_SECONDS " + std::to_string(seconds) + "\n";
}

/// Nothing where the emulator does not take the plugin; an empty path is none.
std::optional<HarnessRun> run_harness(const Core& core, const fs::path& folder, const fs::path& plugin) {
  const fs::path out = folder / "counts.json";
  std::vector<std::string> command = emulate_command(core, "image.elf");
  if (!plugin.empty()) command.insert(command.end(), {"-plugin", plugin.string() + ",out=" + out.string()});
  const Ran ran = run_program(command, folder, 180);
  if (!plugin.empty() && ran.status != 0 && ran.err.find("plugin") != std::string::npos) return std::nullopt;
  HarnessRun run;
  run.said = Json::parse(ran.out, nullptr, false);
  if (run.said.is_discarded() || ran.status != 0 || !run.said.value("pass", false)) {
    const std::string why = run.said.is_object() ? run.said.value("error", "") : "";
    throw Error("the detector did not run on the emulated " + std::string(core.name) + ": " +
                (why.empty() ? "status " + std::to_string(ran.status) + " " + ran.out + ran.err : why));
  }
  if (!plugin.empty()) run.counts = read_counts(out, 0);
  return run;
}

void add_functions(CoreCost& cost, const CoreImages& images, const RegionCounts* counts, double samples) {
  for (const Symbol& s : images.flash_symbols) cost.functions[s.name].flash_bytes += s.bytes;
  if (counts == nullptr) return;
  for (const Executed& i : counts->code) {
    const Symbol* symbol = symbol_at(images.symbols, i.address);
    const bool own = symbol != nullptr && cost.functions.count(symbol->name) != 0;
    cost.functions[own ? symbol->name : caller].instructions_per_sample += static_cast<double>(i.executed) / samples;
  }
}

CoreCost cost_on(const Core& core, const fs::path& root, const fs::path& folder, Costed costed, double rate_hz) {
  const fs::path plugin = costed.by_timer ? fs::path() : module_file("counts");
  costed.by_timer = plugin.empty();
  CoreImages images = build_core(core, root, folder, costed);
  std::optional<HarnessRun> ran = run_harness(core, folder, plugin);
  if (!ran) {
    costed.by_timer = true;
    images = build_core(core, root, folder, costed);
    ran = run_harness(core, folder, {});
  }
  const HarnessRun& run = *ran;
  const double samples = run.said.at("samples");
  CoreCost cost;
  if (run.counts) {
    const RegionCounts& c = *run.counts;
    const auto per_sample = [&](std::uint64_t n) { return static_cast<double>(n) / samples; };
    cost.instructions_per_sample = per_sample(c.instructions);
    cost.instructions_per_sample_worst =
        static_cast<double>(c.worst_instructions) / static_cast<double>(std::max<std::uint64_t>(1, c.worst_entries));
    cost.loads_per_sample = per_sample(c.loads);
    cost.stores_per_sample = per_sample(c.stores);
    cost.taken_branches_per_sample = per_sample(c.taken);
    if (core.m4_timing) cost.cycles_per_sample = m4_cycles(c.code) * (1 / samples);
  } else {
    cost.instructions_per_sample = run.said.at("timer_instructions").get<double>() / samples;
    cost.instructions_per_sample_worst = run.said.at("timer_worst_second").get<double>() / rate_hz;
  }
  cost.instructions_per_second = cost.instructions_per_sample * rate_hz;
  cost.ram_bytes = run.said.at("state_bytes");
  cost.flash_bytes = images.flash_bytes;
  cost.static_ram_bytes = images.static_ram_bytes;
  cost.stack_make_bytes = run.said.at("stack_make_bytes");
  const std::uint32_t push = run.said.at("stack_push_bytes"), gap = run.said.at("stack_gap_bytes");
  cost.stack_run_bytes = std::max(push, gap);
  cost.stack_bytes = std::max(cost.stack_make_bytes, cost.stack_run_bytes);
  cost.stack_bound_bytes = images.stack_bound_bytes;
  cost.library_flash = images.library_flash;
  add_functions(cost, images, run.counts ? &*run.counts : nullptr, samples);
  return cost;
}

void refuse_without_tools() {
  if (!has_program("arm-none-eabi-g++") || !has_program("qemu-system-arm"))
    throw Error("the cross compiler (arm-none-eabi-g++) or the emulator (qemu-system-arm) is not installed", {},
                packages);
}

double rate_of(const DetectorInfo& detector, const Config& config) {
  if (const auto given = config.find("rate_hz"); given != config.end()) return given->second;
  for (const FieldInfo& field : detector.config) {
    if (field.name == "rate_hz") return field.standard;
  }
  return static_cast<double>(detector.contract->reads[0].min_rate_hz);
}

std::optional<DetectorCost> kept(const fs::path& file) {
  const Json json = Json::parse(read_file(file), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  try {
    return cost_of_json(json, file.string());
  } catch (const Error&) {
    return std::nullopt;  // damaged: measured anew
  }
}
void keep(const fs::path& file, const std::string& text) {
  if (file.empty()) return;
  std::error_code code;
  fs::create_directories(file.parent_path(), code);
  if (code) return;
  try {
    write_whole(file, text);
  } catch (const Error&) {
    return;  // a cache that cannot be written keeps nothing
  }
}

std::string key_of_tools() {
  Hasher key;
  key.field(format).field(sources_hash()).field(cross_compiler_version());
  key.field(run_program({"qemu-system-arm", "--version"}, "/", 20).out);
  for (const Core& core : cost_cores()) key.field(flags_of(core));
  return key.hex();
}
/// All of a library that the compiler and the linker see.
std::string library_key(const LibrarySources& library, const fs::path& root) {
  Hasher key;
  for (const Core& core : cost_cores()) {
    key.field(preprocessed(core, root, library));
    const fs::path libm = libm_of(core);
    key.field(libm.empty() ? "" : read_file(libm));
  }
  return key.hex();
}
/// Empty where there is no cache.
fs::path cache_file(const std::string& key, const char* ending) {
  const fs::path cache = cache_folder();
  return cache.empty() ? fs::path() : cache / "cost" / (key + ending);
}

/// Both cores' figures, or those that the cache has. `cost` holds what is known before.
DetectorCost measured(DetectorCost cost, const Costed& costed) {
  const Workplace work;
  const fs::path root = unpack_sources(sources_hash(), work.path());
  Hasher key;
  key.field(key_of_tools()).field(costed.settings);
  const fs::path plugin = costed.by_timer ? fs::path() : module_file("counts");
  key.field(plugin.empty() ? "timer" : read_file(plugin));
  if (costed.library) key.field(library_key(*costed.library, root));
  const fs::path file = cache_file(key.hex(), ".json");
  if (!file.empty()) {
    if (auto known = kept(file)) return *known;
  }
  std::vector<std::pair<std::string, std::future<CoreCost>>> running;
  for (const Core& core : cost_cores()) {
    const fs::path folder = work.path() / core.name;
    fs::create_directories(folder);
    running.emplace_back(core.name, std::async(std::launch::async, [=, &core, &costed, &cost] {
                           return cost_on(core, root, folder, costed, cost.rate_hz);
                         }));
  }
  for (auto& [name, result] : running) cost.cores[name] = result.get();
  const Json json = to_json(cost);
  keep(file, json.dump());
  return cost_of_json(json, "");  // rounded as what the cache gives back
}

}  // namespace

std::string cross_compiler_version() {
  const Ran ran = run_program({"arm-none-eabi-g++", "-dumpfullversion"}, "/", 20);
  return ran.status == 0 ? ran.out.substr(0, ran.out.find('\n')) : "";
}

DetectorCost measure_cost(const DetectorInfo& detector, const Config& config, const MeasureOptions& options) {
  refuse_without_tools();
  detector.make(config, {});  // refuses what the detector refuses, before anything is compiled
  return measured(
      {detector.contract->name, detector.contract->version, cross_compiler_version(), rate_of(detector, config), {}},
      {settings_header(detector, config, options.seconds), options.by_timer, {}});
}

DescribedLibrary describe_library(const LibrarySources& sources) {
  refuse_without_tools();
  const Core& core = cost_cores().front();
  const Workplace work;
  const fs::path root = unpack_sources(sources_hash(), work.path());
  const fs::path file = cache_file(key_of_tools() + library_key(sources, root), ".library");
  if (std::string known = file.empty() ? "" : read_file(file); !known.empty()) return described_library(sources, known);
  build_description(core, root, work.path(), sources);
  const Ran ran = run_program(emulate_command(core, "describe.elf"), work.path(), 60);
  if (ran.status != 0)
    throw Error("vagus_detector() did not come to its end on the emulated core: " + ran.out + ran.err,
                sources.files.front().string());
  DescribedLibrary library = described_library(sources, ran.out);
  keep(file, ran.out);
  return library;
}

DetectorCost measure_cost(const DescribedLibrary& library, const Config& config, const MeasureOptions& options) {
  refuse_without_tools();
  const DetectorInfo& info = *library.info;
  info.make(config, {});
  const double rate_hz = rate_of(info, config);
  return measured({info.contract->name, info.contract->version, cross_compiler_version(), rate_hz, {}},
                  {library_settings(library, config, rate_hz, options.seconds), options.by_timer, library.sources});
}

}  // namespace vagus::lab
