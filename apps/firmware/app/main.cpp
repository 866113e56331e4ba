// A whole firmware round one detector, to copy: sensor -> detector -> event queue -> main loop, and a flight recorder
// that looks on. Without a heap, an operating system or a global constructor. docs/embedding.md walks through it.
#include "apps/firmware/app/event_queue.h"
#include "apps/firmware/app/place.h"
#include "apps/firmware/app/sensor.h"
#include "apps/firmware/board/board.h"
#include "apps/firmware/board/files.h"
#include "device/flight/recorder.h"
#include "device/health/beats.h"

namespace {

using namespace vagus;

using Beats = health::BeatDetector;
/// Five windows of four seconds: 16 KiB each with the snapshot and what was said. Fewer and shorter ones where RAM is
/// dear.
using Recorder = flight::Recorder<Beats, 5, 1000>;
using Events = firmware::EventQueue<Beats::Output, 32>;

firmware::Place<Beats> detector;
firmware::Place<Recorder> recorder;
firmware::Place<Events> events;
firmware::Place<firmware::Sensor<Beats::Input>> sensor;

/// Where the detector's answers go: into the queue, as quickly as that.
struct Sink {
  void operator()(const Beats::Output& beat) const { events.get().put(beat); }
};

/// What the product does with a beat. Here: a line with the quality's bits, which are those of the desk.
void show(const Beats::Output& beat) {
  board::print("beat sample ");
  board::print(static_cast<std::uint64_t>(beat.sample));
  board::print(" quality 0x");
  board::print_hex(__builtin_bit_cast(std::uint32_t, beat.quality));
  board::print("\n");
}
void show_all() {
  Beats::Output beat;
  while (events.get().take(beat)) show(beat);
}

int fail(const char* why) {
  board::print(why);
  board::print("\n");
  return 1;
}

/// What the sensor's interrupt or task does for every sample.
void take(const Beats::Input& sample, std::int64_t lost_us) {
  if (lost_us > 0) recorder.get().gap(detector.get(), Duration::from_us(lost_us));
  recorder.get().push(detector.get(), sample, Sink{});
}

/// What is left on a device that comes back: the flight record, here as a file.
bool hand_out_record() {
  const board::File file = board::open("flight.bin", board::Mode::write);
  if (!file.ok()) return false;
  bool good = true;
  recorder.get().read(
      [&](const flight::Block& block) { good = board::write(file, block.bytes, sizeof block.bytes) && good; });
  board::close(file);
  return good;
}

}  // namespace

int main() {
  const Beats::Config config{};
  const Result<Beats> made = Beats::make(config);
  if (!made.ok()) return fail(sentence(made.error()));
  detector.make() = made.value();
  events.make();
  flight::Identity identity;
  identity.session = 1;  // a real device: a number that grows with every start, or a random one
  constexpr char hardware[] = "emulated board";
  static_assert(sizeof hardware <= sizeof identity.hardware);
  __builtin_memcpy(identity.hardware, hardware, sizeof hardware);
  recorder.make().begin(identity, config, 0.01F);

  if (!sensor.make().start()) return fail("the sensor does not answer: there is no signal.bin");
  Beats::Input sample;
  std::int64_t lost_us = 0;
  while (sensor.get().next(sample, lost_us)) {  // a real firmware sleeps here until the next interrupt
    take(sample, lost_us);
    show_all();
  }
  sensor.get().stop();
  recorder.get().finish(detector.get(), Sink{});
  show_all();
  if (!hand_out_record()) return fail("the flight record could not be written");
  if (events.get().dropped() > 0) return fail("the queue was too short");
  board::print("done\n");
  return 0;
}
