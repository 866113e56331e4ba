// MATLAB files through matio in its own process, and a layout over what it gives.
#include "fuzz/memory_volume.h"
#include "lab/formats/arrays/layout.h"

using namespace vagus::lab;

static volatile double touched;  // keeps the reads

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const Array& array : read_mat(in_memory("x.mat", {reinterpret_cast<const char*>(data), size}))) {
      if (array.type == Array::Type::text) continue;
      for (std::size_t i = 0; i < array.size(); ++i) touched = array.number(i);
    }
  } catch (const Error&) {
  }
  return 0;
}
