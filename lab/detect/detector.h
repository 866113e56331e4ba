#pragma once
/// Detectors seen from the lab: described by their contracts, driven by name, the same bits as the device's own code.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "device/base/contract.h"

namespace vagus::lab {

/// One tunable or one output field, as text and numbers.
struct FieldInfo {
  std::string name, unit, meaning;
  enum class Kind { number, integer, flag, label } kind;
  double low = 0, high = 0, standard = 0;  ///< range and default, configuration only
  std::vector<std::string> labels;
  std::size_t bytes = 4;  ///< of the member, on every core
};

/// The value of one output field: one of these by its kind.
struct FieldValue {
  FieldInfo::Kind kind = FieldInfo::Kind::number;
  float number = 0;
  std::int64_t integer = 0;  ///< a flag is 0 or 1
  const char* label = "";
};

/// What a detector said, in samples as pushed. `values` follow `DetectorInfo::outputs`.
struct Said {
  enum class Kind { event, candidate, score, unreadable, probe } kind;
  std::int64_t known_sample;        ///< samples pushed when it was said
  bool at_end;                      ///< decided only because the signal ended
  std::int64_t sample, end_sample;  ///< moment: equal; interval: half-open
  float value;                      ///< quality (event), score, or probe value
  int probe = -1;
  const char* reason = nullptr;  ///< unreadable
  std::span<const FieldValue> values;
};
using Listener = std::function<void(const Said&)>;

/// What a run wants to hear beside events and unreadable stretches.
struct Wanted {
  bool scores = false;
  bool probes = false;
};

/// One running detector. Not thread-safe; one per stream.
class Instance {
 public:
  virtual ~Instance() = default;
  /// Where the next sample lies: told before the first and after each gap, to those that hand times on.
  virtual void begin(double t_s, double rate_hz) {
    (void)t_s;
    (void)rate_hz;
  }
  /// `columns[i]` holds `count` samples of the i-th channel the contract reads (null where an optional one is absent).
  virtual void push(std::span<const float* const> columns, std::size_t count, const Listener& listener) = 0;
  virtual void gap(Duration lost) = 0;
  virtual void finish(const Listener& listener) = 0;
  virtual std::span<const std::byte> snapshot() const = 0;
  virtual void restore(std::span<const std::byte> bytes) = 0;  ///< bytes of `snapshot()` of the same detector
};

/// Several runs of one detector with one configuration, side by side on one core: each lane says what an `Instance`
/// would, bit for bit. Lanes that are not used are finished before the first push.
class Lanes {
 public:
  virtual ~Lanes() = default;
  virtual std::size_t count() const = 0;
  /// The next `samples` values of the channel, `values[i]` for lane i, whose listener hears what it says (both null for
  /// a lane that has ended).
  virtual void push(std::span<const float* const> values, std::size_t samples,
                    std::span<const Listener* const> listeners) = 0;
  virtual void gap(std::size_t lane, Duration lost) = 0;
  virtual void finish(std::size_t lane, const Listener& listener) = 0;
};

using Config = std::map<std::string, double>;  ///< only what differs from the defaults

struct DetectorInfo {
  const Contract* contract;
  std::vector<FieldInfo> config;
  std::vector<FieldInfo> outputs;
  bool moment;  ///< outputs are moments, not intervals
  std::size_t state_bytes, state_align;
  std::string type;       ///< the C++ type: "vagus::health::BeatDetector"
  std::string code = {};  ///< hash of what it is made of, where it is not built in: part of the key of cached runs
  bool causal = true;     ///< false: it sees whole recordings
  /// Throws UsageError on an unknown key (with the nearest right one) or a value out of range.
  std::function<std::unique_ptr<Instance>(const Config&, Wanted)> make;
  /// The same in lanes, without probes; empty where the detector has none (device/lanes.h).
  std::function<std::unique_ptr<Lanes>(const Config&, Wanted)> make_lanes;
};

/// Those that are built in, then those that were added.
const std::vector<DetectorInfo>& detectors();
/// Makes one known that is not built in (lab/prototype). What its contract points into must outlive the program's use
/// of it. To be called before anything runs: not thread-safe. Throws UsageError where the name is taken.
void add_detector(const DetectorInfo& info);
/// Throws UsageError if `key` is not a field of the detector's configuration or `value` is not one it takes.
void check_config(const DetectorInfo& detector, const std::string& key, double value);
/// Throws UsageError with the nearest name if there is none.
const DetectorInfo& detector(std::string_view name);

}  // namespace vagus::lab
