#pragma once
/// Functions and objects of a linked program, under names a person can read.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

/// A function or an object of a linked program. `name` is short_name's.
struct Symbol {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::string name;
};

/// The symbols that have a size, by address, of what `nm -S --defined-only` printed. Of several at one place (libgcc's
/// functions have more than one name) the first by name.
std::vector<Symbol> read_symbols(std::string_view printed);

/// The symbol that holds `address`, null if none does.
const Symbol* symbol_at(const std::vector<Symbol>& symbols, std::uint64_t address);

/// A mangled name, demangled, without template arguments, parameters, return type, anonymous namespaces and the
/// suffixes of clones: "vagus::health::BeatDecision::decide".
std::string short_name(const std::string& mangled);

/// The frames and calls that GCC writes with -fcallgraph-info=su.
struct CallGraph {
  std::map<std::string, std::uint32_t> frame_bytes;  ///< functions that were compiled
  std::map<std::string, std::vector<std::string>> calls;
};
/// Adds what one .ci file says.
void read_call_graph(std::string_view text, CallGraph& graph);

/// The deepest stack below and with `root`: the sum of frames on the worst path. Functions without a frame (libgcc's)
/// count as none. Nothing where a call goes through a pointer, a function calls itself, a frame has no fixed size, or
/// there is no such function.
std::optional<std::uint32_t> deepest_stack(const CallGraph& graph, const std::string& root);

}  // namespace vagus::lab
