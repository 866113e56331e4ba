#include "lab/deploy/link_map.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace vagus::lab {
namespace {

bool prefixed_hex(const std::string& text, std::uint64_t& value) {
  if (!text.starts_with("0x")) return false;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

/// What is loaded: debug sections and comments have addresses from 0 on.
bool is_loaded(std::string_view section) {
  for (const char* prefix : {".text", ".rodata", ".data", ".bss", ".ARM.ex", "COMMON"}) {
    if (section.starts_with(prefix)) return true;
  }
  return false;
}

/// The text between `before` and the first of `ends` behind it; "" where `before` is not in the line.
std::string between(const std::string& line, std::string_view before, const char* ends) {
  const std::size_t at = line.find(before);
  if (at == std::string::npos) return {};
  const std::size_t start = at + before.size();
  return line.substr(start, line.find_first_of(ends, start) - start);
}

}  // namespace

std::vector<LinkedPiece> read_link_map(std::string_view text) {
  std::vector<LinkedPiece> pieces;
  std::istringstream lines{std::string(text)};
  std::string line, section;
  bool placed = false;
  while (std::getline(lines, line)) {
    placed = placed || line.starts_with("Linker script and memory map");
    if (!placed) continue;
    std::istringstream words(line);
    std::string first, address_text, bytes_text, file;
    // A long section name stands on a line of its own; an indented name begins a piece, an unindented one a section.
    if (line.starts_with(" .") || line.starts_with(" COMMON")) {
      words >> section;
    } else if (!line.starts_with("                0x")) {
      section.clear();
      continue;
    }
    if (section.empty() || !(words >> address_text)) continue;
    words >> bytes_text;
    std::getline(words >> std::ws, file);
    std::uint64_t address = 0, bytes = 0;
    if (prefixed_hex(address_text, address) && prefixed_hex(bytes_text, bytes) && bytes != 0 && !file.empty() &&
        is_loaded(section))
      pieces.push_back({section, address, static_cast<std::uint32_t>(bytes), file});
    section.clear();
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const LinkedPiece& a, const LinkedPiece& b) { return a.address < b.address; });
  return pieces;
}

const LinkedPiece* placed_at(const std::vector<LinkedPiece>& pieces, std::uint64_t address) {
  auto after = std::upper_bound(pieces.begin(), pieces.end(), address,
                                [](std::uint64_t a, const LinkedPiece& p) { return a < p.address; });
  if (after == pieces.begin()) return nullptr;
  --after;
  return address < after->address + after->bytes ? &*after : nullptr;
}

std::vector<Unresolved> unresolved_in(std::string_view printed) {
  std::vector<Unresolved> all;
  std::istringstream lines{std::string(printed)};
  std::string line;
  while (std::getline(lines, line)) {
    const std::string symbol = between(line, "undefined reference to `", "'");
    const auto same = [&symbol](const Unresolved& known) { return known.symbol == symbol; };
    if (symbol.empty() || std::any_of(all.begin(), all.end(), same)) continue;
    all.push_back({symbol, between(line, "(.text.", "+)")});
  }
  return all;
}

}  // namespace vagus::lab
