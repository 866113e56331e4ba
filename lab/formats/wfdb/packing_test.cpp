#include "lab/formats/wfdb/packing.h"

#include <numeric>

#include "lab/formats/wfdb/test_record.h"

namespace vagus::lab {
namespace {

using namespace wfdb_test;

constexpr int plain_formats[] = {16, 24, 32, 61, 80, 160, 212, 310, 311};

TEST(Packing, EveryFormatGivesBackWhatWasPackedAtEveryLength) {
  for (const int format : plain_formats) {
    const std::int64_t limit = (std::int64_t{1} << (wfdb::range_bits(format) - 1)) - 1;
    for (std::int64_t length = 0; length < 40; ++length) {
      std::vector<std::int32_t> samples;
      for (std::int64_t i = 0; i < length; ++i)
        samples.push_back(static_cast<std::int32_t>((i * 7919 * 104729) % limit * (i % 2 == 0 ? 1 : -1)));
      const std::vector<std::byte> packed = wfdb::pack(format, samples);
      EXPECT_EQ(static_cast<std::int64_t>(packed.size()), wfdb::bytes_for(format, length)) << format;
      EXPECT_GE(wfdb::samples_in(format, wfdb::bytes_for(format, length)), length) << format << " " << length;
      if (length > 0) {
        EXPECT_LT(wfdb::samples_in(format, wfdb::bytes_for(format, length) - 1), length) << format << " " << length;
      }
      std::vector<std::int32_t> back(samples.size());
      wfdb::unpack(format, packed, 0, back);
      EXPECT_EQ(back, samples) << format << " " << length;
    }
  }
}

TEST(Packing, UnpackingFromTheMiddleGivesTheSameSamples) {
  std::vector<std::int32_t> samples(60);
  std::iota(samples.begin(), samples.end(), -30);
  for (const int format : plain_formats) {
    const std::vector<std::byte> packed = wfdb::pack(format, samples);
    for (std::int64_t first = 0; first < 60; first += 6) {
      std::vector<std::int32_t> part(static_cast<std::size_t>(60 - first));
      wfdb::unpack(format, packed, first, part);
      EXPECT_TRUE(std::equal(part.begin(), part.end(), samples.begin() + first)) << format << " " << first;
    }
  }
}

TEST(Packing, MissingCodesBecomeTheLowestOfTheType) {
  for (const int format : plain_formats) {
    const std::vector<std::int32_t> samples = {1, wfdb::missing_code(format), 2};
    const std::vector<std::byte> packed = wfdb::pack(format, samples);
    std::vector<std::int32_t> back(3);
    wfdb::unpack(format, packed, 0, back);
    EXPECT_EQ(back, (std::vector<std::int32_t>{1, INT32_MIN, 2})) << format;
  }
}

TEST(Packing, TheFastPathOfFormat212EqualsTheGeneralOne) {
  for (std::int64_t frames = 0; frames < 50; ++frames) {
    std::vector<std::int32_t> samples;
    for (std::int64_t i = 0; i < 2 * frames; ++i)
      samples.push_back(static_cast<std::int32_t>((i * 1103 + 17 * i * i) % 4096 - 2048));
    const std::vector<std::byte> packed = wfdb::pack(212, samples);
    std::vector<std::int16_t> general(samples.size());
    wfdb::unpack(212, packed, 0, general);
    std::vector<std::int16_t> even(static_cast<std::size_t>(frames));
    std::vector<std::int16_t> odd(static_cast<std::size_t>(frames));
    wfdb::unpack_212_pair(packed, frames, even.data(), odd.data());
    for (std::size_t f = 0; f < even.size(); ++f) {
      EXPECT_EQ(even[f], general[2 * f]);
      EXPECT_EQ(odd[f], general[2 * f + 1]);
    }
  }
}

TEST(Packing, TallySumsModulo2To16AndLeavesTheMissingOutOfTheExtremes) {
  std::vector<std::int16_t> samples(100000, 3);
  samples[70000] = INT16_MIN;
  samples[5] = -7;
  samples[6] = 11;
  const wfdb::Tally sums = wfdb::tally(samples);
  EXPECT_EQ(sums.sum, static_cast<std::uint16_t>(99997 * 3 - 32768 - 7 + 11));
  EXPECT_EQ(sums.missing, 1);
  EXPECT_EQ(sums.least, -7);
  EXPECT_EQ(sums.greatest, 11);
}

}  // namespace
}  // namespace vagus::lab
