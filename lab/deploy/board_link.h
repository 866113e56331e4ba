#pragma once
/// The host's end of the conformance line: the kit's signals to a board, its answers against this machine's, word by
/// word.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lab/base/numbers.h"

namespace vagus::lab {

/// A line to a board. Bytes may get lost or come damaged; frames take care of that.
class Line {
 public:
  virtual ~Line() = default;
  /// Throws Error where the line is gone.
  virtual void write(std::span<const std::uint8_t> bytes) = 0;
  /// What has come, at most `bytes.size()`; 0 after `timeout_ms` without any. Throws Error where the line is gone.
  virtual std::size_t read(std::span<std::uint8_t> bytes, int timeout_ms) = 0;
};

/// A serial port, raw, 8N1, at `baud` (9600 to 921600). Throws Error where it cannot be opened or set.
std::unique_ptr<Line> open_serial(const std::string& port, int baud);

/// One detector on the board.
struct BoardDetector {
  std::string name, version;
  std::uint32_t state_bytes = 0;
  std::int64_t samples = 0;
  std::int64_t words = 0;  ///< of answers, all compared
  bool same = true;
  std::string difference;  ///< the first, in words: where, and both values
};
struct BoardReport {
  std::vector<BoardDetector> detectors;
  std::vector<std::string> missing;  ///< detectors of this program that the board does not have
  std::int64_t repeated = 0;         ///< frames that were asked again
  bool same() const;
  Json json() const;
};

/// Runs the conformance signals of every detector that both sides have (of `only` where it is not empty). `told` hears
/// samples done and in all. `brief`: only the signal at the default rate, with every insult in it. Throws Error where
/// the board does not answer, speaks another version of the protocol, or has another version of a detector; UsageError
/// where `only` names what one of the sides lacks.
BoardReport check_board(Line& line, const std::vector<std::string>& only, bool brief,
                        const std::function<void(std::int64_t, std::int64_t)>& told);

}  // namespace vagus::lab
