// Writes the conformance stream of a registry to the board's console: on a host, on an emulated core, or, with
// board.h's functions on a serial line, on a real board. compare_streams tells whether two machines said the same.
#include "apps/firmware/board/board.h"
#include "device/conformance/layer_stream.h"
#ifndef VAGUS_REGISTRY_HEADER
#define VAGUS_REGISTRY_HEADER "device/registry.h"
#define VAGUS_REGISTRY vagus::Registry
#endif
#include VAGUS_REGISTRY_HEADER

int main() {
  using Write = void (*)(const void*, std::size_t);
  vagus::conformance::WordStream<Write> out(vagus::board::write);
#ifdef VAGUS_STREAM_OPERATORS
  vagus::conformance::write_operators(out);
  vagus::conformance::write_layers(out);
#endif
  vagus::conformance::write_detectors(out, VAGUS_REGISTRY{});
  out.end();
  return 0;
}
