#include "lab/deploy/m4_cycles.h"

#include <algorithm>
#include <bit>

namespace vagus::lab {
namespace {

constexpr Range refill = {1, 3};
constexpr Range integer_division = {2, 12};
constexpr double float_division = 14;  // and square root
constexpr double multiply_add = 3;

/// What of an instruction bears on its cycles.
struct Decoded {
  Range cycles = {1, 1};
  bool load_single = false;
  bool float_arithmetic = false;  ///< its result costs a cycle more where the next instruction wants it
  unsigned it_length = 0;         ///< instructions that an IT makes conditional
};

Range exactly(double cycles) { return {cycles, cycles}; }
unsigned registers_in(std::uint32_t list) { return static_cast<unsigned>(std::popcount(list)); }

Decoded load() { return {.cycles = exactly(2), .load_single = true}; }
Decoded store() { return {.cycles = {1, 2}}; }

Decoded narrow(std::uint32_t op) {
  const std::uint32_t top = op >> 12U;
  const bool bit11 = (op & 0x800U) != 0;
  if ((op & 0xF800U) == 0x4800U) return load();                       // literal
  if (top == 5) return (op & 0x0E00U) >= 0x0600U ? load() : store();  // by register
  if (top == 6 || top == 7 || top == 8 || top == 9) return bit11 ? load() : store();
  if (top == 0xC) return {.cycles = exactly(1 + registers_in(op & 0xFFU))};                  // LDM, STM
  if ((op & 0xF600U) == 0xB400U) return {.cycles = exactly(1 + registers_in(op & 0x1FFU))};  // PUSH, POP
  if ((op & 0xFF00U) == 0xBF00U && (op & 0xFU) != 0)
    return {.cycles = {0, 1}, .it_length = 4U - static_cast<unsigned>(std::countr_zero(op & 0xFU))};
  return {};
}

unsigned float_d(std::uint32_t op) { return ((op >> 12U) & 15U) << 1U | ((op >> 22U) & 1U); }
unsigned float_n(std::uint32_t op) { return ((op >> 16U) & 15U) << 1U | ((op >> 7U) & 1U); }
unsigned float_m(std::uint32_t op) { return (op & 15U) << 1U | ((op >> 5U) & 1U); }
bool is_float(const Executed& i) { return i.bytes == 4 && (i.opcode & 0xEC000E00U) == 0xEC000A00U; }
bool is_float_processing(std::uint32_t op) { return (op & 0xEF000010U) == 0xEE000000U; }
/// The three bits that tell the arithmetic apart: multiply-add, multiply, add, divide, fused, others.
unsigned float_kind(std::uint32_t op) { return ((op >> 21U) & 4U) | ((op >> 20U) & 3U); }

Decoded float_instruction(std::uint32_t op) {
  if (is_float_processing(op)) {
    switch (float_kind(op)) {
      case 0:
      case 1:
      case 5:
      case 6:
        return {.cycles = exactly(multiply_add), .float_arithmetic = true};
      case 2:
      case 3:
        return {.cycles = exactly(1), .float_arithmetic = true};
      case 4:
        return {.cycles = {1, float_division}, .float_arithmetic = true};
      default:
        break;
    }
    const unsigned other = (op >> 16U) & 15U;
    if ((op & 0x40U) == 0) return {};  // VMOV of a constant
    if (other == 1 && (op & 0x80U) != 0) return {.cycles = {1, float_division}, .float_arithmetic = true};  // VSQRT
    return {.cycles = exactly(1), .float_arithmetic = other >= 8};  // conversions
  }
  if ((op & 0xEF000010U) == 0xEE000010U) {  // to or from one core register
    const bool status = ((op >> 21U) & 7U) == 7U;
    return {.cycles = status ? exactly(1) : Range{1, 2}};
  }
  if ((op & 0xFFE00000U) == 0xEC400000U) return {.cycles = exactly(2)};  // two core registers
  const bool is_double = (op & 0x100U) != 0;
  if ((op & 0x01200000U) != 0x01000000U) return {.cycles = exactly(1 + (op & 0xFFU))};  // VLDM, VSTM, VPUSH, VPOP
  if (is_double) return {.cycles = exactly(3)};
  return (op & 0x00100000U) != 0 ? load() : Decoded{.cycles = exactly(2)};
}

Decoded wide(std::uint32_t op) {
  const std::uint32_t high = op >> 16U;
  if ((high & 0xFE40U) == 0xE800U) return {.cycles = exactly(1 + registers_in(op & 0xFFFFU))};
  if ((high & 0xFFF0U) == 0xE8D0U && (op & 0xFFE0U) == 0xF000U) return {.cycles = exactly(2)};  // TBB, TBH
  if ((high & 0xFE40U) == 0xE840U) return {.cycles = exactly(3)};                               // LDRD, STRD
  if ((high & 0xFE00U) == 0xF800U) return (high & 0x10U) != 0 ? load() : store();
  if (((high & 0xFFF0U) == 0xFB90U || (high & 0xFFF0U) == 0xFBB0U) && (op & 0xF0U) == 0xF0U)
    return {.cycles = integer_division};
  return {};
}

Decoded decode(const Executed& i) {
  if (i.bytes == 2) return narrow(i.opcode);
  return is_float(i) ? float_instruction(i.opcode) : wide(i.opcode);
}

/// Whether `next` may have to wait for the float register that `op` computes.
bool wants(const Executed& next, std::uint32_t op) {
  if (!is_float(next)) return false;
  const unsigned result = float_d(op);
  const std::uint32_t n = next.opcode;
  if (is_float_processing(n)) {
    const unsigned kind = float_kind(n);
    // The addend of a multiply-add is wanted a cycle later than its factors.
    if (kind != 7) return float_n(n) == result || float_m(n) == result;
    const bool compare = ((n >> 16U) & 14U) == 4U;
    return (n & 0x40U) != 0 && (float_m(n) == result || (compare && float_d(n) == result));
  }
  if ((n & 0xEF000010U) == 0xEE000010U) return float_n(n) == result;
  if ((n & 0x00100000U) != 0) return false;  // a load
  const bool single = (n & 0x01200000U) == 0x01000000U && (n & 0x100U) == 0;
  return !single || float_d(n) == result;
}

}  // namespace

Range m4_cycles(std::span<const Executed> code) {
  Range all;
  unsigned conditional = 0;
  bool after_load = false;
  for (std::size_t n = 0; n < code.size(); ++n) {
    const Executed& i = code[n];
    const bool follows = n > 0 && code[n - 1].address + code[n - 1].bytes == i.address;
    if (!follows) conditional = 0;
    const Decoded d = decode(i);
    Range one = d.cycles;
    if (d.load_single && follows && after_load) one.low = 1;
    if (d.float_arithmetic) {
      const bool last = n + 1 == code.size() || code[n + 1].address != i.address + i.bytes;
      if (last || wants(code[n + 1], i.opcode)) one.high += 1;
    }
    if (conditional > 0) {
      one.low = std::min(one.low, 1.0);
      --conditional;
    }
    if (d.it_length > 0) conditional = d.it_length;
    after_load = d.load_single;
    const auto executed = static_cast<double>(i.executed), taken = static_cast<double>(i.taken);
    all.low += executed * one.low + taken * refill.low;
    all.high += executed * one.high + taken * refill.high;
  }
  return all;
}

}  // namespace vagus::lab
