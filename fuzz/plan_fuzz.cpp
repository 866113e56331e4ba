// Plans of networks: whatever the bytes are, nothing beyond them or the arena is touched. The first byte chooses: the
// bytes as they are, or a sound plan of which they change some, so that what lies behind the first checks is reached.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "device/infer/network.h"
#include "lab/model/random_graph.h"

namespace {

using namespace vagus;

const std::vector<std::uint8_t>& sound_plan(std::uint32_t number) {
  static const std::vector<std::vector<std::uint8_t>> plans = [] {
    std::vector<std::vector<std::uint8_t>> all;
    for (std::uint32_t seed = 1; seed <= 16; ++seed) all.push_back(lab::write_plan(lab::RandomGraph(seed).make()));
    return all;
  }();
  return plans[number % plans.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vagus::infer;
  if (size == 0) return 0;
  std::vector<std::uint8_t> given(data + 1, data + size);
  if (data[0] != 0) {
    std::vector<std::uint8_t> changed = sound_plan(data[0]);
    for (std::size_t at = 0; at + 3 <= given.size(); at += 3)
      changed[(given[at] + 256U * given[at + 1]) % changed.size()] = given[at + 2];
    given = std::move(changed);
  }
  std::vector<std::uint64_t> bytes((given.size() + 7) / 8);  // plans are aligned
  std::copy(given.begin(), given.end(), reinterpret_cast<std::uint8_t*>(bytes.data()));
  const Plan plan = check_plan({reinterpret_cast<const std::uint8_t*>(bytes.data()), given.size()});
  if (plan.error != PlanError::ok || plan.head->arena_bytes > 1 << 20) return 0;
  // Exactly as long as it says, so that a byte beyond it is one beyond the memory.
  std::vector<std::uint8_t> arena(plan.head->arena_bytes);
  Network network(plan, arena.data());
  const std::vector<std::int8_t> x(plan.head->input_channels, 7);
  for (int n = 0; n < 40; ++n) network.push(x.data());
  return 0;
}
