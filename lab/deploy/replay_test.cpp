#include "lab/deploy/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>

#include "device/conformance/kit.h"
#include "device/conformance/laws.h"
#include "device/flight/recorder.h"
#include "device/registry.h"
#include "lab/base/error.h"

namespace vagus::lab {
namespace {

using flight::Block;
using Blocks = std::vector<Block>;

struct Quiet {
  template <class Output>
  void operator()(const Output&) const {}
};

/// `seconds` of the standard signal with gaps and insults through `D` under a recorder.
template <Detector D, std::uint32_t Slots>
Blocks record(float seconds, float chance, bool finish, std::uint32_t session = 7) {
  using Recorder = flight::Recorder<D, Slots, 1000>;
  const auto recorder = std::make_unique<Recorder>();
  const typename D::Config config{};
  const float rate_hz = conformance::default_rate_hz<D>();
  conformance::Bench<D> bench(D::make(config).value(), rate_hz);
  D detector = bench.detector;
  flight::Identity identity;
  identity.session = session;
  recorder->begin(identity, config, chance);
  const auto samples = static_cast<std::int64_t>(seconds * rate_hz);
  for (std::int64_t i = 0; i < samples; ++i) {
    bench.insult = i % 6000 > 5000 ? conformance::Insult::nan : conformance::Insult::none;
    if (i % 3333 == 3332) recorder->gap(detector, Duration::from_ms(700));
    const typename D::Input in = bench.next();
    ++bench.ear.pushed;
    recorder->push(detector, in, Quiet{});
  }
  if (finish) recorder->finish(detector, Quiet{});
  Blocks blocks;
  recorder->read([&](const Block& block) { blocks.push_back(block); });
  return blocks;
}

std::span<const std::byte> bytes_of(const Blocks& blocks) { return std::as_bytes(std::span(blocks)); }
std::uint32_t sequence_of(const Block& block) { return flight::get<std::uint32_t>(block.bytes + 4); }

template <class D>
struct Flight : ::testing::Test {};
template <class List>
struct TypesOf;
template <class... Detectors>
struct TypesOf<TypeList<Detectors...>> {
  using Types = ::testing::Types<Detectors...>;
};
using Everything = TypesOf<Registry>::Types;
TYPED_TEST_SUITE(Flight, Everything);

TYPED_TEST(Flight, AWholeRecordGivesTheSameBits) {
  const Blocks blocks = record<TypeParam, 64>(100, 1, true);
  const Replay replayed = replay(bytes_of(blocks));
  EXPECT_FALSE(replayed.difference) << replayed.json().dump();
  EXPECT_EQ(replayed.rows, static_cast<std::int64_t>(100 * conformance::default_rate_hz<TypeParam>()));
  EXPECT_GT(replayed.answers, 50);
  EXPECT_TRUE(replayed.record.lost.empty());
  EXPECT_TRUE(replayed.record.corrupt.empty());
  EXPECT_TRUE(replayed.left_out.empty());
  EXPECT_EQ(replayed.record.windows.back().close->events + replayed.record.windows.back().close->unreadable,
            static_cast<std::uint64_t>(replayed.answers));
}

TYPED_TEST(Flight, ARingThatOverwroteItsBeginningIsReplayedFromTheMiddle) {
  const Blocks blocks = record<TypeParam, 4>(100, 1, false);
  const Replay replayed = replay(bytes_of(blocks));
  EXPECT_GT(replayed.record.windows.front().first_sample, 0);
  EXPECT_GT(replayed.rows, 2000);
  EXPECT_EQ(replayed.rows_cut_off, 0);
  EXPECT_FALSE(replayed.difference) << replayed.json().dump();
  EXPECT_TRUE(replayed.record.lost.empty()) << "what the ring overwrote is not lost";
}

TYPED_TEST(Flight, BytesThatBeginOrGoOnBetweenBlocksAreReplayedFromTheNextWholeOne) {
  const Blocks blocks = record<TypeParam, 16>(60, 1, true);
  const Replay whole = replay(bytes_of(blocks));
  std::vector<std::byte> bytes(bytes_of(blocks).begin(), bytes_of(blocks).end());
  bytes.erase(bytes.begin(), bytes.begin() + 100);          // a cut in the first block
  bytes.insert(bytes.begin() + 412, 700, std::byte{0x55});  // noise of a line behind it
  const Replay cut = replay(bytes);
  EXPECT_EQ(cut.record.blocks, whole.record.blocks - 1);
  EXPECT_FALSE(cut.difference);
  EXPECT_EQ(cut.record.corrupt, (std::vector<std::size_t>{0, 512, 1024}));
}

TYPED_TEST(Flight, BlocksInAnyOrderAreOneRecord) {
  Blocks blocks = record<TypeParam, 8>(60, 1, true);
  const Replay before = replay(bytes_of(blocks));
  std::shuffle(blocks.begin(), blocks.end(), std::mt19937(3));
  blocks.push_back(blocks.front());
  const Replay after = replay(bytes_of(blocks));
  EXPECT_EQ(before.rows, after.rows);
  EXPECT_EQ(before.answers, after.answers);
  EXPECT_EQ(after.record.repeated, 1U);
  EXPECT_FALSE(after.difference);
}

TYPED_TEST(Flight, EveryLostOrDamagedBlockIsNamed) {
  const Blocks whole = record<TypeParam, 8>(60, 1, true);
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    Blocks blocks = whole;
    std::vector<std::uint32_t> gone;
    for (int k = 0; k < 3; ++k) {
      const std::size_t at = random() % blocks.size();
      gone.push_back(sequence_of(blocks[at]));
      if (random() % 2 == 0) {
        blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        blocks[at].bytes[28 + random() % 400] ^= static_cast<std::uint8_t>(1U << random() % 8);
        const auto used = flight::get<std::uint16_t>(blocks[at].bytes + 504);
        if (flight::crc_of(blocks[at], used) == flight::get<std::uint32_t>(blocks[at].bytes + 508)) {
          gone.pop_back();  // what was hit lies behind the records
        }
      }
    }
    const Replay replayed = replay(bytes_of(blocks));
    EXPECT_FALSE(replayed.difference) << round << replayed.json().dump();
    const std::uint32_t oldest = replayed.record.windows.front().first;
    for (const std::uint32_t sequence : gone) {
      // A ring cannot tell what it overwrote from what was lost before its oldest block.
      if (sequence < oldest) continue;
      EXPECT_TRUE(std::any_of(replayed.record.lost.begin(), replayed.record.lost.end(),
                              [&](const LostBlocks& l) { return l.first <= sequence && sequence <= l.last; }) ||
                  sequence > replayed.record.windows.back().last)
          << sequence << " in round " << round;
    }
    for (const LostBlocks& l : replayed.record.lost) {
      for (std::uint32_t s = l.first; l.certain && s <= l.last; ++s)
        EXPECT_TRUE(std::count(gone.begin(), gone.end(), s) > 0) << s << " is not lost";
    }
  }
}

TYPED_TEST(Flight, AChangedAnswerIsNamed) {
  Blocks blocks = record<TypeParam, 8>(40, 1, true);
  bool changed = false;
  for (Block& block : blocks) {
    const auto used = flight::get<std::uint16_t>(block.bytes + 504);
    for (std::uint32_t at = 0; at < used && !changed; at += 2U + block.bytes[24 + at + 1]) {
      std::uint8_t* record = block.bytes + 24 + at;
      if (record[0] != static_cast<std::uint8_t>(flight::Record::event)) continue;
      record[2 + 9] ^= 1U;  // the lowest bit of the first field
      flight::put(block.bytes + 508, flight::crc_of(block, used));
      changed = true;
    }
  }
  ASSERT_TRUE(changed);
  const Replay replayed = replay(bytes_of(blocks));
  ASSERT_TRUE(replayed.difference);
  EXPECT_EQ(replayed.difference->field, TypeParam::output_fields[0].name);
  EXPECT_NE(replayed.difference->recorded, replayed.difference->here);
}

TYPED_TEST(Flight, RecordingChangesNoAnswer) {
  const float rate_hz = conformance::default_rate_hz<TypeParam>();
  conformance::Bench<TypeParam> plain(conformance::Laws<TypeParam>::fresh(rate_hz), rate_hz);
  conformance::Bench<TypeParam> recorded(plain.detector, rate_hz);
  const auto recorder = std::make_unique<flight::Recorder<TypeParam, 3, 700>>();
  recorder->begin({}, conformance::config_at<TypeParam>(rate_hz), 0.5F);
  TypeParam detector = recorded.detector;
  for (int i = 0; i < 20000; ++i) {
    plain.step();
    const typename TypeParam::Input in = recorded.next();
    ++recorded.ear.pushed;
    recorder->push(detector, in, recorded.ear);
  }
  EXPECT_EQ(plain.ear.all.value, recorded.ear.all.value);
}

/// Says something at chosen samples, silent otherwise.
struct Rare {
  struct Config {
    float rate_hz = 100;
  };
  struct Input {
    float ecg_mv;
  };
  struct Output {
    std::int64_t sample;
    float quality;
  };
  static constexpr std::array config_fields = {
      Field<Config>::number("rate_hz", "Hz", &Config::rate_hz, 1, 1000, "rate")};
  static constexpr std::array output_fields = {Field<Output>::sample("sample", &Output::sample, "where"),
                                               Field<Output>::number("quality", "", &Output::quality, "how sure")};
  static constexpr ChannelNeed reads[] = {{Quantity::ecg, Unit::mv, 1, 1000}};
  static constexpr Contract contract = {.name = "test.rare",
                                        .version = "1.0.0",
                                        .summary = "Rare.",
                                        .source = "none",
                                        .event = "events",
                                        .reads = reads,
                                        .probes = {},
                                        .latency_ms = 0,
                                        .ram_bytes = 64};
  static Result<Rare> make(const Config&) { return Rare{}; }
  template <class Emit>
  void push(Input in, Emit&& emit) {
    ++pushed;
    if (in.ecg_mv > 1) emit(Output{pushed - 1, in.ecg_mv});
  }
  void gap(Duration) {}
  template <class Emit>
  void finish(Emit&&) {}
  std::int64_t pushed = 0;
};

/// Windows of 100 samples, 1000 of them; an event at `at`.
FlightRecord rare(const std::vector<std::int64_t>& at, float chance) {
  const auto recorder = std::make_unique<flight::Recorder<Rare, 8, 100>>();
  recorder->begin({}, {}, chance);
  Rare detector;
  for (std::int64_t i = 0; i < 100000; ++i) {
    const bool now = std::count(at.begin(), at.end(), i) > 0;
    recorder->push(detector, {now ? 2.0F : 0.0F}, Quiet{});
  }
  Blocks blocks;
  recorder->read([&](const Block& block) { blocks.push_back(block); });
  return read_flight_record(bytes_of(blocks));
}

std::vector<std::int64_t> begins(const FlightRecord& record) {
  std::vector<std::int64_t> out;
  for (const FlightWindow& window : record.windows) out.push_back(window.first_sample);
  return out;
}

TEST(FlightRecorder, KeepsTheWindowsRoundAnEventAndLetsTheOthersGo) {
  const FlightRecord record = rare({50050}, 0);
  EXPECT_EQ(begins(record), (std::vector<std::int64_t>{49900, 50000, 50100, 99900}));
  EXPECT_TRUE(record.lost.empty()) << "what was let go on purpose is not lost";
}

TEST(FlightRecorder, KeepsWindowsByChanceTheSameOnesForTheSameSeed) {
  const FlightRecord record = rare({}, 0.01F);
  EXPECT_GE(record.windows.size(), 4U);
  EXPECT_TRUE(record.lost.empty());
  EXPECT_EQ(begins(record), begins(rare({}, 0.01F)));
}

TEST(FlightRecorder, TheOldestGivesWay) {
  const FlightRecord record = rare({1050, 20050, 40050, 60050, 80050}, 0);
  EXPECT_GE(record.windows.size(), 6U) << "all slots but the open window's and the undecided one's";
  EXPECT_GT(begins(record).front(), 40000);
}

TEST(FlightRecord, TheCrcIsTheOneOfEthernet) {
  flight::Crc32 crc;
  for (const char c : {'1', '2', '3', '4', '5', '6', '7', '8', '9'}) crc.byte(static_cast<std::uint8_t>(c));
  EXPECT_EQ(crc.value(), 0xCBF43926U);
}

TEST(FlightRecord, WhatIsNoneIsRefused) {
  EXPECT_THROW(replay({}), Error);
  const std::string text(2048, 'x');
  EXPECT_THROW(replay(std::as_bytes(std::span(text))), Error);
  const std::string erased(2048, '\xff');
  EXPECT_THROW(replay(std::as_bytes(std::span(erased))), Error);
}

TEST(FlightRecord, AnotherVersionIsRefused) {
  Blocks blocks = record<health::BeatDetector, 4>(20, 1, true);
  for (Block& block : blocks) {
    std::uint8_t* const end = block.bytes + 504;
    const std::string_view version = health::BeatDetector::contract.version;
    std::uint8_t* const at = std::search(block.bytes + 24, end, version.begin(), version.end());
    if (at == end) continue;
    at[0] = '9';
    flight::put(block.bytes + 508, flight::crc_of(block, flight::get<std::uint16_t>(end)));
  }
  EXPECT_THROW(replay(bytes_of(blocks)), Error);
}

}  // namespace
}  // namespace vagus::lab
