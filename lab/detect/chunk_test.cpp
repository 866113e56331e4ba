// Chunk invariance and snapshots of every registered detector as the lab drives it: by columns, in pieces of any size.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "device/conformance/signals.h"
#include "lab/base/error.h"
#include "lab/detect/detector.h"

namespace vagus::lab {
namespace {

/// Everything a run said, as words; two runs are the same if these are. `known` counts the samples that an instance was
/// pushed, which a snapshot does not hold.
struct Transcript {
  bool known = true;
  std::vector<std::uint64_t> words;
  Listener listener() {
    return [this](const Said& said) {
      for (const std::int64_t x :
           {static_cast<std::int64_t>(said.kind), known ? said.known_sample : 0, static_cast<std::int64_t>(said.at_end),
            said.sample, said.end_sample, static_cast<std::int64_t>(said.probe)}) {
        words.push_back(static_cast<std::uint64_t>(x));
      }
      words.push_back(std::bit_cast<std::uint32_t>(said.value));
      for (const auto& value : said.values) {
        words.push_back(std::bit_cast<std::uint32_t>(value.number));
        words.push_back(static_cast<std::uint64_t>(value.integer));
        words.push_back(std::hash<std::string_view>{}(value.label));
      }
    };
  }
};

/// The standard signal of every channel a detector reads, a minute and a half of it.
std::vector<std::vector<float>> columns_for(const DetectorInfo& info, float rate_hz) {
  conformance::Wearer wearer(rate_hz);
  std::vector<std::vector<float>> columns(info.contract->reads.size());
  for (int n = 0; n < static_cast<int>(90.0F * rate_hz); ++n) {
    wearer.advance();
    for (std::size_t c = 0; c < columns.size(); ++c) {
      columns[c].push_back(wearer.value(info.contract->reads[c].quantity, info.contract->reads[c].unit));
    }
  }
  return columns;
}
float default_rate(const DetectorInfo& info) {
  for (const FieldInfo& field : info.config) {
    if (field.name == "rate_hz") return static_cast<float>(field.standard);
  }
  return info.contract->reads[0].min_rate_hz;
}

/// Pushes all, in pieces whose sizes `next_size` gives, with gaps at fixed samples whatever the pieces.
template <class NextSize, class Between>
Transcript run_in_pieces(const DetectorInfo& info, const NextSize& next_size, const Between& between,
                         bool known = true) {
  const auto columns = columns_for(info, default_rate(info));
  const std::size_t count = columns[0].size();
  const std::size_t gaps[] = {count / 7, count / 3, count / 3 + 1, 2 * count / 3};
  auto instance = info.make({}, {.scores = true, .probes = true});
  Transcript transcript{.known = known, .words = {}};
  const Listener listener = transcript.listener();
  std::size_t at = 0;
  while (at < count) {
    if (std::ranges::find(gaps, at) != std::end(gaps)) instance->gap(Duration::from_ms(1500));
    std::size_t size = std::min<std::size_t>(next_size(), count - at);
    for (const std::size_t gap : gaps) {
      if (gap > at) size = std::min(size, gap - at);
    }
    std::vector<const float*> pointers;
    for (const auto& column : columns) pointers.push_back(column.data() + at);
    instance->push(pointers, size, listener);
    at += size;
    between(instance);
  }
  instance->finish(listener);
  return transcript;
}

TEST(EveryDetector, SaysTheSameInPiecesOfAnySizeWithGapsBetween) {
  const auto nothing = [](std::unique_ptr<Instance>&) {};
  for (const DetectorInfo& info : detectors()) {
    SCOPED_TRACE(info.contract->name);
    const Transcript whole = run_in_pieces(
        info, [] { return std::size_t{1} << 30U; }, nothing);
    EXPECT_FALSE(whole.words.empty());
    for (const std::size_t fixed : {std::size_t{1}, std::size_t{7}, std::size_t{256}}) {
      EXPECT_EQ(run_in_pieces(
                    info, [&] { return fixed; }, nothing)
                    .words,
                whole.words)
          << fixed;
    }
    std::mt19937 random(1);
    EXPECT_EQ(run_in_pieces(
                  info, [&] { return std::size_t{1 + random() % 1000}; }, nothing)
                  .words,
              whole.words);
  }
}

TEST(EveryDetector, GoesOnFromASnapshotInAnotherInstance) {
  for (const DetectorInfo& info : detectors()) {
    SCOPED_TRACE(info.contract->name);
    const auto size = [] { return std::size_t{501}; };
    const Transcript whole = run_in_pieces(
        info, size, [](std::unique_ptr<Instance>&) {}, false);
    const auto move = [&](std::unique_ptr<Instance>& instance) {
      auto next = info.make({}, {.scores = true, .probes = true});
      next->restore(instance->snapshot());
      instance = std::move(next);
    };
    const Transcript moved = run_in_pieces(info, size, move, false);
    EXPECT_EQ(moved.words, whole.words);
    auto other = info.make({}, {});
    const std::vector<std::byte> bytes(info.state_bytes - 1);
    EXPECT_EQ(other->snapshot().size(), info.state_bytes);
    EXPECT_THROW(other->restore(bytes), Error);
  }
}

}  // namespace
}  // namespace vagus::lab
