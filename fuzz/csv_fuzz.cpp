// Canonical CSV from a file, from a stream cut anywhere, and annotations: an Error or a recording, never anything else.
#include <cstdlib>

#include "fuzz/memory_volume.h"
#include "lab/formats/csv/csv.h"

using namespace vagus::lab;

namespace {

template <class Action>
void survive(Action action) {
  try {
    action();
  } catch (const Error&) {
  }
}

void check(const Recording& recording) {
  for (const Channel& channel : recording.channels) {
    if (channel.time.rows() != static_cast<std::int64_t>(channel.samples.size())) std::abort();
    for (const Stretch& stretch : channel.time.stretches) {
      if (!(stretch.rate_hz > 0) || stretch.rows < 1) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0];
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  // Half of the inputs get a header, so that rows are reached at once.
  const std::string text = data[0] % 2 == 0 ? std::string(rest) : "t_s,ecg_mv,acc_x_g\n" + std::string(rest);
  survive([&] { check(read_csv(in_memory("x.csv", text))); });
  survive([&] {
    CsvStream stream;
    for (std::size_t at = 0; at < text.size(); at += step) stream.feed(std::string_view(text).substr(at, step));
    stream.finish();
  });
  survive([&] { read_annotation_csv(in_memory("x.ann.csv", text)); });
  return 0;
}
