#pragma once
/// Where the rows of several channels stand in the frames of one WFDB record.
#include <cstdint>
#include <string>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab::wfdb {

/// A run of rows that follow each other, at its place on the channel's own even grid from the record's start.
struct Run {
  std::int64_t first_row = 0, rows = 0;
  std::int64_t position = 0;
};

struct Frames {
  double rate_hz = 0;
  std::int64_t count = 0;
  std::vector<std::int64_t> samples_per_frame;  ///< per channel
  std::vector<std::vector<Run>> runs;           ///< per channel, in order, not overlapping
};

/// Throws Error where the channels' rates have no common frame of at most 4096 samples a channel.
Frames frames_of(const Recording& recording);

/// Frames [first, first + count) in which a fixed set of channels has samples.
struct Span {
  std::int64_t first = 0, count = 0;
  std::vector<std::size_t> channels;  ///< empty: nothing was recorded
};

/// One span with every channel if filling the gaps with missing samples makes the record at most a tenth (or 65536
/// samples) larger, else the spans between which the set of channels that have samples changes.
std::vector<Span> spans_of(const Frames& frames);

}  // namespace vagus::lab::wfdb
