// The layers of eight-bit networks, each in a region of its own under the counting plugin: what they cost a product.
// Prints one JSON object as `operators` does.
#include <cstdint>

#include "apps/firmware/board/board.h"
#include "apps/firmware/board/regions.h"
#include "device/infer/dense.h"
#include "device/infer/depthwise.h"
#include "device/infer/network.h"
#include "device/infer/trees.h"
#include "network_plan.h"

namespace {

using namespace vagus;
using namespace vagus::infer;

alignas(16) std::uint8_t stream[dense_stream_bytes(256, 64)];
alignas(16) std::int8_t input[1024];
alignas(16) std::int8_t output[1024];
alignas(16) std::uint8_t scratch[dense_scratch_bytes(256)];

alignas(16) std::uint8_t arena[8192];
std::uint16_t trees[100 * tree_entries(5)];
volatile std::int32_t kept;

template <class F>
[[gnu::noinline]] void call(F& f) {
  f();
}

template <std::uint32_t id, class F>
void measure(const char* name, std::uint32_t products, F f) {
  board::enter<id>();
  call(f);
  board::leave<id>();
  board::print(id == 0 ? "{\"operators\":[{\"id\":" : ",\n{\"id\":");
  board::print(std::uint64_t{id});
  board::print(",\"name\":\"");
  board::print(name);
  board::print("\",\"per\":\"product\",\"count\":");
  board::print(std::uint64_t{products});
  board::print("}");
}

void fill() {
  std::uint32_t random = 1;
  for (std::uint8_t& byte : stream) byte = static_cast<std::uint8_t>((random = random * 1664525U + 1013904223U) >> 24U);
  for (std::int8_t& x : input) x = static_cast<std::int8_t>((random = random * 1664525U + 1013904223U) >> 24U);
}

}  // namespace

int main() {
  fill();
  measure<0>("convolution, 16 to 32 channels, 5 taps", 80 * 32, [] { dense(stream, 80, 32, input, output, scratch); });
  measure<1>("pointwise, 32 to 32 channels", 32 * 32, [] { dense(stream, 32, 32, input, output, scratch); });
  measure<2>("dense, 256 to 64", 256 * 64, [] { dense(stream, 256, 64, input, output, scratch); });
  measure<3>("depthwise, 32 channels, 5 taps", 5 * 32, [] { depthwise(stream, 32, 5, input, 32, output); });
  const Plan plan = check_plan(network_plan);
  if (plan.error != PlanError::ok || plan.head->arena_bytes > sizeof arena) return 1;
  Network network(plan, arena);
  std::uint32_t decisions = 0;
  const auto window = [&] {
    for (std::uint32_t n = 0; n < plan.head->window; ++n) decisions += network.push(input + 6 * n) == nullptr ? 0U : 1U;
  };
  window();
  measure<4>("network of 336 k products, a window", network_products, window);
  if (decisions != 2) return 1;
  std::uint32_t random = 5;
  for (std::uint16_t& entry : trees)
    entry = static_cast<std::uint16_t>((random = random * 1664525U + 1013904223U) >> 16U);
  measure<5>("100 trees of depth 5", 1,
             [] { kept = sum_of_trees(trees, 5, 100, reinterpret_cast<const std::uint8_t*>(input)); });
  board::print("],\"pass\":true}\n");
  return 0;
}
