#pragma once
/// Eight-bit matrix times vector, the one kernel under dense layers, pointwise and ordinary convolutions (whose taps
/// lie in one piece in their history): four outputs at a time, sixteen inputs at a time. On the M profile with the DSP
/// extension in assembly (SMLAD, two products an instruction), with Helium by sixteen products an instruction,
/// elsewhere in C++: the same integers.
#include <cstdint>

#include "device/infer/requantise.h"

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && (__ARM_FEATURE_MVE & 1)
#include <arm_mve.h>
#define VAGUS_INFER_HELIUM 1
#define VAGUS_INFER_SMLAD 0
#elif defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && defined(__ARM_FEATURE_SIMD32)
#define VAGUS_INFER_HELIUM 0
#define VAGUS_INFER_SMLAD 1
#else
#define VAGUS_INFER_HELIUM 0
#define VAGUS_INFER_SMLAD 0
#endif

namespace vagus::infer {

inline constexpr std::uint32_t dense_outputs = 4, dense_inputs = 16;

constexpr std::uint32_t quads(std::uint32_t outputs) { return (outputs + dense_outputs - 1) / dense_outputs; }
constexpr std::uint32_t sixteens(std::uint32_t inputs) { return (inputs + dense_inputs - 1) / dense_inputs; }

/// A layer's weights lie in one stream of bytes (aligned to 4), for every four outputs:
///   twice the bias int32[4]; for every sixteen inputs weights int8[4][16]; multiplier int32[4]; offset int32[4]; shift
///   int32[4]
/// (see `Scale`). Inputs and outputs beyond the layer's own have weights of 0. The input's zero point is part of the
/// bias. Little-endian, as all supported machines are.
constexpr std::uint32_t dense_quad_bytes(std::uint32_t inputs) { return 16 + 64 * sixteens(inputs) + 48; }
constexpr std::uint32_t dense_stream_bytes(std::uint32_t inputs, std::uint32_t outputs) {
  return quads(outputs) * dense_quad_bytes(inputs);
}
/// Bytes of scratch (aligned to 4) that `dense` needs for so many inputs.
constexpr std::uint32_t dense_scratch_bytes(std::uint32_t inputs) { return 2 * dense_inputs * sixteens(inputs); }

namespace detail {

inline std::int32_t word_at(const std::uint8_t* at) {
  std::int32_t word;
  __builtin_memcpy(&word, at, sizeof word);
  return word;
}

/// In C++, for any machine.
inline void dense_portable(const std::uint8_t* stream, std::uint32_t quad_count, std::uint32_t sixteen_count,
                           const std::int8_t* x, std::int8_t* out) {
  for (std::uint32_t q = 0; q < quad_count; ++q) {
    std::int32_t sum[dense_outputs];
    for (std::uint32_t o = 0; o < dense_outputs; ++o) sum[o] = word_at(stream + 4 * o) / 2;
    stream += 16;
    for (std::uint32_t i = 0; i < sixteen_count; ++i, stream += 64) {
      for (std::uint32_t o = 0; o < dense_outputs; ++o) {
        std::int32_t part = 0;
        for (std::uint32_t k = 0; k < dense_inputs; ++k)
          part += static_cast<std::int8_t>(stream[16 * o + k]) * x[16 * i + k];
        sum[o] += part;
      }
    }
    for (std::uint32_t o = 0; o < dense_outputs; ++o)
      *out++ = requantised(sum[o], {word_at(stream + 4 * o), word_at(stream + 16 + 4 * o),
                                    static_cast<std::uint8_t>(stream[32 + 4 * o])});
    stream += 48;
  }
}

#if VAGUS_INFER_SMLAD
/// Bytes to twice their value in 16 bits, in the order in which SXTB16 takes a word apart: 0, 2, 1, 3.
inline void widen(const std::int8_t* x, std::uint32_t sixteen_count, std::uint32_t* out) {
  const std::int8_t* end = x + 16 * sixteen_count;
  __asm__ volatile(
      "1:\n"
      "ldr r4, [%[x]], #4\n ldr r6, [%[x]], #4\n"
      "sxtb16 r5, r4, ror #8\n sxtb16 r4, r4\n sxtb16 r8, r6, ror #8\n sxtb16 r6, r6\n"
      "sadd16 r4, r4, r4\n sadd16 r5, r5, r5\n sadd16 r6, r6, r6\n sadd16 r8, r8, r8\n"
      "stm %[out]!, {r4, r5, r6, r8}\n"
      "cmp %[x], %[end]\n bne 1b\n"
      : [x] "+r"(x), [out] "+r"(out)
      : [end] "r"(end)
      : "r4", "r5", "r6", "r8", "cc", "memory");
}

/// x: widened; `x_bytes` of it. Registers: r4 to r7 the sums, r8 to r11 eight inputs, r2, r3, r12 weights.
// clang-format off
#define VAGUS_INFER_EIGHT(sum, at)                                                        \
  "ldrd r2, r3, [r1, #" at "]\n"                                                          \
  "sxtb16 r12, r2\n smlad " sum ", r12, r8, " sum "\n sxtb16 r2, r2, ror #8\n smlad " sum ", r2, r9, " sum "\n" \
  "sxtb16 r12, r3\n smlad " sum ", r12, r10, " sum "\n sxtb16 r3, r3, ror #8\n smlad " sum ", r3, r11, " sum "\n"
#define VAGUS_INFER_OUTPUT(sum, offset, shift)                                            \
  "add " sum ", " sum ", " sum ", asr #31\n add " sum ", " sum ", " offset "\n asr " sum ", " sum ", " shift "\n" \
  "ssat " sum ", #8, " sum "\n"
// clang-format on
[[gnu::naked, gnu::noinline]] inline void dense_smlad(const std::uint32_t* /*x*/, const std::uint8_t* /*stream*/,
                                                      std::int8_t* /*out*/, const std::uint8_t* /*stream_end*/,
                                                      std::uint32_t /*x_bytes*/) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "ldr r4, [sp, #36]\n add lr, r0, r4\n"
      "push {r0, r2, r3}\n"  // where x begins, where the output goes, where the stream ends
      "1:\n"
      "ldm r1!, {r4-r7}\n"
      "2:\n"
      "ldrd r8, r9, [r0], #8\n ldrd r10, r11, [r0], #8\n"
      VAGUS_INFER_EIGHT("r4", "0") VAGUS_INFER_EIGHT("r5", "16") VAGUS_INFER_EIGHT("r6", "32") VAGUS_INFER_EIGHT("r7", "48")
      "ldrd r8, r9, [r0], #8\n ldrd r10, r11, [r0], #8\n"
      VAGUS_INFER_EIGHT("r4", "8") VAGUS_INFER_EIGHT("r5", "24") VAGUS_INFER_EIGHT("r6", "40") VAGUS_INFER_EIGHT("r7", "56")
      "adds r1, r1, #64\n cmp r0, lr\n bne 2b\n"
      "ldm r1!, {r8-r11}\n"
      "smmulr r4, r4, r8\n smmulr r5, r5, r9\n smmulr r6, r6, r10\n smmulr r7, r7, r11\n"
      "ldm r1!, {r0, r2, r3, r12}\n ldm r1!, {r8-r11}\n"
      VAGUS_INFER_OUTPUT("r4", "r0", "r8") VAGUS_INFER_OUTPUT("r5", "r2", "r9")
      VAGUS_INFER_OUTPUT("r6", "r3", "r10") VAGUS_INFER_OUTPUT("r7", "r12", "r11")
      "ldm sp, {r0, r2, r3}\n"
      "strb r4, [r2], #1\n strb r5, [r2], #1\n strb r6, [r2], #1\n strb r7, [r2], #1\n"
      "str r2, [sp, #4]\n cmp r1, r3\n bne 1b\n"
      "add sp, sp, #12\n pop {r4-r11, pc}\n");
}
#undef VAGUS_INFER_EIGHT
#undef VAGUS_INFER_OUTPUT
#endif

#if VAGUS_INFER_HELIUM
/// Four outputs of a stream; `scales` at its multipliers.
inline void requantise_helium(int32x4_t sums, const std::int32_t* scales, std::int8_t* out) {
  const int32x4_t high = vqrdmulhq_s32(sums, vldrwq_s32(scales));
  const int32x4_t away = vaddq_s32(vaddq_s32(high, vshrq_n_s32(high, 31)), vldrwq_s32(scales + 4));
  const int32x4_t y = vshlq_s32(away, vnegq_s32(vldrwq_s32(scales + 8)));
  vstrbq_s32(out, vmaxq_s32(vminq_s32(y, vdupq_n_s32(127)), vdupq_n_s32(-128)));
}

inline void dense_helium(const std::uint8_t* stream, std::uint32_t quad_count, std::uint32_t sixteen_count,
                         const std::int8_t* x, std::int8_t* out) {
  for (std::uint32_t q = 0; q < quad_count; ++q) {
    // Even registers, as the instruction wants them.
    register std::int32_t sum0 __asm__("r4") = 0;
    register std::int32_t sum1 __asm__("r6") = 0;
    register std::int32_t sum2 __asm__("r8") = 0;
    register std::int32_t sum3 __asm__("r10") = 0;
    const std::uint8_t* w = stream + 16;
    const std::int8_t* at = x;
    __asm__ volatile(
        "dls lr, %[count]\n"
        "1:\n"
        "vldrb.u8 q0, [%[x]], #16\n"
        "vldrb.u8 q1, [%[w], #16]\n vmladava.s8 %[sum1], q0, q1\n"
        "vldrb.u8 q1, [%[w], #32]\n vmladava.s8 %[sum2], q0, q1\n"
        "vldrb.u8 q1, [%[w], #48]\n vmladava.s8 %[sum3], q0, q1\n"
        "vldrb.u8 q1, [%[w]], #64\n vmladava.s8 %[sum0], q0, q1\n"
        "le lr, 1b\n"
        : [x] "+r"(at), [w] "+r"(w), [sum0] "+r"(sum0), [sum1] "+r"(sum1), [sum2] "+r"(sum2), [sum3] "+r"(sum3)
        : [count] "r"(sixteen_count)
        : "lr", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "cc", "memory");
    const auto* scales = reinterpret_cast<const std::int32_t*>(w);
    int32x4_t sums = vdupq_n_s32(sum0);
    sums = vsetq_lane_s32(sum1, sums, 1);
    sums = vsetq_lane_s32(sum2, sums, 2);
    sums = vsetq_lane_s32(sum3, sums, 3);
    sums = vaddq_s32(sums, vshrq_n_s32(vldrwq_s32(reinterpret_cast<const std::int32_t*>(stream)), 1));
    requantise_helium(sums, scales, out);
    out += 4;
    stream = w + 48;
  }
}
#endif

}  // namespace detail

/// out[0 .. 4 quads(outputs)) from x[0 .. 16 sixteens(inputs)), by the stream above. Both are read and written in whole
/// quads and sixteens: what lies in x beyond the inputs is without influence but has to be readable, what lies behind
/// the outputs is overwritten. `scratch`: `dense_scratch_bytes(inputs)`. Every sum stays below `sum_limit`, which holds
/// for any weights where inputs <= 32,768 and the bias stays below 2^29.
inline void dense(const std::uint8_t* stream, std::uint32_t inputs, std::uint32_t outputs, const std::int8_t* x,
                  std::int8_t* out, [[maybe_unused]] void* scratch) {
#if VAGUS_INFER_SMLAD
  auto* wide = static_cast<std::uint32_t*>(scratch);
  detail::widen(x, sixteens(inputs), wide);
  detail::dense_smlad(wide, stream, out, stream + dense_stream_bytes(inputs, outputs), dense_scratch_bytes(inputs));
#elif VAGUS_INFER_HELIUM
  detail::dense_helium(stream, quads(outputs), sixteens(inputs), x, out);
#else
  detail::dense_portable(stream, quads(outputs), sixteens(inputs), x, out);
#endif
}

}  // namespace vagus::infer
