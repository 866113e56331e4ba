// WFDB signal files in every format and shape: an Error, or channels with as many times as samples.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "fuzz/memory_volume.h"
#include "lab/formats/wfdb/wfdb.h"

using namespace vagus::lab;

namespace {

constexpr std::array formats = {8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524};

/// A header made of the first bytes: format, signals, samples per frame, skew, offset, length, segments.
std::map<std::string, std::string> record_of(const std::uint8_t* bytes, std::string content) {
  const std::string format = std::to_string(formats[bytes[0] % formats.size()]);
  const int signals = 1 + bytes[1] % 4;
  std::string lines;
  for (int s = 0; s < signals; ++s) {
    lines += "r.dat " + format + "x" + std::to_string(1 + (bytes[2] >> (2 * s)) % 4);
    if (bytes[3] % 4 == s) lines += ":" + std::to_string(bytes[3] / 4);
    if (bytes[4] != 0) lines += "+" + std::to_string(bytes[4]);
    lines += " " + std::to_string(1 + s * (bytes[6] % 3)) + "/mV 12 0 " + std::to_string(bytes[5]) + " 0 0 s" +
             std::to_string(s % 3) + "\n";
  }
  const std::string count = std::to_string(signals);
  const std::string length = std::to_string(bytes[5] * 4);
  std::map<std::string, std::string> files;
  if (bytes[6] % 2 == 0) {
    files["r.hea"] = "r " + count + " 100 " + length + "\n" + lines;
  } else {
    files["r.hea"] = "r/3 " + count + " 100\n" + (bytes[6] % 4 == 1 ? "a 0\n" : "~ 7\n") + "a " + length + "\na 50\n";
    files["a.hea"] = "a " + count + " 100\n" + lines;
  }
  files["r.dat"] = std::move(content);
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 7) return 0;
  const auto volume =
      std::make_shared<MemoryVolume>(record_of(data, {reinterpret_cast<const char*>(data) + 7, size - 7}));
  try {
    const Recording recording = read_wfdb({volume, "r.hea"});
    for (const Channel& channel : recording.channels) {
      if (static_cast<std::int64_t>(channel.samples.size()) != channel.time.rows()) std::abort();
      if (channel.time.rows() > 0) channel.samples.at(channel.samples.size() - 1);
    }
  } catch (const Error&) {
  }
  ReadOptions headers_alone;
  headers_alone.signals = false;
  try {
    read_wfdb({volume, "r.hea"}, headers_alone);
  } catch (const Error&) {
  }
  return 0;
}
