// Start-up of a bare Cortex-M: vectors, data, floating point, main; and what is said when something faults.
#include <cstdint>

#include "apps/firmware/board/board.h"

extern "C" {
extern std::uint32_t vagus_stack_bottom[], vagus_stack_top[], vagus_data_start[], vagus_data_end[], vagus_data_from[],
    vagus_bss_start[], vagus_bss_end[];
int main();
void vagus_reset();
void vagus_fault();
void vagus_guard_stack();
void vagus_report_fault(const std::uint32_t* frame, std::uint32_t exc_return);
[[gnu::weak]] void vagus_tick() {}
}

namespace {

using namespace vagus::board;
using Handler = void (*)();
constexpr std::uint32_t guard_bytes = 256;

[[gnu::section(".vectors"), gnu::used]] const Handler vectors[16] = {
    reinterpret_cast<Handler>(reinterpret_cast<std::uintptr_t>(vagus_stack_top)),  // NOLINT(performance-no-int-to-ptr)
    vagus_reset,
    vagus_fault,  // NMI
    vagus_fault,  // HardFault
    vagus_fault,  // MemManage
    vagus_fault,  // BusFault
    vagus_fault,  // UsageFault
    vagus_fault,  // SecureFault
    nullptr,
    nullptr,
    nullptr,
    vagus_fault,  // SVCall
    vagus_fault,  // DebugMonitor
    nullptr,
    vagus_fault,  // PendSV
    vagus_tick,   // SysTick
};

volatile std::uint32_t& at(std::uint32_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);  // NOLINT(performance-no-int-to-ptr): a register
}

void say(const char* name, std::uint32_t value) {
  print(name);
  print_hex(value);
}

}  // namespace

extern "C" {

// No frame, no floating point and no memory function before the processor is ready for them.
[[gnu::naked, gnu::section(".text.vagus_reset")]] void vagus_reset() {
  __asm__ volatile(
      "ldr r0, =0xE000ED88\n"  // CPACR: full access to coprocessors 10 and 11
      "ldr r1, [r0]\n"
      "orr r1, r1, #0xF00000\n"
      "str r1, [r0]\n"
      "dsb\n"
      "isb\n"
      "ldr r0, =vagus_data_start\n"
      "ldr r1, =vagus_data_end\n"
      "ldr r2, =vagus_data_from\n"
      "1: cmp r0, r1\n"
      "bhs 2f\n"
      "ldr r3, [r2], #4\n"
      "str r3, [r0], #4\n"
      "b 1b\n"
      "2: ldr r0, =vagus_bss_start\n"
      "ldr r1, =vagus_bss_end\n"
      "movs r3, #0\n"
      "3: cmp r0, r1\n"
      "bhs 4f\n"
      "str r3, [r0], #4\n"
      "b 3b\n"
      "4: bl vagus_guard_stack\n"
      "bl main\n"
      "bl vagus_exit\n"
      ".ltorg\n");
}

// Memory below RAM may be there and swallow what is written: the stack's end is guarded by the core as well.
void vagus_guard_stack() {
#if __ARM_ARCH >= 8
  __asm__ volatile("msr msplim, %0" ::"r"(vagus_stack_bottom));
#else
  if ((at(0xE000ED90U) & 0xFF00U) == 0) return;  // MPU_TYPE: no regions
  at(0xE000ED9CU) = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(vagus_stack_bottom)) | 0x10U;
  at(0xE000EDA0U) = 7U << 1U | 1U;  // guard_bytes without any access
  at(0xE000ED94U) = 5U;             // on, everything else as without it
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
}

// The stack may be what is broken: it starts anew before anything is pushed.
[[gnu::naked]] void vagus_fault() {
  __asm__ volatile(
      "mrs r0, msp\n"
      "mov r1, lr\n"
      "ldr r2, =vagus_stack_top\n"
      "msr msp, r2\n"
      "bl vagus_report_fault\n"
      ".ltorg\n");
}

void vagus_report_fault(const std::uint32_t* frame, std::uint32_t exc_return) {
  const auto address = reinterpret_cast<std::uintptr_t>(frame);
  const auto bottom = reinterpret_cast<std::uintptr_t>(vagus_stack_bottom);
  const auto top = reinterpret_cast<std::uintptr_t>(vagus_stack_top);
  print("FAULT");
  say(" CFSR ", at(0xE000ED28U));
  say(" HFSR ", at(0xE000ED2CU));
  say(" MMFAR ", at(0xE000ED34U));
  say(" BFAR ", at(0xE000ED38U));
  say(" SP ", static_cast<std::uint32_t>(address));
  say(" EXC_RETURN ", exc_return);
  if (address >= bottom && address + 32 <= top) {
    constexpr const char* names[8] = {" R0 ", " R1 ", " R2 ", " R3 ", " R12 ", " LR ", " PC ", " PSR "};
    for (int i = 0; i < 8; ++i) say(names[i], frame[i]);
  }
  constexpr std::uint32_t stack_limit = 1U << 20U;  // CFSR.STKOF: below the limit, and nothing written there
  const bool guarded = address < bottom + guard_bytes;
  if (guarded || address > top || (at(0xE000ED28U) & stack_limit) != 0) print(": the stack overflowed");
  print("\n");
  exit(fault_status);
}

}  // extern "C"
