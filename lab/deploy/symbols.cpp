#include "lab/deploy/symbols.h"

#include <cxxabi.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <set>

namespace vagus::lab {
namespace {

constexpr std::uint32_t unbounded = UINT32_MAX;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t start = line.find_first_not_of(' ', at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(line.find(' ', start), line.size());
    words.push_back(line.substr(start, end - start));
    at = end;
  }
  return words;
}
template <class F>
void each_line(std::string_view text, const F& f) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    f(text.substr(at, end - at));
    at = end + 1;
  }
}
bool hexadecimal(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

/// The text in quotes after `key` in a line of a .ci file; "" if there is none.
std::string_view quoted(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t start = at + key.size();
  return line.substr(start, line.find('"', start) - start);
}
/// Functions of one file alone carry its path before their name.
std::string function_of(std::string_view title) {
  const std::size_t colon = title.rfind(':');
  return std::string(colon == std::string_view::npos ? title : title.substr(colon + 1));
}
/// The frame in a node's label, "NAME\nPLACE\n24 bytes (static)"; nothing of a function that was not compiled here.
std::optional<std::uint32_t> frame_of(std::string_view label) {
  const std::size_t bytes = label.find(" bytes (");
  if (bytes == std::string_view::npos) return std::nullopt;
  const std::size_t start = label.rfind("\\n", bytes) + 2;
  std::uint32_t value = 0;
  std::from_chars(label.data() + start, label.data() + bytes, value);
  return label.find("(dynamic", bytes) == std::string_view::npos ? value : unbounded;
}

std::uint32_t depth_of(const CallGraph& graph, const std::string& name, std::map<std::string, std::uint32_t>& known,
                       std::set<std::string>& open) {
  if (name == "__indirect_call") return unbounded;
  if (const auto found = known.find(name); found != known.end()) return found->second;
  if (!open.insert(name).second) return unbounded;
  const auto frame = graph.frame_bytes.find(name);
  std::uint32_t own = frame == graph.frame_bytes.end() ? 0 : frame->second;
  std::uint32_t below = 0;
  if (const auto calls = graph.calls.find(name); calls != graph.calls.end()) {
    for (const std::string& callee : calls->second) below = std::max(below, depth_of(graph, callee, known, open));
  }
  open.erase(name);
  return known[name] = own == unbounded || below == unbounded ? unbounded : own + below;
}

}  // namespace

std::vector<Symbol> read_symbols(std::string_view printed) {
  std::vector<Symbol> symbols;
  each_line(printed, [&](std::string_view line) {
    const auto words = words_of(line);
    std::uint64_t address = 0, bytes = 0;
    if (words.size() != 4 || !hexadecimal(words[0], address) || !hexadecimal(words[1], bytes) || bytes == 0) return;
    symbols.push_back({address, static_cast<std::uint32_t>(bytes), short_name(std::string(words[3]))});
  });
  std::sort(symbols.begin(), symbols.end(), [](const Symbol& a, const Symbol& b) {
    return a.address != b.address ? a.address < b.address : a.name < b.name;
  });
  // What lies within another symbol is a second name for its bytes.
  std::vector<Symbol> apart;
  for (Symbol& s : symbols) {
    if (apart.empty() || s.address >= apart.back().address + apart.back().bytes) apart.push_back(std::move(s));
  }
  return apart;
}

const Symbol* symbol_at(const std::vector<Symbol>& symbols, std::uint64_t address) {
  auto after = std::upper_bound(symbols.begin(), symbols.end(), address,
                                [](std::uint64_t a, const Symbol& s) { return a < s.address; });
  if (after == symbols.begin()) return nullptr;
  --after;
  return address < after->address + after->bytes ? &*after : nullptr;
}

std::string short_name(const std::string& mangled) {
  const std::string whole = mangled.substr(0, mangled.find('.'));
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(abi::__cxa_demangle(whole.c_str(), nullptr, nullptr, &status),
                                                         std::free);
  std::string name = demangled != nullptr ? demangled.get() : whole;
  for (std::size_t at = name.find("(anonymous namespace)::"); at != std::string::npos;
       at = name.find("(anonymous namespace)::"))
    name.erase(at, 23);
  std::string kept;
  int depth = 0;
  for (const char c : name) {
    if (c == '<' || c == '(' || c == '[') ++depth;
    if (depth == 0) kept += c;
    if (c == '>' || c == ')' || c == ']') --depth;
  }
  if (kept.ends_with(" const")) kept.resize(kept.size() - 6);
  const std::size_t space = kept.rfind(' ');
  return space == std::string::npos ? kept : kept.substr(space + 1);
}

void read_call_graph(std::string_view text, CallGraph& graph) {
  each_line(text, [&](std::string_view line) {
    if (line.starts_with("node:")) {
      if (const auto frame = frame_of(quoted(line, "label: \"")))
        graph.frame_bytes[function_of(quoted(line, "title: \""))] = *frame;
    } else if (line.starts_with("edge:")) {
      graph.calls[function_of(quoted(line, "sourcename: \""))].push_back(function_of(quoted(line, "targetname: \"")));
    }
  });
}

std::optional<std::uint32_t> deepest_stack(const CallGraph& graph, const std::string& root) {
  if (graph.frame_bytes.count(root) == 0) return std::nullopt;
  std::map<std::string, std::uint32_t> known;
  std::set<std::string> open;
  const std::uint32_t bytes = depth_of(graph, root, known, open);
  return bytes == unbounded ? std::nullopt : std::optional(bytes);
}

}  // namespace vagus::lab
