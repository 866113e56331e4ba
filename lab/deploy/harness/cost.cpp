// One detector on an emulated core, counted: the standard signal for some seconds, region 0 round every `push`, a
// window a second of signal, region 1 round `make` and region 2 round `finish`; the stack that each needs; the size of
// its state.
//
// Compile and run (with the folder that holds device/, apps/firmware/board/ and lab/deploy/harness/ as ROOT; for M55:
// -mcpu=cortex-m55 -fno-tree-vectorize, m55.ld, emulate m55):
//   arm-none-eabi-g++ -std=c++20 -O2 -mthumb -mfloat-abi=hard -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -ffp-contract=off
//     -fno-math-errno -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit -ffreestanding
//     -ffunction-sections -fdata-sections -nostdlib -Wl,--gc-sections -IROOT
//     '-DVAGUS_COST_HEADER="device/health/beats.h"' -DVAGUS_COST_DETECTOR=vagus::health::BeatDetector
//     '-DVAGUS_COST_CONFIG=config.rate_hz = 250.0F;' -DVAGUS_COST_SECONDS=60
//     ROOT/lab/deploy/harness/cost.cpp ROOT/apps/firmware/board/start.cpp ROOT/apps/firmware/board/semihosting.cpp
//     memory.o -LROOT/apps/firmware/board -Tm4f.ld -lgcc -o cost.elf
// where memory.o is apps/firmware/board/memory.c by arm-none-eabi-gcc with -std=c11 -O2, the same core's flags,
// -ffreestanding -fno-tree-loop-distribute-patterns. Then
//   ROOT/apps/firmware/board/emulate m4f cost.elf -plugin counts.so,out=counts.json > cost.json
// cost.json is this program's object, {"detector", ..., "pass": true}, counts.json the plugin's (counts.cpp).
//
// The rate is the configuration's `rate_hz`, or else the lowest that the first channel allows.
#include "apps/firmware/board/board.h"
#include "apps/firmware/board/regions.h"
#include "apps/firmware/board/stack.h"
#include "device/conformance/kit.h"
#include VAGUS_COST_HEADER
#ifndef VAGUS_COST_CONFIG
#define VAGUS_COST_CONFIG
#endif
#ifndef VAGUS_COST_SECONDS
#define VAGUS_COST_SECONDS 60
#endif

namespace {

using namespace vagus;
using D = VAGUS_COST_DETECTOR;

// `make` builds the detector in its frame, and hands it back by value.
constexpr std::size_t stack_bytes = 8192 + 4 * ((sizeof(D) + 7) / 8 * 8);

/// As a firmware's queue: the output is stored. Candidates, scores and probes are not taken, so they cost nothing.
struct Queue {
  typename D::Output last;
  std::uint32_t events;
  void operator()(const typename D::Output& output) {
    last = output;
    ++events;
  }
};

struct State {
  Result<D> detector = Errc::field_out_of_range;
  typename D::Config config;
  typename D::Input input;
  Queue queue;
};
// Not initialised by a constructor, which nothing would run.
alignas(State) unsigned char memory[sizeof(State)];
board::MeasuredStack<stack_bytes> stack;

[[gnu::noinline]] void make(void* context) {
  auto& s = *static_cast<State*>(context);
  board::enter<1>();
  s.detector = D::make(s.config);
  board::leave<1>();
}
[[gnu::noinline]] void push(void* context) {
  auto& s = *static_cast<State*>(context);
  D& detector = s.detector.value();
  const typename D::Input input = s.input;
  board::enter<0>();
  detector.push(input, s.queue);
  board::leave<0>();
}
[[gnu::noinline]] void finish(void* context) {
  auto& s = *static_cast<State*>(context);
  board::enter<2>();
  s.detector.value().finish(s.queue);
  board::leave<2>();
}

void member(const char* name, std::uint64_t value) {
  board::print(",\"");
  board::print(name);
  board::print("\":");
  board::print(value);
}

typename D::Config configuration() {
  typename D::Config config{};
  VAGUS_COST_CONFIG
  return config;
}

typename D::Input sample(conformance::Wearer& wearer) {
  float row[sizeof(typename D::Input) / sizeof(float)];
  wearer.advance();
  std::size_t i = 0;
  for (const ChannelNeed& need : D::contract.reads) row[i++] = wearer.value(need.quantity, need.unit);
  typename D::Input input;
  __builtin_memcpy(&input, row, sizeof(input));
  return input;
}

}  // namespace

/// Ends the program where what was measured ran out of its stack: everything below may have been overwritten.
void measured(const char* name) {
  member(name, stack.used_bytes());
  if (stack.used_bytes() < stack_bytes) return;
  board::print(",\"error\":\"the measured stack overflowed\",\"pass\":false}\n");
  board::exit(1);
}

int main() {
  auto& s = *new (memory) State{.config = configuration(), .input = {}, .queue = {}};
  board::print("{\"detector\":\"");
  board::print(D::contract.name);
  board::print("\",\"signal\":\"");
  board::print(conformance::Wearer::version);
  board::print("\"");
  member("state_bytes", sizeof(D));
  stack.paint();
  stack.run(make, &s);
  measured("stack_make_bytes");
  if (!s.detector.ok()) {
    board::print(",\"error\":\"");
    board::print(sentence(s.detector.error()));
    board::print("\",\"pass\":false}\n");
    return 1;
  }
  const float rate_hz = conformance::rate_of<D>(s.config);
  conformance::Wearer wearer(rate_hz);
  stack.paint();
  const std::int64_t samples = to_i32(rate_hz * static_cast<float>(VAGUS_COST_SECONDS));
  float next_window = rate_hz;
  for (std::int64_t i = 0; i < samples; ++i) {
    s.input = sample(wearer);
    stack.run(push, &s);
    if (static_cast<float>(i + 1) >= next_window) {
      board::end_window<0>();
      next_window += rate_hz;
    }
  }
  measured("stack_push_bytes");
  stack.paint();
  stack.run(finish, &s);
  measured("stack_finish_bytes");
  member("samples", static_cast<std::uint64_t>(samples));
  member("rate_mhz", static_cast<std::uint64_t>(rate_hz * 1000.0F));
  member("events", s.queue.events);
  board::print(",\"pass\":true}\n");
  return 0;
}
