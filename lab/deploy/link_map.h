#pragma once
/// What the linker says: which file each byte came from, and what it looked for in vain.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

/// A piece of a linked program and the file it came from: "own_0.o", "/usr/lib/.../libm.a(lib_a-sf_sin.o)".
struct LinkedPiece {
  std::string section;  ///< ".text.push"
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::string file;
};
/// Code, constants and variables that the program holds, by address, of a map that GNU ld wrote with -Map. Other
/// sections (comments, debugging) and what the linker dropped are passed over.
std::vector<LinkedPiece> read_link_map(std::string_view text);
/// The piece that holds `address`, null if none does.
const LinkedPiece* placed_at(const std::vector<LinkedPiece>& pieces, std::uint64_t address);

/// A symbol that is nowhere, and the function that asks for it ("" where the linker names none).
struct Unresolved {
  std::string symbol, function;
};
/// Each symbol once, in the linker's order, of what GNU ld printed.
std::vector<Unresolved> unresolved_in(std::string_view printed);

}  // namespace vagus::lab
