// Console and exit by Arm semihosting, as QEMU and debug probes offer it.
// Source: Arm, Semihosting for AArch32 and AArch64, 2.0.
#include "apps/firmware/board/board.h"
#include "apps/firmware/board/files.h"

extern "C" [[noreturn]] void vagus_exit(int status);

namespace vagus::board {
namespace {

constexpr std::uint32_t sys_open = 0x01;
constexpr std::uint32_t sys_close = 0x02;
constexpr std::uint32_t sys_write = 0x05;
constexpr std::uint32_t sys_read = 0x06;
constexpr std::uint32_t sys_exit_extended = 0x20;
constexpr std::uint32_t application_exit = 0x20026;
constexpr std::uint32_t read_binary = 1;   ///< "rb"
constexpr std::uint32_t write_binary = 5;  ///< "wb": ":tt" opened so is standard output

std::uint32_t call(std::uint32_t operation, const std::uint32_t* block) {
  register std::uint32_t r0 __asm__("r0") = operation;
  register const std::uint32_t* r1 __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
std::uint32_t number(const void* p) { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(p)); }

}  // namespace

void write(const void* bytes, std::size_t count) {
  static std::uint32_t handle = 0;
  if (handle == 0) {
    const std::uint32_t open[3] = {number(":tt"), write_binary, 3};
    handle = call(sys_open, open);
  }
  const std::uint32_t block[3] = {handle, number(bytes), static_cast<std::uint32_t>(count)};
  call(sys_write, block);
}

void exit(int status) {
  const std::uint32_t block[2] = {application_exit, static_cast<std::uint32_t>(status)};
  call(sys_exit_extended, block);
  for (;;) {
  }
}

File open(const char* name, Mode mode) {
  std::uint32_t length = 0;
  while (name[length] != 0) ++length;
  const std::uint32_t block[3] = {number(name), mode == Mode::read ? read_binary : write_binary, length};
  return {static_cast<std::int32_t>(call(sys_open, block))};
}
std::size_t read(File file, void* bytes, std::size_t count) {
  const std::uint32_t block[3] = {static_cast<std::uint32_t>(file.handle), number(bytes),
                                  static_cast<std::uint32_t>(count)};
  return count - call(sys_read, block);  // the call tells what it did not read
}
bool write(File file, const void* bytes, std::size_t count) {
  const std::uint32_t block[3] = {static_cast<std::uint32_t>(file.handle), number(bytes),
                                  static_cast<std::uint32_t>(count)};
  return call(sys_write, block) == 0;
}
void close(File file) {
  const std::uint32_t block[1] = {static_cast<std::uint32_t>(file.handle)};
  call(sys_close, block);
}

}  // namespace vagus::board

void vagus_exit(int status) { vagus::board::exit(status); }
