#pragma once
/// The channels that a detector reads of a recording, handed to a run block by block.
#include <cstdint>
#include <string>
#include <vector>

#include "lab/detect/detector.h"
#include "lab/detect/feed.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

class Reading {
 public:
  /// `channel` as in RunOptions. Throws Error naming what is missing, UsageError where `channel` names none that would
  /// do. The recording must outlive it.
  Reading(const DetectorInfo& detector, const Recording& recording, const std::string& channel);

  /// The first channel read, whose time axis all share.
  const Channel& lead() const { return *lead_; }
  /// Which of the channels of the contract are there.
  std::vector<bool> present() const;
  /// Feeds the next rows, some thousand of one stretch; false if there are none left.
  bool step(Feed& feed);

 private:
  std::vector<const Channel*> sources_;  ///< null where an optional channel is absent
  std::vector<Conversion> conversions_;
  const Channel* lead_;
  std::vector<std::vector<float>> buffers_;
  std::vector<const float*> columns_;
  std::size_t stretch_ = 0;
  std::int64_t done_ = 0;  ///< rows of that stretch
};

}  // namespace vagus::lab
