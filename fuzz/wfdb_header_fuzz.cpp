// WFDB headers: an Error or a structure whose text reads back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/memory_volume.h"
#include "lab/formats/wfdb/header.h"
#include "lab/formats/wfdb/wfdb.h"

using namespace vagus::lab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  looks_like_wfdb_header({reinterpret_cast<const std::byte*>(data), size});
  try {
    const wfdb::Header header = wfdb::parse_header(text, "x");
    const std::string once = wfdb::format_header(header);
    // A name or file that a comment sign begins does not read back, and a first line without a name has none to give.
    const bool odd = once.empty() || once.front() == '#' || once.front() == ' ' || once.find("\n#") < once.find("\n# ");
    if (!odd && wfdb::format_header(wfdb::parse_header(once, "x")) != once) std::abort();
  } catch (const Error&) {
  }
  try {
    // The record names itself or nothing: segments and signals are looked for and not found.
    read_wfdb(in_memory("r.hea", text));
  } catch (const Error&) {
  }
  return 0;
}
