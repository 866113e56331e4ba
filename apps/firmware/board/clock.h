#pragma once
/// Instructions counted by the emulated core's own timer, to check the counting plugin by and to do without it.
/// Under `emulate` an instruction takes 128 ns, so ticks times the tick's length are instructions. A reading is part of
/// what it measures: the count comes out a few instructions larger.
#include <cstdint>

namespace vagus::board {

#ifdef VAGUS_BOARD_HZ
/// Counts what lies between `start` and `instructions`; at most 2^24 ticks (779,000 instructions at 168 MHz).
class InstructionClock {
 public:
  static void start() {
    reg(0xE000E010U) = 0;
    reg(0xE000E014U) = 0xFFFFFFU;
    reg(0xE000E018U) = 0;
    reg(0xE000E010U) = 5;  // enabled, by the processor's clock
  }
  static std::uint32_t instructions() {
    constexpr std::uint64_t instructions_per_s = 1000000000U / 128U;
    const std::uint64_t ticks = 0xFFFFFFU - reg(0xE000E018U);
    return static_cast<std::uint32_t>((ticks * instructions_per_s + VAGUS_BOARD_HZ / 2U) / VAGUS_BOARD_HZ);
  }

 private:
  static volatile std::uint32_t& reg(std::uint32_t address) {
    return *reinterpret_cast<volatile std::uint32_t*>(address);  // NOLINT(performance-no-int-to-ptr): a register
  }
};
#endif

}  // namespace vagus::board
