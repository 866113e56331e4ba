#pragma once
/// The harness (lab/deploy/harness) compiled for one of the wrist's cores.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lab/deploy/cost.h"
#include "lab/deploy/symbols.h"

namespace vagus::lab {

/// A core that costs are measured on.
struct Core {
  const char* name;  ///< "m4f"
  std::vector<std::string> cpu_flags;
  const char* script;   ///< linker script in apps/firmware/board
  const char* machine;  ///< QEMU's
  const char* board_hz;
  bool m4_timing;  ///< Arm's table of the Cortex-M4 holds for it
};
std::span<const Core> cost_cores();
/// All that decides about the code made for it, in one line.
std::string flags_of(const Core& core);

/// A detector in C (lab/prototype/vagus_detector.h), as sources.
struct LibrarySources {
  std::vector<std::filesystem::path> files;     ///< .c; at least one
  std::vector<std::filesystem::path> includes;  ///< folders, beside those that the files lie in
};

/// What is to be costed, of which settings.h says the rest.
struct Costed {
  std::string settings;
  bool by_timer = false;
  std::optional<LibrarySources> library;  ///< nothing: a detector of device/registry.h
};

/// What was built, and what the files say.
struct CoreImages {
  std::vector<Symbol> symbols;        ///< of the program that runs (image.elf)
  std::vector<Symbol> flash_symbols;  ///< of the detector alone (flash.elf)
  std::uint32_t flash_bytes = 0;
  std::uint32_t static_ram_bytes = 0;
  std::optional<std::uint32_t> stack_bound_bytes;  ///< of push, gap and finish; of a library unknown
  std::optional<LibraryFlash> library_flash;       ///< of a library: whose the bytes are
};

/// Compiles the sources under `root` into `folder`: image.elf, the harness with the detector, and flash.elf, the
/// detector alone: its four functions are the roots (of a library vagus_detector), the linker drops what they do not
/// reach, the memory functions and libgcc go in, start-up code does not. Both hold the same object code. Throws Error
/// with the compiler's first message, or with the foreign symbol that the detector asks for and where.
CoreImages build_core(const Core& core, const std::filesystem::path& root, const std::filesystem::path& folder,
                      const Costed& costed);

/// Compiles describe.elf, which prints what a library says of itself. Throws as build_core.
void build_description(const Core& core, const std::filesystem::path& root, const std::filesystem::path& folder,
                       const LibrarySources& library);

/// All that the compiler sees of a library's sources for a core: its flags, and the text after the preprocessor.
/// Throws Error with the compiler's first message, e.g. of a header that is not there.
std::string preprocessed(const Core& core, const std::filesystem::path& root, const LibrarySources& library);

/// The cross compiler's libm for a core; empty where it has none (newlib is a package of its own).
std::filesystem::path libm_of(const Core& core);

std::vector<std::string> emulate_command(const Core& core, const std::string& image);

}  // namespace vagus::lab
