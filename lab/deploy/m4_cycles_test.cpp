// Cycles of short sequences, counted by hand from Arm DDI 0439, tables 3-1 and 7-1.
#include "lab/deploy/m4_cycles.h"

#include <gtest/gtest.h>

#include <vector>

namespace vagus::lab {
namespace {

/// Instructions one after the other; 16-bit ones are below 0x10000. All run `times`, those with `taken` jump as often.
std::vector<Executed> sequence(std::initializer_list<std::uint32_t> opcodes, std::uint64_t times = 1) {
  std::vector<Executed> code;
  std::uint64_t address = 0x1000;
  for (const std::uint32_t op : opcodes) {
    const std::uint32_t bytes = op < 0x10000U ? 2 : 4;
    code.push_back({address, op, bytes, times, 0});
    address += bytes;
  }
  return code;
}
void expect_cycles(const std::vector<Executed>& code, double low, double high) {
  const Range cycles = m4_cycles(code);
  EXPECT_DOUBLE_EQ(cycles.low, low);
  EXPECT_DOUBLE_EQ(cycles.high, high);
}

constexpr std::uint32_t adds = 0x1840;         // adds r0, r0, r1
constexpr std::uint32_t ldr = 0x6808;          // ldr r0, [r1]
constexpr std::uint32_t ldr_literal = 0x4801;  // ldr r0, [pc, #4]
constexpr std::uint32_t str = 0x6008;          // str r0, [r1]
constexpr std::uint32_t vadd = 0xEE300A20;     // vadd.f32 s0, s0, s1
constexpr std::uint32_t vmul_s2 = 0xEE211A21;  // vmul.f32 s2, s2, s3
constexpr std::uint32_t vmul_s0 = 0xEE200A20;  // vmul.f32 s0, s0, s1

TEST(M4Cycles, DataProcessingIsOneCycle) { expect_cycles(sequence({adds, adds, adds}, 10), 30, 30); }
TEST(M4Cycles, ALoadIsTwoAndMayOverlapWithALoadBefore) {
  expect_cycles(sequence({ldr}), 2, 2);
  expect_cycles(sequence({ldr, ldr_literal}), 3, 4);
  expect_cycles(sequence({ldr, adds, ldr}), 5, 5);
}
TEST(M4Cycles, AStoreIsOneOrTwo) { expect_cycles(sequence({str}), 1, 2); }
TEST(M4Cycles, SeveralRegistersAreOneAndAsMany) {
  expect_cycles(sequence({0xB5F0}), 6, 6);  // push {r4-r7, lr}
  expect_cycles(sequence({0xC803}), 3, 3);  // ldmia r0!, {r0, r1}
}
TEST(M4Cycles, WideListsAreCountedToo) {
  expect_cycles(sequence({0xE92D41F0}), 7, 7);  // push.w {r4-r8, lr}
  expect_cycles(sequence({0xE9D10100}), 3, 3);  // ldrd r0, r1, [r1]
  expect_cycles(sequence({0xED2D8B04}), 5, 5);  // vpush {d8-d9}: 1 + 2 * 2
}
TEST(M4Cycles, ATakenBranchRefillsThePipelineInOneToThree) {
  auto code = sequence({0xD1FC}, 10);  // bne
  code[0].taken = 9;
  expect_cycles(code, 10 + 9, 10 + 27);
}
TEST(M4Cycles, DivisionsAreTwoToTwelveAndFourteen) {
  expect_cycles(sequence({0xFB90F0F1}), 2, 12);          // sdiv r0, r0, r1
  expect_cycles(sequence({0xFBB0F0F1}), 2, 12);          // udiv r0, r0, r1
  expect_cycles(sequence({0xFB800001 + 0x2300}), 1, 1);  // smull
  expect_cycles(sequence({0xEE800A20, adds}), 2, 15);    // vdiv.f32 s0, s0, s1: integers after it may hide it
  expect_cycles(sequence({0xEEB10AC0, adds}), 2, 15);    // vsqrt.f32 s0, s0
}
TEST(M4Cycles, AFloatResultThatIsWantedAtOnceCostsACycle) {
  expect_cycles(sequence({vadd, adds}), 2, 2);
  expect_cycles(sequence({vadd, vmul_s2, adds}), 3, 3);
  expect_cycles(sequence({vadd, vmul_s0, adds}), 2 + 1, 3 + 1);
}
TEST(M4Cycles, AMultiplyAddIsThreeAndWantsItsAddendLate) {
  constexpr std::uint32_t vmla = 0xEE000A81;  // vmla.f32 s0, s1, s2
  expect_cycles(sequence({vmla, adds}), 4, 4);
  expect_cycles(sequence({vmla, vmla, adds}), 7, 7);
  constexpr std::uint32_t vfma = 0xEEA00A81;  // vfma.f32 s0, s1, s2
  expect_cycles(sequence({vfma, adds}), 4, 4);
}
TEST(M4Cycles, WhatAnItMakesConditionalMayBeSkipped) {
  // it eq; popeq {r4, pc}: the IT may be folded, the pop skipped in one cycle.
  expect_cycles(sequence({0xBF08, 0xBD10}), 0 + 1, 1 + 3);
  // itt eq covers two instructions and no more.
  expect_cycles(sequence({0xBF04, ldr, ldr, 0xBD10}), 0 + 1 + 1 + 3, 1 + 2 + 2 + 3);
}
TEST(M4Cycles, FloatMovesBetweenCoresAreOneOrTwo) {
  expect_cycles(sequence({0xEE100A10, adds}), 2, 3);  // vmov r0, s0
  expect_cycles(sequence({0xEEF1FA10, adds}), 2, 2);  // vmrs apsr, fpscr
}

}  // namespace
}  // namespace vagus::lab
