// The board's end of the conformance line: every detector, driven by `vagus board` over the UART.
#include "apps/firmware/app/place.h"
#include "apps/firmware/link/serial.h"
#include "device/conformance/link.h"
#include "device/registry.h"

namespace {

using namespace vagus;

firmware::Place<conformance::LinkServer<Registry>> server;
firmware::Place<conformance::FrameReader<conformance::most_asked>> reader;
std::uint8_t frame[conformance::most_answered + conformance::frame_bytes];

}  // namespace

int main() {
  server.make();
  reader.make();
  board::start_serial();
  for (;;) {
    if (!reader.get().push(board::read_serial())) continue;
    board::write_serial(frame, server.get().answer(reader.get().bytes(), reader.get().count(), frame));
  }
}
