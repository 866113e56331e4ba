// What the plugin counts, held against code whose counts are known by hand, and against the core's own timer.
#include "apps/firmware/board/board.h"
#include "apps/firmware/board/clock.h"
#include "apps/firmware/board/regions.h"
#include "device/dsp/butterworth.h"

namespace {

using namespace vagus;

alignas(8) std::uint32_t words[4];

/// 2 + 10 * 7 instructions, 9 taken branches; a turn reads 4 + 1 and writes 8 bytes in 2 + 2 accesses (STRD is two).
[[gnu::always_inline]] inline void known(std::uint32_t* memory) {
  __asm__ volatile(
      "movs r2, #10\n"
      "mov r3, %0\n"
      "1: ldr r0, [r3]\n"
      "ldrb r1, [r3, #4]\n"
      "strd r0, r1, [r3, #8]\n"
      "cmp r2, #0\n"
      "nop\n"
      "subs r2, r2, #1\n"
      "bne 1b\n" ::"r"(memory)
      : "r0", "r1", "r2", "r3", "cc", "memory");
}

/// In a register before a region begins.
[[gnu::always_inline]] inline std::uint32_t* pinned() {
  std::uint32_t* memory = words;
  __asm__ volatile("" : "+r"(memory));
  return memory;
}

template <class F>
[[gnu::noinline]] void time(const char* name, const F& f) {
  board::InstructionClock::start();
  f();
  const std::uint32_t instructions = board::InstructionClock::instructions();
  board::print(name);
  board::print(std::uint64_t{instructions});
  board::print("\n");
}

}  // namespace

int main() {
  time("systick 0 ", [] {
    std::uint32_t* memory = pinned();
    board::enter<0>();
    known(memory);
    board::leave<0>();
  });
  auto band = dsp::butterworth_bandpass(4, 0.7F, 35.0F, 250.0F).value();
  float sum = 0.0F;
  time("systick 1 ", [&] {
    board::enter<1>();
    for (int i = 0; i < 500; ++i) sum += band.push(static_cast<float>(i & 15));
    board::leave<1>();
  });
  // Three windows of 1, 3 and 2 entries, of which the second costs most.
  constexpr int window_entries[] = {1, 3, 2};
  for (const int entries : window_entries) {
    for (int i = 0; i < entries; ++i) {
      std::uint32_t* memory = pinned();
      board::enter<2>();
      known(memory);
      board::leave<2>();
    }
    board::end_window<2>();
  }
  board::print(sum == sum ? "PASS\n" : "FAIL\n");
  return 0;
}
