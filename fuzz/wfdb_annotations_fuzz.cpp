// WFDB annotation files: an Error, or annotations in order that are the same after being written and read again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "fuzz/memory_volume.h"
#include "lab/formats/wfdb/annotations.h"
#include "lab/formats/wfdb/wfdb.h"

using namespace vagus::lab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  const bool looks = looks_like_wfdb_annotations(bytes);
  std::map<std::string, std::int64_t> repairs;
  try {
    const wfdb::AnnotationFile file = wfdb::parse_annotations(bytes, "x", repairs);
    if (looks && repairs.contains("truncated annotation file")) std::abort();
    const auto& all = file.annotations;
    if (!std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.tick < b.tick; }))
      std::abort();
    // A note at tick 0 may read as a definition once it is written with WFDB's own code for notes.
    if (std::any_of(all.begin(), all.end(), [](const Annotation& a) { return a.tick == 0; })) return 0;
    std::map<std::string, std::int64_t> again_repairs;
    const auto again = wfdb::parse_annotations(wfdb::format_annotations(all, file.tick_hz), "x", again_repairs);
    if (again.annotations != all || again.tick_hz != file.tick_hz || !again_repairs.empty()) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
