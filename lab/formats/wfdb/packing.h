#pragma once
/// How WFDB's signal formats lay samples out in bytes. A file is one run of samples, frame by frame; what belongs to
/// which signal is not known here. Source: signal(5), WFDB Applications Guide, 10.7.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vagus::lab::wfdb {

/// 8 16 24 32 61 80 160 212 310 311 and FLAC 508 516 524.
bool known_format(int format);
bool is_flac(int format);
/// Whether samples need more than 16 bits: stored as int32 in Samples, else as int16. Format 8 (differences) may grow
/// beyond 16 bits as it is summed up.
bool is_wide(int format);
/// Bits of one sample's range: 8, 10, 12, 16, 24 or 32. Format 8 counts as 16.
int range_bits(int format);
/// The digital value that means "missing" in this format; no such thing in format 8 (0 is returned).
std::int32_t missing_code(int format);

/// Whole samples in so many bytes (not for FLAC), and bytes that so many samples take.
std::int64_t samples_in(int format, std::int64_t bytes);
std::int64_t bytes_for(int format, std::int64_t samples);

/// Samples [first, first + out.size()) of `bytes` (not FLAC); `first` must be a multiple of 6, at which every packing
/// starts a byte. Missing codes become the lowest value of the type. Format 8 gives differences.
void unpack(int format, std::span<const std::byte> bytes, std::int64_t first, std::span<std::int16_t> out);
void unpack(int format, std::span<const std::byte> bytes, std::int64_t first, std::span<std::int32_t> out);
/// Record 100's case: format 212, two signals, each sample to its signal's row. Up to `frames` rows of both.
void unpack_212_pair(std::span<const std::byte> bytes, std::int64_t frames, std::int16_t* even, std::int16_t* odd);

/// Samples as bytes (not FLAC); they must lie in the format's range. Differences for format 8.
std::vector<std::byte> pack(int format, std::span<const std::int32_t> samples);

/// The sum of a run of stored samples, its extremes and how many are missing (the lowest value of the type).
struct Tally {
  std::uint16_t sum = 0;  ///< of all, the missing included, modulo 2^16
  std::int64_t missing = 0;
  std::int32_t least = INT32_MAX, greatest = INT32_MIN;  ///< of those not missing
};
Tally tally(std::span<const std::int16_t> samples);
Tally tally(std::span<const std::int32_t> samples);

}  // namespace vagus::lab::wfdb
