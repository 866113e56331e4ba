// One detector on an emulated core, counted: the standard signal for some seconds, region 0 round every push, a window
// a second of signal; the stack that it needs; the size of its state. settings.h (see subject.h, and library_subject.h
// for detectors in C) names it.
//
// `vagus cost` compiles and runs it; by hand, with ROOT the folder of device/, apps/ and lab/ and settings.h in HERE:
//   arm-none-eabi-g++ -std=c++20 -O2 -mthumb -mfloat-abi=hard -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -ffp-contract=off
//     -fno-math-errno -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit -ffreestanding
//     -ffunction-sections -fdata-sections -nostdlib -Wl,--gc-sections -IROOT -IHERE -DVAGUS_BOARD_HZ=168000000U
//     ROOT/lab/deploy/harness/subject.cpp ROOT/lab/deploy/harness/cost.cpp ROOT/apps/firmware/board/start.cpp
//     ROOT/apps/firmware/board/semihosting.cpp memory.o -LROOT/apps/firmware/board -Tm4f.ld -lgcc -o cost.elf
// where memory.o is apps/firmware/board/memory.c by arm-none-eabi-gcc with -std=c11 -O2, the same core's flags,
// -ffreestanding -fno-tree-loop-distribute-patterns. Then
//   ROOT/apps/firmware/board/emulate m4f cost.elf -plugin counts.so,out=counts.json
// prints one object; counts.json is the plugin's (counts.cpp). With -DVAGUS_COST_TIMER the core's own timer counts, for
// an emulator that loads no plugins.
#include <bit>
#include <new>

#include "apps/firmware/board/board.h"
#include "apps/firmware/board/clock.h"
#include "apps/firmware/board/regions.h"
#include "apps/firmware/board/stack.h"
#include "settings.h"
#ifdef VAGUS_COST_LIBRARY
#include "lab/deploy/harness/library_subject.h"
#else
#include "lab/deploy/harness/subject.h"
#endif

namespace {

using namespace vagus;
using cost::Made;
using cost::measured_stack_bytes;
using cost::Subject;

std::uint32_t events = 0;
// Not initialised by a constructor, which nothing would run.
alignas(Made) unsigned char memory[sizeof(Made)];
board::MeasuredStack<measured_stack_bytes> stack;

Made* made() { return std::launder(reinterpret_cast<Made*>(memory)); }
Subject* subject() { return &made()->value(); }

void member(const char* name, std::uint64_t value) {
  board::print(",\"");
  board::print(name);
  board::print("\":");
  board::print(value);
}
[[noreturn]] void fail(const char* why) {
  board::print(",\"error\":\"");
  board::print(why);
  board::print("\",\"pass\":false}\n");
  board::exit(1);
}
void measured(const char* name) {
  member(name, stack.used_bytes());
  // Everything below may have been overwritten.
  if (stack.used_bytes() >= measured_stack_bytes) fail("the measured stack overflowed");
}

void make(void* into) { vagus_subject_make(static_cast<Made*>(into)); }
void counted_push(void* input) {
  board::enter<0>();
  vagus_subject_push(subject(), static_cast<const Subject::Input*>(input));
  board::leave<0>();
}
void push_uncounted(void* input) { vagus_subject_push(subject(), static_cast<const Subject::Input*>(input)); }
void gap(void* lost_ms) { vagus_subject_gap(subject(), *static_cast<const std::int32_t*>(lost_ms)); }
void finish(void* /*nothing*/) { vagus_subject_finish(subject()); }

Subject::Input next(conformance::Wearer& wearer) {
  float row[sizeof(Subject::Input) / sizeof(float)];
  wearer.advance();
  std::size_t i = 0;
  for (const ChannelNeed& need : Subject::contract.reads) row[i++] = wearer.value(need.quantity, need.unit);
  return std::bit_cast<Subject::Input>(row);
}

/// Counts a push and ends a second: by the plugin or, where there is none, by the timer.
struct Counter {
#ifdef VAGUS_COST_TIMER
  std::uint64_t all = 0, worst = 0, second = 0;
  std::uint32_t reading = 0;  ///< what reading the timer and changing the stack add

  /// The timer loads its counter a tick after it starts, so an empty stretch cannot be timed: sixteen instructions are.
  void begin() {
    board::InstructionClock::start();
    stack.run([](void* /*nothing*/) { __asm__ volatile(".rept 16\nnop\n.endr"); }, nullptr);
    reading = board::InstructionClock::instructions() - 16U;
  }
  void run(Subject::Input& input) {
    board::InstructionClock::start();
    stack.run(counted_push, &input);
    const std::uint32_t instructions = board::InstructionClock::instructions() - reading;
    all += instructions;
    second += instructions;
  }
  void end_second() {
    worst = second > worst ? second : worst;
    second = 0;
  }
  void print() const {
    member("timer_instructions", all);
    member("timer_worst_second", worst);
  }
#else
  void begin() {}
  void run(Subject::Input& input) { stack.run(counted_push, &input); }
  void end_second() { board::end_window<0>(); }
  void print() const {}
#endif
};

}  // namespace

void vagus_subject_said(const Subject::Output* /*output*/) { ++events; }
void vagus_subject_unreadable(const Unreadable* /*stretch*/) { ++events; }

int main() {
  board::print("{\"detector\":\"");
  board::print(Subject::contract.name);
  board::print("\",\"signal\":\"");
  board::print(conformance::Wearer::version);
  board::print("\"");
  member("state_bytes", cost::state_bytes());
  stack.paint();
  stack.run(make, memory);
  measured("stack_make_bytes");
  if (!made()->ok()) fail(cost::why_not(*made()));

  const auto rate_hz = cost::rate_hz();
  conformance::Wearer wearer(rate_hz);
  Counter counter;
  counter.begin();
  std::uint64_t samples = 0;
  float in_second = 0.0F;
  stack.paint();
  for (int second = 0; second < VAGUS_COST_SECONDS; ++second) {
    for (in_second += rate_hz; in_second >= 1.0F; in_second -= 1.0F) {
      Subject::Input input = next(wearer);
      counter.run(input);
      ++samples;
    }
    counter.end_second();
  }
  measured("stack_push_bytes");
  // What follows a gap may take a stack of its own: a short one, and one long enough for all to begin anew.
  stack.paint();
  for (std::int32_t lost_ms : {500, 3600000}) {
    stack.run(gap, &lost_ms);
    for (float n = 0.0F; n < 5.0F * rate_hz; n += 1.0F) {
      Subject::Input input = next(wearer);
      stack.run(push_uncounted, &input);
    }
  }
  stack.run(finish, nullptr);
  measured("stack_gap_bytes");
  member("samples", samples);
  member("events", events);
  counter.print();
  board::print(",\"pass\":true}\n");
  return 0;
}
