#pragma once
/// What a program needs on a bare core: a console and an exit, a clock, and how much stack was used. Here both ends are
/// a debugger's or an emulator's semihosting (semihosting.cpp) or, for a program that also runs on a host, its standard
/// library (host.cpp). A real board replaces these few functions by its own serial line.
#include <cstddef>
#include <cstdint>

namespace vagus::board {

inline constexpr int fault_status = 70;  ///< the exit status after a fault was reported

/// To standard output, unbuffered.
void write(const void* bytes, std::size_t count);
[[noreturn]] void exit(int status);

inline void print(const char* text) {
  std::size_t length = 0;
  while (text[length] != 0) ++length;
  write(text, length);
}
/// Eight digits.
inline void print_hex(std::uint32_t value) {
  char digits[8];
  for (int i = 0; i < 8; ++i) digits[i] = "0123456789abcdef"[(value >> (28U - 4U * static_cast<unsigned>(i))) & 15U];
  write(digits, sizeof digits);
}
/// Decimal.
inline void print(std::uint64_t value) {
  char digits[20];
  std::size_t at = sizeof digits;
  do {
    digits[--at] = static_cast<char>('0' + static_cast<char>(value % 10U));
    value /= 10U;
  } while (value != 0);
  write(digits + at, sizeof digits - at);
}

}  // namespace vagus::board
