// What a process that a damaged MATLAB file led astray might send: an Error, or arrays whose every number is there. The
// whole way, with a process for every file, is mat_fuzz's; it does a few files a second.
#include "fuzz/memory_volume.h"
#include "lab/formats/arrays/layout.h"
#include "lab/formats/arrays/mat_parcel.h"

using namespace vagus::lab;

static volatile double touched;  // keeps the reads

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    Arrays arrays = arrays_of_parcel(Bytes::copy_of(text), "x.mat");
    for (const Array& array : arrays) {
      if (array.type == Array::Type::text) continue;
      for (std::size_t i = 0; i < array.size(); ++i) touched = array.number(i);
    }
    by_names(in_memory("x.mat", text), arrays);
  } catch (const Error&) {
  }
  return 0;
}
