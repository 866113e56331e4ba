#pragma once
/// Runs a detector over a recording: the lab's front end (channels, units, rates, gaps) before it, times and rows after
/// it.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/detect/detector.h"
#include "lab/detect/feed.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// One line of output with times.
struct Event {
  Said::Kind kind = Said::Kind::event;
  double t_s = 0;                     ///< a moment; of an interval, when it was decided
  double t_start_s = 0, t_end_s = 0;  ///< a moment: both equal t_s
  double t_known_s = 0;               ///< when the detector could have said it
  std::int64_t row = 0;               ///< 0-based row of the input, at its own rate (of an interval its first)
  std::int64_t end_row = 0;           ///< one past an interval's last row
  bool at_end = false;                ///< decided only because the signal ended
  bool interval = false;
  float value = 0;  ///< quality, score or probe value
  std::string probe, reason;
  std::vector<std::pair<std::string, Json>> fields;  ///< the detector's own output fields, in its order
  /// Appends the line that OUTPUTS asks for, with its newline; `recording` is told where it is not empty.
  void append_line(std::string& out, std::string_view recording = {}) const;
  Json json() const;  ///< the same as a value
};

struct RunOptions {
  Config config;
  std::string channel;              ///< name or index where several would do; "" the first of its kind
  bool scores = false;              ///< score and candidate lines too
  std::vector<std::string> probes;  ///< probe lines of these names
  bool keep_events = true;          ///< false: events go to `on_event` alone
  std::function<void(const Event&)> on_event;
};

struct RunResult {
  std::string detector, version;
  std::string channel;        ///< which was used (the first, where the detector reads several)
  std::vector<Event> events;  ///< everything said, in the order in which it was said
  double duration_s = 0, rate_hz = 0, jitter_ms = 0, unreadable_s = 0;
  std::int64_t gaps = 0;
  std::map<std::string, std::int64_t> repairs;
  Json summary;  ///< the summary line, whole
};

/// Which channels of a recording a detector reads, in the order of its contract; -1 where an optional one is absent.
/// Throws Error naming the channel that is missing, UsageError where `wished` names none that would do.
std::vector<int> choose_channels(const DetectorInfo& detector, const Recording& recording, const std::string& wished);

/// A run over rows as they come: what `run` does to a file, and `vagus run ... -` to standard input.
class LiveRun {
 public:
  using MakeInstance = std::function<std::unique_ptr<Instance>(const Config&, Wanted)>;
  /// `start` and `channel` are told in the summary. `rate_hz` is checked against the contract. `make`: what stands for
  /// the detector's own instance (one lane of several), if anything does.
  LiveRun(const DetectorInfo& detector, RunOptions options, double rate_hz, std::optional<Start> start,
          std::string channel, std::vector<bool> present, const MakeInstance& make = {});
  Feed& feed() { return *feed_; }
  /// What the rows fed were in the input, to be known before they are fed: events tell the input's rows.
  InputRows& input_rows() { return input_rows_; }
  /// Ends the signal and makes the summary.
  RunResult finish(double duration_s, double jitter_ms, std::map<std::string, std::int64_t> repairs);

 private:
  void hear(const Said& said);
  const DetectorInfo& detector_;
  RunOptions options_;
  double rate_hz_;
  std::optional<Start> start_;
  RunResult result_;
  std::vector<bool> wanted_probes_;
  std::unique_ptr<Instance> instance_;
  std::unique_ptr<Feed> feed_;
  InputRows input_rows_;
  Json config_;
  struct Tally;
  std::shared_ptr<Tally> tally_;
};

/// Throws Error naming the channel that is missing, or the rate the detector does not take.
RunResult run(const DetectorInfo& detector, const Recording& recording, const RunOptions& options);

}  // namespace vagus::lab
