#include "lab/detect/run_lanes.h"

#include <algorithm>
#include <map>

#include "lab/base/error.h"
#include "lab/detect/reading.h"

namespace vagus::lab {
namespace {

/// Stands for a detector at the end of a feed: keeps what the feed says until the other lanes have as much.
class Lane final : public Instance {
 public:
  void push(std::span<const float* const> columns, std::size_t count, const Listener& listener) override {
    drop_taken();
    samples_.insert(samples_.end(), columns[0], columns[0] + count);
    listener_ = &listener;
  }
  void gap(Duration lost) override {
    drop_taken();
    gaps_.push_back({samples_.size(), lost});
  }
  /// All that was kept has been taken by then.
  void finish(const Listener& listener) override { lanes_->finish(number_, listener); }
  std::span<const std::byte> snapshot() const override { throw Error("a lane has no snapshot"); }
  void restore(std::span<const std::byte>) override { throw Error("a lane has no snapshot"); }

  void join(Lanes& lanes, std::size_t number) {
    lanes_ = &lanes;
    number_ = number;
  }
  /// Samples that can be pushed before the next gap.
  std::size_t ready() const { return (gaps_.empty() ? samples_.size() : gaps_.front().at) - taken_; }
  bool at_gap() const { return !gaps_.empty() && gaps_.front().at == taken_; }
  void tell_gap() {
    lanes_->gap(number_, gaps_.front().lost);
    gaps_.erase(gaps_.begin());
  }
  const float* next() const { return samples_.data() + taken_; }
  void take(std::size_t count) { taken_ += count; }
  const Listener* listener() const { return listener_; }

 private:
  struct Gap {
    std::size_t at;
    Duration lost;
  };
  /// Gaps stand where they stood: there are none waiting once all samples are taken and the feed goes on.
  void drop_taken() {
    if (taken_ != samples_.size() || !gaps_.empty()) return;
    samples_.clear();
    taken_ = 0;
  }
  std::vector<float> samples_;
  std::vector<Gap> gaps_;
  std::size_t taken_ = 0;
  const Listener* listener_ = nullptr;
  Lanes* lanes_ = nullptr;
  std::size_t number_ = 0;
};

/// One recording on its way through a lane.
struct Passenger {
  Passenger(const DetectorInfo& detector, const Recording& from, const RunOptions& options, LaneResult& to)
      : recording(from),
        out(to),
        reading(detector, from, options.channel),
        live(detector, options, reading.lead().time.rate_hz, from.start, reading.lead().name, reading.present(),
             [this](const Config& wished, Wanted) {
               config = wished;
               auto made = std::make_unique<Lane>();
               lane = made.get();
               return made;
             }) {
    live.input_rows() = reading.lead().time.input_rows;
  }

  const Recording& recording;
  LaneResult& out;
  Config config;
  Lane* lane = nullptr;
  Reading reading;
  LiveRun live;
  bool on_board = true;
};

/// Feeds a lane until it has samples to push; a recording that is through, or fails, leaves.
void fill(Passenger& passenger, Lanes& lanes, std::size_t number) {
  try {
    for (;;) {
      while (passenger.lane->at_gap()) passenger.lane->tell_gap();
      if (passenger.lane->ready() > 0) return;
      if (passenger.reading.step(passenger.live.feed())) continue;
      // Values that the feed held back until it knew what follows them are not pushed any more.
      const TimeAxis& time = passenger.reading.lead().time;
      passenger.on_board = false;
      passenger.out.result = passenger.live.finish(time.duration_s(), time.jitter_ms, passenger.recording.repairs);
      return;
    }
  } catch (const Error& error) {
    passenger.out.error = std::make_exception_ptr(error.within(passenger.recording.name + " "));
    if (passenger.on_board) lanes.finish(number, [](const Said&) {});
    passenger.on_board = false;
  } catch (...) {
    passenger.out.error = std::current_exception();
    if (passenger.on_board) lanes.finish(number, [](const Said&) {});
    passenger.on_board = false;
  }
}

void ride(const DetectorInfo& detector, std::vector<std::unique_ptr<Passenger>>& passengers, const Config& config,
          const RunOptions& options) {
  const std::unique_ptr<Lanes> lanes = detector.make_lanes(config, {.scores = options.scores, .probes = false});
  std::vector<const float*> values(lanes->count(), nullptr);
  std::vector<const Listener*> listeners(lanes->count(), nullptr);
  for (std::size_t i = 0; i < lanes->count(); ++i) {
    if (i < passengers.size())
      passengers[i]->lane->join(*lanes, i);
    else
      lanes->finish(i, [](const Said&) {});
  }
  for (;;) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < passengers.size(); ++i) {
      Passenger& passenger = *passengers[i];
      values[i] = nullptr;
      listeners[i] = nullptr;
      if (passenger.on_board) fill(passenger, *lanes, i);
      if (!passenger.on_board) continue;
      const std::size_t ready = passenger.lane->ready();
      count = count == 0 ? ready : std::min(count, ready);
      values[i] = passenger.lane->next();
      listeners[i] = passenger.lane->listener();
    }
    if (count == 0) return;
    lanes->push(values, count, listeners);
    for (const auto& passenger : passengers) {
      if (passenger->on_board) passenger->lane->take(count);
    }
  }
}

}  // namespace

std::size_t lane_count(const DetectorInfo& detector, const RunOptions& options) {
  if (!detector.make_lanes || !options.probes.empty()) return 1;
  return detector.make_lanes({}, {})->count();
}

std::vector<LaneResult> run_each(const DetectorInfo& detector, std::span<const Recording* const> recordings,
                                 const RunOptions& options) {
  std::vector<LaneResult> results(recordings.size());
  const std::size_t lanes = lane_count(detector, options);
  const auto alone = [&](std::size_t i) {
    try {
      results[i].result = run(detector, *recordings[i], options);
    } catch (...) {
      results[i].error = std::current_exception();
    }
  };
  // Lanes cost the same however few are taken: 48 runs of one recording each take 0.94 s by itself and 1.4 s in lanes.
  if (lanes == 1 || recordings.size() == 1) {
    for (std::size_t i = 0; i < recordings.size(); ++i) alone(i);
    return results;
  }
  // Recordings whose configuration is the same, which is those of one rate, go together.
  std::map<Config, std::vector<std::unique_ptr<Passenger>>> waiting;
  const auto leave = [&](const Config& config, std::vector<std::unique_ptr<Passenger>>& passengers) {
    ride(detector, passengers, config, options);
    passengers.clear();
  };
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    try {
      auto passenger = std::make_unique<Passenger>(detector, *recordings[i], options, results[i]);
      const Config config = passenger->config;
      auto& passengers = waiting[config];
      passengers.push_back(std::move(passenger));
      if (passengers.size() == lanes) leave(config, passengers);
    } catch (...) {
      results[i].error = std::current_exception();
    }
  }
  for (auto& [config, passengers] : waiting) {
    if (!passengers.empty()) leave(config, passengers);
  }
  return results;
}

}  // namespace vagus::lab
