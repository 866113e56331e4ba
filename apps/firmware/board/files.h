#pragma once
/// Files of the machine at the other end of a debugger or emulator, by semihosting (on a host: its own). A real board
/// has a sensor to read and flash to write instead.
#include <cstddef>
#include <cstdint>

namespace vagus::board {

/// An open file; `handle` below 0: could not be opened.
struct File {
  std::int32_t handle = -1;
  bool ok() const { return handle >= 0; }
};
enum class Mode : std::uint8_t { read, write };

/// In the folder where the debugger or emulator was started.
File open(const char* name, Mode mode);
/// The bytes read: fewer than `count` only at the end.
std::size_t read(File file, void* bytes, std::size_t count);
/// False where not all of it was written.
bool write(File file, const void* bytes, std::size_t count);
void close(File file);

}  // namespace vagus::board
