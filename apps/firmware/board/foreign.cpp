// What tools/foreign_symbols has to refuse: double arithmetic in one function, named by it.
#include "apps/firmware/board/board.h"

[[gnu::noinline]] float in_double_precision(float x);
float in_double_precision(float x) { return static_cast<float>(static_cast<double>(x) * 1.1); }

int main() {
  volatile float x = 1.0F;
  vagus::board::print(in_double_precision(x) > 1.0F ? "PASS\n" : "FAIL\n");
  return 0;
}
