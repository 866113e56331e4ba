#include "lab/deploy/core_build.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "lab/base/error.h"
#include "lab/deploy/link_map.h"
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
const Words library_flags = {"-std=gnu11", "-fbuiltin"};
const Words memory_flags = {"-std=c11", "-fno-tree-loop-distribute-patterns", "-fno-builtin"};

Words joined(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The line that says what is wrong: the first with "error" that says more than that there was one, else the first.
std::string first_error(const std::string& printed) {
  std::istringstream lines(printed);
  std::string first, line;
  while (std::getline(lines, line)) {
    if (first.empty()) first = line;
    if (line.find("error") != std::string::npos && !line.starts_with("collect2:")) return line;
  }
  return first;
}
std::string run(const Words& command, const fs::path& folder, const Core& core,
                const std::string& advice = "is libstdc++-arm-none-eabi-dev installed?") {
  const Ran ran = run_program(command, folder, compile_limit_s);
  if (ran.status == 0) return ran.out;
  throw Error(command[0] + " failed for " + core.name + ": " + first_error(ran.err), {}, advice);
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
/// A detector in C as its firmware would compile it, but for contraction: its bits are the host's. Freestanding, for
/// the headers of a compiler without a C library; built-in functions all the same, so that sqrtf is an instruction.
Words compile_library(const Core& core, const fs::path& root, const LibrarySources& library, const fs::path& source) {
  Words words = joined(
      {{"arm-none-eabi-gcc"}, common_flags, core.cpu_flags, library_flags, {"-I" + (root / "lab/prototype").string()}});
  for (const fs::path& folder : library.includes) words.push_back("-I" + fs::absolute(folder).string());
  words.insert(words.end(), {"-idirafter", (root / "lab/deploy/harness/freestanding").string(), "-c",
                             fs::absolute(source).string()});
  return words;
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

std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::optional<std::uint32_t> stack_bound(const fs::path& folder) {
  CallGraph graph;
  for (const char* file : {"subject.ci", "memory.ci"}) {
    read_call_graph(text_of(folder / file), graph);
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

/// Memory functions, start-up code and console, whatever the detector.
void build_board(const Core& core, const fs::path& root, const fs::path& folder, const Words& flags) {
  run(compile(core, root, {}, "apps/firmware/board/memory.c", "memory.o"), folder, core);
  run(compile(core, root, flags, "apps/firmware/board/start.cpp", "start.o"), folder, core);
  run(compile(core, root, flags, "apps/firmware/board/semihosting.cpp", "semihosting.o"), folder, core);
}
Words board_words(const Core& core, const fs::path& root) {
  const std::string scripts = (root / "apps/firmware/board").string();
  return {"-L" + scripts, "-T" + scripts + "/" + core.script, "start.o", "semihosting.o", "memory.o"};
}

/// The objects of a library's sources, in their order, with what its libm needs behind them.
Words build_library(const Core& core, const fs::path& root, const fs::path& folder, const LibrarySources& library) {
  Words objects;
  for (const fs::path& source : library.files) {
    objects.push_back("own_" + std::to_string(objects.size()) + ".o");
    run(joined({compile_library(core, root, library, source), {"-o", objects.back()}}), folder, core, "");
  }
  if (!libm_of(core).empty()) {
    run(compile(core, root, {}, "lab/deploy/harness/errno.c", "errno.o"), folder, core);
    objects.insert(objects.end(), {"errno.o", "-lm"});
  }
  return objects;
}
/// flash.elf of a library, with its map. What it asks for and does not get is named with the function that asks.
void link_alone(const Core& core, const fs::path& folder, const Words& objects) {
  const Words roots_of_it = {"-Wl,-e,vagus_detector", "-Wl,--require-defined=vagus_detector", "-Wl,-Map,flash.map"};
  const Words command = link(core, joined({roots_of_it, objects, {"memory.o"}}), "flash.elf");
  const Ran ran = run_program(command, folder, compile_limit_s);
  if (ran.status == 0) return;
  if (ran.err.find("required symbol `vagus_detector'") != std::string::npos)
    throw Error("the sources define no vagus_detector()", {}, "lab/prototype/vagus_detector.h says what it returns");
  const std::vector<Unresolved> missing = unresolved_in(ran.err);
  if (missing.empty()) throw Error("linking failed for " + std::string(core.name) + ": " + first_error(ran.err));
  std::string what;
  for (const Unresolved& one : missing)
    what += (what.empty() ? "" : ", ") + one.symbol + (one.function.empty() ? "" : " (in " + one.function + ")");
  throw Error("the sources ask for what is not there on the " + std::string(core.name) + ": " + what, {},
              libm_of(core).empty() ? "memcpy, memmove, memset and memcmp are there; for libm: apt-get install "
                                      "libnewlib-arm-none-eabi"
                                    : "memcpy, memmove, memset, memcmp and libm are there");
}

/// Whose the bytes of flash.elf are, by the linker's map.
LibraryFlash library_flash(const Core& core, const fs::path& folder, const Words& objects, const CoreImages& images) {
  const auto kind_of = [](const std::string& file) {
    if (file.starts_with("own_")) return "own";
    if (file == "errno.o" || file.find("libm.a(") != std::string::npos) return "libm";
    return file == "memory.o" ? "memory" : "libgcc";
  };
  const std::vector<LinkedPiece> pieces = read_link_map(text_of(folder / "flash.map"));
  LibraryFlash flash;
  for (const LinkedPiece& piece : pieces) {
    if (piece.section.starts_with(".bss") || piece.section == "COMMON") continue;
    const std::string kind = kind_of(piece.file);
    if (kind == "libm") flash.libm_bytes += piece.bytes;
    if (kind == "memory" || kind == "libgcc") flash.runtime_bytes += piece.bytes;
  }
  flash.own_bytes = images.flash_bytes - flash.libm_bytes - flash.runtime_bytes;

  Words undefined = {"arm-none-eabi-nm", "-u", "-j"};
  std::copy_if(objects.begin(), objects.end(), std::back_inserter(undefined),
               [](const std::string& object) { return object.starts_with("own_"); });
  std::istringstream asked(run(undefined, folder, core));
  std::map<std::string, std::uint64_t> addresses;
  std::istringstream defined(run({"arm-none-eabi-nm", "--defined-only", "flash.elf"}, folder, core));
  for (std::string address, type, name; defined >> address >> type >> name;)
    addresses[name] = std::strtoull(address.c_str(), nullptr, 16) & ~std::uint64_t{1};
  for (std::string name; asked >> name;) {
    const auto at = addresses.find(name);  // not there: only a function that was dropped asks
    const LinkedPiece* piece = at == addresses.end() ? nullptr : placed_at(pieces, at->second);
    if (piece != nullptr && kind_of(piece->file) != std::string("own")) flash.asks_for[name] = kind_of(piece->file);
  }
  return flash;
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

fs::path libm_of(const Core& core) {
  const Ran ran = run_program(
      joined({{"arm-none-eabi-gcc", "-mthumb", "-mfloat-abi=hard"}, core.cpu_flags, {"-print-file-name=libm.a"}}), "/",
      compile_limit_s);
  fs::path file = ran.out.substr(0, ran.out.find('\n'));
  return file.is_absolute() ? file : fs::path();
}

std::string preprocessed(const Core& core, const fs::path& root, const LibrarySources& library) {
  std::string all;
  for (const fs::path& source : library.files) {
    Words command = compile_library(core, root, library, source);
    command.insert(command.end(), {"-E", "-P"});
    all += run(command, root, core, "");
    for (const std::string& flag : library_flags) all += " " + flag;
  }
  return all;
}

void build_description(const Core& core, const fs::path& root, const fs::path& folder, const LibrarySources& library) {
  build_board(core, root, folder, {std::string("-DVAGUS_BOARD_HZ=") + core.board_hz});
  const Words objects = build_library(core, root, folder, library);
  link_alone(core, folder, objects);
  run(compile(core, root, {}, "lab/deploy/harness/describe.cpp", "describe.o"), folder, core);
  run(link(core, joined({board_words(core, root), {"describe.o"}, objects}), "describe.elf"), folder, core, "");
}

CoreImages build_core(const Core& core, const fs::path& root, const fs::path& folder, const Costed& costed) {
  std::ofstream(folder / "settings.h") << costed.settings;
  Words board = {std::string("-DVAGUS_BOARD_HZ=") + core.board_hz};
  if (costed.by_timer) board.emplace_back("-DVAGUS_COST_TIMER");
  build_board(core, root, folder, board);
  run(compile(core, root, board, "lab/deploy/harness/cost.cpp", "cost.o"), folder, core);
  const char* subject = costed.library ? "lab/deploy/harness/library_subject.cpp" : "lab/deploy/harness/subject.cpp";
  run(compile(core, root, {}, subject, "subject.o"), folder, core);

  Words own;
  if (costed.library) own = build_library(core, root, folder, *costed.library);
  run(link(core, joined({board_words(core, root), {"cost.o", "subject.o"}, own}), "image.elf"), folder, core,
      costed.library ? "" : "is libstdc++-arm-none-eabi-dev installed?");

  CoreImages images;
  if (costed.library) {
    link_alone(core, folder, own);
  } else {
    Words alone = {std::string("-Wl,-e,") + roots[0]};
    for (const char* name : roots) alone.push_back(std::string("-Wl,-u,") + name);
    // The application's, and none of the detector's bytes.
    alone.emplace_back("-Wl,--defsym=vagus_subject_said=0,--defsym=vagus_subject_unreadable=0");
    run(link(core, joined({alone, {"subject.o", "memory.o"}}), "flash.elf"), folder, core);
    images.stack_bound_bytes = stack_bound(folder);
  }
  images.symbols = symbols_of(core, folder, "image.elf");
  images.flash_symbols = symbols_of(core, folder, "flash.elf");
  const auto [text, data, bss] = sizes_of(core, folder, "flash.elf");
  images.flash_bytes = text + data;
  images.static_ram_bytes = data + bss;
  if (costed.library) images.library_flash = library_flash(core, folder, own, images);
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
