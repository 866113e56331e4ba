// Recurses until the stack ends: the fault is to be reported, not passed over.
#include "apps/firmware/board/board.h"

namespace {

[[gnu::noinline]] std::uint32_t deeper(std::uint32_t depth) {
  volatile std::uint32_t room[16];
  room[depth & 15U] = depth;
  return depth == 0xFFFFFFU ? room[0] : deeper(depth + 1) + room[depth & 15U];
}

}  // namespace

int main() {
  vagus::board::print(std::uint64_t{deeper(0)});
  return 0;
}
