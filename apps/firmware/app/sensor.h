#pragma once
/// The driver of the sensor. This one stands in for it: it reads a recorded signal. Yours talks to the front end and
/// keeps these three functions.
#include <cstdint>

#include "apps/firmware/board/files.h"

namespace vagus::firmware {

/// Samples of `Input` at an even rate, from the file "signal.bin": the channels' floats, row after row, little-endian.
template <class Input>
class Sensor {
 public:
  /// False where the sensor does not answer.
  bool start() {
    file_ = board::open("signal.bin", board::Mode::read);
    return file_.ok();
  }
  /// The next sample; false where there is none any more (a real sensor never ends). A driver that missed samples, by a
  /// FIFO overrun say, tells how long in `lost_us`; the detector then hears of a gap before this sample.
  bool next(Input& sample, std::int64_t& lost_us) {
    lost_us = 0;
    if (at_ == count_) {
      count_ = static_cast<std::uint32_t>(board::read(file_, buffer_, sizeof buffer_) / sizeof(Input));
      at_ = 0;
      if (count_ == 0) return false;
    }
    sample = buffer_[at_++];
    return true;
  }
  void stop() { board::close(file_); }

 private:
  board::File file_;
  Input buffer_[64];
  std::uint32_t at_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace vagus::firmware
