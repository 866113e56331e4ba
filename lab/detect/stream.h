#pragma once
/// One detector fed chunk by chunk: the device's own view, samples counted as pushed, times from the first of them.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lab/detect/event_fields.h"

namespace vagus::lab {

/// Not thread-safe.
class Stream {
 public:
  using Hearer = std::function<void(const Said&, const EventTimes&)>;
  /// Sample before which something was lost, and the seconds lost up to there.
  using Gaps = std::vector<std::pair<std::int64_t, double>>;

  /// `rate_hz` of the samples to come, given to the detector too where it has such a setting. Throws UsageError for a
  /// rate that is none, and what the detector's `make` throws.
  Stream(const DetectorInfo& detector, Config config, double rate_hz, Wanted wanted, Hearer hearer);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const DetectorInfo& detector() const { return detector_; }
  double rate_hz() const { return rate_hz_; }
  /// `columns[i]` holds `rows` samples of the i-th channel of the contract, in its unit; null where an optional one is
  /// absent. Throws UsageError where one is missing that is not optional.
  void push(std::span<const float* const> columns, std::size_t rows);
  void gap(double seconds);
  void finish();
  std::int64_t pushed() const { return pushed_; }
  const Gaps& gaps() const { return gaps_; }

  /// The detector's state, byte for byte as a device would keep it.
  std::span<const std::byte> snapshot() const { return instance_->snapshot(); }
  void restore(std::span<const std::byte> snapshot, std::int64_t pushed, Gaps gaps);
  /// All that it takes to go on, with what it belongs to and a sum over its bytes.
  std::vector<std::byte> saved() const;
  /// Goes on from `saved()` of a stream of the same detector, version, rate and settings. Throws Error where it is of
  /// another or damaged; nothing has changed then.
  void resume(std::span<const std::byte> saved);

 private:
  std::string identity() const;
  double lost_before(std::int64_t sample) const;
  double time_of(std::int64_t sample) const;
  double end_time_of(std::int64_t sample) const;
  void hear(const Said& said);

  const DetectorInfo& detector_;
  Config config_;
  double rate_hz_;
  std::unique_ptr<Instance> instance_;
  Hearer hearer_;
  Listener listener_;
  std::int64_t pushed_ = 0, restored_at_ = 0;
  Gaps gaps_;
};

}  // namespace vagus::lab
