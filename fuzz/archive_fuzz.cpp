// Archives and .npz files of every kind that libarchive reads.
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/memory_volume.h"
#include "lab/formats/arrays/layout.h"

using namespace vagus::lab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("archive", 0);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) return 0;
  try {
    const auto volume = open_archive("/proc/self/fd/" + std::to_string(file));
    for (const std::string& member : volume->list()) {
      if (member.starts_with('/') || member.find("../") != std::string::npos) std::abort();
      try {
        volume->read(member);
      } catch (const Error&) {
      }
    }
    recordings_in(*volume);
  } catch (const Error&) {
  }
  close(file);
  try {
    read_arrays(in_memory("x.npz", {reinterpret_cast<const char*>(data), size}));
  } catch (const Error&) {
  }
  return 0;
}
