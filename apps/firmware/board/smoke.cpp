// The board itself: data copied, .bss empty, floats and 64-bit division work, memory functions do, text comes out.
#include <cstdint>

#include "apps/firmware/board/board.h"

namespace {

volatile std::uint32_t initialised = 0x12345678U;
volatile std::uint32_t zeroed[4];

bool memory_works() {
  unsigned char a[32];
  unsigned char b[32];
  for (unsigned i = 0; i < 32; ++i) a[i] = static_cast<unsigned char>(i * 7U);
  __builtin_memset(b, 0x5A, sizeof b);
  __builtin_memcpy(b + 1, a + 1, 30);
  __builtin_memmove(a + 3, a, 20);
  bool right = b[0] == 0x5A && b[31] == 0x5A;
  for (unsigned i = 1; i < 31; ++i) right = right && b[i] == static_cast<unsigned char>(i * 7U);
  for (unsigned i = 0; i < 20; ++i) right = right && a[i + 3] == static_cast<unsigned char>(i * 7U);
  __builtin_memmove(a, a + 3, 20);
  return right && __builtin_memcmp(a + 1, b + 1, 19) == 0;
}
bool floats_work() {
  volatile float x = 1e-40F;  // a denormal stays one
  volatile float y = 0.5F;
  volatile std::uint64_t wide = 1000000000000U;
  return x * y > 0.0F && wide / 7U == 142857142857U;
}

}  // namespace

int main() {
  bool right = initialised == 0x12345678U;
  for (const volatile std::uint32_t& word : zeroed) right = right && word == 0;
  right = right && memory_works() && floats_work();
  vagus::board::print("64 bits ");
  vagus::board::print(std::uint64_t{18446744073709551615U});
  vagus::board::print(right ? "\nPASS\n" : "\nFAIL\n");
  return right ? 0 : 1;
}
