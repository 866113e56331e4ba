#pragma once
/// Inner loops that the filters share, on the cores of the M profile in assembly (GCC 12 loads each number by itself,
/// where one instruction takes up to 32), everywhere else in C++. Both say the same operations in the same order, so
/// the bits are the same: the streams of each core are held against the host's (apps/firmware/conformance).
#include <cstdint>

#include "device/dsp/pack.h"

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && defined(__ARM_FEATURE_FMA) && (__ARM_FP & 4)
#define VAGUS_DSP_ASSEMBLY 1
#else
#define VAGUS_DSP_ASSEMBLY 0
#endif

namespace vagus::dsp::detail {

/// out[w] + sum over k < count of tap[k] * x[k + w], w = 0 .. 7, every sum by rising k. Reads x[0 .. count + 7).
template <class T, class Tap>
inline void correlate_8(T* out, const Tap* tap, const T* x, std::uint32_t count) {
  T y0 = out[0];
  T y1 = out[1];
  T y2 = out[2];
  T y3 = out[3];
  T y4 = out[4];
  T y5 = out[5];
  T y6 = out[6];
  T y7 = out[7];
  for (std::uint32_t k = 0; k < count; ++k) {
    const Tap t = tap[k];
    y0 = fused(t, x[k], y0);
    y1 = fused(t, x[k + 1], y1);
    y2 = fused(t, x[k + 2], y2);
    y3 = fused(t, x[k + 3], y3);
    y4 = fused(t, x[k + 4], y4);
    y5 = fused(t, x[k + 5], y5);
    y6 = fused(t, x[k + 6], y6);
    y7 = fused(t, x[k + 7], y7);
  }
  out[0] = y0;
  out[1] = y1;
  out[2] = y2;
  out[3] = y3;
  out[4] = y4;
  out[5] = y5;
  out[6] = y6;
  out[7] = y7;
}

/// Two sums over the even and the odd k < count (even).
template <class T>
struct HalfSums {
  T even, odd;
};
template <class T>
inline HalfSums<T> half_sums(const float* tap, const T* x, std::uint32_t count) {
  HalfSums<T> sum{T{}, T{}};
  for (std::uint32_t k = 0; k < count; k += 2) {
    sum.even = fused(tap[k], x[k], sum.even);
    sum.odd = fused(tap[k + 1], x[k + 1], sum.odd);
  }
  return sum;
}

#if VAGUS_DSP_ASSEMBLY

/// Every register holds a number: 8 sums, 8 taps, 16 samples of a window that moves by 8 each half of a turn.
[[gnu::noinline]] inline void correlate_8_by_16(float* out, const float* tap, const float* x, std::uint32_t turns) {
  __asm__ volatile(
      "vldmia %[x]!, {s8-s14}\n vldmia %[out], {s0-s7}\n"
      "1:\n"
      "vldmia %[tap]!, {s24-s31}\n vldmia %[x]!, {s15-s22}\n"
      "vfma.f32 s0, s24, s8\n"
      "vfma.f32 s1, s24, s9\n"
      "vfma.f32 s2, s24, s10\n"
      "vfma.f32 s3, s24, s11\n"
      "vfma.f32 s4, s24, s12\n"
      "vfma.f32 s5, s24, s13\n"
      "vfma.f32 s6, s24, s14\n"
      "vfma.f32 s7, s24, s15\n"
      "vfma.f32 s0, s25, s9\n"
      "vfma.f32 s1, s25, s10\n"
      "vfma.f32 s2, s25, s11\n"
      "vfma.f32 s3, s25, s12\n"
      "vfma.f32 s4, s25, s13\n"
      "vfma.f32 s5, s25, s14\n"
      "vfma.f32 s6, s25, s15\n"
      "vfma.f32 s7, s25, s16\n"
      "vfma.f32 s0, s26, s10\n"
      "vfma.f32 s1, s26, s11\n"
      "vfma.f32 s2, s26, s12\n"
      "vfma.f32 s3, s26, s13\n"
      "vfma.f32 s4, s26, s14\n"
      "vfma.f32 s5, s26, s15\n"
      "vfma.f32 s6, s26, s16\n"
      "vfma.f32 s7, s26, s17\n"
      "vfma.f32 s0, s27, s11\n"
      "vfma.f32 s1, s27, s12\n"
      "vfma.f32 s2, s27, s13\n"
      "vfma.f32 s3, s27, s14\n"
      "vfma.f32 s4, s27, s15\n"
      "vfma.f32 s5, s27, s16\n"
      "vfma.f32 s6, s27, s17\n"
      "vfma.f32 s7, s27, s18\n"
      "vfma.f32 s0, s28, s12\n"
      "vfma.f32 s1, s28, s13\n"
      "vfma.f32 s2, s28, s14\n"
      "vfma.f32 s3, s28, s15\n"
      "vfma.f32 s4, s28, s16\n"
      "vfma.f32 s5, s28, s17\n"
      "vfma.f32 s6, s28, s18\n"
      "vfma.f32 s7, s28, s19\n"
      "vfma.f32 s0, s29, s13\n"
      "vfma.f32 s1, s29, s14\n"
      "vfma.f32 s2, s29, s15\n"
      "vfma.f32 s3, s29, s16\n"
      "vfma.f32 s4, s29, s17\n"
      "vfma.f32 s5, s29, s18\n"
      "vfma.f32 s6, s29, s19\n"
      "vfma.f32 s7, s29, s20\n"
      "vfma.f32 s0, s30, s14\n"
      "vfma.f32 s1, s30, s15\n"
      "vfma.f32 s2, s30, s16\n"
      "vfma.f32 s3, s30, s17\n"
      "vfma.f32 s4, s30, s18\n"
      "vfma.f32 s5, s30, s19\n"
      "vfma.f32 s6, s30, s20\n"
      "vfma.f32 s7, s30, s21\n"
      "vfma.f32 s0, s31, s15\n"
      "vfma.f32 s1, s31, s16\n"
      "vfma.f32 s2, s31, s17\n"
      "vfma.f32 s3, s31, s18\n"
      "vfma.f32 s4, s31, s19\n"
      "vfma.f32 s5, s31, s20\n"
      "vfma.f32 s6, s31, s21\n"
      "vfma.f32 s7, s31, s22\n"
      "vldmia %[tap]!, {s24-s31}\n vldmia %[x]!, {s23}\n vldmia %[x]!, {s8-s14}\n"
      "vfma.f32 s0, s24, s16\n"
      "vfma.f32 s1, s24, s17\n"
      "vfma.f32 s2, s24, s18\n"
      "vfma.f32 s3, s24, s19\n"
      "vfma.f32 s4, s24, s20\n"
      "vfma.f32 s5, s24, s21\n"
      "vfma.f32 s6, s24, s22\n"
      "vfma.f32 s7, s24, s23\n"
      "vfma.f32 s0, s25, s17\n"
      "vfma.f32 s1, s25, s18\n"
      "vfma.f32 s2, s25, s19\n"
      "vfma.f32 s3, s25, s20\n"
      "vfma.f32 s4, s25, s21\n"
      "vfma.f32 s5, s25, s22\n"
      "vfma.f32 s6, s25, s23\n"
      "vfma.f32 s7, s25, s8\n"
      "vfma.f32 s0, s26, s18\n"
      "vfma.f32 s1, s26, s19\n"
      "vfma.f32 s2, s26, s20\n"
      "vfma.f32 s3, s26, s21\n"
      "vfma.f32 s4, s26, s22\n"
      "vfma.f32 s5, s26, s23\n"
      "vfma.f32 s6, s26, s8\n"
      "vfma.f32 s7, s26, s9\n"
      "vfma.f32 s0, s27, s19\n"
      "vfma.f32 s1, s27, s20\n"
      "vfma.f32 s2, s27, s21\n"
      "vfma.f32 s3, s27, s22\n"
      "vfma.f32 s4, s27, s23\n"
      "vfma.f32 s5, s27, s8\n"
      "vfma.f32 s6, s27, s9\n"
      "vfma.f32 s7, s27, s10\n"
      "vfma.f32 s0, s28, s20\n"
      "vfma.f32 s1, s28, s21\n"
      "vfma.f32 s2, s28, s22\n"
      "vfma.f32 s3, s28, s23\n"
      "vfma.f32 s4, s28, s8\n"
      "vfma.f32 s5, s28, s9\n"
      "vfma.f32 s6, s28, s10\n"
      "vfma.f32 s7, s28, s11\n"
      "vfma.f32 s0, s29, s21\n"
      "vfma.f32 s1, s29, s22\n"
      "vfma.f32 s2, s29, s23\n"
      "vfma.f32 s3, s29, s8\n"
      "vfma.f32 s4, s29, s9\n"
      "vfma.f32 s5, s29, s10\n"
      "vfma.f32 s6, s29, s11\n"
      "vfma.f32 s7, s29, s12\n"
      "vfma.f32 s0, s30, s22\n"
      "vfma.f32 s1, s30, s23\n"
      "vfma.f32 s2, s30, s8\n"
      "vfma.f32 s3, s30, s9\n"
      "vfma.f32 s4, s30, s10\n"
      "vfma.f32 s5, s30, s11\n"
      "vfma.f32 s6, s30, s12\n"
      "vfma.f32 s7, s30, s13\n"
      "vfma.f32 s0, s31, s23\n"
      "vfma.f32 s1, s31, s8\n"
      "vfma.f32 s2, s31, s9\n"
      "vfma.f32 s3, s31, s10\n"
      "vfma.f32 s4, s31, s11\n"
      "vfma.f32 s5, s31, s12\n"
      "vfma.f32 s6, s31, s13\n"
      "vfma.f32 s7, s31, s14\n"
      "subs %[turns], %[turns], #1\n bne 1b\n"
      "vstmia %[out], {s0-s7}\n"
      : [tap] "+r"(tap), [x] "+r"(x), [turns] "+r"(turns)
      : [out] "r"(out)
      : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16",
        "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31", "cc",
        "memory");
}
inline void correlate_8(float* out, const float* tap, const float* x, std::uint32_t count) {
  const std::uint32_t turns = count / 16;
  if (turns > 0) correlate_8_by_16(out, tap, x, turns);
  const std::uint32_t done = 16 * turns;
  if (done < count) correlate_8<float, float>(out, tap + done, x + done, count - done);
}

inline HalfSums<float> half_sums(const float* tap, const float* x, std::uint32_t count) {
  float even = 0.0F;
  float odd = 0.0F;
  std::uint32_t turns = count / 4;
  if (turns > 0) {
    __asm__ volatile(
        "1:\n"
        "vldmia %[tap]!, {s4-s7}\n vldmia %[x]!, {s8-s11}\n"
        "vfma.f32 %[even], s4, s8\n vfma.f32 %[odd], s5, s9\n"
        "vfma.f32 %[even], s6, s10\n vfma.f32 %[odd], s7, s11\n"
        "subs %[turns], %[turns], #1\n bne 1b\n"
        : [tap] "+r"(tap), [x] "+r"(x), [turns] "+r"(turns), [even] "+t"(even), [odd] "+t"(odd)
        :
        : "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "cc", "memory");
  }
  if ((count & 2U) != 0) {
    even = fused(tap[0], x[0], even);
    odd = fused(tap[1], x[1], odd);
  }
  return {even, odd};
}

/// One sample through four sections: their coefficients, section by section, then the four s1, then the four s2.
/// A section's output takes the register of its s1, and its new s2 that of its input: so both states lie in a row
/// again.
[[gnu::always_inline]] inline float four_sections(float* state, float x) {
  register float y __asm__("s0") = x;
  __asm__ volatile(
      "vldmia %[state]!, {s12-s31}\n vldmia %[state], {s1-s8}\n"
      "vfma.f32 s1, s12, s0\n vfma.f32 s5, s13, s0\n vmul.f32 s0, s14, s0\n"
      "vfms.f32 s5, s15, s1\n vfms.f32 s0, s16, s1\n"
      "vfma.f32 s2, s17, s1\n vfma.f32 s6, s18, s1\n vmul.f32 s1, s19, s1\n"
      "vfms.f32 s6, s20, s2\n vfms.f32 s1, s21, s2\n"
      "vfma.f32 s3, s22, s2\n vfma.f32 s7, s23, s2\n vmul.f32 s2, s24, s2\n"
      "vfms.f32 s7, s25, s3\n vfms.f32 s2, s26, s3\n"
      "vfma.f32 s4, s27, s3\n vfma.f32 s8, s28, s3\n vmul.f32 s3, s29, s3\n"
      "vfms.f32 s8, s30, s4\n vfms.f32 s3, s31, s4\n"
      "vstmia %[state]!, {s5-s8}\n vstmia %[state], {s0-s3}\n"
      "vmov.f32 s0, s4\n"
      : [state] "+r"(state), "+t"(y)
      :
      : "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20",
        "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31", "memory");
  return y;
}

/// `turns` times five samples through two sections, c then d, with the states (a1, a2) and (b1, b2). The five changing
/// numbers take each other's registers, as in `four_sections`, and are home again after five samples.
struct TwoStates {
  float a1, a2, b1, b2;
};
[[gnu::always_inline]] inline void two_sections_by_5(const float* c, TwoStates& state, const float* x, float* y,
                                                     std::uint32_t turns) {
  float in;
  __asm__ volatile(
      "1:\n"
      "vldmia %[x]!, {%[in]}\n vfma.f32 %[a1], %[c0], %[in]\n vfma.f32 %[a2], %[c1], %[in]\n"
      "vmul.f32 %[in], %[c2], %[in]\n vfms.f32 %[a2], %[c3], %[a1]\n"
      "vfma.f32 %[b1], %[d0], %[a1]\n vfms.f32 %[in], %[c4], %[a1]\n"
      "vfma.f32 %[b2], %[d1], %[a1]\n vmul.f32 %[a1], %[d2], %[a1]\n"
      "vfms.f32 %[b2], %[d3], %[b1]\n vfms.f32 %[a1], %[d4], %[b1]\n vstmia %[y]!, {%[b1]}\n"
      "vldmia %[x]!, {%[b1]}\n vfma.f32 %[a2], %[c0], %[b1]\n vfma.f32 %[in], %[c1], %[b1]\n"
      "vmul.f32 %[b1], %[c2], %[b1]\n vfms.f32 %[in], %[c3], %[a2]\n"
      "vfma.f32 %[b2], %[d0], %[a2]\n vfms.f32 %[b1], %[c4], %[a2]\n"
      "vfma.f32 %[a1], %[d1], %[a2]\n vmul.f32 %[a2], %[d2], %[a2]\n"
      "vfms.f32 %[a1], %[d3], %[b2]\n vfms.f32 %[a2], %[d4], %[b2]\n vstmia %[y]!, {%[b2]}\n"
      "vldmia %[x]!, {%[b2]}\n vfma.f32 %[in], %[c0], %[b2]\n vfma.f32 %[b1], %[c1], %[b2]\n"
      "vmul.f32 %[b2], %[c2], %[b2]\n vfms.f32 %[b1], %[c3], %[in]\n"
      "vfma.f32 %[a1], %[d0], %[in]\n vfms.f32 %[b2], %[c4], %[in]\n"
      "vfma.f32 %[a2], %[d1], %[in]\n vmul.f32 %[in], %[d2], %[in]\n"
      "vfms.f32 %[a2], %[d3], %[a1]\n vfms.f32 %[in], %[d4], %[a1]\n vstmia %[y]!, {%[a1]}\n"
      "vldmia %[x]!, {%[a1]}\n vfma.f32 %[b1], %[c0], %[a1]\n vfma.f32 %[b2], %[c1], %[a1]\n"
      "vmul.f32 %[a1], %[c2], %[a1]\n vfms.f32 %[b2], %[c3], %[b1]\n"
      "vfma.f32 %[a2], %[d0], %[b1]\n vfms.f32 %[a1], %[c4], %[b1]\n"
      "vfma.f32 %[in], %[d1], %[b1]\n vmul.f32 %[b1], %[d2], %[b1]\n"
      "vfms.f32 %[in], %[d3], %[a2]\n vfms.f32 %[b1], %[d4], %[a2]\n vstmia %[y]!, {%[a2]}\n"
      "vldmia %[x]!, {%[a2]}\n vfma.f32 %[b2], %[c0], %[a2]\n vfma.f32 %[a1], %[c1], %[a2]\n"
      "vmul.f32 %[a2], %[c2], %[a2]\n vfms.f32 %[a1], %[c3], %[b2]\n"
      "vfma.f32 %[in], %[d0], %[b2]\n vfms.f32 %[a2], %[c4], %[b2]\n"
      "vfma.f32 %[b1], %[d1], %[b2]\n vmul.f32 %[b2], %[d2], %[b2]\n"
      "vfms.f32 %[b1], %[d3], %[in]\n vfms.f32 %[b2], %[d4], %[in]\n vstmia %[y]!, {%[in]}\n"
      "subs %[turns], %[turns], #1\n bne 1b\n"
      : [x] "+r"(x), [y] "+r"(y), [turns] "+r"(turns), [in] "=&t"(in), [a1] "+t"(state.a1), [a2] "+t"(state.a2),
        [b1] "+t"(state.b1), [b2] "+t"(state.b2)
      : [c0] "t"(c[0]), [c1] "t"(c[1]), [c2] "t"(c[2]), [c3] "t"(c[3]), [c4] "t"(c[4]), [d0] "t"(c[5]), [d1] "t"(c[6]),
        [d2] "t"(c[7]), [d3] "t"(c[8]), [d4] "t"(c[9])
      : "cc", "memory");
}

#else

/// The eight sums are lanes.
inline void correlate_8(float* out, const float* tap, const float* x, std::uint32_t count) {
  Pack<8> y;
  Pack<8> window;
  __builtin_memcpy(&y.lane, out, sizeof(y.lane));
  for (std::uint32_t k = 0; k < count; ++k) {
    __builtin_memcpy(&window.lane, x + k, sizeof(window.lane));
    y = fused(tap[k], window, y);
  }
  __builtin_memcpy(out, &y.lane, sizeof(y.lane));
}

#endif

}  // namespace vagus::dsp::detail
