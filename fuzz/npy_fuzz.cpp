// A .npy file, and the recording its array makes under its name.
#include "fuzz/memory_volume.h"
#include "lab/formats/arrays/layout.h"

using namespace vagus::lab;

static volatile double touched;  // keeps the reads

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  // Half of the inputs get the magic and a header's length, so that the header is reached at once.
  if (size > 1 && data[0] % 2 != 0) text = std::string("\x93NUMPY\x01\x00", 8) + text.substr(1);
  try {
    std::map<std::string, std::int64_t> repairs;
    Array array = read_npy(Bytes::copy_of(text), "ecg_mv", "x.npy", repairs);
    if (array.type != Array::Type::text) {
      for (std::size_t i = 0; i < array.size(); ++i) touched = array.number(i);
    }
    Array rate;
    rate.name = "rate_hz";
    const double hz = 250;
    rate.data = Bytes::copy_of({reinterpret_cast<const char*>(&hz), sizeof hz});
    by_names(in_memory("x.npy", text), {std::move(array), std::move(rate)});
  } catch (const Error&) {
  }
  return 0;
}
