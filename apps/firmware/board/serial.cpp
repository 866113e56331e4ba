// The board's console on a serial line instead of semihosting: USART1 of an STM32F4, as the emulated netduinoplus2 has
// it. What a real board writes in its place: a few registers, nothing else of the conformance program changes. Source:
// ST, RM0090 (STM32F405), 30.6.
#include "apps/firmware/board/board.h"

extern "C" [[noreturn]] void vagus_exit(int status);

namespace vagus::board {
namespace {

volatile std::uint32_t& usart1(std::uint32_t offset) {
  return *reinterpret_cast<volatile std::uint32_t*>(0x40011000U + offset);  // NOLINT(performance-no-int-to-ptr)
}
constexpr std::uint32_t status_register = 0x00;
constexpr std::uint32_t data = 0x04;
constexpr std::uint32_t control = 0x0C;
constexpr std::uint32_t transmit_empty = 1U << 7U;
constexpr std::uint32_t enabled = 1U << 13U | 1U << 3U;  ///< the unit, its transmitter

}  // namespace

void write(const void* bytes, std::size_t count) {
  usart1(control) = enabled;
  const auto* byte = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < count; ++i) {
    while ((usart1(status_register) & transmit_empty) == 0) {
    }
    usart1(data) = byte[i];
  }
}

/// Nobody is there to take a status: the core sleeps.
void exit(int /*status*/) {
  for (;;) __asm__ volatile("wfi");
}

}  // namespace vagus::board

void vagus_exit(int status) { vagus::board::exit(status); }
