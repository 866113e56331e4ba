// The board's console and exit, on a host.
#include <cstdio>
#include <cstdlib>

#include "apps/firmware/board/board.h"

namespace vagus::board {

void write(const void* bytes, std::size_t count) {
  if (std::fwrite(bytes, 1, count, stdout) != count) exit(1);
}
void exit(int status) { std::exit(std::fflush(stdout) == 0 ? status : 1); }

}  // namespace vagus::board
