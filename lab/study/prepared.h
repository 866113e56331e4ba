#pragma once
/// What is done to every recording before a detector sees it, where the specification asks for it: cures against what
/// files tell (docs/evidence.md, "Leakage").
#include <memory>
#include <mutex>
#include <unordered_map>

#include "lab/study/source.h"

namespace vagus::lab {

/// The first `length_s` of a recording (all of a shorter one), without what lies above `lowpass_hz`; 0: as it is.
/// Labels stay. The low-pass keeps times: linear phase, moved back, 80 dB down from 1.2 of the corner on; a channel
/// of less than 2.4 times the corner stays as it is. Throws Error for a corner so low that the filter is longer than
/// 4,096 values.
Recording prepared(Recording recording, const DataSpec& data);

/// A source whose recordings are prepared.
class PreparedSource final : public SourceOver {
 public:
  PreparedSource(std::unique_ptr<Source> inner, DataSpec data);
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override { return prepared(inner().load(item), data_); }
  Recording header(const StudyItem& item) const override { return inner().header(item); }
  const Source& as_recorded() const override { return inner(); }

 private:
  std::unique_ptr<Source> owned_;
  DataSpec data_;
  std::vector<StudyItem> items_;
};

/// A source that keeps recordings somebody has loaded already until they are asked for, up to half a GiB of them.
class HeldSource final : public SourceOver {
 public:
  explicit HeldSource(const Source& inner) : SourceOver(inner) {}
  Recording load(const StudyItem& item) const override;
  /// Keeps a recording for the next `load` of its item, if there is room.
  void hold(const StudyItem& item, Recording recording) const;

 private:
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, Recording> held_;
  mutable std::size_t bytes_ = 0;
};

}  // namespace vagus::lab
