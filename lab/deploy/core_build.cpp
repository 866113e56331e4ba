#include "lab/deploy/core_build.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "lab/base/error.h"
#include "lab/deploy/process.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr double compile_limit_s = 300;
constexpr const char* roots[] = {"vagus_subject_make", "vagus_subject_push", "vagus_subject_gap",
                                 "vagus_subject_finish"};

const Words common_flags = {"-O2",
                            "-mthumb",
                            "-mfloat-abi=hard",
                            "-ffp-contract=off",
                            "-fno-math-errno",
                            "-ffreestanding",
                            "-ffunction-sections",
                            "-fdata-sections",
                            "-fno-common",
                            "-fcallgraph-info=su"};
const Words cpp_flags = {"-std=c++20", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics",
                         "-fno-use-cxa-atexit"};
const Words memory_flags = {"-std=c11", "-fno-tree-loop-distribute-patterns", "-fno-builtin"};

Words joined(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The line that says what is wrong: the first with "error", else the first.
std::string first_error(const std::string& printed) {
  std::istringstream lines(printed);
  std::string first, line;
  while (std::getline(lines, line)) {
    if (first.empty()) first = line;
    if (line.find("error") != std::string::npos) return line;
  }
  return first;
}
std::string run(const Words& command, const fs::path& folder, const Core& core) {
  const Ran ran = run_program(command, folder, compile_limit_s);
  if (ran.status == 0) return ran.out;
  throw Error(command[0] + " failed for " + core.name + ": " + first_error(ran.err), {},
              "is libstdc++-arm-none-eabi-dev installed?");
}

Words compile(const Core& core, const fs::path& root, const Words& flags, const std::string& source,
              const std::string& object) {
  const bool is_c = source.ends_with(".c");
  return joined({{is_c ? "arm-none-eabi-gcc" : "arm-none-eabi-g++"},
                 common_flags,
                 core.cpu_flags,
                 is_c ? memory_flags : cpp_flags,
                 flags,
                 {"-I" + root.string(), "-I.", "-c", (root / source).string(), "-o", object}});
}
Words link(const Core& core, const Words& inputs, const std::string& program) {
  return joined({{"arm-none-eabi-g++", "-mthumb", "-mfloat-abi=hard", "-nostdlib", "-Wl,--gc-sections"},
                 core.cpu_flags,
                 inputs,
                 {"-lgcc", "-o", program}});
}

std::vector<Symbol> symbols_of(const Core& core, const fs::path& folder, const std::string& program) {
  return read_symbols(run({"arm-none-eabi-nm", "-S", "--defined-only", program}, folder, core));
}
/// Of `size`'s second line: text, data, bss.
std::array<std::uint32_t, 3> sizes_of(const Core& core, const fs::path& folder, const std::string& program) {
  std::istringstream lines(run({"arm-none-eabi-size", program}, folder, core));
  std::string heading;
  std::getline(lines, heading);
  std::array<std::uint32_t, 3> sizes{};
  lines >> sizes[0] >> sizes[1] >> sizes[2];
  if (!lines) throw Error("arm-none-eabi-size printed no sizes");
  return sizes;
}

std::optional<std::uint32_t> stack_bound(const fs::path& folder) {
  CallGraph graph;
  for (const char* file : {"subject.ci", "memory.ci"}) {
    std::ifstream stream(folder / file);
    std::ostringstream text;
    text << stream.rdbuf();
    read_call_graph(text.str(), graph);
  }
  std::uint32_t deepest = 0;
  for (const char* root : roots) {
    if (root == roots[0]) continue;
    const auto one = deepest_stack(graph, root);
    if (!one) return std::nullopt;
    deepest = std::max(deepest, *one);
  }
  return deepest;
}

}  // namespace

std::span<const Core> cost_cores() {
  static const std::array<Core, 2> cores = {
      Core{"m4f", {"-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16"}, "m4f.ld", "netduinoplus2", "168000000U", true},
      // Vector floats flush denormals, so the compiler may not make any.
      Core{"m55", {"-mcpu=cortex-m55", "-fno-tree-vectorize"}, "m55.ld", "mps3-an547", "32000000U", false}};
  return cores;
}

std::string flags_of(const Core& core) {
  std::string line = core.name;
  for (const std::string& flag : joined({common_flags, cpp_flags, memory_flags, core.cpu_flags})) line += " " + flag;
  return line;
}

CoreImages build_core(const Core& core, const fs::path& root, const fs::path& folder, const std::string& settings,
                      bool by_timer) {
  std::ofstream(folder / "settings.h") << settings;
  Words board = {std::string("-DVAGUS_BOARD_HZ=") + core.board_hz};
  if (by_timer) board.emplace_back("-DVAGUS_COST_TIMER");
  run(compile(core, root, {}, "lab/deploy/harness/subject.cpp", "subject.o"), folder, core);
  run(compile(core, root, {}, "apps/firmware/board/memory.c", "memory.o"), folder, core);
  run(compile(core, root, board, "lab/deploy/harness/cost.cpp", "cost.o"), folder, core);
  run(compile(core, root, board, "apps/firmware/board/start.cpp", "start.o"), folder, core);
  run(compile(core, root, board, "apps/firmware/board/semihosting.cpp", "semihosting.o"), folder, core);

  const std::string scripts = (root / "apps/firmware/board").string();
  run(link(core,
           {"-L" + scripts, "-T" + scripts + "/" + core.script, "cost.o", "subject.o", "start.o", "semihosting.o",
            "memory.o"},
           "image.elf"),
      folder, core);
  Words alone = {std::string("-Wl,-e,") + roots[0]};
  for (const char* name : roots) alone.push_back(std::string("-Wl,-u,") + name);
  // The application's, and none of the detector's bytes.
  alone.emplace_back("-Wl,--defsym=vagus_subject_said=0,--defsym=vagus_subject_unreadable=0");
  run(link(core, joined({alone, {"subject.o", "memory.o"}}), "flash.elf"), folder, core);

  CoreImages images;
  images.symbols = symbols_of(core, folder, "image.elf");
  images.flash_symbols = symbols_of(core, folder, "flash.elf");
  const auto [text, data, bss] = sizes_of(core, folder, "flash.elf");
  images.flash_bytes = text + data;
  images.static_ram_bytes = data + bss;
  images.stack_bound_bytes = stack_bound(folder);
  return images;
}

std::vector<std::string> emulate_command(const Core& core, const std::string& image) {
  return {"qemu-system-arm",
          "-M",
          core.machine,
          "-display",
          "none",
          "-monitor",
          "none",
          "-serial",
          "none",
          "-icount",
          "shift=7",
          "-chardev",
          "stdio,id=s",
          "-semihosting-config",
          "enable=on,target=native,chardev=s",
          "-kernel",
          image};
}

}  // namespace vagus::lab
