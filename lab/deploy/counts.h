#pragma once
/// What the counting plugin (harness/counts.cpp) wrote: what a program did between its marks.
#include <cstdint>
#include <filesystem>
#include <vector>

namespace vagus::lab {

/// An instruction of a region: how often it was executed, and how often something else than the next one followed.
struct Executed {
  std::uint64_t address = 0;
  std::uint32_t opcode = 0;  ///< of 32 bits: first halfword << 16 | second
  std::uint32_t bytes = 0;   ///< 2 or 4
  std::uint64_t executed = 0, taken = 0;
};

/// One marked region, summed over all its entries. The worst window is the one with most instructions.
struct RegionCounts {
  std::uint64_t entries = 0, instructions = 0, loads = 0, stores = 0, bytes_read = 0, bytes_written = 0, taken = 0;
  std::uint64_t windows = 0, worst_entries = 0, worst_instructions = 0;
  std::vector<Executed> code;  ///< by address
};

/// Region `id` of the plugin's file. Throws Error where the file or the region is not there, or is not as it should be.
RegionCounts read_counts(const std::filesystem::path& file, unsigned id);

}  // namespace vagus::lab
