#include "lab/deploy/board_link.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "device/conformance/link.h"
#include "device/registry.h"
#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr const char* detector_name = "health.quality";

/// A board in this process, on a line that loses or spoils what it is told to.
class FakeBoard : public Line {
 public:
  double lost = 0;            ///< share of frames that vanish, either way
  double spoilt = 0;          ///< share of frames from the board with a bit flipped
  std::int64_t lies_at = -1;  ///< the answer of this number gets a wrong word and a right CRC

  void write(std::span<const std::uint8_t> bytes) override {
    const bool vanish = chance(lost);
    for (const std::uint8_t x : bytes) {
      if (vanish || !reader_.push(x)) continue;
      std::uint32_t length = server_.answer(reader_.bytes(), reader_.count(), frame_.data());
      std::vector<std::uint8_t> answer(frame_.begin(), frame_.begin() + length);
      if (length > 60 && ++answers_ == lies_at) {
        answer[40] ^= 1U;
        conformance::seal_frame(answer.data(), length - conformance::frame_bytes);
      }
      if (chance(spoilt)) answer[random_() % length] ^= 1U;
      if (!chance(lost)) coming_.insert(coming_.end(), answer.begin(), answer.end());
    }
  }
  std::size_t read(std::span<std::uint8_t> bytes, int /*timeout_ms*/) override {
    // Piece by piece, as lines deliver.
    const std::size_t count = std::min({bytes.size(), coming_.size(), std::size_t{37}});
    for (std::size_t i = 0; i < count; ++i) {
      bytes[i] = coming_.front();
      coming_.pop_front();
    }
    return count;
  }

 private:
  bool chance(double share) { return static_cast<double>(random_()) < share * 4294967295.0; }
  std::mt19937 random_{1};
  conformance::LinkServer<Registry> server_;
  conformance::FrameReader<conformance::most_asked> reader_;
  std::vector<std::uint8_t> frame_ = std::vector<std::uint8_t>(conformance::most_answered + conformance::frame_bytes);
  std::deque<std::uint8_t> coming_;
  std::int64_t answers_ = 0;
};

void quietly(std::int64_t /*done*/, std::int64_t /*all*/) {}

TEST(BoardLink, AGoodBoardGivesTheSameBits) {
  FakeBoard board;
  const BoardReport report = check_board(board, {}, false, quietly);
  EXPECT_TRUE(report.same()) << report.json().dump();
  EXPECT_TRUE(report.missing.empty());
  EXPECT_EQ(report.repeated, 0);
  for (const BoardDetector& detector : report.detectors) {
    EXPECT_GT(detector.samples, 10000) << detector.name;
    EXPECT_GT(detector.words, 10000) << detector.name;
  }
}

TEST(BoardLink, ALineThatLosesAndSpoilsFramesChangesNothing) {
  FakeBoard board;
  board.lost = 0.01;
  board.spoilt = 0.01;
  const BoardReport report = check_board(board, {detector_name}, false, quietly);
  EXPECT_TRUE(report.same()) << report.json().dump();
  EXPECT_GT(report.repeated, 10);
}

TEST(BoardLink, AWrongBitIsNamed) {
  FakeBoard board;
  board.lies_at = 200;
  const BoardReport report = check_board(board, {detector_name}, false, quietly);
  ASSERT_EQ(report.detectors.size(), 1U);
  EXPECT_FALSE(report.same());
  EXPECT_NE(report.detectors[0].difference.find("the board said"), std::string::npos) << report.detectors[0].difference;
  EXPECT_LT(report.detectors[0].samples, 10000) << "it stops there";
}

TEST(BoardLink, ASilentLineAndAnUnknownDetectorAreTold) {
  FakeBoard silent;
  silent.lost = 1;
  EXPECT_THROW(check_board(silent, {}, false, quietly), Error);
  FakeBoard board;
  EXPECT_THROW(check_board(board, {"health.none"}, false, quietly), UsageError);
}

}  // namespace
}  // namespace vagus::lab
