#pragma once
/// A filter over 16-bit samples as converters give them: whole numbers only, two products an instruction on a
/// Cortex-M4, eight on a Cortex-M55 (Helium's whole-number vectors, which round nothing).
#include <bit>
#include <cstddef>
#include <cstdint>

#include "device/base/result.h"

namespace vagus::dsp {

namespace detail {

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && (__ARM_FEATURE_MVE & 1)
#define VAGUS_DSP_HELIUM 1
#else
#define VAGUS_DSP_HELIUM 0
#endif

/// Two neighbouring samples, the earlier in the lower half; at any address.
inline std::uint32_t two_samples(const std::int16_t* x) {
  std::uint32_t both;
  __builtin_memcpy(&both, x, sizeof both);
  return both;
}
/// sum + both products of the halves; none of the three may leave 32 bits.
inline std::int32_t two_products(std::uint32_t a, std::uint32_t b, std::int32_t sum) {
#if defined(__ARM_FEATURE_SIMD32)
  __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
#else
  const auto low = [](std::uint32_t x) { return static_cast<std::int32_t>(static_cast<std::int16_t>(x & 0xFFFFU)); };
  const auto high = [](std::uint32_t x) { return static_cast<std::int32_t>(static_cast<std::int16_t>(x >> 16U)); };
  return sum + low(a) * low(b) + high(a) * high(b);
#endif
}

/// Sum over k < count (a multiple of 8) of tap[k] x[k].
inline std::int32_t dot_q15(const std::int16_t* tap, const std::int16_t* x, std::uint32_t count) {
#if VAGUS_DSP_HELIUM
  register std::int32_t sum __asm__("r4") = 0;  // an even register, as the instruction wants it
  std::uint32_t turns = count / 8;
  __asm__ volatile(
      "1:\n"
      "vldrh.u16 q0, [%[tap]], #16\n vldrh.u16 q1, [%[x]], #16\n"
      "vmlava.s16 %[sum], q0, q1\n"
      "subs %[turns], %[turns], #1\n bne 1b\n"
      : [tap] "+r"(tap), [x] "+r"(x), [turns] "+r"(turns), [sum] "+r"(sum)
      :
      : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "cc", "memory");
  return sum;
#else
  std::int32_t sum = 0;
  for (std::uint32_t k = 0; k < count; k += 8) {
    sum = two_products(two_samples(tap + k), two_samples(x + k), sum);
    sum = two_products(two_samples(tap + k + 2), two_samples(x + k + 2), sum);
    sum = two_products(two_samples(tap + k + 4), two_samples(x + k + 4), sum);
    sum = two_products(two_samples(tap + k + 6), two_samples(x + k + 6), sum);
  }
  return sum;
#endif
}

struct FourSums {
  std::int32_t at0, at1, at2, at3;
};
inline FourSums four_products(std::uint32_t taps, std::uint32_t x0, std::uint32_t x1, std::uint32_t x2,
                              std::uint32_t x3, const FourSums& sum) {
  return {two_products(taps, x0, sum.at0), two_products(taps, x1, sum.at1), two_products(taps, x2, sum.at2),
          two_products(taps, x3, sum.at3)};
}
/// `dot_q15` at x, x + 1, x + 2 and x + 3; reads a sample more than they do.
inline FourSums four_dots_q15(const std::int16_t* tap, const std::int16_t* x, std::uint32_t count) {
#if VAGUS_DSP_HELIUM
  return {dot_q15(tap, x, count), dot_q15(tap, x + 1, count), dot_q15(tap, x + 2, count), dot_q15(tap, x + 3, count)};
#else
  FourSums sum{0, 0, 0, 0};
  std::uint32_t first = two_samples(x);
  std::uint32_t second = two_samples(x + 1);
  for (const std::int16_t* end = tap + count; tap != end; tap += 8, x += 8) {
    // The samples that two of the pairs of taps share are read once.
    const std::uint32_t x2 = two_samples(x + 2);
    const std::uint32_t x3 = two_samples(x + 3);
    const std::uint32_t x4 = two_samples(x + 4);
    const std::uint32_t x5 = two_samples(x + 5);
    sum = four_products(two_samples(tap), first, second, x2, x3, sum);
    sum = four_products(two_samples(tap + 2), x2, x3, x4, x5, sum);
    const std::uint32_t x6 = two_samples(x + 6);
    const std::uint32_t x7 = two_samples(x + 7);
    first = two_samples(x + 8);
    second = two_samples(x + 9);
    sum = four_products(two_samples(tap + 4), x4, x5, x6, x7, sum);
    sum = four_products(two_samples(tap + 6), x6, x7, first, second, sum);
  }
  return sum;
#endif
}

}  // namespace detail

/// y[n] = sum over k of tap[k] x[n - k] / 32768, taps in 1 / 32768, summed exactly, rounded to nearest (halves up) and
/// held to 16 bits. Up to `MaxTaps` taps. Samples before the first are 0.
template <std::uint32_t MaxTaps = 64>
class FirQ15 {
  static constexpr std::uint32_t room = (MaxTaps + 7) / 8 * 8;

 public:
  /// Refuses `capacity_exceeded` unless 1 <= count <= MaxTaps; `field_out_of_range` where the taps' sizes add up to 2
  /// or more (65,535 / 32,768), for a sum of products might then leave 32 bits.
  static Result<FirQ15> make(const std::int16_t* taps, std::uint32_t count) {
    if (count < 1 || count > MaxTaps) return Errc::capacity_exceeded;
    FirQ15 fir;
    fir.count_ = (count + 7) / 8 * 8;
    std::uint32_t size = 0;
    // Oldest sample first, as they lie in the history; the tail that fills up to eight weighs older samples by 0.
    for (std::uint32_t k = 0; k < count; ++k) {
      fir.tap_[fir.count_ - 1 - k] = taps[k];
      size += static_cast<std::uint32_t>(taps[k] < 0 ? -std::int32_t{taps[k]} : std::int32_t{taps[k]});
    }
    if (size > 65534) return Errc::field_out_of_range;
    return fir;
  }
  void reset() {
    for (std::int16_t& x : past_) x = 0;
    at_ = 0;
  }
  std::int16_t push(std::int16_t x) {
    past_[at_] = past_[at_ + count_] = x;
    at_ = at_ + 1 == count_ ? 0 : at_ + 1;
    return rounded(detail::dot_q15(tap_, past_ + at_, count_));
  }
  /// The same samples as `push` gives one by one, y[0..n). x and y do not overlap.
  void push(const std::int16_t* x, std::int16_t* y, std::uint32_t n) {
    if (n < count_) {
      for (std::uint32_t i = 0; i < n; ++i) y[i] = push(x[i]);
      return;
    }
    for (std::uint32_t i = 0; at_ != 0 && i < count_; ++i) past_[i] = past_[at_ + i];
    for (std::uint32_t i = 0; i < count_; ++i) past_[count_ + i] = x[i];
    filter(past_ + 1, y, count_ - 1);
    filter(x, y + (count_ - 1), n - (count_ - 1));
    at_ = 0;
    for (std::uint32_t i = 0; i < count_; ++i) past_[i] = past_[count_ + i] = x[n - count_ + i];
  }

 private:
  static std::int16_t rounded(std::int32_t sum) {
    const std::int32_t y = (sum >> 15) + ((sum >> 14) & 1);
#if defined(__ARM_FEATURE_SAT) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
    std::int32_t held;
    __asm__("ssat %0, #16, %1" : "=r"(held) : "r"(y));
    return static_cast<std::int16_t>(held);
#else
    return static_cast<std::int16_t>(y > INT16_MAX ? INT16_MAX : (y < INT16_MIN ? INT16_MIN : y));
#endif
  }
  void filter(const std::int16_t* from, std::int16_t* y, std::uint32_t n) const {
    std::uint32_t i = 0;
    for (; i + 5 <= n; i += 4) {
      const detail::FourSums sum = detail::four_dots_q15(tap_, from + i, count_);
      y[i] = rounded(sum.at0);
      y[i + 1] = rounded(sum.at1);
      y[i + 2] = rounded(sum.at2);
      y[i + 3] = rounded(sum.at3);
    }
    for (; i < n; ++i) y[i] = rounded(detail::dot_q15(tap_, from + i, count_));
  }

  std::int16_t tap_[room]{};
  std::int16_t past_[2 * room]{};
  std::uint32_t count_ = 8;
  std::uint32_t at_ = 0;
};

}  // namespace vagus::dsp
