#pragma once
/// Eight-bit depthwise convolution: every channel by taps of its own. Four channels at a time, two taps at a time.
#include <cstdint>

#include "device/infer/dense.h"

namespace vagus::infer {

constexpr std::uint32_t tap_pairs(std::uint32_t taps) { return (taps + 1) / 2; }

/// The stream of weights (aligned to 4), for every four channels:
///   twice the bias int32[4]; for every two taps twice the weights int16[4][2]; multiplier int32[4]; offset int32[4];
///   shift int32[4]
/// Where the taps are odd in number, the last pair's second weight is 0.
constexpr std::uint32_t depthwise_quad_bytes(std::uint32_t taps) { return 16 + 16 * tap_pairs(taps) + 48; }
constexpr std::uint32_t depthwise_stream_bytes(std::uint32_t channels, std::uint32_t taps) {
  return quads(channels) * depthwise_quad_bytes(taps);
}

namespace detail {

inline void depthwise_portable(const std::uint8_t* stream, std::uint32_t quad_count, std::uint32_t pair_count,
                               const std::int8_t* x, std::uint32_t row_bytes, std::int8_t* out) {
  for (std::uint32_t q = 0; q < quad_count; ++q, x += 4) {
    std::int32_t sum[4];
    for (std::uint32_t c = 0; c < 4; ++c) sum[c] = word_at(stream + 4 * c);
    stream += 16;
    const std::int8_t* row = x;
    for (std::uint32_t k = 0; k < pair_count; ++k, stream += 16, row += 2 * row_bytes) {
      for (std::uint32_t c = 0; c < 4; ++c) {
        const std::int32_t both = word_at(stream + 4 * c);
        sum[c] += static_cast<std::int16_t>(both & 0xFFFF) * row[c] + (both >> 16) * row[row_bytes + c];
      }
    }
    for (std::uint32_t c = 0; c < 4; ++c)
      *out++ = requantised(sum[c] / 2, {word_at(stream + 4 * c), word_at(stream + 16 + 4 * c),
                                        static_cast<std::uint8_t>(stream[32 + 4 * c])});
    stream += 48;
  }
}

#if VAGUS_INFER_SMLAD
/// Registers: r4 to r7 the sums, r8, r9 two taps of four channels, lr what lies between them, r3 pairs left.
// clang-format off
#define VAGUS_INFER_OUTPUT(sum, offset, shift)                                            \
  "add " sum ", " sum ", " sum ", asr #31\n add " sum ", " sum ", " offset "\n asr " sum ", " sum ", " shift "\n" \
  "ssat " sum ", #8, " sum "\n"
[[gnu::naked, gnu::noinline]] inline void depthwise_smlad(const std::int8_t* /*x*/, const std::uint8_t* /*stream*/,
                                                          std::int8_t* /*out*/, std::uint32_t /*pair_count*/,
                                                          std::uint32_t /*row_bytes*/, const std::uint8_t* /*stream_end*/) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "ldr lr, [sp, #36]\n ldr r12, [sp, #40]\n"
      "push {r0, r2, r3, r12}\n"  // the channels' first row, where the output goes, pairs, where the stream ends
      "sub sp, sp, #4\n"
      "1:\n"
      "ldm r1!, {r4-r7}\n"
      "2:\n"
      "ldr r8, [r0]\n ldr r9, [r0, lr]\n add r0, r0, lr, lsl #1\n"
      "ldr r10, [r1], #4\n sxtb16 r11, r8\n sxtb16 r12, r9\n"
      "pkhbt r2, r11, r12, lsl #16\n smlad r4, r10, r2, r4\n"
      "pkhtb r2, r12, r11, asr #16\n"
      "ldm r1!, {r10, r11, r12}\n"
      "smlad r6, r11, r2, r6\n"
      "sxtb16 r8, r8, ror #8\n sxtb16 r9, r9, ror #8\n"
      "pkhbt r2, r8, r9, lsl #16\n smlad r5, r10, r2, r5\n"
      "pkhtb r2, r9, r8, asr #16\n smlad r7, r12, r2, r7\n"
      "subs r3, r3, #1\n bne 2b\n"
      "ldm r1!, {r8-r11}\n"
      "smmulr r4, r4, r8\n smmulr r5, r5, r9\n smmulr r6, r6, r10\n smmulr r7, r7, r11\n"
      "ldm r1!, {r0, r2, r3, r12}\n ldm r1!, {r8-r11}\n"
      VAGUS_INFER_OUTPUT("r4", "r0", "r8") VAGUS_INFER_OUTPUT("r5", "r2", "r9")
      VAGUS_INFER_OUTPUT("r6", "r3", "r10") VAGUS_INFER_OUTPUT("r7", "r12", "r11")
      "add r8, sp, #4\n ldm r8, {r0, r2, r3, r12}\n"
      "strb r4, [r2], #1\n strb r5, [r2], #1\n strb r6, [r2], #1\n strb r7, [r2], #1\n"
      "add r0, r0, #4\n stm r8, {r0, r2}\n cmp r1, r12\n bne 1b\n"
      "add sp, sp, #20\n pop {r4-r11, pc}\n");
}
#undef VAGUS_INFER_OUTPUT
// clang-format on
#endif

#if VAGUS_INFER_HELIUM
inline void depthwise_helium(const std::uint8_t* stream, std::uint32_t quad_count, std::uint32_t pair_count,
                             const std::int8_t* x, std::uint32_t row_bytes, std::int8_t* out) {
  for (std::uint32_t q = 0; q < quad_count; ++q, x += 4) {
    const auto* words = reinterpret_cast<const std::int32_t*>(stream);
    int32x4_t sums = vldrwq_s32(words);
    words += 4;
    const std::int8_t* row = x;
    for (std::uint32_t k = pair_count; k != 0; --k, words += 4, row += 2 * row_bytes) {
      const int32x4_t both = vldrwq_s32(words);
      sums = vaddq_s32(sums, vmulq_s32(vmovlbq_s16(vreinterpretq_s16_s32(both)), vldrbq_s32(row)));
      sums = vaddq_s32(sums, vmulq_s32(vmovltq_s16(vreinterpretq_s16_s32(both)), vldrbq_s32(row + row_bytes)));
    }
    sums = vshrq_n_s32(sums, 1);
    requantise_helium(sums, words, out);
    out += 4;
    stream = reinterpret_cast<const std::uint8_t*>(words + 12);
  }
}
#endif

}  // namespace detail

/// out[c] = sum over k < taps of weight[k][c] x[k row_bytes + c] for 4 quads(channels) channels; reads whole quads of
/// 2 tap_pairs(taps) rows, and writes whole quads.
inline void depthwise(const std::uint8_t* stream, std::uint32_t channels, std::uint32_t taps, const std::int8_t* x,
                      std::uint32_t row_bytes, std::int8_t* out) {
#if VAGUS_INFER_SMLAD
  detail::depthwise_smlad(x, stream, out, tap_pairs(taps), row_bytes, stream + depthwise_stream_bytes(channels, taps));
#elif VAGUS_INFER_HELIUM
  detail::depthwise_helium(stream, quads(channels), tap_pairs(taps), x, row_bytes, out);
#else
  detail::depthwise_portable(stream, quads(channels), tap_pairs(taps), x, row_bytes, out);
#endif
}

}  // namespace vagus::infer
