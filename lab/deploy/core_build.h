#pragma once
/// The harness (lab/deploy/harness) compiled for one of the wrist's cores.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

/// What was built, and what the files say.
struct CoreImages {
  std::vector<Symbol> symbols;        ///< of the program that runs (image.elf)
  std::vector<Symbol> flash_symbols;  ///< of the detector alone (flash.elf)
  std::uint32_t flash_bytes = 0;
  std::uint32_t static_ram_bytes = 0;
  std::optional<std::uint32_t> stack_bound_bytes;  ///< of push, gap and finish
};

/// Compiles the sources under `root` into `folder`: image.elf, the harness with the detector, and flash.elf, the
/// detector alone: its four functions are the roots, the linker drops what they do not reach, the memory functions and
/// libgcc go in, start-up code does not. Both hold the same object code. Throws Error with the compiler's first
/// message.
CoreImages build_core(const Core& core, const std::filesystem::path& root, const std::filesystem::path& folder,
                      const std::string& settings, bool by_timer);

std::vector<std::string> emulate_command(const Core& core, const std::string& image);

}  // namespace vagus::lab
