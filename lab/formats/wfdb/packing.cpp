#include "lab/formats/wfdb/packing.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace vagus::lab::wfdb {
namespace {

static_assert(std::endian::native == std::endian::little, "multi-byte formats are read in place");

/// A format's smallest unit: so many samples in so many bytes, and the bytes that the first 1, 2 ... of them need.
struct Group {
  int samples;
  int bytes;
  std::array<int, 3> needs;
};

constexpr Group group_of(int format) {
  switch (format) {
    case 8:
    case 80:
      return {1, 1, {1, 1, 1}};
    case 24:
      return {1, 3, {3, 3, 3}};
    case 32:
      return {1, 4, {4, 4, 4}};
    case 212:
      return {2, 3, {2, 3, 3}};
    case 310:
      return {3, 4, {2, 4, 4}};
    case 311:
      return {3, 4, {2, 3, 4}};
    default:
      return {1, 2, {2, 2, 2}};
  }
}

using Byte = std::uint8_t;

std::uint32_t u16(const Byte* p) {
  std::uint16_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}
std::uint32_t u32(const Byte* p) {
  std::uint32_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}
/// The low `bits` of `v` as a signed number.
constexpr std::int32_t sign_extended(std::uint32_t v, int bits) {
  const int shift = 32 - bits;
  return static_cast<std::int32_t>(v << shift) >> shift;
}

/// One group's samples. Each reads exactly the group's bytes.
template <int Format>
void decode_group(const Byte* p, std::int32_t* s) {
  if constexpr (Format == 8) {
    s[0] = sign_extended(p[0], 8);
  } else if constexpr (Format == 80) {
    s[0] = static_cast<std::int32_t>(p[0]) - 128;
  } else if constexpr (Format == 16) {
    s[0] = sign_extended(u16(p), 16);
  } else if constexpr (Format == 61) {
    s[0] = sign_extended((static_cast<std::uint32_t>(p[0]) << 8U) | p[1], 16);
  } else if constexpr (Format == 160) {
    s[0] = static_cast<std::int32_t>(u16(p)) - 32768;
  } else if constexpr (Format == 24) {
    s[0] = sign_extended(u16(p) | (static_cast<std::uint32_t>(p[2]) << 16U), 24);
  } else if constexpr (Format == 32) {
    s[0] = static_cast<std::int32_t>(u32(p));
  } else if constexpr (Format == 212) {
    s[0] = sign_extended(u16(p), 12);
    s[1] = sign_extended(((p[1] & 0xF0U) << 4U) | p[2], 12);
  } else if constexpr (Format == 310) {
    const std::uint32_t low = u16(p);
    const std::uint32_t high = u16(p + 2);
    s[0] = sign_extended(low >> 1U, 10);
    s[1] = sign_extended(high >> 1U, 10);
    s[2] = sign_extended((low >> 11U) | ((high >> 11U) << 5U), 10);
  } else {
    static_assert(Format == 311);
    const std::uint32_t word = u32(p);
    s[0] = sign_extended(word, 10);
    s[1] = sign_extended(word >> 10U, 10);
    s[2] = sign_extended(word >> 20U, 10);
  }
}

template <int Format, class T>
void unpack_as(std::span<const std::byte> bytes, std::int64_t first, std::span<T> out) {
  constexpr Group group = group_of(Format);
  constexpr auto missing = std::numeric_limits<T>::min();
  const std::int32_t code = missing_code(Format);
  const auto put = [&](std::size_t i, std::int32_t v) {
    out[i] = Format != 8 && v == code ? missing : static_cast<T>(v);
  };
  const auto* from = reinterpret_cast<const Byte*>(bytes.data()) + first / group.samples * group.bytes;
  const auto* end = reinterpret_cast<const Byte*>(bytes.data()) + bytes.size();
  const std::size_t whole = out.size() / group.samples;
  std::array<std::int32_t, 3> s{};
  for (std::size_t g = 0; g < whole; ++g, from += group.bytes) {
    decode_group<Format>(from, s.data());
    for (std::size_t k = 0; k < group.samples; ++k) put(g * group.samples + k, s[k]);
  }
  if (const std::size_t left = out.size() - whole * group.samples; left > 0) {
    std::array<Byte, 4> tail{};
    std::memcpy(tail.data(), from, static_cast<std::size_t>(std::min<std::ptrdiff_t>(group.bytes, end - from)));
    decode_group<Format>(tail.data(), s.data());
    for (std::size_t k = 0; k < left; ++k) put(whole * group.samples + k, s[k]);
  }
}

template <class T>
void unpack_any(int format, std::span<const std::byte> bytes, std::int64_t first, std::span<T> out) {
  switch (format) {
    case 8:
      return unpack_as<8>(bytes, first, out);
    case 16:
      return unpack_as<16>(bytes, first, out);
    case 24:
      return unpack_as<24>(bytes, first, out);
    case 32:
      return unpack_as<32>(bytes, first, out);
    case 61:
      return unpack_as<61>(bytes, first, out);
    case 80:
      return unpack_as<80>(bytes, first, out);
    case 160:
      return unpack_as<160>(bytes, first, out);
    case 212:
      return unpack_as<212>(bytes, first, out);
    case 310:
      return unpack_as<310>(bytes, first, out);
    default:
      return unpack_as<311>(bytes, first, out);
  }
}

/// Everything in the samples' own width, so that a register holds as many as it can; 2^15 samples at a time, so that
/// the count of the missing fits. The missing value plus the type's greatest wraps to the top of the unsigned range:
/// the least of the others is then an unsigned minimum.
template <class T>
Tally tally_of(std::span<const T> samples) {
  using U = std::make_unsigned_t<T>;
  constexpr T lowest = std::numeric_limits<T>::min();
  constexpr auto shift = static_cast<U>(std::numeric_limits<T>::max());
  Tally all;
  U least = std::numeric_limits<U>::max();
  T greatest = lowest;
  while (!samples.empty()) {
    const std::span<const T> block = samples.first(std::min<std::size_t>(samples.size(), 32768));
    samples = samples.subspan(block.size());
    U sum = 0;
    U missing = 0;
    for (const T v : block) {
      const auto u = static_cast<U>(v);
      sum = static_cast<U>(sum + u);
      missing = static_cast<U>(missing + (v == lowest ? 1 : 0));
      least = std::min(least, static_cast<U>(u + shift));
      greatest = std::max(greatest, v);
    }
    all.sum = static_cast<std::uint16_t>(all.sum + sum);
    all.missing += missing;
  }
  if (least == std::numeric_limits<U>::max()) return all;  // nothing but missing ones
  all.least = static_cast<T>(static_cast<U>(least - shift));
  all.greatest = greatest;
  return all;
}

}  // namespace

bool known_format(int format) {
  constexpr std::array formats = {8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524};
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

bool is_flac(int format) { return format == 508 || format == 516 || format == 524; }

bool is_wide(int format) { return range_bits(format) > 16; }

int range_bits(int format) {
  switch (format) {
    case 80:
    case 508:
      return 8;
    case 310:
    case 311:
      return 10;
    case 212:
      return 12;
    case 24:
    case 524:
      return 24;
    case 32:
      return 32;
    default:
      return 16;
  }
}

std::int32_t missing_code(int format) {
  return format == 8 ? 0 : static_cast<std::int32_t>(-(std::int64_t{1} << (range_bits(format) - 1)));
}

std::int64_t samples_in(int format, std::int64_t bytes) {
  const Group group = group_of(format);
  std::int64_t samples = bytes / group.bytes * group.samples;
  const std::int64_t left = bytes % group.bytes;
  for (int k = 0; k + 1 < group.samples && group.needs[static_cast<std::size_t>(k)] <= left; ++k) ++samples;
  return samples;
}

std::int64_t bytes_for(int format, std::int64_t samples) {
  const Group group = group_of(format);
  const std::int64_t left = samples % group.samples;
  return samples / group.samples * group.bytes + (left > 0 ? group.needs[static_cast<std::size_t>(left - 1)] : 0);
}

void unpack(int format, std::span<const std::byte> bytes, std::int64_t first, std::span<std::int16_t> out) {
  unpack_any(format, bytes, first, out);
}
void unpack(int format, std::span<const std::byte> bytes, std::int64_t first, std::span<std::int32_t> out) {
  unpack_any(format, bytes, first, out);
}

void unpack_212_pair(std::span<const std::byte> bytes, std::int64_t frames, std::int16_t* even, std::int16_t* odd) {
  // Eight frames, 24 bytes, at a time: the compilers' vector types, which both translate to byte shuffles.
  using Bytes16 [[gnu::vector_size(16)]] = signed char;
  using Lanes8 [[gnu::vector_size(16)]] = short;
  constexpr Lanes8 code = {-2048, -2048, -2048, -2048, -2048, -2048, -2048, -2048};
  constexpr std::int16_t lowest = std::numeric_limits<std::int16_t>::min();
  constexpr Lanes8 missing = {lowest, lowest, lowest, lowest, lowest, lowest, lowest, lowest};
  const auto* from = reinterpret_cast<const Byte*>(bytes.data());
  std::int64_t i = 0;
  for (; i + 10 <= frames; i += 8, from += 24) {  // reads 28 bytes of the 30 that are there
    Bytes16 a;
    Bytes16 b;
    std::memcpy(&a, from, 16);
    std::memcpy(&b, from + 12, 16);
    // The first of a frame: 12 bits at the low end of bytes 0 and 1.
    const auto x =
        std::bit_cast<Lanes8>(__builtin_shufflevector(a, b, 0, 1, 3, 4, 6, 7, 9, 10, 16, 17, 19, 20, 22, 23, 25, 26));
    // The second: byte 2, and above it the upper half of byte 1.
    const auto y =
        std::bit_cast<Lanes8>(__builtin_shufflevector(a, b, 2, 1, 5, 4, 8, 7, 11, 10, 18, 17, 21, 20, 24, 23, 27, 26));
    Lanes8 first = (x << 4) >> 4;
    Lanes8 second = ((y >> 4) & ~0xFF) | (y & 0xFF);
    first = first == code ? missing : first;
    second = second == code ? missing : second;
    std::memcpy(even + i, &first, 16);
    std::memcpy(odd + i, &second, 16);
  }
  for (; i < frames; ++i, from += 3) {
    std::array<std::int32_t, 2> s{};
    decode_group<212>(from, s.data());
    even[i] = s[0] == code[0] ? lowest : static_cast<std::int16_t>(s[0]);
    odd[i] = s[1] == code[0] ? lowest : static_cast<std::int16_t>(s[1]);
  }
}

std::vector<std::byte> pack(int format, std::span<const std::int32_t> samples) {
  const Group group = group_of(format);
  const auto per_group = static_cast<std::size_t>(group.samples);
  const std::size_t groups = (samples.size() + per_group - 1) / per_group;
  std::vector<std::byte> out(groups * static_cast<std::size_t>(group.bytes));
  for (std::size_t g = 0; g < groups; ++g) {
    const auto at = [&](std::size_t k) {
      const std::size_t i = g * per_group + k;
      return static_cast<std::uint32_t>(i < samples.size() ? samples[i] : 0);
    };
    std::uint64_t word = 0;
    switch (format) {
      case 61:
        word = ((at(0) & 0xFFU) << 8U) | ((at(0) >> 8U) & 0xFFU);
        break;
      case 80:
        word = (at(0) + 128U) & 0xFFU;
        break;
      case 160:
        word = (at(0) + 32768U) & 0xFFFFU;
        break;
      case 212:
        word = (at(0) & 0xFFFU) | ((at(1) & 0xF00U) << 4U) | ((at(1) & 0xFFU) << 16U);
        break;
      case 310:
        word = ((at(0) & 0x3FFU) << 1U) | ((at(2) & 0x1FU) << 11U) | ((at(1) & 0x3FFU) << 17U) |
               (((at(2) >> 5U) & 0x1FU) << 27U);
        break;
      case 311:
        word = (at(0) & 0x3FFU) | ((at(1) & 0x3FFU) << 10U) | ((at(2) & 0x3FFU) << 20U);
        break;
      default:
        word = at(0);
        break;
    }
    std::memcpy(out.data() + g * static_cast<std::size_t>(group.bytes), &word, static_cast<std::size_t>(group.bytes));
  }
  out.resize(static_cast<std::size_t>(bytes_for(format, static_cast<std::int64_t>(samples.size()))));
  return out;
}

Tally tally(std::span<const std::int16_t> samples) { return tally_of(samples); }
Tally tally(std::span<const std::int32_t> samples) { return tally_of(samples); }

}  // namespace vagus::lab::wfdb
