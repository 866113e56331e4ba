// Frozen releases on anything: an Error, or what packs and reads as the same again.
#include <cstdlib>

#include "lab/base/error.h"
#include "lab/store/hash.h"
#include "lab/study/packed.h"
#include "lab/study/release/frozen.h"

using namespace vagus::lab;

namespace {

/// Length and checksum put before a block, so that what lies behind them is reached.
std::string block(std::string_view content) {
  Packer head;
  head.number(static_cast<std::uint64_t>(content.size()));
  std::string out = head.take();
  const std::string hex = blake2b_256(content);
  for (std::size_t i = 0; i < 16; i += 2) out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out + std::string(content);
}

std::string header(std::uint64_t records) {
  Packer out;
  for (const char c : std::string_view("vagus-release\n")) out.number(c);
  out.number(release_format);
  out.number(records);
  return out.take();
}

constexpr const char* about =
    R"({"schema":"vagus.release/1","name":"n","cost":null,"cost_missing":"x","result":{"specification_text":"s",)"
    R"("detector":{"name":"d","version":"1","code":"c","config":{}},"vagus":"0","verdict":"met","requirements":[]}})";

void whole_file(const std::string& bytes) {
  try {
    const Frozen once = unpack_frozen(bytes, "x");
    const std::string packed = pack(once);
    if (pack(unpack_frozen(packed, "x")) != packed) std::abort();
  } catch (const Error& error) {
    if (!error.where().starts_with("x ")) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      whole_file(std::string(text));
      break;
    case 1:
      whole_file(header(0) + block(text));
      break;
    default:
      whole_file(header(1) + block(about) + block(text));
      try {
        const FrozenRecord once = unpack_frozen_record(text, "x");
        if (unpack_frozen_record(pack(once), "x").events.size() != once.events.size()) std::abort();
      } catch (const Error&) {
      }
  }
  return 0;
}
