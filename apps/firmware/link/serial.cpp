// The first UART of the emulated boards. While nothing comes the core sleeps: interrupts stay masked, but one that is
// pending ends the sleep.
#include "apps/firmware/link/serial.h"

namespace vagus::board {
namespace {

volatile std::uint32_t& at(std::uint32_t address) { return *reinterpret_cast<volatile std::uint32_t*>(address); }

#if defined(VAGUS_CORE_m4f)
// USART1 of an STM32F405 (ST, RM0090, section 30.6).
constexpr std::uint32_t uart = 0x40011000U;
constexpr std::uint32_t data = uart + 0x04;
constexpr std::uint32_t interrupt = 37;
void start() { at(uart + 0x0C) = 1U << 13U | 1U << 5U | 1U << 3U | 1U << 2U; }  // on, both ways, an interrupt a byte
bool filled() { return (at(uart) & 1U << 5U) != 0; }
bool free() { return (at(uart) & 1U << 7U) != 0; }
void taken() {}
#else
// UART0 of Arm's MPS boards (Arm, DDI 0479, CMSDK UART).
#if defined(VAGUS_CORE_m55)
constexpr std::uint32_t uart = 0x49303000U;
constexpr std::uint32_t interrupt = 33;
#else
constexpr std::uint32_t uart = 0x40004000U;
constexpr std::uint32_t interrupt = 0;
#endif
constexpr std::uint32_t data = uart;
void start() {
  at(uart + 0x10) = 16;  // clocks a bit; an emulator does not mind
  at(uart + 0x08) = 1U << 3U | 3U;
}
bool filled() { return (at(uart + 0x04) & 2U) != 0; }
bool free() { return (at(uart + 0x04) & 1U) == 0; }
void taken() { at(uart + 0x0C) = 2; }
#endif

constexpr std::uint32_t bit = 1U << interrupt % 32;
constexpr std::uint32_t enable = 0xE000E100U + 4 * (interrupt / 32);
constexpr std::uint32_t unpend = 0xE000E280U + 4 * (interrupt / 32);

}  // namespace

void start_serial() {
  __asm__ volatile("cpsid i" ::: "memory");
  start();
  at(enable) = bit;
}
std::uint8_t read_serial() {
  while (!filled()) __asm__ volatile("wfi" ::: "memory");
  const auto byte = static_cast<std::uint8_t>(at(data));
  taken();
  at(unpend) = bit;
  return byte;
}
void write_serial(const std::uint8_t* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    while (!free()) {
    }
    at(data) = bytes[i];
  }
}

}  // namespace vagus::board
